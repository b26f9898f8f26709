namespace Hebb.Onnx;

/// <summary>Normalisations.</summary>
internal static class NormalizationOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("BatchNormalization", 1, c => BatchNorm(c, training: !c.Flag("is_test")));
        // Until 14 it trains where somebody asks for what only training gives.
        table.AddAll("BatchNormalization", 7, c => BatchNorm(c, training: c.Wants(1) || c.Wants(2) || c.Wants(3) || c.Wants(4)));
        table.AddAll("BatchNormalization", 14, c => BatchNorm(c, c.Flag("training_mode")));
        table.Add("InstanceNormalization", 1, c => Wide(c[0], x => x.InstanceNorm(Like(c[1], x), Like(c[2], x), c.Float("epsilon", 1e-5f))));
        table.AddAll("LayerNormalization", 17, LayerNorm);
        table.Add("GroupNormalization", 18, c => GroupNorm(c, perGroup: true));
        table.Add("GroupNormalization", 21, c => GroupNorm(c, perGroup: false));
        table.Add("RMSNormalization", 23, RmsNorm);
        table.Add("LRN", 1, Lrn);
        table.Add("LpNormalization", 1, LpNorm);
        // Tried in the first version: over the channels too, and the variance, if asked for.
        table.Add("MeanVarianceNormalization", 1, c => MeanVariance(c[0], c.Flag("across_channels") ? [1, 2, 3] : [2, 3], c.Flag("normalize_variance", true)));
        table.Add("MeanVarianceNormalization", 9, c => MeanVariance(c[0], HostValues.Axes(c.Ints("axes") ?? [0, 2, 3], c[0].Rank), variance: true));
    }

    private static Tensor Like(Tensor x, Tensor other) => x.DType == other.DType ? x : x.To(other.DType);

    // Half floats are normalised in single precision.
    private static Tensor Wide(Tensor x, Func<Tensor, Tensor> f) => x.DType.IsHalf ? f(x.To(DType.Float32)).To(x.DType) : f(x);

    private static OnnxValue?[] BatchNorm(NodeCall c, bool training)
    {
        var x = c[0];
        var (scale, bias, mean, variance) = (c[1], c[2], c[3], c[4]);
        double eps = c.Float("epsilon", 1e-5f), momentum = c.Float("momentum", 0.9f);
        if (c.Version < 9 && !c.Flag("spatial", true))
        {
            // Each element of an example by itself, over the batch: as channels of one element.
            (scale, bias, mean, variance) = (scale.Flatten(), bias.Flatten(), mean.Flatten(), variance.Flatten());
            x = x.Reshape(x.Shape[0], -1, 1);
        }
        var shape = c[0].Shape;
        if (!training)
        {
            bool mixed = scale.DType != x.DType || mean.DType != x.DType;
            var wide = mixed || x.DType.IsHalf ? x.To(x.DType == DType.Float64 || mean.DType == DType.Float64 ? DType.Float64 : DType.Float32) : x;
            return [wide.BatchNorm(Like(mean, wide), Like(variance, wide), Like(scale, wide), Like(bias, wide), eps).To(x.DType).Reshape(shape)];
        }
        int[] axes = [.. Enumerable.Range(0, x.Rank).Where(i => i != 1)];
        var (nowVariance, nowMean) = x.VarMean(axes, correction: 0);
        var y = x.BatchNorm(nowMean, nowVariance, Like(scale, x), Like(bias, x), eps);
        var runningMean = mean * momentum + Like(nowMean, mean) * (1 - momentum);
        var runningVariance = variance * momentum + Like(nowVariance, variance) * (1 - momentum);
        Tensor Given(Tensor statistic) => statistic.Reshape(c[3].Shape);
        return [y.Reshape(shape), Given(runningMean), Given(runningVariance), Given(nowMean), Given(nowVariance)];
    }

    private static OnnxValue?[] LayerNorm(NodeCall c)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Int("axis", -1), x.Rank);
        var stash = c.DType("stash_type", DType.Float32);
        var wide = stash.Bits > x.DType.Bits ? x.To(stash) : x;
        double eps = c.Float("epsilon", 1e-5f);
        var normalized = x.Shape[axis..];
        Tensor y;
        bool fits = c[1].Shape == normalized && (c.Tensor(2) is null || c[2].Shape == normalized);
        if (fits)
        {
            y = wide.LayerNorm(normalized, Like(c[1], wide), c.Tensor(2) is { } bias ? Like(bias, wide) : null, eps).To(x.DType);
        }
        else
        {
            y = wide.LayerNorm(normalized, null, null, eps).To(x.DType) * c[1];
            y = c.Tensor(2) is { } bias ? y + bias : y;
        }
        if (!c.Wants(1) && !c.Wants(2))
            return [y];
        int[] axes = [.. Enumerable.Range(axis, x.Rank - axis)];
        var (variance, mean) = wide.VarMean(axes, correction: 0, keepDim: true);
        return [y, mean, (variance + eps).Rsqrt()];
    }

    private static Tensor GroupNorm(NodeCall c, bool perGroup)
    {
        var x = c[0];
        int groups = HostValues.Sizes([c.Int("num_groups")])[0];
        double eps = c.Float("epsilon", 1e-5f);
        Tensor scale = c[1], bias = c[2];
        // At first there was one scale for each group, not for each channel.
        if (perGroup && scale.Count == groups && x.Shape[1] != groups)
            (scale, bias) = (scale.RepeatInterleave(x.Shape[1] / groups), bias.RepeatInterleave(x.Shape[1] / groups));
        return Wide(x, wide => wide.GroupNorm(groups, Like(scale, wide), Like(bias, wide), eps));
    }

    private static Tensor RmsNorm(NodeCall c)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Int("axis", -1), x.Rank);
        var stash = c.DType("stash_type", DType.Float32);
        var wide = stash.Bits > x.DType.Bits ? x.To(stash) : x;
        double eps = c.Float("epsilon", 1e-5f);
        if (c[1].Shape == x.Shape[axis..] && wide.DType == x.DType && c[1].DType == x.DType)
            return x.RmsNorm(x.Shape[axis..], c[1], eps);
        var y = wide.RmsNorm(x.Shape[axis..], null, eps).To(x.DType);
        return Like(y, c[1]) * c[1];
    }

    // Squares of the channels around each, on both sides, the odd one after it.
    private static Tensor Lrn(NodeCall c)
    {
        var x = c[0];
        int size = HostValues.Sizes([c.Int("size")])[0], before = (size - 1) / 2;
        double alpha = c.Float("alpha", 1e-4f), beta = c.Float("beta", 0.75f), bias = c.Float("bias", 1);
        return Wide(x, wide =>
        {
            var pairs = new int[2 * x.Rank];
            (pairs[2 * (x.Rank - 2)], pairs[2 * (x.Rank - 2) + 1]) = (before, size - 1 - before);
            var sums = wide.Square().Pad(pairs).Unfold(1, size).Sum(-1);
            return wide / (sums * (alpha / size) + bias).Pow(beta);
        });
    }

    private static Tensor LpNorm(NodeCall c)
    {
        var x = c[0];
        int axis = HostValues.Axis(c.Int("axis", -1), x.Rank);
        var norm = c.Int("p", 2) == 1 ? x.Abs().Sum(axis, keepDim: true) : x.Square().Sum(axis, keepDim: true).Sqrt();
        return Tensor.Where(norm.Equal(0), 0.0, x / norm);
    }

    private static Tensor MeanVariance(Tensor x, int[] axes, bool variance)
    {
        var mean = x.Mean(axes, keepDim: true);
        if (!variance)
            return x - mean;
        var deviation = (x.Square().Mean(axes, keepDim: true) - mean.Square()).Sqrt();
        return (x - mean) / (deviation + 1e-9);
    }
}
