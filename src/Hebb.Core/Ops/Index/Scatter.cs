using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Input 0 with elements of input 1 at the places that an index tensor names along one axis; of several for one place the last stays.</summary>
internal sealed class ScatterOp : Primitive
{
    private int _axis;

    public ScatterOp(int axis) => _axis = axis;

    public ScatterOp()
    {
    }

    public override string Name => "scatter";

    public override string DisplayName => "Scatter";

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override bool AcceptsStrided => true;

    public override Saved Saves => Saved.Input2;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("axis", ref _axis);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        IndexShapes.CheckAxis(DisplayName, inputs[0].Shape, inputs[2], _axis);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        Copying.Convert(inputs[0], y);
        switch (y.DType.Size)
        {
            case 1:
                Put<byte>(inputs, y);
                break;
            case 2:
                Put<ushort>(inputs, y);
                break;
            case 4:
                Put<uint>(inputs, y);
                break;
            case 8:
                Put<ulong>(inputs, y);
                break;
            default:
                Put<UInt128>(inputs, y);
                break;
        }
    }

    private void Put<T>(ReadOnlySpan<Tensor> inputs, Tensor y) where T : unmanaged, System.Numerics.INumber<T> =>
        AxisKernel.Scatter<T, AxisKernel.Replace>(DisplayName, y, inputs[2], inputs[1], default, _axis);

    public override void Vjp(in VjpContext c)
    {
        var (g, index) = (c.Grad(), c.Input(2));
        if (c.Needs(0))
            c.Set(0, Engine.Apply(this, g, Tensor.Zeros(index.Shape, g.DType), index));
        if (!c.Needs(1))
            return;
        // Only the value that stayed has a gradient.
        var order = Tensor.Arange(index.Shape.Count).Reshape(index.Shape);
        var last = Engine.Apply(this, Tensor.Zeros(c.InputSpec(0).Shape, DType.Int64), order, index).Gather(_axis, index);
        c.Set(1, g.Gather(_axis, index) * last.Equal(order).To(g.DType));
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(new ScatterOp(_axis + 1), c.Expanded(0), c.Expanded(1), c.Expanded(2))];
}

public sealed partial class Tensor
{
    /// <summary>The tensor with elements of <paramref name="source"/> at the places that <paramref name="indices"/> names along an axis: y[indices[i][j]][j] = source[i][j] for axis 0 of a matrix. Of several for one place the last stays.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="indices">Integers, of as many axes as this tensor and no larger but along <paramref name="axis"/>; negative ones count from the end.</param>
    /// <param name="source">At least as large as <paramref name="indices"/> along every axis; what is beyond it is left out. Converted to this tensor's type.</param>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    /// <exception cref="DTypeException">The indices are no integers.</exception>
    public Tensor Scatter(int axis, Tensor indices, Tensor source)
    {
        var (x, index, values) = ScatterInputs("Scatter", indices, source);
        return Engine.Apply(new ScatterOp(Shape.Axis(axis)), x, values, index).Reshape(Shape);
    }

    /// <summary>The tensor with one value at the places that <paramref name="indices"/> names along an axis.</summary>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    public Tensor Scatter(int axis, Tensor indices, double value) => Scatter(axis, indices, Full([], value, DType).Expand(indices.Shape));

    private (Tensor X, Tensor Index, Tensor Source) ScatterInputs(string op, Tensor index, Tensor source)
    {
        if (source.Rank != index.Rank)
            throw new ShapeException($"{op}: the source is {source.Shape}, the indices are {index.Shape}; they must have as many axes");
        var x = this;
        if (Rank == 0 && index.Rank == 0)
            (x, index, source) = (x.Unsqueeze(0), index.Unsqueeze(0), source.Unsqueeze(0));
        for (int i = 0; i < index.Rank; i++)
        {
            if (source.Shape[i] < index.Shape[i])
                throw new ShapeException($"{op}: the source is {source.Shape}, smaller than the indices {index.Shape} along axis {i}");
            if (source.Shape[i] > index.Shape[i])
                source = source.Narrow(i, 0, index.Shape[i]);
        }
        return (x, index, source.To(DType));
    }
}
