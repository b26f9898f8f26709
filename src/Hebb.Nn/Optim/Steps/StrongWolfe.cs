namespace Hebb.Optim;

/// <summary>
/// Finds a step along a direction after which the loss has fallen enough and its slope is flat enough: the strong Wolfe conditions (Nocedal and Wright, 2006, algorithms 3.5 and 3.6), with the
/// constants of minFunc (Schmidt, 2005), which PyTorch has too.
/// </summary>
internal static class StrongWolfe
{
    private const double Decrease = 1e-4, Curvature = 0.9, SmallestChange = 1e-9;
    private const int MaxTrials = 25;

    /// <summary>The loss at some length along the direction, its gradient, and its slope along the direction.</summary>
    private readonly record struct Point(double Length, double Loss, Tensor Gradient, double Slope);

    /// <param name="evaluate">From a length to loss, gradient and slope there.</param>
    /// <param name="first">The length to begin with.</param>
    /// <param name="loss">The loss at length 0.</param>
    /// <param name="gradient">Its gradient.</param>
    /// <param name="slope">Its slope, below 0.</param>
    /// <param name="reach">The largest element of the direction.</param>
    public static (double Loss, Tensor Gradient, double Length, int Calls) Search(Func<double, (double Loss, Tensor Gradient, double Slope)> evaluate, double first, double loss, Tensor gradient, double slope, double reach)
    {
        var start = new Point(0, loss, gradient, slope);
        var (previous, now) = (start, At(first));
        int calls = 1, trials = 0;
        // Outwards, until a length is good or one is found on both sides of which a good one must lie.
        Point? other = null;
        while (trials < MaxTrials)
        {
            if (IsTooHigh(now) || (trials > 1 && now.Loss >= previous.Loss) || (!IsFlat(now) && now.Slope >= 0))
            {
                other = previous;
                break;
            }
            if (IsFlat(now))
                return (now.Loss, now.Gradient, now.Length, calls);
            double next = Cubic(previous, now, now.Length + 0.01 * (now.Length - previous.Length), now.Length * 10);
            (previous, now) = (now, At(next));
            calls++;
            trials++;
        }
        other ??= start;
        // Inwards.
        Point a = other.Value, b = now;
        bool aIsLow = a.Loss <= b.Loss, stuck = false;
        while (trials < MaxTrials && Math.Abs(b.Length - a.Length) * reach >= SmallestChange)
        {
            double least = Math.Min(a.Length, b.Length), most = Math.Max(a.Length, b.Length), margin = 0.1 * (most - least);
            double length = Cubic(a, b, least, most);
            // Close to an end for the second time: rather a tenth of the way from it.
            bool close = Math.Min(most - length, length - least) < margin;
            if (close && (stuck || length >= most || length <= least))
                (length, close) = (Math.Abs(length - most) < Math.Abs(length - least) ? most - margin : least + margin, false);
            stuck = close;
            now = At(length);
            calls++;
            trials++;
            var (low, high) = aIsLow ? (a, b) : (b, a);
            if (IsTooHigh(now) || now.Loss >= low.Loss)
            {
                (a, b) = aIsLow ? (low, now) : (now, low);
                aIsLow = a.Loss <= b.Loss;
                continue;
            }
            if (IsFlat(now))
                return (now.Loss, now.Gradient, now.Length, calls);
            if (now.Slope * (high.Length - low.Length) >= 0)
                high = low;
            (a, b) = aIsLow ? (now, high) : (high, now);
        }
        var best = aIsLow ? a : b;
        return (best.Loss, best.Gradient, best.Length, calls);

        Point At(double length)
        {
            var found = evaluate(length);
            return new Point(length, found.Loss, found.Gradient, found.Slope);
        }

        bool IsTooHigh(in Point at) => at.Loss > loss + Decrease * at.Length * slope;

        bool IsFlat(in Point at) => Math.Abs(at.Slope) <= -Curvature * slope;
    }

    /// <summary>Where the cubic through two points and slopes is lowest (Nocedal and Wright, 2006, equation 3.59), kept within bounds; their middle where it has no lowest point.</summary>
    private static double Cubic(in Point a, in Point b, double least, double most)
    {
        var (left, right) = a.Length <= b.Length ? (a, b) : (b, a);
        double d1 = left.Slope + right.Slope - 3 * (left.Loss - right.Loss) / (left.Length - right.Length), square = d1 * d1 - left.Slope * right.Slope;
        if (!(square >= 0))
            return (least + most) / 2;
        double d2 = Math.Sqrt(square), lowest = right.Length - (right.Length - left.Length) * ((right.Slope + d2 - d1) / (right.Slope - left.Slope + 2 * d2));
        return Math.Min(Math.Max(lowest, least), most);
    }
}
