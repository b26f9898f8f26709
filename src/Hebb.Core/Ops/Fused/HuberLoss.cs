using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Ops
{
    /// <summary>x^2 / 2 where |x| is at most delta, delta (|x| - delta / 2) beyond.</summary>
    [Op("huber", Facade = false)]
    public struct Huber(double delta) : IUnaryOp<Huber>
    {
        private double _delta = delta;

        public readonly V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V half = Constant.Of<V, T>(0.5), delta = Constant.Of<V, T>(_delta), size = V.Abs(x);
            return V.Select(V.Greater(size, delta), delta * (size - half * delta), half * x * x);
        }

        public readonly Tensor Differential(Tensor d, Tensor x, Tensor y) => d * x.Clamp(-_delta, _delta);

        public void Describe(AttributeVisitor v) => v.Float("delta", ref _delta);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>The squared error: (input - target)^2, by default its mean. The two broadcast.</summary>
        public static Tensor MseLoss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
            reduction.Apply(Difference("MseLoss", input, target).Square());

        /// <summary>The absolute error: |input - target|, by default its mean. The two broadcast.</summary>
        public static Tensor L1Loss(Tensor input, Tensor target, Reduction reduction = Reduction.Mean) =>
            reduction.Apply(Difference("L1Loss", input, target).Abs());

        /// <summary>Huber's loss: half the squared error up to an error of <paramref name="delta"/>, linear beyond (P. J. Huber, 1964). By default its mean. The two broadcast.</summary>
        /// <exception cref="HebbException">Delta is not positive.</exception>
        public static Tensor HuberLoss(Tensor input, Tensor target, double delta = 1, Reduction reduction = Reduction.Mean)
        {
            if (!(delta > 0))
                throw new HebbException($"HuberLoss: delta {delta} is not positive");
            return reduction.Apply(Unary<Huber>.Apply(Difference("HuberLoss", input, target), new Huber(delta)));
        }

        /// <summary>Huber's loss with delta <paramref name="beta"/>, divided by it, so that it becomes the absolute error as beta goes to 0. By default its mean. The two broadcast.</summary>
        /// <exception cref="HebbException">Beta is negative.</exception>
        public static Tensor SmoothL1Loss(Tensor input, Tensor target, double beta = 1, Reduction reduction = Reduction.Mean)
        {
            if (!(beta >= 0))
                throw new HebbException($"SmoothL1Loss: beta {beta} is negative");
            return beta == 0 ? L1Loss(input, target, reduction) : reduction.Apply(Unary<Huber>.Apply(Difference("SmoothL1Loss", input, target), new Huber(beta)) * (1 / beta));
        }

        private static Tensor Difference(string op, Tensor input, Tensor target)
        {
            LossShapes.Check(op, input, target);
            return input - target;
        }
    }
}
