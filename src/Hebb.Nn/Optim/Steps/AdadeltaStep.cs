using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adadelta. State: running means of the squares of the gradient and of the step.</summary>
internal sealed class AdadeltaStepOp : UpdatePrimitive<AdadeltaStepOp, AdadeltaStepOp.Rule<float>, AdadeltaStepOp.Rule<double>>
{
    private double _rho, _eps, _weightDecay;

    public AdadeltaStepOp(double rho, double eps, double weightDecay) =>
        (_rho, _eps, _weightDecay) = (rho, eps, weightDecay);

    public AdadeltaStepOp()
    {
    }

    public override string Name => "adadelta_step";

    public override string DisplayName => "Adadelta";

    protected override int States => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("rho", ref _rho);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: false);
        var square = inputs[2] * _rho + g.Square() * (1 - _rho);
        var delta = (inputs[3] + _eps).Sqrt() / (square + _eps).Sqrt() * g;
        return [p - Number(inputs, 0).To(p.DType) * delta, square, inputs[3] * _rho + delta.Square() * (1 - _rho)];
    }

    public struct Rule<T> : IUpdate<Rule<T>, AdadeltaStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _rho, _share, _decay, _rate, _eps;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(AdadeltaStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _rho = T.CreateTruncating(op._rho),
                _share = T.CreateTruncating(1 - op._rho),
                _decay = T.CreateTruncating(op._weightDecay),
                _rate = T.CreateTruncating(-numbers[0]),
                _eps = T.CreateTruncating(op._eps),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V square, ref V moved, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            square = V.MultiplyAdd(square, V.Create(_rho), UpdateLoop.Square<V, T>(g) * V.Create(_share));
            g *= V.Sqrt(moved + V.Create(_eps)) / V.Sqrt(square + V.Create(_eps));
            moved = V.MultiplyAdd(moved, V.Create(_rho), UpdateLoop.Square<V, T>(g) * V.Create(_share));
            p = V.MultiplyAdd(g, V.Create(_rate), p);
        }
    }
}
