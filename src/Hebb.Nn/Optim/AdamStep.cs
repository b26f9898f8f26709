using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Compile;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adam or AdamW. State: running means of the gradient and of its square and, with AMSGrad, the largest of the latter.</summary>
internal sealed class AdamStepOp : OptimizerPrimitive
{
    private double _beta1, _beta2, _eps, _weightDecay;
    private bool _amsgrad, _decoupled;

    public AdamStepOp(double beta1, double beta2, double eps, double weightDecay, bool amsgrad, bool decoupled)
    {
        (_beta1, _beta2, _eps, _weightDecay) = (beta1, beta2, eps, weightDecay);
        (_amsgrad, _decoupled) = (amsgrad, decoupled);
    }

    public AdamStepOp()
    {
    }

    public override string Name => "adam_step";

    public override string DisplayName => _decoupled ? "AdamW" : "Adam";

    protected override int States => _amsgrad ? 3 : 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta1", ref _beta1);
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("amsgrad", ref _amsgrad);
        v.Bool("decoupled", ref _decoupled);
    }

    protected override void Update<T>(double rate, double step, Tensor gradient, ReadOnlySpan<Tensor> from, ReadOnlySpan<Tensor> to)
    {
        UpdateKernel<Rule<T>, T>.Run(RuleOf<T>(rate, step), gradient, from, to);
    }

    internal override CallBatch NewBatch() => new UpdateCalls<AdamStepOp, Rule<float>>((op, rate, step) => op.RuleOf<float>(rate, step));

    /// <summary>The arithmetic of a step.</summary>
    public Rule<T> RuleOf<T>(double rate, double step) where T : unmanaged, IFloatingPointIeee754<T> => new()
    {
        Beta1 = T.CreateTruncating(_beta1),
        Share1 = T.CreateTruncating(1 - _beta1),
        Beta2 = T.CreateTruncating(_beta2),
        Share2 = T.CreateTruncating(1 - _beta2),
        Shrink = T.CreateTruncating(_decoupled ? 1 - rate * _weightDecay : 1),
        Decay = T.CreateTruncating(_decoupled ? 0 : _weightDecay),
        Size = T.CreateTruncating(-rate / (1 - Math.Pow(_beta1, step))),
        RootScale = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(_beta2, step))),
        Eps = T.CreateTruncating(_eps),
        Largest = _amsgrad,
    };

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g, mean, square) = (inputs[0], inputs[1], inputs[2], inputs[3]);
        var (rate, step) = (inputs[^1].Select(0, 0), inputs[^1].Select(0, 1));
        if (_decoupled)
            p *= (1.0 - rate * _weightDecay).To(p.DType);
        else if (_weightDecay != 0)
            g += p * _weightDecay;
        mean = mean * _beta1 + g * (1 - _beta1);
        square = square * _beta2 + g.Square() * (1 - _beta2);
        var largest = _amsgrad ? inputs[4].Maximum(square) : square;
        var size = (rate / (1.0 - Tensor.Pow(_beta1, step))).To(p.DType);
        var root = (1.0 - Tensor.Pow(_beta2, step)).Sqrt().To(p.DType);
        p -= size * mean / (largest.Sqrt() / root + _eps);
        return _amsgrad ? [p, mean, square, largest] : [p, mean, square];
    }

    public struct Rule<T> : IUpdate<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Beta1, Share1, Beta2, Share2, Shrink, Decay, Size, RootScale, Eps;
        public bool Largest;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V square, ref V largest) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(Decay), g);
            p *= V.Create(Shrink);
            mean = V.MultiplyAdd(mean, V.Create(Beta1), g * V.Create(Share1));
            square = V.MultiplyAdd(square, V.Create(Beta2), g * g * V.Create(Share2));
            V reached = square;
            if (Largest)
                reached = largest = V.Max(largest, square);
            p = V.MultiplyAdd(mean / V.MultiplyAdd(V.Sqrt(reached), V.Create(RootScale), V.Create(Eps)), V.Create(Size), p);
        }
    }
}
