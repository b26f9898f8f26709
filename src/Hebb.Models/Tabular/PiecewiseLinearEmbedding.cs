namespace Hebb;

/// <summary>
/// Numbers as vectors: each is spread over bins between the quantiles of the training rows, how far it fills each of them from 0 to 1, and a linear layer of its own makes a
/// vector of that (Gorishniy et al., "On embeddings for numerical features in tabular deep learning", 2022). [n, features] gives [n, features, dimensions].
/// </summary>
public sealed partial class PiecewiseLinearEmbedding : Module
{
    /// <param name="samples">The training rows, Float32 [n, features].</param>
    /// <param name="bins">The most bins of a feature; equal quantiles are one.</param>
    /// <param name="dimensions">The length of a feature's vector.</param>
    /// <exception cref="ShapeException">There are no rows or features, or a number is not positive.</exception>
    public PiecewiseLinearEmbedding(Tensor samples, int bins, int dimensions)
    {
        if (samples.Rank != 2 || samples.Count == 0 || bins < 1 || dimensions < 1)
            throw new ShapeException($"PiecewiseLinearEmbedding({samples.Shape}, {bins}, {dimensions}): needs rows [n, features] and positive numbers");
        int features = samples.Shape[1];
        float[] all = samples.ToArray<float>();
        var edges = Enumerable.Range(0, features).Select(f => Edges([.. Enumerable.Range(0, samples.Shape[0]).Select(row => all[row * features + f])], bins)).ToArray();
        int most = edges.Max(e => e.Length) - 1;
        float[] starts = new float[features * most], scales = new float[features * most];
        for (int f = 0; f < features; f++)
        {
            for (int bin = 0; bin + 1 < edges[f].Length; bin++)
                (starts[f * most + bin], scales[f * most + bin]) = (edges[f][bin], 1 / (edges[f][bin + 1] - edges[f][bin]));
        }
        (Starts, Scales) = (Tensor.From(starts, [features, most]), Tensor.From(scales, [features, most]));
        double bound = 1 / Math.Sqrt(most);
        Weight = new Parameter(Tensor.Uniform(-bound, bound, [features, most, dimensions]));
        Bias = new Parameter(Tensor.Uniform(-bound, bound, [features, dimensions]));
    }

    /// <summary>[features, bins, dimensions].</summary>
    public Parameter Weight { get; }

    /// <summary>[features, dimensions].</summary>
    public Parameter Bias { get; }

    /// <summary>Where bins begin, [features, bins].</summary>
    [Buffer]
    public Tensor Starts { get; private set; }

    /// <summary>1 by the width of each bin, [features, bins]; 0 where a feature has fewer bins.</summary>
    [Buffer]
    public Tensor Scales { get; private set; }

    protected override Tensor Forward(Tensor x)
    {
        var filled = ((x.Unsqueeze(-1) - Starts) * Scales).Clamp(0.0, 1.0);
        return filled.Permute(1, 0, 2).MatMul(Weight.Value).Permute(1, 0, 2) + Bias.Value;
    }

    /// <summary>
    /// Different quantiles, at least two numbers; all values where there are few. A value that fills more than a bin counts as one bin: of a column that is mostly zero the rest
    /// keeps its bins.
    /// </summary>
    private static float[] Edges(float[] values, int bins)
    {
        Array.Sort(values);
        var counts = new List<(float Value, int Count)>();
        foreach (float value in values)
        {
            if (counts.Count > 0 && counts[^1].Value == value)
                counts[^1] = (value, counts[^1].Count + 1);
            else
                counts.Add((value, 1));
        }
        if (counts.Count == 1)
            return [counts[0].Value, counts[0].Value + 1];
        if (counts.Count <= bins + 1)
            return [.. counts.Select(c => c.Value)];
        int cap = Math.Max(1, values.Length / bins);
        long total = counts.Sum(c => (long)Math.Min(c.Count, cap)), seen = 0;
        var edges = new List<float> { counts[0].Value };
        foreach (var (value, count) in counts)
        {
            seen += Math.Min(count, cap);
            // The next edge is due once its share of the values lies below.
            if (value > edges[^1] && seen * bins >= edges.Count * total)
                edges.Add(value);
        }
        if (edges[^1] < counts[^1].Value)
            edges.Add(counts[^1].Value);
        return [.. edges];
    }
}
