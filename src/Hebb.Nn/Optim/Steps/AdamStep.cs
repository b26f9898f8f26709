using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adam or AdamW. State: running means of the gradient and of its square and, with AMSGrad, the largest of the latter.</summary>
internal sealed class AdamStepOp : UpdatePrimitive<AdamStepOp, AdamStepOp.Rule<float>, AdamStepOp.Rule<double>>
{
    private double _beta2, _eps, _weightDecay;
    private bool _amsgrad, _decoupled;

    public AdamStepOp(double beta2, double eps, double weightDecay, bool amsgrad, bool decoupled) =>
        (_beta2, _eps, _weightDecay, _amsgrad, _decoupled) = (beta2, eps, weightDecay, amsgrad, decoupled);

    public AdamStepOp()
    {
    }

    public override string Name => "adam_step";

    public override string DisplayName => _decoupled ? "AdamW" : "Adam";

    protected override int States => _amsgrad ? 3 : 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("amsgrad", ref _amsgrad);
        v.Bool("decoupled", ref _decoupled);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, _decoupled);
        var (rate, step, beta1) = (Number(inputs, 0), Number(inputs, 1), Number(inputs, 2));
        var mean = RunningMean.Of(inputs[2], g, beta1);
        var square = RunningMean.Of(inputs[3], g.Square(), _beta2);
        var largest = _amsgrad ? inputs[4].Maximum(square) : square;
        var size = RunningMean.Corrected(rate, beta1, step, p.DType);
        var root = (1.0 - Tensor.Pow(_beta2, step)).Sqrt().To(p.DType);
        p -= size * mean / (largest.Sqrt() / root + _eps);
        return _amsgrad ? [p, mean, square, largest] : [p, mean, square];
    }

    public struct Rule<T> : IUpdate<Rule<T>, AdamStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _beta2, _share2, _shrink, _decay, _size, _rootScale, _eps;
        private bool _amsgrad;

        public static int Fewest => 2;

        public static int Most => 3;

        public static Rule<T> Of(AdamStepOp op, ReadOnlySpan<double> numbers)
        {
            var (rate, step, beta1) = (numbers[0], numbers[1], numbers[2]);
            return new()
            {
                _beta1 = T.CreateTruncating(beta1),
                _share1 = T.CreateTruncating(1 - beta1),
                _beta2 = T.CreateTruncating(op._beta2),
                _share2 = T.CreateTruncating(1 - op._beta2),
                _shrink = T.CreateTruncating(op._decoupled ? 1 - rate * op._weightDecay : 1),
                _decay = T.CreateTruncating(op._decoupled ? 0 : op._weightDecay),
                _size = T.CreateTruncating(-rate / (1 - Math.Pow(beta1, step))),
                _rootScale = T.CreateTruncating(1 / Math.Sqrt(1 - Math.Pow(op._beta2, step))),
                _eps = T.CreateTruncating(op._eps),
                _amsgrad = op._amsgrad,
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V square, ref V largest) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            p *= V.Create(_shrink);
            mean = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1));
            square = V.MultiplyAdd(square, V.Create(_beta2), UpdateLoop.Square<V, T>(g) * V.Create(_share2));
            V reached = square;
            if (_amsgrad)
                reached = largest = V.Max(largest, square);
            p = V.MultiplyAdd(mean / V.MultiplyAdd(V.Sqrt(reached), V.Create(_rootScale), V.Create(_eps)), V.Create(_size), p);
        }
    }
}
