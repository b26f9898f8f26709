using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>A diagonal of the planes that two axes span, as a last axis. A view.</summary>
internal sealed class DiagonalOp : ViewPrimitive
{
    private int _offset, _axis1, _axis2;

    public DiagonalOp(int offset, int axis1, int axis2)
    {
        _offset = offset;
        _axis1 = axis1;
        _axis2 = axis2;
    }

    public DiagonalOp()
    {
    }

    public override string Name => "diagonal";

    public override string DisplayName => "Diagonal";

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("offset", ref _offset);
        v.Int("axis1", ref _axis1);
        v.Int("axis2", ref _axis2);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = Result(inputs[0].Shape, _offset, _axis1, _axis2) };
    }

    internal static Shape Result(in Shape shape, int offset, int axis1, int axis2)
    {
        if (axis1 == axis2)
            throw new ShapeException($"Diagonal: a plane has two axes, not axis {axis1} of {shape} twice");
        int length = (int)Math.Max(0, Math.Min(shape[axis1] - Math.Max(-(long)offset, 0), shape[axis2] - Math.Max((long)offset, 0)));
        return shape.Remove(Math.Max(axis1, axis2)).Remove(Math.Min(axis1, axis2)).Concat([length]);
    }

    internal override Tensor View(Tensor x, in Shape shape) => Of(x, _offset, _axis1, _axis2);

    /// <summary>The diagonal as a view of a tensor's memory.</summary>
    public static Tensor Of(Tensor x, int offset, int axis1, int axis2)
    {
        Span<long> old = stackalloc long[Shape.MaxRank];
        x.CopyStrides(old);
        var shape = Result(x.Shape, offset, axis1, axis2);
        var strides = new long[x.Rank - 1];
        int at = 0;
        for (int i = 0; i < x.Rank; i++)
        {
            if (i != axis1 && i != axis2)
                strides[at++] = old[i];
        }
        strides[at] = old[axis1] + old[axis2];
        long start = shape.Count == 0 ? 0 : offset >= 0 ? offset * old[axis2] : -offset * old[axis1];
        return Tensor.Strided(x, shape, strides, x.Offset + start);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new DiagonalScatterOp(c.InputSpec(0).Shape, _offset, _axis1, _axis2), c.Grad()));

    public override Primitive Shifted(int rank) => new DiagonalOp(_offset, _axis1 + 1, _axis2 + 1);
}

/// <summary>Zeros of a shape with the input on a diagonal: the adjoint of taking it.</summary>
internal sealed class DiagonalScatterOp : Primitive
{
    private Shape _shape;
    private int _offset, _axis1, _axis2;

    public DiagonalScatterOp(Shape shape, int offset, int axis1, int axis2)
    {
        _shape = shape;
        _offset = offset;
        _axis1 = axis1;
        _axis2 = axis2;
    }

    public DiagonalScatterOp()
    {
    }

    public override string Name => "diagonal_scatter";

    public override string DisplayName => "DiagEmbed";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Shape("shape", ref _shape);
        v.Int("offset", ref _offset);
        v.Int("axis1", ref _axis1);
        v.Int("axis2", ref _axis2);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        if (inputs[0].Shape != DiagonalOp.Result(_shape, _offset, _axis1, _axis2))
            throw new ShapeException($"{DisplayName}: {inputs[0].Shape} is no diagonal of {_shape}");
        outputs[0] = inputs[0] with { Shape = _shape };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        System.Runtime.InteropServices.NativeMemory.Clear(y.Pointer, (nuint)y.DType.BytesFor(y.Count));
        if (inputs[0].Count > 0)
            Copying.Scatter(inputs[0], DiagonalOp.Of(y, _offset, _axis1, _axis2));
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new DiagonalOp(_offset, _axis1, _axis2), c.Grad()));

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(new DiagonalScatterOp(_shape.Insert(0, c.Size), _offset, _axis1 + 1, _axis2 + 1), c.Values[0])];
}

public sealed partial class Tensor
{
    /// <summary>The diagonal of the planes that two axes span; it becomes the last axis, the two disappear. Shares memory.</summary>
    /// <param name="offset">0 the main diagonal; above it if positive, below it if negative.</param>
    /// <param name="axis1">The rows' axis.</param>
    /// <param name="axis2">The columns' axis.</param>
    /// <exception cref="ShapeException">The axes are one, or do not exist.</exception>
    public Tensor Diagonal(int offset = 0, int axis1 = 0, int axis2 = 1)
    {
        if (Rank < 2)
            throw new ShapeException($"Diagonal: {Shape} is no matrix; it needs two axes or more");
        return Engine.Apply(new DiagonalOp(offset, Shape.Axis(axis1), Shape.Axis(axis2)), this);
    }

    /// <summary>Matrices with the last axis on a diagonal and zeros elsewhere.</summary>
    /// <param name="offset">0 the main diagonal; above it if positive, below it if negative. Matrices grow by its size.</param>
    /// <param name="axis1">Where the rows' axis goes in the result.</param>
    /// <param name="axis2">Where the columns' axis goes in the result.</param>
    /// <exception cref="ShapeException">The tensor is a scalar, or the axes are one or do not exist.</exception>
    public Tensor DiagEmbed(int offset = 0, int axis1 = -2, int axis2 = -1)
    {
        if (Rank == 0)
            throw new ShapeException("DiagEmbed: a scalar has no axis to put on a diagonal");
        int rank = Rank + 1, rows = axis1 < 0 ? axis1 + rank : axis1, columns = axis2 < 0 ? axis2 + rank : axis2;
        if ((uint)rows >= (uint)rank || (uint)columns >= (uint)rank || rows == columns)
            throw new ShapeException($"DiagEmbed: axes {axis1} and {axis2} are no plane of the result, which has {rank} axes");
        int size = checked(Shape[-1] + Math.Abs(offset));
        var shape = Shape.Remove(-1).Insert(Math.Min(rows, columns), size).Insert(Math.Max(rows, columns), size);
        return Engine.Apply(new DiagonalScatterOp(shape, offset, rows, columns), this);
    }

    /// <summary>Of a vector the matrix with it on a diagonal; of a matrix its diagonal.</summary>
    /// <exception cref="ShapeException">The tensor is neither.</exception>
    public Tensor Diag(int offset = 0) => Rank switch
    {
        1 => DiagEmbed(offset),
        2 => Diagonal(offset),
        _ => throw new ShapeException($"Diag: {Shape} is neither a vector nor a matrix"),
    };
}
