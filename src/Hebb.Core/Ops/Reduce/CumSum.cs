using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The sums of all elements up to each, along an axis. Float32 is added up in double.</summary>
internal sealed class CumSumOp : Primitive
{
    private int _axis;
    private bool _reverse;

    public CumSumOp(int axis, bool reverse)
    {
        _axis = axis;
        _reverse = reverse;
    }

    public CumSumOp()
    {
    }

    public override string Name => "cumsum";

    public override string DisplayName => "CumSum";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("reverse", ref _reverse);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat && inputs[0].DType != DType.Int64)
            throw new DTypeException($"CumSum: {inputs[0].DType.Name} is not supported");
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.Float64)
            Scans.Lines(x.Shape, _axis, _reverse, new SumLine<double, double>(x.Data<double>(), y.Data<double>()));
        else if (x.DType == DType.Float32)
            Scans.Lines(x.Shape, _axis, _reverse, new SumLine<float, double>(x.Data<float>(), y.Data<float>()));
        else
            Scans.Lines(x.Shape, _axis, _reverse, new SumLine<long, long>(x.Data<long>(), y.Data<long>()));
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new CumSumOp(_axis, !_reverse), c.Grad()));

    public override Primitive Shifted(int rank) => new CumSumOp(_axis + 1, _reverse);
}

public sealed partial class Tensor
{
    /// <summary>The running sum along an axis: element i is the sum of elements 0 to i. Integers and Bool give Int64.</summary>
    /// <param name="axis">Negative ones count from the end.</param>
    /// <param name="reverse">Adds up from the end: element i is the sum of elements i to the last.</param>
    /// <param name="dtype">The type of the result, to which elements are converted first: Int64 or a float type.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public Tensor CumSum(int axis, bool reverse = false, DType? dtype = null)
    {
        var x = To(dtype ?? SumOp.DefaultType(DType));
        int i = Shape.Axis(axis);
        return Rank == 0 ? x : Engine.Apply(new CumSumOp(i, reverse), x);
    }
}
