namespace Hebb;

public static partial class Losses
{
    /// <summary>For distances and targets 1 (alike) or -1: the distance, or what it lacks of a margin.</summary>
    /// <param name="output">Distances.</param>
    /// <param name="target">1 or -1, of the same shape.</param>
    /// <param name="margin">How far apart those that are not alike should be.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor HingeEmbedding(Tensor output, Tensor target, double margin = 1, Reduction reduction = Reduction.Mean)
    {
        target = Like(nameof(HingeEmbedding), output, target);
        return reduction.Apply(Tensor.Where(target.Equal(1.0), output, 0.0) + Tensor.Where(target.Equal(-1.0), (margin - output).Relu(), 0.0));
    }

    /// <summary>How far two scores are from the order that the target asks for: max(0, -target (first - second) + margin).</summary>
    /// <param name="first">Scores.</param>
    /// <param name="second">Scores, of the same shape.</param>
    /// <param name="target">1 where the first should be higher, -1 where the second should.</param>
    /// <param name="margin">By how much.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MarginRanking(Tensor first, Tensor second, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean) =>
        reduction.Apply((margin - Like(nameof(MarginRanking), first, target) * (first - Like(nameof(MarginRanking), first, second))).Relu());

    /// <summary>The hinge loss of several classes (Crammer and Singer, 2001): for every wrong class, what its score lacks of standing a margin below that of the right one; their sum over the classes' number.</summary>
    /// <param name="output">Scores, [N, C].</param>
    /// <param name="target">Class numbers, [N].</param>
    /// <param name="power">1, or 2 for squares.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="weight">A factor for each right class, [C].</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor MultiMargin(Tensor output, Tensor target, int power = 1, double margin = 1, Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        if (output.Rank != 2 || target.Shape != output.Shape[..1])
            throw new ShapeException($"MultiMargin: output {output.Shape} and target {target.Shape} are not [N, C] and [N]");
        if (power is not (1 or 2))
            throw new HebbException($"MultiMargin: power {power} is neither 1 nor 2");
        var lacks = (output - output.Gather(1, target.Unsqueeze(1)) + margin).Relu();
        if (power == 2)
            lacks = lacks.Square();
        if (weight is not null)
            lacks *= weight.To(output.DType).IndexSelect(0, target).Unsqueeze(1);
        var wrong = 1.0 - target.OneHot(output.Shape[1], output.DType);
        return reduction.Apply((lacks * wrong).Sum(1) * (1.0 / output.Shape[1]));
    }

    /// <summary>The hinge loss of examples that have several classes: for every pair of one that holds and one that does not, what their scores lack of a margin of 1; the sum over the classes' number.</summary>
    /// <param name="output">Scores, [N, C] or [C].</param>
    /// <param name="target">Integers of the same shape: the classes that hold, then -1; what follows it does not count.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MultiLabelMargin(Tensor output, Tensor target, Reduction reduction = Reduction.Mean)
    {
        if (output.Rank is not (1 or 2) || output.Shape != target.Shape)
            throw new ShapeException($"MultiLabelMargin: output {output.Shape} and target {target.Shape} are not both [N, C] or [C]");
        bool single = output.Rank == 1;
        var (x, t) = single ? (output.Unsqueeze(0), target.Unsqueeze(0)) : (output, target);
        int classes = x.Shape[1];
        var counts = t.Less(0L).To(DType.Int64).CumSum(1).Equal(0L).To(x.DType);
        var chosen = t.Clamp(0L, classes - 1L);
        var holds = (chosen.OneHot(classes, x.DType) * counts.Unsqueeze(2)).Sum(1).Greater(0.0).To(x.DType);
        // [N, those that hold, all]
        var lacks = (1.0 - x.Gather(1, chosen).Unsqueeze(2) + x.Unsqueeze(1)).Relu() * counts.Unsqueeze(2) * (1.0 - holds).Unsqueeze(1);
        var losses = lacks.Sum([1, 2]) * (1.0 / classes);
        return reduction.Apply(single ? losses.Reshape([]) : losses);
    }

    /// <summary>log(1 + exp(-target * output)), for targets 1 and -1.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor SoftMargin(Tensor output, Tensor target) => SoftMarginWith(Reduction.Mean)(output, target);

    /// <summary><see cref="SoftMargin"/> with another reduction.</summary>
    public static LossFunction SoftMarginWith(Reduction reduction) =>
        (output, target) => reduction.Apply((-(Like(nameof(SoftMargin), output, target) * output)).Softplus(1, double.PositiveInfinity));

    /// <summary>Binary cross-entropy of scores (logits) of classes that hold or don't: mean over the classes, [N, C] or [C], then over the batch.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor MultiLabelSoftMargin(Tensor output, Tensor target) => MultiLabelSoftMarginWith()(output, target);

    /// <summary><see cref="MultiLabelSoftMargin"/> with options.</summary>
    /// <param name="weight">A factor for each class, [C].</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction MultiLabelSoftMarginWith(Tensor? weight = null, Reduction reduction = Reduction.Mean)
    {
        weight = Constant(weight);
        return (output, target) => reduction.Apply(
            Tensor.BinaryCrossEntropyWithLogits(output, Like(nameof(MultiLabelSoftMargin), output, target), weight, reduction: Reduction.None).Mean(-1));
    }

    /// <summary>max(0, 1 - target * output), for targets 1 and -1 (Cortes and Vapnik, 1995).</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor Hinge(Tensor output, Tensor target) => (1.0 - Like(nameof(Hinge), output, target) * output).Relu().Mean();

    /// <summary>The square of <see cref="Hinge"/>, of each element.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor SquaredHinge(Tensor output, Tensor target) => (1.0 - Like(nameof(SquaredHinge), output, target) * output).Relu().Square().Mean();
}
