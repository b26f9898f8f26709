using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The products of all elements up to each, along an axis. Float32 is multiplied in double.</summary>
internal sealed class CumProdOp : Primitive
{
    private int _axis;
    private bool _reverse;

    public CumProdOp(int axis, bool reverse)
    {
        _axis = axis;
        _reverse = reverse;
    }

    public CumProdOp()
    {
    }

    public override string Name => "cumprod";

    public override string DisplayName => "CumProd";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("reverse", ref _reverse);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat && inputs[0].DType != DType.Int64)
            throw new DTypeException($"CumProd: {inputs[0].DType.Name} is not supported");
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.Float64)
            Scans.Lines(x.Shape, _axis, _reverse, new ProductLine<double, double>(x.Data<double>(), y.Data<double>()));
        else if (x.DType == DType.Float32)
            Scans.Lines(x.Shape, _axis, _reverse, new ProductLine<float, double>(x.Data<float>(), y.Data<float>()));
        else
            Scans.Lines(x.Shape, _axis, _reverse, new ProductLine<long, long>(x.Data<long>(), y.Data<long>()));
    }

    // dL/dx_i = y_{i-1} (g_i + x_{i+1} (g_{i+1} + x_{i+2} (...))): no division, so zeros do no harm.
    public override void Vjp(in VjpContext c)
    {
        int forward = _reverse ? -1 : 1;
        var before = Scans.Shift(c.Output(), _axis, forward, fill: 1);
        var next = Scans.Shift(c.Input(0), _axis, -forward, fill: 0);
        c.Set(0, before * LinearScanOp.Apply(next, c.Grad(), _axis, !_reverse));
    }

    public override Primitive Shifted(int rank) => new CumProdOp(_axis + 1, _reverse);
}

public sealed partial class Tensor
{
    /// <summary>The running product along an axis: element i is the product of elements 0 to i. Integers and Bool give Int64.</summary>
    /// <param name="axis">Negative ones count from the end.</param>
    /// <param name="reverse">Multiplies from the end: element i is the product of elements i to the last.</param>
    /// <param name="dtype">The type of the result, to which elements are converted first: Int64 or a float type.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CumProd(int axis, bool reverse = false, DType? dtype = null)
    {
        var x = To(dtype ?? SumOp.DefaultType(DType));
        int i = Shape.Axis(axis);
        return Rank == 0 ? x : Engine.Apply(new CumProdOp(i, reverse), x);
    }
}
