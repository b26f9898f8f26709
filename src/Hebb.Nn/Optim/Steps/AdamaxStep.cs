using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adam by the largest gradient. State: the running mean of the gradient, and its largest magnitude, which fades.</summary>
internal sealed class AdamaxStepOp : UpdatePrimitive<AdamaxStepOp, AdamaxStepOp.Rule<float>, AdamaxStepOp.Rule<double>>
{
    private double _beta2, _eps, _weightDecay;

    public AdamaxStepOp(double beta2, double eps, double weightDecay) =>
        (_beta2, _eps, _weightDecay) = (beta2, eps, weightDecay);

    public AdamaxStepOp()
    {
    }

    public override string Name => "adamax_step";

    public override string DisplayName => "Adamax";

    protected override int States => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: false);
        var (rate, step, beta1) = (Number(inputs, 0), Number(inputs, 1), Number(inputs, 2));
        var mean = RunningMean.Of(inputs[2], g, beta1);
        var largest = (inputs[3] * _beta2).Maximum(g.Abs() + _eps);
        return [p - RunningMean.Corrected(rate, beta1, step, p.DType) * mean / largest, mean, largest];
    }

    public struct Rule<T> : IUpdate<Rule<T>, AdamaxStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _beta2, _decay, _size, _eps;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(AdamaxStepOp op, ReadOnlySpan<double> numbers)
        {
            var (rate, step, beta1) = (numbers[0], numbers[1], numbers[2]);
            return new()
            {
                _beta1 = T.CreateTruncating(beta1),
                _share1 = T.CreateTruncating(1 - beta1),
                _beta2 = T.CreateTruncating(op._beta2),
                _decay = T.CreateTruncating(op._weightDecay),
                _size = T.CreateTruncating(-rate / (1 - Math.Pow(beta1, step))),
                _eps = T.CreateTruncating(op._eps),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V largest, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            mean = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1));
            largest = V.Max(largest * V.Create(_beta2), V.Abs(g) + V.Create(_eps));
            p = V.MultiplyAdd(mean / largest, V.Create(_size), p);
        }
    }
}
