namespace Hebb.Ops;

/// <summary>Sampling at the points of a grid in simpler ops, which can be differentiated any number of times.</summary>
internal static class GridDecomposition
{
    public static Tensor Sample(Tensor x, Tensor grid, GridRule rule)
    {
        int axes = x.Rank - 2, n = x.Shape[0], channels = x.Shape[1];
        int points = checked((int)grid.Shape[1..^1].Count), taps = rule.Taps;
        var index = new Tensor[axes][];
        var weight = new Tensor[axes][];
        for (int i = 0; i < axes; i++)
            (index[i], weight[i]) = Axis(grid.Select(-1, axes - 1 - i).Reshape(n, points), x.Shape[2 + i], rule);
        var flat = x.Flatten(2, -1);
        Tensor? sum = null;
        for (int tap = 0; tap < (int)Math.Pow(taps, axes); tap++)
        {
            int rest = tap, stride = 1;
            Tensor? offset = null, product = null;
            for (int i = axes - 1; i >= 0; i--)
            {
                (rest, int k) = Math.DivRem(rest, taps);
                offset = offset is null ? index[i][k] : offset + index[i][k] * stride;
                product = product is null ? weight[i][k] : product * weight[i][k];
                stride *= x.Shape[2 + i];
            }
            var term = flat.Gather(2, offset!.Unsqueeze(1).Expand([n, channels, points])) * product!.Unsqueeze(1);
            sum = sum is null ? term : sum + term;
        }
        return sum!.Reshape(x.Shape[..2].Concat(grid.Shape[1..^1]));
    }

    /// <summary>Indices along an axis, inside it, and weights, zero for what is outside.</summary>
    private static (Tensor[] Indices, Tensor[] Weights) Axis(Tensor coordinate, int size, GridRule rule)
    {
        var at = rule.AlignCorners ? (coordinate + 1) * (0.5 * (size - 1)) : ((coordinate + 1) * size - 1) * 0.5;
        if (rule.Mode != InterpolationMode.Cubic)
            at = Inside(at, size, rule);
        at = Tensor.Where(at.Abs().Less(1 << 30), at, -100);
        if (rule.Mode == InterpolationMode.Nearest)
            return Bounded([at.Detach().Round()], [Tensor.OnesLike(at)], size);
        var floor = at.Detach().Floor();
        var t = at - floor;
        if (rule.Mode == InterpolationMode.Linear)
            return Bounded([floor, floor + 1], [1 - t, t], size);
        var positions = new Tensor[4];
        for (int k = 0; k < 4; k++)
            positions[k] = Inside(floor + (k - 1), size, rule);
        return Bounded(positions, [Outer(t + 1), Inner(t), Inner(1 - t), Outer(2 - t)], size);

        static Tensor Inner(Tensor x) => (x * 1.25 - 2.25) * x * x + 1;
        static Tensor Outer(Tensor x) => ((x * -0.75 + 3.75) * x - 6) * x + 3;
    }

    private static (Tensor[] Indices, Tensor[] Weights) Bounded(Tensor[] positions, Tensor[] weights, int size)
    {
        var indices = new Tensor[positions.Length];
        for (int k = 0; k < indices.Length; k++)
        {
            var inside = positions[k].GreaterEqual(0).To(weights[k].DType) * positions[k].Less(size).To(weights[k].DType);
            weights[k] = weights[k] * inside;
            indices[k] = positions[k].Detach().ClampMin(0).ClampMax(size - 1).To(DType.Int64);
        }
        return (indices, weights);
    }

    private static Tensor Inside(Tensor at, int size, GridRule rule)
    {
        if (rule.Padding == GridPadding.Zeros)
            return at;
        if (rule.Padding == GridPadding.Reflection)
        {
            double low = rule.AlignCorners ? 0 : -0.5, span = rule.AlignCorners ? size - 1 : size;
            if (span == 0)
                return at * 0;
            var distance = (at - low).Abs();
            var flips = (distance.Detach() / span).Floor();
            var rest = distance - flips * span;
            var odd = (flips * 0.5 - (flips * 0.5).Floor()).Greater(0.25);
            at = Tensor.Where(odd, span - rest, rest) + low;
        }
        // A constant at and beyond the ends, which Clamp would not be at the ends themselves.
        var inner = at.Greater(0).To(DType.Float32) * at.Less(size - 1).To(DType.Float32);
        return Tensor.Where(inner.Greater(0), at, at.Detach().ClampMin(0).ClampMax(size - 1));
    }
}
