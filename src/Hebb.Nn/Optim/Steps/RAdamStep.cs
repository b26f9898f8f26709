using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of Adam whose early steps are rectified. State: running means of the gradient and of its square.</summary>
internal sealed class RAdamStepOp : UpdatePrimitive<RAdamStepOp, RAdamStepOp.Rule<float>, RAdamStepOp.Rule<double>>
{
    private double _beta2, _eps, _weightDecay;
    private bool _decoupled;

    public RAdamStepOp(double beta2, double eps, double weightDecay, bool decoupled) =>
        (_beta2, _eps, _weightDecay, _decoupled) = (beta2, eps, weightDecay, decoupled);

    public RAdamStepOp()
    {
    }

    public override string Name => "radam_step";

    public override string DisplayName => "RAdam";

    protected override int States => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("beta2", ref _beta2);
        v.Float("eps", ref _eps);
        v.Float("weight_decay", ref _weightDecay);
        v.Bool("decoupled", ref _decoupled);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = Decayed.Of(inputs[0], inputs[1], Number(inputs, 0), _weightDecay, _decoupled);
        var (rate, step, beta1) = (Number(inputs, 0), Number(inputs, 1), Number(inputs, 2));
        var mean = RunningMean.Of(inputs[2], g, beta1);
        var square = RunningMean.Of(inputs[3], g.Square(), _beta2);
        double limit = 2 / (1 - _beta2) - 1;
        var power = Tensor.Pow(_beta2, step);
        var length = limit - step * power * 2.0 / (1.0 - power);
        var rectified = length > 5.0;
        // Where it is not rectified the root stays clear of negative numbers.
        var at = Tensor.Where(rectified, length, 6.0);
        var factor = ((at - 4.0) * (at - 2.0) * limit / (at * ((limit - 4) * (limit - 2))) * (1.0 - power)).Sqrt().To(p.DType);
        var size = RunningMean.Corrected(rate, beta1, step, p.DType) * mean;
        p -= size * Tensor.Where(rectified, factor / (square.Sqrt() + _eps), 1.0);
        return [p, mean, square];
    }

    public struct Rule<T> : IUpdate<Rule<T>, RAdamStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _beta1, _share1, _beta2, _share2, _shrink, _decay, _size, _eps;
        private bool _rectified;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(RAdamStepOp op, ReadOnlySpan<double> numbers)
        {
            var (rate, step, beta1) = (numbers[0], numbers[1], numbers[2]);
            double limit = 2 / (1 - op._beta2) - 1, power = Math.Pow(op._beta2, step), length = limit - 2 * step * power / (1 - power);
            bool rectified = length > 5;
            double factor = rectified ? Math.Sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length) * (1 - power)) : 1;
            return new()
            {
                _beta1 = T.CreateTruncating(beta1),
                _share1 = T.CreateTruncating(1 - beta1),
                _beta2 = T.CreateTruncating(op._beta2),
                _share2 = T.CreateTruncating(1 - op._beta2),
                _shrink = T.CreateTruncating(op._decoupled ? 1 - rate * op._weightDecay : 1),
                _decay = T.CreateTruncating(op._decoupled ? 0 : op._weightDecay),
                _size = T.CreateTruncating(-rate / (1 - Math.Pow(beta1, step)) * factor),
                _eps = T.CreateTruncating(op._eps),
                _rectified = rectified,
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V mean, ref V square, ref V third) where V : unmanaged, ISimd<V, T>
        {
            g = V.MultiplyAdd(p, V.Create(_decay), g);
            p *= V.Create(_shrink);
            mean = V.MultiplyAdd(mean, V.Create(_beta1), g * V.Create(_share1));
            square = V.MultiplyAdd(square, V.Create(_beta2), UpdateLoop.Square<V, T>(g) * V.Create(_share2));
            p = V.MultiplyAdd(_rectified ? mean / (V.Sqrt(square) + V.Create(_eps)) : mean, V.Create(_size), p);
        }
    }
}
