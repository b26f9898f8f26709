using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adagrad. State: the sum of squared gradients.</summary>
internal sealed class AdagradStepOp : UpdatePrimitive<AdagradStepOp, AdagradStepOp.Rule<float>, AdagradStepOp.Rule<double>>
{
    private double _rateDecay, _eps, _weightDecay;

    public AdagradStepOp(double rateDecay, double eps, double weightDecay) =>
        (_rateDecay, _eps, _weightDecay) = (rateDecay, eps, weightDecay);

    public AdagradStepOp()
    {
    }

    public override string Name => "adagrad_step";

    public override string DisplayName => "Adagrad";

    protected override int States => 1;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("rate_decay", ref _rateDecay);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: false);
        var rate = Number(inputs, 0) / ((Number(inputs, 1) - 1.0) * _rateDecay + 1.0);
        var sum = inputs[2] + g.Square();
        return [p - rate.To(p.DType) * g / (sum.Sqrt() + _eps), sum];
    }

    public struct Rule<T> : IUpdate<Rule<T>, AdagradStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _decay, _rate, _eps;

        public static int Fewest => 1;

        public static int Most => 1;

        public static Rule<T> Of(AdagradStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _decay = T.CreateTruncating(op._weightDecay),
                _rate = T.CreateTruncating(-numbers[0] / (1 + (numbers[1] - 1) * op._rateDecay)),
                _eps = T.CreateTruncating(op._eps),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V sum, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            sum = V.MultiplyAdd(g, g, sum);
            p = V.MultiplyAdd(g / (V.Sqrt(sum) + V.Create(_eps)), V.Create(_rate), p);
        }
    }
}
