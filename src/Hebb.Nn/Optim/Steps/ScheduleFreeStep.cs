using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>
/// A step of schedule-free AdamW; the parameter is where gradients are taken. State: the fast sequence, and the running mean of the squared gradient. A number of its own: how much the next
/// point counts in the average.
/// </summary>
internal sealed class ScheduleFreeStepOp : UpdatePrimitive<ScheduleFreeStepOp, ScheduleFreeStepOp.Rule<float>, ScheduleFreeStepOp.Rule<double>>
{
    private double _beta1, _beta2, _eps, _weightDecay;

    public ScheduleFreeStepOp(double beta1, double beta2, double eps, double weightDecay) => (_beta1, _beta2, _eps, _weightDecay) = (beta1, beta2, eps, weightDecay);

    public ScheduleFreeStepOp()
    {
    }

    public override string Name => "schedule_free_step";

    public override string DisplayName => "ScheduleFreeAdamW";

    protected override int States => 2;

    public override int Numbers => 4;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta1", ref _beta1);
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g, z) = (inputs[0], inputs[1], inputs[2]);
        var (rate, step, share) = (Number(inputs, 0), Number(inputs, 1), Number(inputs, 3));
        var square = RunningMean.Of(inputs[3], g.Square(), _beta2);
        var towards = g / ((square / (1.0 - Tensor.Pow(_beta2, step)).To(p.DType)).Sqrt() + _eps) + p * _weightDecay;
        var next = p + (z - p) * share.To(p.DType) + towards * (rate * ((1.0 - share) * _beta1 - 1.0)).To(p.DType);
        return [next, z - towards * rate.To(p.DType), square];
    }

    public struct Rule<T> : IUpdate<Rule<T>, ScheduleFreeStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta2, _share2, _rootScale, _eps, _decay, _share, _size, _rate;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(ScheduleFreeStepOp op, ReadOnlySpan<double> numbers)
        {
            var (rate, step, share) = (numbers[0], numbers[1], numbers[3]);
            return new()
            {
                _beta2 = T.CreateTruncating(op._beta2),
                _share2 = T.CreateTruncating(1 - op._beta2),
                _rootScale = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(op._beta2, step))),
                _eps = T.CreateTruncating(op._eps),
                _decay = T.CreateTruncating(op._weightDecay),
                _share = T.CreateTruncating(share),
                _size = T.CreateTruncating(rate * (op._beta1 * (1 - share) - 1)),
                _rate = T.CreateTruncating(-rate),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V z, ref V square, ref V third) where V : unmanaged, ISimd<V, T>
        {
            square = V.MultiplyAdd(square, V.Create(_beta2), UpdateLoop.Square<V, T>(g) * V.Create(_share2));
            V towards = V.MultiplyAdd(p, V.Create(_decay), g / V.MultiplyAdd(V.Sqrt(square), V.Create(_rootScale), V.Create(_eps)));
            p = V.MultiplyAdd(towards, V.Create(_size), V.MultiplyAdd(z - p, V.Create(_share), p));
            z = V.MultiplyAdd(towards, V.Create(_rate), z);
        }
    }
}
