using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Sophia. State: the momentum, and a running estimate of the Hessian's diagonal, which this only reads.</summary>
internal sealed class SophiaStepOp : UpdatePrimitive<SophiaStepOp, SophiaStepOp.Rule<float>, SophiaStepOp.Rule<double>>
{
    private double _rho, _eps, _weightDecay;

    public SophiaStepOp(double rho, double eps, double weightDecay) =>
        (_rho, _eps, _weightDecay) = (rho, eps, weightDecay);

    public SophiaStepOp()
    {
    }

    public override string Name => "sophia_step";

    public override string DisplayName => "Sophia";

    protected override int States => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("rho", ref _rho);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: true);
        var beta1 = Number(inputs, 2).To(p.DType);
        var mean = inputs[2] * beta1 + g * (1.0 - beta1);
        return [p - Number(inputs, 0).To(p.DType) * (mean / (inputs[3] * _rho).ClampMin(_eps)).Clamp(-1.0, 1.0), mean, inputs[3].Clone()];
    }

    public struct Rule<T> : IUpdate<Rule<T>, SophiaStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _shrink, _rho, _eps, _rate;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(SophiaStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _beta1 = T.CreateTruncating(numbers[2]),
                _share1 = T.CreateTruncating(1 - numbers[2]),
                _shrink = T.CreateTruncating(1 - numbers[0] * op._weightDecay),
                _rho = T.CreateTruncating(op._rho),
                _eps = T.CreateTruncating(op._eps),
                _rate = T.CreateTruncating(-numbers[0]),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V hessian, ref V third) where V : unmanaged, ISimd<V, T>
        {
            mean = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1));
            V towards = V.Min(V.Max(mean / V.Max(hessian * V.Create(_rho), V.Create(_eps)), -V.One), V.One);
            p = V.MultiplyAdd(towards, V.Create(_rate), p * V.Create(_shrink));
        }
    }
}
