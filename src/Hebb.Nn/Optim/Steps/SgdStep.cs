using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of gradient descent. The momentum, if any, is the only state; at its first step it becomes the gradient.</summary>
internal sealed class SgdStepOp : UpdatePrimitive<SgdStepOp, SgdStepOp.Rule<float>, SgdStepOp.Rule<double>>
{
    private double _dampening, _weightDecay;
    private bool _hasMomentum, _nesterov;

    public SgdStepOp(bool hasMomentum, double dampening, double weightDecay, bool nesterov) =>
        (_hasMomentum, _dampening, _weightDecay, _nesterov) = (hasMomentum, dampening, weightDecay, nesterov);

    public SgdStepOp()
    {
    }

    public override string Name => "sgd_step";

    public override string DisplayName => "SGD";

    protected override int States => _hasMomentum ? 1 : 0;

    public override void Describe(AttributeVisitor v)
    {
        v.Bool("has_momentum", ref _hasMomentum);
        v.Float("dampening", ref _dampening);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("nesterov", ref _nesterov);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = (inputs[0], inputs[1]);
        var rate = Number(inputs, 0).To(p.DType);
        if (_weightDecay != 0)
            g += p * _weightDecay;
        if (!_hasMomentum)
            return [p - rate * g];
        var momentum = Number(inputs, 2).To(p.DType);
        var buffer = Tensor.Where(Number(inputs, 1) <= 1.0, g, inputs[2] * momentum + g * (1 - _dampening));
        return [p - rate * (_nesterov ? g + buffer * momentum : buffer), buffer];
    }

    public struct Rule<T> : IUpdate<Rule<T>, SgdStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _rate, _decay, _momentum, _share;
        private bool _hasMomentum, _nesterov, _first;

        public static int Fewest => 0;

        public static int Most => 1;

        public static Rule<T> Of(SgdStepOp op, ReadOnlySpan<double> numbers) => new()
        {
            _rate = T.CreateTruncating(-numbers[0]),
            _decay = T.CreateTruncating(op._weightDecay),
            _momentum = T.CreateTruncating(numbers[2]),
            _share = T.CreateTruncating(1 - op._dampening),
            _hasMomentum = op._hasMomentum,
            _nesterov = op._nesterov,
            _first = numbers[1] <= 1,
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V buffer, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            if (_hasMomentum)
            {
                buffer = _first ? g : V.MultiplyAdd(buffer, V.Create(_momentum), g * V.Create(_share));
                g = _nesterov ? V.MultiplyAdd(buffer, V.Create(_momentum), g) : buffer;
            }
            p = V.MultiplyAdd(g, V.Create(_rate), p);
        }
    }
}
