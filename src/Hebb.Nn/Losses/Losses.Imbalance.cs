namespace Hebb;

public static partial class Losses
{
    /// <summary>Focal loss (Lin et al., 2017) of scores (logits) and targets 0 or 1: binary cross-entropy, in which what is easy counts little.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor BinaryFocal(Tensor output, Tensor target) => BinaryFocalWith()(output, target);

    /// <summary><see cref="BinaryFocal"/> with options.</summary>
    /// <param name="alpha">The weight of the positive class, 0 to 1; the negative one has 1 - alpha. Null for none.</param>
    /// <param name="gamma">How much less what is easy counts: by (1 - p)^gamma, p the probability of what holds.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction BinaryFocalWith(double? alpha = 0.25, double gamma = 2, Reduction reduction = Reduction.Mean) => (output, target) =>
    {
        target = Like(nameof(BinaryFocal), output, target);
        var p = output.Sigmoid();
        var wrong = p + target - p * target * 2;
        var losses = Tensor.BinaryCrossEntropyWithLogits(output, target, reduction: Reduction.None) * Focus(wrong, gamma);
        return reduction.Apply(alpha is { } a ? losses * (target * (2 * a - 1) + (1 - a)) : losses);
    };

    /// <summary>Focal loss (Lin et al., 2017) of scores (logits) [N, C, …] and class numbers [N, …]: cross-entropy, in which what is easy counts little.</summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor Focal(Tensor output, Tensor target) => FocalWith()(output, target);

    /// <summary><see cref="Focal"/> with options.</summary>
    /// <param name="gamma">How much less what is easy counts: by (1 - p)^gamma, p the probability of the right class.</param>
    /// <param name="weight">A weight for each class, [C].</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction FocalWith(double gamma = 2, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        weight = Constant(weight);
        return (output, target) =>
        {
            var losses = Tensor.CrossEntropy(output, target, reduction: Reduction.None);
            losses *= Focus(1.0 - (-losses).Exp(), gamma);
            return reduction.Apply(weight is null ? losses : losses * weight.To(losses.DType).IndexSelect(0, target.Flatten()).Reshape(losses.Shape));
        };
    }

    // Rounding may leave a probability above 1, of which a broken power would be no number.
    private static Tensor Focus(Tensor wrong, double gamma) => gamma == 0 ? Tensor.OnesLike(wrong) : gamma == 1 ? wrong : gamma == 2 ? wrong.Square() : wrong.ClampMin(1e-12).Pow(gamma);

    /// <summary>
    /// 1 - the overlap of Dice (Milletari et al., 2016) of probabilities [N, C, …] and a target of the same shape, or class numbers [N, …]: 2 sum(p t) / (sum(p) + sum(t)) over all places, the mean over
    /// examples and classes.
    /// </summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor Dice(Tensor output, Tensor target) => DiceWith()(output, target);

    /// <summary><see cref="Dice"/> with options.</summary>
    /// <param name="smooth">Added above and below, so that an empty target has a loss.</param>
    /// <param name="squared">Squares below, as the paper has them.</param>
    public static LossFunction DiceWith(double smooth = 1, bool squared = false) => (output, target) =>
    {
        var (p, t) = Places(nameof(Dice), output, target);
        var sizes = squared ? p.Square().Sum(2) + t.Square().Sum(2) : p.Sum(2) + t.Sum(2);
        return 1.0 - (((p * t).Sum(2) * 2 + smooth) / (sizes + smooth)).Mean();
    };

    /// <summary>
    /// 1 - Tversky's index (Salehi et al., 2017) of probabilities [N, C, …] and a target of the same shape, or class numbers [N, …]: hits / (hits + alpha false alarms + beta misses), the mean over
    /// examples and classes.
    /// </summary>
    /// <param name="alpha">The weight of false alarms.</param>
    /// <param name="beta">The weight of misses. Both 1/2 is <see cref="Dice"/>, both 1 Jaccard's index.</param>
    /// <param name="smooth">Added above and below.</param>
    /// <param name="gamma">Takes the loss of each class to the power 1 / gamma (focal Tversky; Abraham and Khan, 2019, take 4/3).</param>
    public static LossFunction TverskyWith(double alpha = 0.3, double beta = 0.7, double smooth = 1, double gamma = 1) => (output, target) =>
    {
        var (p, t) = Places("Tversky", output, target);
        var hits = (p * t).Sum(2);
        var index = (hits + smooth) / (hits + (p * (1.0 - t)).Sum(2) * alpha + ((1.0 - p) * t).Sum(2) * beta + smooth);
        var losses = 1.0 - index;
        return (gamma == 1 ? losses : losses.ClampMin(1e-12).Pow(1 / gamma)).Mean();
    };

    /// <summary><see cref="TverskyWith"/> with the paper's weights.</summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor Tversky(Tensor output, Tensor target) => TverskyWith()(output, target);

    /// <summary>Probabilities and targets as [N, C, places].</summary>
    private static (Tensor Output, Tensor Target) Places(string loss, Tensor output, Tensor target)
    {
        if (output.Rank < 2)
            throw new ShapeException($"{loss}: output {output.Shape} is not [N, C, …]");
        if (target.Shape == output.Shape.Remove(1) && target.DType.IsInteger)
            target = target.OneHot(output.Shape[1]).MoveAxis(-1, 1);
        if (target.Shape != output.Shape)
            throw new ShapeException($"{loss}: output {output.Shape} and target {target.Shape} differ; the target may also be class numbers {output.Shape.Remove(1)}");
        target = target.To(output.DType);
        return output.Rank == 2 ? (output.Unsqueeze(2), target.Unsqueeze(2)) : (output.Flatten(2), target.Flatten(2));
    }
}
