namespace Hebb;

public static partial class Losses
{
    /// <summary>1 - cosine of the angle for targets 1 (alike); how far the cosine exceeds a margin for targets -1.</summary>
    /// <param name="first">Vectors, [N, D] or [D].</param>
    /// <param name="second">Vectors of the same shape.</param>
    /// <param name="target">1 or -1, [N] or a scalar.</param>
    /// <param name="margin">The cosine that is allowed to those that are not alike, -1 to 1.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor CosineEmbedding(Tensor first, Tensor second, Tensor target, double margin = 0, Reduction reduction = Reduction.Mean)
    {
        if (first.Rank is not (1 or 2) || first.Shape != second.Shape || target.Shape != first.Shape[..^1])
            throw new ShapeException($"CosineEmbedding: vectors {first.Shape} and {second.Shape} and target {target.Shape} are not [N, D], [N, D] and [N], or without N");
        const double Eps = 1e-12;
        var cosine = (first * second).Sum(-1) / ((first.Square().Sum(-1) + Eps) * (second.Square().Sum(-1) + Eps)).Sqrt();
        return reduction.Apply(Tensor.Where(target.Equal(1L), 1.0 - cosine, 0.0) + Tensor.Where(target.Equal(-1L), (cosine - margin).Relu(), 0.0));
    }

    /// <summary>An anchor should be nearer to a positive than to a negative by a margin (Weinberger et al., 2006): max(0, d(a, p) - d(a, n) + margin).</summary>
    /// <param name="anchor">[N, D] or [D].</param>
    /// <param name="positive">What is alike, of the same shape.</param>
    /// <param name="negative">What is not, of the same shape.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="p">The norm of distances.</param>
    /// <param name="eps">Added to differences, so that distances of 0 have gradients.</param>
    /// <param name="swap">Takes the distance of positive and negative where that is smaller than the one of anchor and negative (Balntas et al., 2016).</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor TripletMargin(
        Tensor anchor, Tensor positive, Tensor negative, double margin = 1, double p = 2, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction.Mean) =>
        TripletMarginWithDistance(anchor, positive, negative, (a, b) => (a - b + eps).Norm(-1, p), margin, swap, reduction);

    /// <summary><see cref="TripletMargin"/> of any distance.</summary>
    /// <param name="anchor">[N, …].</param>
    /// <param name="positive">What is alike, of the same shape.</param>
    /// <param name="negative">What is not, of the same shape.</param>
    /// <param name="distance">Of two tensors [N, …] the distances [N]; by default Euclid's over the last axis.</param>
    /// <param name="margin">The margin.</param>
    /// <param name="swap">Takes the distance of positive and negative where that is smaller than the one of anchor and negative.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor TripletMarginWithDistance(
        Tensor anchor, Tensor positive, Tensor negative, Func<Tensor, Tensor, Tensor>? distance = null, double margin = 1, bool swap = false, Reduction reduction = Reduction.Mean)
    {
        if (anchor.Shape != positive.Shape || anchor.Shape != negative.Shape)
            throw new ShapeException($"TripletMargin: anchor {anchor.Shape}, positive {positive.Shape} and negative {negative.Shape} differ");
        distance ??= (a, b) => (a - b + 1e-6).Norm(-1);
        var far = distance(anchor, negative);
        if (swap)
            far = far.Minimum(distance(positive, negative));
        return reduction.Apply((distance(anchor, positive) - far + margin).Relu());
    }

    /// <summary>Half the squared distance of those that are alike, and half the square of what the others lack of a margin (Hadsell et al., 2006, equation 4).</summary>
    /// <param name="first">Vectors, [N, D].</param>
    /// <param name="second">Vectors of the same shape.</param>
    /// <param name="alike">[N]: Bool, or 1 for alike and 0 for not.</param>
    /// <param name="margin">How far apart those that are not alike should be.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor Contrastive(Tensor first, Tensor second, Tensor alike, double margin = 1, Reduction reduction = Reduction.Mean)
    {
        if (first.Rank != 2 || first.Shape != second.Shape || alike.Shape != first.Shape[..1])
            throw new ShapeException($"Contrastive: vectors {first.Shape} and {second.Shape} and marks {alike.Shape} are not [N, D], [N, D] and [N]");
        var (squared, marks) = ((first - second).Square().Sum(1), alike.To(first.DType));
        // Of distance 0 the root has no gradient.
        var distance = squared.ClampMin(1e-24).Sqrt();
        return reduction.Apply((marks * squared + (1.0 - marks) * (margin - distance).Relu().Square()) * 0.5);
    }

    /// <summary>
    /// Which of several keys belongs to a query (van den Oord et al., 2018): cross-entropy of the cosines over a temperature. Without negatives the other examples' keys are those.
    /// </summary>
    /// <param name="query">[N, D].</param>
    /// <param name="positive">The key of each query, [N, D].</param>
    /// <param name="negatives">Keys that belong to none, [M, D], such as those of a queue (He et al., 2020); null for the other examples' keys.</param>
    /// <param name="temperature">Above 0: the smaller, the more the hardest negatives count.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor InfoNCE(Tensor query, Tensor positive, Tensor? negatives = null, double temperature = 0.07, Reduction reduction = Reduction.Mean)
    {
        CheckTemperature(nameof(InfoNCE), temperature);
        if (query.Rank != 2 || query.Shape != positive.Shape || (negatives is not null && (negatives.Rank != 2 || negatives.Shape[1] != query.Shape[1])))
            throw new ShapeException($"InfoNCE: queries {query.Shape}, keys {positive.Shape} and negatives {negatives?.Shape.ToString() ?? "none"} are not [N, D], [N, D] and [M, D]");
        var (q, k) = (UnitLength(query), UnitLength(positive));
        if (negatives is null)
            return Tensor.CrossEntropy(q.MatMul(k.MT) * (1 / temperature), Tensor.Arange(query.Shape[0]), reduction: reduction);
        var scores = Tensor.Cat([(q * k).Sum(1, keepDim: true), q.MatMul(UnitLength(negatives).MT)], 1);
        return Tensor.CrossEntropy(scores * (1 / temperature), Tensor.Zeros([query.Shape[0]], DType.Int64), reduction: reduction);
    }

    /// <summary>The loss of SimCLR (Chen et al., 2020): each of 2 N views should find the other view of its example among all the others.</summary>
    /// <param name="first">One view of each example, [N, D].</param>
    /// <param name="second">Another, [N, D].</param>
    /// <param name="temperature">Above 0.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor NtXent(Tensor first, Tensor second, double temperature = 0.5)
    {
        CheckTemperature(nameof(NtXent), temperature);
        if (first.Rank != 2 || first.Shape != second.Shape)
            throw new ShapeException($"NtXent: views {first.Shape} and {second.Shape} are not both [N, D]");
        int n = first.Shape[0];
        var z = UnitLength(Tensor.Cat([first, second], 0));
        var scores = Tensor.Where(Tensor.Eye(2 * n, dtype: DType.Bool), double.NegativeInfinity, z.MatMul(z.MT) * (1 / temperature));
        return Tensor.CrossEntropy(scores, Tensor.Arange(2 * n).Roll(n));
    }

    /// <summary>
    /// Supervised contrastive loss (Khosla et al., 2020, equation 2): each vector should find all others of its class among all others. Vectors alone in their class take no part.
    /// </summary>
    /// <param name="features">[N, D].</param>
    /// <param name="labels">Class numbers, [N].</param>
    /// <param name="temperature">Above 0.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor SupervisedContrastive(Tensor features, Tensor labels, double temperature = 0.07)
    {
        CheckTemperature(nameof(SupervisedContrastive), temperature);
        if (features.Rank != 2 || labels.Shape != features.Shape[..1])
            throw new ShapeException($"SupervisedContrastive: features {features.Shape} and labels {labels.Shape} are not [N, D] and [N]");
        var z = UnitLength(features);
        var self = Tensor.Eye(features.Shape[0], dtype: DType.Bool);
        var scores = z.MatMul(z.MT) * (1 / temperature);
        var logShares = scores - Tensor.Where(self, double.NegativeInfinity, scores).LogSumExp(1, keepDim: true);
        var positive = labels.Unsqueeze(0).Equal(labels.Unsqueeze(1)).LogicalAnd(self.LogicalNot()).To(z.DType);
        var count = positive.Sum(1);
        var losses = -(positive * logShares).Sum(1) / count.ClampMin(1);
        return losses.Sum() / count.Greater(0.0).To(z.DType).Sum().ClampMin(1);
    }

    /// <summary>The mean of minus the cosine of output and target along the last axis: -1 where they point one way.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor CosineSimilarity(Tensor output, Tensor target) => -(UnitLength(output) * UnitLength(Like(nameof(CosineSimilarity), output, target))).Sum(-1).Mean();

    private static Tensor UnitLength(Tensor x) => x / x.Norm(-1, keepDim: true).ClampMin(1e-12);

    private static void CheckTemperature(string loss, double temperature)
    {
        if (!(temperature > 0))
            throw new HebbException($"{loss}: temperature {temperature} is not above 0");
    }
}
