using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of RMSprop. State: the running mean of the squared gradient, then the momentum and the running mean of the gradient where they are asked for.</summary>
internal sealed class RMSpropStepOp : UpdatePrimitive<RMSpropStepOp, RMSpropStepOp.Rule<float>, RMSpropStepOp.Rule<double>>
{
    private double _alpha, _eps, _weightDecay;
    private bool _hasMomentum, _centered;

    public RMSpropStepOp(double alpha, double eps, double weightDecay, bool hasMomentum, bool centered) =>
        (_alpha, _eps, _weightDecay, _hasMomentum, _centered) = (alpha, eps, weightDecay, hasMomentum, centered);

    public RMSpropStepOp()
    {
    }

    public override string Name => "rmsprop_step";

    public override string DisplayName => "RMSprop";

    protected override int States => 1 + (_hasMomentum ? 1 : 0) + (_centered ? 1 : 0);

    public override void Describe(AttributeVisitor v)
    {
        v.Float("alpha", ref _alpha);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("has_momentum", ref _hasMomentum);
        v.Bool("centered", ref _centered);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: false);
        var rate = Number(inputs, 0).To(p.DType);
        var square = inputs[2] * _alpha + g.Square() * (1 - _alpha);
        var mean = _centered ? inputs[_hasMomentum ? 4 : 3] * _alpha + g * (1 - _alpha) : null;
        var step = g / ((mean is null ? square : (square - mean.Square()).ClampMin(0.0)).Sqrt() + _eps);
        if (_hasMomentum)
            step = inputs[3] * Number(inputs, 2).To(p.DType) + step;
        p -= rate * step;
        return (_hasMomentum, mean) switch
        {
            (false, null) => [p, square],
            (true, null) => [p, square, step],
            (false, _) => [p, square, mean],
            _ => [p, square, step, mean],
        };
    }

    public struct Rule<T> : IUpdate<Rule<T>, RMSpropStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _alpha, _share, _decay, _momentum, _rate, _eps;
        private bool _hasMomentum, _centered;

        public static int Fewest => 1;

        public static int Most => 3;

        public static Rule<T> Of(RMSpropStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _alpha = T.CreateTruncating(op._alpha),
                _share = T.CreateTruncating(1 - op._alpha),
                _decay = T.CreateTruncating(op._weightDecay),
                _momentum = T.CreateTruncating(numbers[2]),
                _rate = T.CreateTruncating(-numbers[0]),
                _eps = T.CreateTruncating(op._eps),
                _hasMomentum = op._hasMomentum,
                _centered = op._centered,
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V square, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            square = V.MultiplyAdd(square, V.Create(_alpha), UpdateLoop.Square<V, T>(g) * V.Create(_share));
            V variance = square;
            if (_centered)
            {
                ref V mean = ref _hasMomentum ? ref third : ref second;
                mean = V.MultiplyAdd(mean, V.Create(_alpha), g * V.Create(_share));
                variance = V.Max(square - mean * mean, V.Zero);
            }
            g /= V.Sqrt(variance) + V.Create(_eps);
            if (_hasMomentum)
                g = second = V.MultiplyAdd(second, V.Create(_momentum), g);
            p = V.MultiplyAdd(g, V.Create(_rate), p);
        }
    }
}
