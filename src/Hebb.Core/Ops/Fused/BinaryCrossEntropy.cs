using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Ops
{
    /// <summary>-(t log p + (1 - t) log(1 - p)), with no logarithm taken to lie below -100.</summary>
    [Op("binary_cross_entropy", Facade = false)]
    public readonly struct BinaryCrossEntropy : IBinaryOp<BinaryCrossEntropy>
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged
        {
            V least = Constant.Of<V, T>(-100);
            V yes = V.Max(VectorMath.Log<V, T>(a), least), no = V.Max(VectorMath.Log1p<V, T>(-a), least);
            return (b - V.One) * no - b * yes;
        }

        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * (a - b) / (a * (1.0 - a)).ClampMin(1e-12);

        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => d * ((-a).Log1p().ClampMin(-100) - a.Log().ClampMin(-100));
    }

    /// <summary>-(t log s + (1 - t) log(1 - s)) with s = sigmoid(x), without overflow.</summary>
    [Op("binary_cross_entropy_with_logits", Facade = false)]
    public readonly struct BinaryCrossEntropyWithLogits : IBinaryOp<BinaryCrossEntropyWithLogits>
    {
        public static OpDomain Domain => OpDomain.Float;

        public V Invoke<V, T>(V a, V b) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
            V.Max(a, V.Zero) - a * b + VectorMath.Log1p<V, T>(VectorMath.Exp<V, T>(-V.Abs(a)));

        public Tensor DifferentialA(Tensor d, Tensor a, Tensor b, Tensor y) => d * (a.Sigmoid() - b);

        public Tensor DifferentialB(Tensor d, Tensor a, Tensor b, Tensor y) => -(d * a);
    }
}

namespace Hebb
{
    public sealed partial class Tensor
    {
        /// <summary>Binary cross-entropy of probabilities: -(t log p + (1 - t) log(1 - p)), by default its mean. Logarithms end at -100, as in PyTorch, so that it stays finite.</summary>
        /// <param name="input">Probabilities, 0 to 1.</param>
        /// <param name="target">What they should be, 0 to 1, of the same shape.</param>
        /// <param name="weight">A factor for each element; broadcasts.</param>
        /// <param name="reduction">By default the mean.</param>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        /// <exception cref="DataException">An input lies outside 0 to 1. Found on a CPU where the loss is at hand at once; in graphs, under transforms and on a GPU the loss is NaN.</exception>
        public static Tensor BinaryCrossEntropy(Tensor input, Tensor target, Tensor? weight = null, Reduction reduction = Reduction.Mean)
        {
            LossShapes.Check("BinaryCrossEntropy", input, target);
            var losses = Binary<Ops.BinaryCrossEntropy>.Apply(input, target.To(input.DType));
            var reduced = reduction.Apply(weight is null ? losses : losses * weight);
            // One number tells: the logarithm of what is no probability is NaN, and so is any sum over it.
            if (reduced.Tracer is null && reduced.Device.Kind == DeviceKind.Cpu && EngineThread.Current.Trace is null && reduced.Count == 1 && double.IsNaN(reduced.Detach().Item()))
                RefuseImprobable(input.Detach());
            return reduced;
        }

        private static void RefuseImprobable(Tensor input)
        {
            using var noGrad = GradMode.NoGrad();
            double[] values = input.To(DType.Float64).ToArray<double>();
            int at = Array.FindIndex(values, v => v is < 0 or > 1);
            if (at >= 0)
                throw new DataException(FormattableString.Invariant($"BinaryCrossEntropy: {values[at]:G6} at position {at} is no probability, 0 to 1; end the model with a Sigmoid, or take BinaryCrossEntropyWithLogits"));
        }

        /// <summary>Binary cross-entropy of scores (logits): sigmoid and <see cref="BinaryCrossEntropy"/> in one step, without overflow. By default its mean.</summary>
        /// <param name="input">Scores.</param>
        /// <param name="target">Probabilities, 0 to 1, of the same shape; Bool and integers are converted.</param>
        /// <param name="weight">A factor for each element; broadcasts.</param>
        /// <param name="posWeight">A factor for the part of the positive class; broadcasts.</param>
        /// <param name="reduction">By default the mean.</param>
        /// <exception cref="ShapeException">The shapes differ.</exception>
        public static Tensor BinaryCrossEntropyWithLogits(Tensor input, Tensor target, Tensor? weight = null, Tensor? posWeight = null, Reduction reduction = Reduction.Mean)
        {
            LossShapes.Check("BinaryCrossEntropyWithLogits", input, target);
            var t = target.To(input.DType);
            var losses = posWeight is null
                ? Binary<BinaryCrossEntropyWithLogits>.Apply(input, t)
                : (1.0 - t) * input + (1.0 + (posWeight - 1.0) * t) * Unary<Softplus>.Apply(-input, new Softplus(1, double.PositiveInfinity));
            return reduction.Apply(weight is null ? losses : losses * weight);
        }

        /// <summary>The Kullback-Leibler divergence of a target distribution from log-probabilities: t (log t - input), by default its mean. Mathematically right is <see cref="Reduction.BatchMean"/>.</summary>
        /// <param name="input">Log-probabilities.</param>
        /// <param name="target">Probabilities; or their logarithms.</param>
        /// <param name="logTarget">The target holds logarithms.</param>
        /// <param name="reduction">By default the mean over all elements, as in PyTorch.</param>
        public static Tensor KlDivergence(Tensor input, Tensor target, bool logTarget = false, Reduction reduction = Reduction.Mean)
        {
            LossShapes.Check("KlDivergence", input, target);
            return reduction.Apply(logTarget ? target.Exp() * (target - input) : target.XLogY(target) - target * input);
        }
    }
}
