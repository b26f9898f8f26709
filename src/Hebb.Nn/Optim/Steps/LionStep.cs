using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step by the sign of the momentum. State: the momentum.</summary>
internal sealed class LionStepOp : UpdatePrimitive<LionStepOp, LionStepOp.Rule<float>, LionStepOp.Rule<double>>
{
    private double _beta2, _weightDecay;

    public LionStepOp(double beta2, double weightDecay) =>
        (_beta2, _weightDecay) = (beta2, weightDecay);

    public LionStepOp()
    {
    }

    public override string Name => "lion_step";

    public override string DisplayName => "Lion";

    protected override int States => 1;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta2", ref _beta2);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: true);
        var beta1 = Number(inputs, 2).To(p.DType);
        var towards = inputs[2] * beta1 + g * (1.0 - beta1);
        return [p - Number(inputs, 0).To(p.DType) * towards.Sign(), RunningMean.Of(inputs[2], g, _beta2)];
    }

    public struct Rule<T> : IUpdate<Rule<T>, LionStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _beta2, _share2, _shrink, _rate;

        public static int Fewest => 1;

        public static int Most => 1;

        public static Rule<T> Of(LionStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _beta1 = T.CreateTruncating(numbers[2]),
                _share1 = T.CreateTruncating(1 - numbers[2]),
                _beta2 = T.CreateTruncating(op._beta2),
                _share2 = T.CreateTruncating(1 - op._beta2),
                _shrink = T.CreateTruncating(1 - numbers[0] * op._weightDecay),
                _rate = T.CreateTruncating(numbers[0]),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            V towards = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1)), rate = V.Create(_rate);
            p = p * V.Create(_shrink) - V.SelectLess(V.Zero, towards, rate, V.SelectLess(towards, V.Zero, -rate, V.Zero));
            mean = V.MultiplyAdd(mean, V.Create(_beta2), g * V.Create(_share2));
        }
    }
}
