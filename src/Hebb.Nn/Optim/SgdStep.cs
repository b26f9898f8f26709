using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Compile;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of gradient descent. The momentum, if any, is the only state; at its first step it becomes the gradient.</summary>
internal sealed class SgdStepOp : OptimizerPrimitive
{
    private double _momentum, _dampening, _weightDecay;
    private bool _nesterov, _first;

    public SgdStepOp(double momentum, double dampening, double weightDecay, bool nesterov, bool first)
    {
        (_momentum, _dampening, _weightDecay) = (momentum, dampening, weightDecay);
        (_nesterov, _first) = (nesterov, first);
    }

    public SgdStepOp()
    {
    }

    public override string Name => "sgd_step";

    public override string DisplayName => "SGD";

    protected override int States => _momentum != 0 ? 1 : 0;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("momentum", ref _momentum);
        v.Float("dampening", ref _dampening);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("nesterov", ref _nesterov);
        v.Bool("first", ref _first);
    }

    protected override void Update<T>(double rate, double step, Tensor gradient, ReadOnlySpan<Tensor> from, ReadOnlySpan<Tensor> to)
    {
        UpdateKernel<Rule<T>, T>.Run(RuleOf<T>(rate), gradient, from, to);
    }

    internal override CallBatch NewBatch() => new UpdateCalls<SgdStepOp, Rule<float>>((op, rate, _) => op.RuleOf<float>(rate));

    /// <summary>The arithmetic of a step.</summary>
    public Rule<T> RuleOf<T>(double rate) where T : unmanaged, IFloatingPointIeee754<T> => new()
    {
        Rate = T.CreateTruncating(-rate),
        Decay = T.CreateTruncating(_weightDecay),
        Momentum = T.CreateTruncating(_momentum),
        Share = T.CreateTruncating(1 - _dampening),
        HasMomentum = _momentum != 0,
        Nesterov = _nesterov,
        First = _first,
    };

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = (inputs[0], inputs[1]);
        var rate = inputs[^1].Select(0, 0).To(p.DType);
        if (_weightDecay != 0)
            g += p * _weightDecay;
        if (_momentum == 0)
            return [p - rate * g];
        var buffer = _first ? g : inputs[2] * _momentum + g * (1 - _dampening);
        return [p - rate * (_nesterov ? g + buffer * _momentum : buffer), _first ? g.Clone() : buffer];
    }

    public struct Rule<T> : IUpdate<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T Rate, Decay, Momentum, Share;
        public bool HasMomentum, Nesterov, First;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V buffer, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(Decay), g);
            if (HasMomentum)
            {
                buffer = First ? g : V.MultiplyAdd(buffer, V.Create(Momentum), g * V.Create(Share));
                g = Nesterov ? V.MultiplyAdd(buffer, V.Create(Momentum), g) : buffer;
            }
            p = V.MultiplyAdd(g, V.Create(Rate), p);
        }
    }
}
