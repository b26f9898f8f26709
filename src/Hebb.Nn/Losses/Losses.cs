namespace Hebb;

/// <summary>How far a model's output is from its target: a scalar to minimise.</summary>
public delegate Tensor LossFunction(Tensor output, Tensor target);

/// <summary>
/// Loss functions, to hand to a trainer by name: <c>Losses.CrossEntropy</c>. Each is the mean over the batch; those with options are made by a method ending in
/// <c>With</c>: <c>Losses.CrossEntropyWith(reduction: Reduction.None)</c> gives the loss of every sample.
/// </summary>
public static partial class Losses
{
    /// <summary>Cross-entropy of scores (logits) [N, C, …] and class numbers [N, …] or probabilities [N, C, …]. The model needs no softmax at its end.</summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DataException">A label is none of the classes.</exception>
    public static Tensor CrossEntropy(Tensor output, Tensor target) => Tensor.CrossEntropy(output, target);

    /// <summary><see cref="CrossEntropy"/> with options.</summary>
    /// <param name="labelSmoothing">The part of each target, 0 to 1, that is spread evenly over the classes (Szegedy et al., 2016).</param>
    /// <param name="weight">A weight for each class, [C]; the mean is weighted by them.</param>
    /// <param name="ignoreIndex">A class number that takes no part.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction CrossEntropyWith(double labelSmoothing = 0, Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
    {
        int ignored = checked((int)ignoreIndex);
        weight = Constant(weight);
        return (output, target) => Tensor.CrossEntropy(output, target, weight, ignored, labelSmoothing, reduction);
    }

    /// <summary>The negative log-likelihood of class numbers [N, …] under log-probabilities [N, C, …], such as <see cref="LogSoftmax"/> gives.</summary>
    /// <exception cref="DataException">A label is none of the classes.</exception>
    public static Tensor NegativeLogLikelihood(Tensor output, Tensor target) => Tensor.NllLoss(output, target);

    /// <summary><see cref="NegativeLogLikelihood"/> with weights of the classes [C], a class number that takes no part, or another reduction.</summary>
    public static LossFunction NegativeLogLikelihoodWith(Tensor? weight = null, long ignoreIndex = -100, Reduction reduction = Reduction.Mean)
    {
        int ignored = checked((int)ignoreIndex);
        weight = Constant(weight);
        return (output, target) => Tensor.NllLoss(output, target, weight, ignored, reduction);
    }

    /// <summary>Binary cross-entropy of probabilities, 0 to 1, and targets of the same shape: Bool, or from 0 to 1.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    /// <exception cref="DataException">Outputs are no probabilities. On a CPU, outside compiled functions and transforms; there the loss is NaN.</exception>
    public static Tensor BinaryCrossEntropy(Tensor output, Tensor target) => BinaryCrossEntropyWith()(output, target);

    /// <summary><see cref="BinaryCrossEntropy"/> with options.</summary>
    /// <param name="weight">A factor for each element; broadcasts.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction BinaryCrossEntropyWith(Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        weight = Constant(weight);
        return (output, target) => Tensor.BinaryCrossEntropy(output, Like(nameof(BinaryCrossEntropy), output, target), weight, reduction);
    }

    /// <summary>Binary cross-entropy of scores (logits) and targets of the same shape: Bool, or from 0 to 1. The model needs no sigmoid at its end.</summary>
    public static Tensor BinaryCrossEntropyWithLogits(Tensor output, Tensor target) =>
        Tensor.BinaryCrossEntropyWithLogits(output, Like(nameof(BinaryCrossEntropyWithLogits), output, target));

    /// <summary><see cref="BinaryCrossEntropyWithLogits"/> with options.</summary>
    /// <param name="positiveWeight">A factor for the part of the positive class, above 1 for more recall; broadcasts.</param>
    /// <param name="weight">A factor for each element; broadcasts.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction BinaryCrossEntropyWithLogitsWith(Tensor? positiveWeight = null, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        (positiveWeight, weight) = (Constant(positiveWeight), Constant(weight));
        return (output, target) => Tensor.BinaryCrossEntropyWithLogits(output, Like(nameof(BinaryCrossEntropyWithLogits), output, target), weight, positiveWeight, reduction);
    }

    /// <summary>
    /// The Kullback-Leibler divergence of a target distribution from the model's log-probabilities: summed over classes, mean over the first axis.
    /// </summary>
    public static Tensor KullbackLeibler(Tensor output, Tensor target) => KullbackLeiblerWith()(output, target);

    /// <summary><see cref="KullbackLeibler"/> with options.</summary>
    /// <param name="logTarget">The target holds logarithms of probabilities.</param>
    /// <param name="reduction">By default the divergence itself; <see cref="Reduction.Mean"/> divides by the classes too, as PyTorch does unless told otherwise.</param>
    public static LossFunction KullbackLeiblerWith(bool logTarget = false, Reduction reduction = Reduction.BatchMean) =>
        (output, target) => Tensor.KlDivergence(output, Like(nameof(KullbackLeibler), output, target), logTarget, reduction);

    /// <summary>The target in the output's type. Unlike arithmetic this refuses to broadcast: [N] against [N, 1] would compare all with all.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    private static Tensor Like(string loss, Tensor output, Tensor target)
    {
        if (output.Shape != target.Shape)
        {
            string hint = output.Count == target.Count ? $"; reshape one, such as target.Reshape({string.Join(", ", output.Shape.ToArray())})" : "";
            throw new ShapeException($"{loss}: output {output.Shape} and target {target.Shape} differ{hint}");
        }
        return target.DType == output.DType ? target : target.To(output.DType);
    }

    // Options outlive the scopes that they may be made in.
    private static Tensor? Constant(Tensor? tensor) => tensor is null ? null : TensorScope.Escape(tensor);
}
