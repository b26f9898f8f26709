namespace Hebb;

/// <summary>What is added to the scores of attention for the places of query and key. Hand it to a <see cref="MultiHeadAttention"/>.</summary>
public abstract class AttentionBias : Module
{
    /// <summary>What is added, [heads, queries, keys].</summary>
    /// <param name="queries">How many queries there are.</param>
    /// <param name="keys">How many keys there are.</param>
    /// <param name="past">The place of the first query among the keys.</param>
    public Tensor Call(int queries, int keys, int past = 0) => Enter(() => Bias(queries, keys, past));

    private protected abstract Tensor Bias(int queries, int keys, int past);

    /// <summary>How far each key stands behind each query, from <c>1 - queries - past</c> on, counted from 0: Int64 [queries, keys].</summary>
    private protected static Tensor Distances(int queries, int keys) =>
        Tensor.Arange(keys).Unsqueeze(0) - Tensor.Arange(queries).Unsqueeze(1) + (queries - 1L);
}

/// <summary>
/// Attention with linear biases (Press et al., 2021): each head's scores fall with the distance, at slopes of 2^(-8 / heads), 2^(-16 / heads) and so on. No parameters.
/// </summary>
/// <param name="numHeads">How many heads. Where it is no power of 2, slopes are filled up from those of twice as many, as the authors do.</param>
public sealed class AlibiBias(int numHeads) : AttentionBias
{
    private readonly double[] _slopes = Slopes(numHeads);

    private static double[] Slopes(int heads)
    {
        if (heads < 1)
            throw new ShapeException($"AlibiBias: {heads} heads");
        int power = 1;
        while (power * 2 <= heads)
            power *= 2;
        double Slope(int i, int of) => Math.Pow(2, -8.0 * (i + 1) / of);
        return [.. Enumerable.Range(0, power).Select(i => Slope(i, power)), .. Enumerable.Range(0, heads - power).Select(i => Slope(2 * i, 2 * power))];
    }

    private protected override Tensor Bias(int queries, int keys, int past)
    {
        var distance = (Distances(queries, keys) - (queries - 1L + past)).Abs().To(DType.Float64);
        return (-Tensor.From(_slopes).Reshape(_slopes.Length, 1, 1) * distance).To(DType.Float32);
    }

    public override string ToString() => $"AlibiBias({_slopes.Length})";
}

/// <summary>
/// A learned number for each head and each bucket of distances (Raffel et al., 2020): near distances have a bucket of their own, far ones share buckets that widen with the logarithm.
/// Starts normally distributed. Weight [buckets, heads].
/// </summary>
public sealed partial class RelativePositionBias : AttentionBias
{
    private readonly int _maxDistance;
    private readonly bool _bidirectional;

    /// <param name="numHeads">How many heads.</param>
    /// <param name="numBuckets">How many buckets.</param>
    /// <param name="maxDistance">From this distance on all share one bucket.</param>
    /// <param name="bidirectional">Keys before and behind a query have buckets of their own, half of them each; else those behind count as distance 0.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">There are too few buckets, or the distance lies within those of single distances.</exception>
    public RelativePositionBias(int numHeads, int numBuckets = 32, int maxDistance = 128, bool bidirectional = true, Rng? rng = null)
    {
        int exact = (bidirectional ? numBuckets / 2 : numBuckets) / 2;
        if (numHeads < 1 || exact < 1 || maxDistance <= exact)
            throw new ShapeException($"RelativePositionBias: {numHeads} heads, {numBuckets} buckets up to distance {maxDistance}: there must be heads, at least {(bidirectional ? 4 : 2)} buckets, and a distance above {exact}");
        (_maxDistance, _bidirectional) = (maxDistance, bidirectional);
        var initial = new InitialValues(rng);
        Weight = InitialValues.Make(() => initial.Normal(0, [numBuckets, numHeads], 1));
    }

    /// <summary>[buckets, heads].</summary>
    public Parameter Weight { get; }

    private protected override Tensor Bias(int queries, int keys, int past)
    {
        long[] buckets = [.. Enumerable.Range(0, Math.Max(0, queries + keys - 1)).Select(i => Bucket(i - (queries - 1) - past))];
        // Rows for distances, then one for each pair.
        return Weight.Value.Embedding(Tensor.From(buckets)).Embedding(Distances(queries, keys)).Permute(2, 0, 1);
    }

    // In float, like the published models: where a logarithm falls on the border of two buckets they must agree.
    private long Bucket(int distance)
    {
        int buckets = Weight.Shape[0], first = 0;
        if (_bidirectional)
        {
            buckets /= 2;
            first = distance > 0 ? buckets : 0;
        }
        int far = _bidirectional ? Math.Abs(distance) : Math.Max(0, -distance), exact = buckets / 2;
        if (far < exact)
            return first + far;
        float share = MathF.Log((float)far / exact) / (float)Math.Log((double)_maxDistance / exact);
        return first + Math.Min(buckets - 1, exact + (int)(share * (buckets - exact)));
    }

    public override string ToString() => $"RelativePositionBias({Weight.Shape[1]}, {Weight.Shape[0]}, {_maxDistance})";
}
