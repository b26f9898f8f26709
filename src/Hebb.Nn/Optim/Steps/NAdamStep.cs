using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adam with Nesterov's momentum. State: running means of the gradient and of its square. Numbers of its own: the decay rates of the momentum at this step and the next, and the product of all up to this.</summary>
internal sealed class NAdamStepOp : UpdatePrimitive<NAdamStepOp, NAdamStepOp.Rule<float>, NAdamStepOp.Rule<double>>
{
    private double _beta1, _beta2, _eps, _weightDecay;
    private bool _decoupled;

    public NAdamStepOp(double beta1, double beta2, double eps, double weightDecay, bool decoupled) =>
        (_beta1, _beta2, _eps, _weightDecay, _decoupled) = (beta1, beta2, eps, weightDecay, decoupled);

    public NAdamStepOp()
    {
    }

    public override string Name => "nadam_step";

    public override string DisplayName => "NAdam";

    protected override int States => 2;

    public override int Numbers => 6;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta1", ref _beta1);
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("decoupled", ref _decoupled);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, _decoupled);
        var (rate, step) = (Number(inputs, 0), Number(inputs, 1));
        var (now, next, product) = (Number(inputs, 3), Number(inputs, 4), Number(inputs, 5));
        var mean = RunningMean.Of(inputs[2], g, _beta1);
        var square = RunningMean.Of(inputs[3], g.Square(), _beta2);
        var root = (square / (1.0 - Tensor.Pow(_beta2, step)).To(p.DType)).Sqrt() + _eps;
        p -= (rate * (1.0 - now) / (1.0 - product)).To(p.DType) * g / root;
        p -= (rate * next / (1.0 - product * next)).To(p.DType) * mean / root;
        return [p, mean, square];
    }

    public struct Rule<T> : IUpdate<Rule<T>, NAdamStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _beta2, _share2, _shrink, _decay, _gradientSize, _meanSize, _rootScale, _eps;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(NAdamStepOp op, ReadOnlySpan<double> numbers)
        {
            var (rate, step) = (numbers[0], numbers[1]);
            var (now, next, product) = (numbers[3], numbers[4], numbers[5]);
            return new()
            {
                _beta1 = T.CreateTruncating(op._beta1),
                _share1 = T.CreateTruncating(1 - op._beta1),
                _beta2 = T.CreateTruncating(op._beta2),
                _share2 = T.CreateTruncating(1 - op._beta2),
                _shrink = T.CreateTruncating(op._decoupled ? 1 - rate * op._weightDecay : 1),
                _decay = T.CreateTruncating(op._decoupled ? 0 : op._weightDecay),
                _gradientSize = T.CreateTruncating(-rate * (1 - now) / (1 - product)),
                _meanSize = T.CreateTruncating(-rate * next / (1 - product * next)),
                _rootScale = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(op._beta2, step))),
                _eps = T.CreateTruncating(op._eps),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V square, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            p *= V.Create(_shrink);
            mean = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1));
            square = V.MultiplyAdd(square, V.Create(_beta2), UpdateLoop.Square<V, T>(g) * V.Create(_share2));
            V root = V.MultiplyAdd(V.Sqrt(square), V.Create(_rootScale), V.Create(_eps));
            p = V.MultiplyAdd(g, V.Create(_gradientSize), mean * V.Create(_meanSize)) / root + p;
        }
    }
}
