using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Input 0 at the places that index tensors of one shape name along neighbouring axes; their shape takes the place of those axes.</summary>
internal sealed class IndexOp : Primitive
{
    private int _axis;
    private long _skip = -1;

    /// <param name="axis">The first axis indexed.</param>
    /// <param name="skip">An index of that axis that gives zeros; -1 for none.</param>
    public IndexOp(int axis, long skip = -1)
    {
        _axis = axis;
        _skip = skip;
    }

    public IndexOp()
    {
    }

    public static Tensor Apply(Tensor x, ReadOnlySpan<Tensor> indices, int axis, long skip = -1) => Engine.Apply(new IndexOp(axis, skip), [x, .. indices]);

    public override string Name => "index";

    public override string DisplayName => "Index";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.Inputs & ~Saved.Input0;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Long("skip", ref _skip);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        IndexShapes.Check(DisplayName, inputs[1..]);
        outputs[0] = inputs[0] with { Shape = IndexShapes.Picked(inputs[0].Shape, _axis, inputs.Length - 1, inputs[1].Shape) };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = inputs[0];
        int end = _axis + inputs.Length - 1;
        if (!IndexKernel.Sides.TryCreate(x, _axis, end, out var sides))
        {
            x = Copying.Contiguous(x);
            IndexKernel.Sides.TryCreate(x, _axis, end, out sides);
        }
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        long* offsets = IndexKernel.Offsets(c, DisplayName, x.Shape, _axis, strides, inputs[1..], _skip);
        IndexKernel.Gather(x, sides, offsets, inputs[1].Count, outputs[0]);
        GC.KeepAlive(x);
    }

    public override void Vjp(in VjpContext c)
    {
        var indices = new Tensor[c.InputCount - 1];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Input(i + 1);
        c.Set(0, IndexScatterOp.Apply(c.Grad(), indices, c.InputSpec(0).Shape, _axis, _skip));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        bool indexed = false;
        for (int i = 1; i < c.Values.Length; i++)
            indexed |= c.IsBatched(i);
        if (!indexed)
            return [Apply(c.Values[0], c.Values[1..], _axis + 1, _skip)];
        var indices = new Tensor[c.Values.Length - 1];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Expanded(i + 1);
        if (!c.IsBatched(0))
            return [Apply(c.Values[0], indices, _axis, _skip).MoveAxis(_axis, 0)];
        var picked = Apply(c.Values[0].MoveAxis(0, _axis), [IndexShapes.BatchIndex(c.Size, c.Specs[1].Shape), .. indices], _axis);
        return [IndexShapes.WithoutSkipped(picked, indices[0], _axis, _skip, c.Specs[0].Shape[_axis]).MoveAxis(_axis, 0)];
    }
}

/// <summary>Zeros of a shape to which input 0 is added at the places that index tensors name: the adjoint of picking.</summary>
internal sealed class IndexScatterOp : Primitive
{
    private Shape _shape;
    private int _axis;
    private long _skip = -1;

    public IndexScatterOp(Shape shape, int axis, long skip = -1)
    {
        _shape = shape;
        _axis = axis;
        _skip = skip;
    }

    public IndexScatterOp()
    {
    }

    public static Tensor Apply(Tensor values, ReadOnlySpan<Tensor> indices, in Shape shape, int axis, long skip = -1) =>
        Engine.Apply(new IndexScatterOp(shape, axis, skip), [values, .. indices]);

    /// <summary>Whether it adds values to the rows of a matrix, none left out: the gradient of a lookup.</summary>
    public bool IsLookupGradient => _axis == 0 && _skip < 0 && _shape.Rank == 2;

    public override string Name => "index_scatter";

    public override string DisplayName => "IndexScatter";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.Inputs & ~Saved.Input0;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Shape("shape", ref _shape);
        v.Int("axis", ref _axis);
        v.Long("skip", ref _skip);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var dtype = inputs[0].DType;
        if (dtype == DType.Bool || dtype.IsStorageOnly)
            throw new DTypeException($"{DisplayName}: {dtype.Name} elements can't be added; cast them first");
        IndexShapes.Check(DisplayName, inputs[1..]);
        var expected = IndexShapes.Picked(_shape, _axis, inputs.Length - 1, inputs[1].Shape);
        if (inputs[0].Shape != expected)
            throw new ShapeException($"{DisplayName}: the values are {inputs[0].Shape}, the places {expected}");
        outputs[0] = inputs[0] with { Shape = _shape };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        IndexKernel.Clear(y.Pointer, y.DType.BytesFor(y.Count));
        Span<long> strides = stackalloc long[Shape.MaxRank];
        y.CopyStrides(strides);
        long* offsets = IndexKernel.Offsets(c, DisplayName, _shape, _axis, strides, inputs[1..], _skip);
        long before = _shape[.._axis].Count, after = _shape[(_axis + inputs.Length - 1)..].Count, places = inputs[1].Count;
        switch (y.DType)
        {
            case DType.Float32:
                IndexKernel.Add<float>(inputs[0], before, after, offsets, places, y);
                break;
            case DType.Float64:
                IndexKernel.Add<double>(inputs[0], before, after, offsets, places, y);
                break;
            case DType.Complex64:
                IndexKernel.Add<float>(inputs[0], before, after, offsets, places, y, parts: 2);
                break;
            case DType.Complex128:
                IndexKernel.Add<double>(inputs[0], before, after, offsets, places, y, parts: 2);
                break;
            case DType.Int8 or DType.UInt8:
                IndexKernel.Add<byte>(inputs[0], before, after, offsets, places, y);
                break;
            case DType.Int16 or DType.UInt16:
                IndexKernel.Add<ushort>(inputs[0], before, after, offsets, places, y);
                break;
            case DType.Int32 or DType.UInt32:
                IndexKernel.Add<uint>(inputs[0], before, after, offsets, places, y);
                break;
            default:
                IndexKernel.Add<ulong>(inputs[0], before, after, offsets, places, y);
                break;
        }
    }

    public override void Vjp(in VjpContext c)
    {
        var indices = new Tensor[c.InputCount - 1];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Input(i + 1);
        c.Set(0, IndexOp.Apply(c.Grad(), indices, _axis, _skip));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        bool indexed = false;
        for (int i = 1; i < c.Values.Length; i++)
            indexed |= c.IsBatched(i);
        if (!indexed)
            return [Apply(c.Values[0], c.Values[1..], _shape.Insert(0, c.Size), _axis + 1, _skip)];
        var indices = new Tensor[c.Values.Length - 1];
        for (int i = 0; i < indices.Length; i++)
            indices[i] = c.Expanded(i + 1);
        var values = IndexShapes.WithoutSkipped(c.Expanded(0).MoveAxis(0, _axis), indices[0], _axis, _skip, _shape[_axis]);
        return [Apply(values, [IndexShapes.BatchIndex(c.Size, c.Specs[1].Shape), .. indices], _shape.Insert(_axis, c.Size), _axis).MoveAxis(_axis, 0)];
    }
}
