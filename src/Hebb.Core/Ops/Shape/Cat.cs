using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Tensors one after another along an axis.</summary>
internal sealed class CatOp : Primitive
{
    private const long SmallBytes = 32 << 10;

    private int _axis;

    public CatOp(int axis) => _axis = axis;

    public CatOp()
    {
    }

    public int Axis => _axis;

    public override string Name => "cat";

    public override string DisplayName => "Cat";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("axis", ref _axis);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        var dtype = inputs[0].DType;
        if (shape.Rank == 0)
            throw new ShapeException("Cat: scalars can't be joined; use Stack");
        IndexShapes.CheckElement(DisplayName, dtype);
        int size = shape[_axis];
        for (int i = 1; i < inputs.Length; i++)
        {
            var other = inputs[i].Shape;
            if (other.Rank != shape.Rank || other.With(_axis, 0) != shape.With(_axis, 0))
                throw new ShapeException($"Cat: input 0 is {shape} and input {i} {other}; they may differ only along axis {_axis}");
            size += other[_axis];
            dtype = DTypes.Promote(dtype, inputs[i].DType);
        }
        outputs[0] = new TensorSpec(shape.With(_axis, size), dtype, inputs[0].Device);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    /// <summary>Views of the result, one for each input.</summary>
    internal Tensor[] Parts(Tensor whole, IReadOnlyList<GraphValue> inputs)
    {
        var parts = new Tensor[inputs.Count];
        var strides = new long[whole.Rank];
        whole.CopyStrides(strides);
        long at = whole.Offset;
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = Tensor.Strided(whole, inputs[i].Spec.Shape, strides, at);
            at += inputs[i].Spec.Shape[_axis] * whole.Stride(_axis);
        }
        return parts;
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        if (IsSmall(inputs, y))
        {
            CopyRuns(inputs, y);
            return;
        }
        long at = 0, stride = y.Stride(_axis);
        Span<long> strides = stackalloc long[Shape.MaxRank];
        y.CopyStrides(strides);
        foreach (var x in inputs)
        {
            if (x.DType == y.DType && x.DType.Bits >= 8)
                StridedCopy.Into(x, y, strides, at);
            else if (x.Count > 0)
                Copying.Scatter(x, Tensor.Strided(y, x.Shape, strides[..y.Rank].ToArray(), y.Offset + at));
            at += x.Shape[_axis] * stride;
        }
    }

    /// <summary>Whether parts and result lie in order and are few: copied run by run, without views of their places.</summary>
    private static bool IsSmall(ReadOnlySpan<Tensor> inputs, Tensor y)
    {
        bool small = y.IsContiguous && y.DType.BytesFor(y.Count) <= SmallBytes;
        foreach (var x in inputs)
            small &= x.IsContiguous && x.DType == y.DType;
        return small;
    }

    private unsafe void CopyRuns(ReadOnlySpan<Tensor> inputs, Tensor y)
    {
        long run = y.Sizes[(_axis + 1)..].Count * y.DType.Size, runs = y.Count == 0 ? 0 : y.Sizes[.._axis].Count;
        byte* to = y.Pointer;
        for (long r = 0; r < runs; r++)
        {
            foreach (var x in inputs)
            {
                long bytes = x.Sizes[_axis] * run;
                Buffer.MemoryCopy(x.Pointer + r * bytes, to, bytes, bytes);
                to += bytes;
            }
        }
        foreach (var x in inputs)
            GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    public override void Vjp(in VjpContext c)
    {
        int at = 0;
        for (int i = 0; i < c.InputCount; i++)
        {
            int size = c.InputSpec(i).Shape[_axis];
            if (c.Needs(i))
                c.Set(i, c.Grad().Narrow(_axis, at, size));
            at += size;
        }
    }

    public override void Jvp(in JvpContext c)
    {
        // Integer inputs among float ones stand still.
        var tangents = new Tensor[c.InputCount];
        for (int i = 0; i < tangents.Length; i++)
            tangents[i] = c.Input(i).DType.IsDifferentiable ? c.Tangent(i) : Tensor.Zeros(c.Input(i).Shape, c.Output().DType);
        c.Set(0, Engine.Apply(this, tangents));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = c.Expanded(i);
        return [Engine.Apply(new CatOp(_axis + 1), inputs)];
    }
}

public sealed partial class Tensor
{
    /// <summary>Joins tensors along an existing axis; all other sizes must agree.</summary>
    /// <exception cref="ShapeException">Sizes differ, or there is no tensor.</exception>
    public static Tensor Cat(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.IsEmpty)
            throw new ShapeException("Cat: no tensors were given");
        return Engine.Apply(new CatOp(tensors[0].Shape.Axis(axis)), tensors);
    }

    /// <summary>Joins tensors of one shape along a new axis.</summary>
    /// <exception cref="ShapeException">Shapes differ, or there is no tensor.</exception>
    public static Tensor Stack(ReadOnlySpan<Tensor> tensors, int axis = 0)
    {
        if (tensors.IsEmpty)
            throw new ShapeException("Stack: no tensors were given");
        var parts = new Tensor[tensors.Length];
        int at = axis < 0 ? axis + tensors[0].Rank + 1 : axis;
        for (int i = 0; i < parts.Length; i++)
        {
            if (tensors[i].Shape != tensors[0].Shape)
                throw new ShapeException($"Stack: input 0 is {tensors[0].Shape}, input {i} {tensors[i].Shape}");
            parts[i] = tensors[i].Unsqueeze(at);
        }
        return Cat(parts, at);
    }
}
