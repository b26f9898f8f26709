using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>log(sum(exp(x))) of all elements up to each, along an axis, without overflow. Computed in double.</summary>
internal sealed class LogCumSumExpOp : Primitive
{
    private int _axis;
    private bool _reverse;

    public LogCumSumExpOp(int axis, bool reverse)
    {
        _axis = axis;
        _reverse = reverse;
    }

    public LogCumSumExpOp()
    {
    }

    public override string Name => "logcumsumexp";

    public override string DisplayName => "LogCumSumExp";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("reverse", ref _reverse);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat)
            throw new DTypeException($"LogCumSumExp: {inputs[0].DType.Name} is not supported; it takes floats");
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (x.DType == DType.Float64)
            Scans.Lines(x.Shape, _axis, _reverse, new Line<double>(x.Data<double>(), y.Data<double>()));
        else
            Scans.Lines(x.Shape, _axis, _reverse, new Line<float>(x.Data<float>(), y.Data<float>()));
    }

    private readonly unsafe struct Line<T>(T* x, T* y) : Scans.ILine where T : unmanaged, INumber<T>
    {
        public void Walk(long first, long step, long length)
        {
            double sum = double.NegativeInfinity;
            for (long i = 0, at = first; i < length; i++, at += step)
            {
                double v = double.CreateTruncating(x[at]);
                double most = Math.Max(sum, v), least = Math.Min(sum, v);
                sum = double.IsInfinity(most) ? most : most + Math.Log(1 + Math.Exp(least - most));
                y[at] = T.CreateTruncating(sum);
            }
        }
    }

    // dL/dx_i = exp(x_i - y_i) u_i with u_i = g_i + exp(y_i - y_{i+1}) u_{i+1}: no exponent is positive.
    public override void Vjp(in VjpContext c)
    {
        var (x, y) = (c.Input(0), c.Output());
        var next = Scans.Shift(y, _axis, _reverse ? 1 : -1, fill: double.PositiveInfinity);
        var decay = Tensor.Where(y.IsInf(), 0.0, (y - next).Exp());
        c.Set(0, Tensor.Where(y.IsNegInf(), 0.0, (x - y).Exp()) * LinearScanOp.Apply(decay, c.Grad(), _axis, !_reverse));
    }

    public override Primitive Shifted(int rank) => new LogCumSumExpOp(_axis + 1, _reverse);
}

public sealed partial class Tensor
{
    /// <summary>The running logarithm of the sum of exponentials along an axis: element i is that of elements 0 to i. No overflow.</summary>
    /// <param name="axis">Negative ones count from the end.</param>
    /// <param name="reverse">From the end: element i is that of elements i to the last.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor LogCumSumExp(int axis, bool reverse = false)
    {
        var x = Rank == 0 ? Reshape([1]) : this;
        return Engine.Apply(new LogCumSumExpOp(Shape.Axis(axis), reverse), x).Reshape(Shape);
    }
}
