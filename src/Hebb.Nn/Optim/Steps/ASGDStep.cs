using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of averaged descent. State: the average.</summary>
internal sealed class ASGDStepOp : UpdatePrimitive<ASGDStepOp, ASGDStepOp.Rule<float>, ASGDStepOp.Rule<double>>
{
    private double _lambd, _alpha, _start, _weightDecay;

    public ASGDStepOp(double lambd, double alpha, double start, double weightDecay) =>
        (_lambd, _alpha, _start, _weightDecay) = (lambd, alpha, start, weightDecay);

    public ASGDStepOp()
    {
    }

    public override string Name => "asgd_step";

    public override string DisplayName => "ASGD";

    protected override int States => 1;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("lambd", ref _lambd);
        v.Float("alpha", ref _alpha);
        v.Float("start", ref _start);
        v.Float("weight_decay", ref _weightDecay);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, decoupled: false);
        var (rate, done) = (Number(inputs, 0), Number(inputs, 1) - 1.0);
        var eta = rate / (rate * done * _lambd + 1.0).Pow(_alpha);
        p = p * (1.0 - eta * _lambd).To(p.DType) - eta.To(p.DType) * g;
        var share = (1.0 / (done - _start).ClampMin(1.0)).To(p.DType);
        return [p, Tensor.Where(share >= 1.0, p, inputs[2] + (p - inputs[2]) * share)];
    }

    public struct Rule<T> : IUpdate<Rule<T>, ASGDStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _decay, _shrink, _rate, _share;
        private bool _copies;

        public static int Fewest => 1;

        public static int Most => 1;

        public static Rule<T> Of(ASGDStepOp op, ReadOnlySpan<double> numbers)
        {
            double done = numbers[1] - 1, eta = numbers[0] / Math.Pow(1 + op._lambd * numbers[0] * done, op._alpha);
            return new()
            {
                _decay = T.CreateTruncating(op._weightDecay),
                _shrink = T.CreateTruncating(1 - op._lambd * eta),
                _rate = T.CreateTruncating(-eta),
                _share = T.CreateTruncating(1 / Math.Max(1, done - op._start)),
                _copies = done - op._start <= 1,
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V average, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            p = V.MultiplyAdd(p, V.Create(_shrink), g * V.Create(_rate));
            average = _copies ? p : V.MultiplyAdd(p - average, V.Create(_share), average);
        }
    }
}
