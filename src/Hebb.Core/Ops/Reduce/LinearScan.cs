using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The linear recurrence y_i = a_i y_{i-1} + b_i along an axis, from y_{-1} = 0; from the other end if reversed. The coefficient at the start is not read.</summary>
internal sealed class LinearScanOp : Primitive
{
    private int _axis;
    private bool _reverse;

    public LinearScanOp(int axis, bool reverse)
    {
        _axis = axis;
        _reverse = reverse;
    }

    public LinearScanOp()
    {
    }

    public override string Name => "linear_scan";

    public override string DisplayName => "LinearScan";

    public override Saved Saves => Saved.Input0 | Saved.Output0;

    public override BatchRule Batching => BatchRule.Own;

    public static Tensor Apply(Tensor a, Tensor b, int axis, bool reverse) => Engine.Apply(new LinearScanOp(axis, reverse), a, b);

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("reverse", ref _reverse);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape != inputs[1].Shape)
            throw new ShapeException($"LinearScan: coefficients {inputs[0].Shape} and terms {inputs[1].Shape} differ");
        if (!inputs[0].DType.IsFloat || inputs[0].DType != inputs[1].DType)
            throw new DTypeException($"LinearScan: coefficients {inputs[0].DType.Name} and terms {inputs[1].DType.Name} must be of one float type");
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (a, b, y) = (inputs[0], inputs[1], outputs[0]);
        if (a.DType == DType.Float64)
            Scans.Lines(a.Shape, _axis, _reverse, new Line<double>(a.Data<double>(), b.Data<double>(), y.Data<double>()));
        else
            Scans.Lines(a.Shape, _axis, _reverse, new Line<float>(a.Data<float>(), b.Data<float>(), y.Data<float>()));
    }

    private readonly unsafe struct Line<T>(T* a, T* b, T* y) : Scans.ILine where T : unmanaged, INumber<T>
    {
        public void Walk(long first, long step, long length)
        {
            double value = double.CreateTruncating(b[first]);
            y[first] = b[first];
            for (long i = 1, at = first + step; i < length; i++, at += step)
            {
                value = double.CreateTruncating(a[at]) * value + double.CreateTruncating(b[at]);
                y[at] = T.CreateTruncating(value);
            }
        }
    }

    public override void Vjp(in VjpContext c)
    {
        int forward = _reverse ? -1 : 1;
        var terms = Apply(Scans.Shift(c.Input(0), _axis, -forward, fill: 0), c.Grad(), _axis, !_reverse);
        c.Set(1, terms);
        if (c.Needs(0))
            c.Set(0, terms * Scans.Shift(c.Output(), _axis, forward, fill: 0));
    }

    public override Tensor[] Batch(BatchContext c) => [Apply(c.Expanded(0), c.Expanded(1), _axis + 1, _reverse)];
}
