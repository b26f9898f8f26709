namespace Hebb.Gguf;

/// <summary>Finds scales for groups of elements by trying several, and rounds elements by them.</summary>
internal static class ScaleSearch
{
    private const int Tries = 9;

    /// <summary>The scale s for x = s q with integers q from <paramref name="least"/> to <paramref name="most"/>. It may be negative: the end of the range with one more integer serves the larger side.</summary>
    public static float Centred(ReadOnlySpan<float> x, int least, int most)
    {
        float extreme = 0;
        foreach (float value in x)
            extreme = Math.Abs(value) > Math.Abs(extreme) ? value : extreme;
        if (extreme == 0)
            return 0;
        float best = 0;
        double bestError = double.PositiveInfinity;
        for (int i = -Tries; i <= Tries; i++)
        {
            float scale = extreme / (least + 0.1f * i);
            double dot = 0, squares = 0;
            foreach (float value in x)
            {
                int q = Round(value, scale, 0, least, most);
                dot += (double)value * q;
                squares += (double)q * q;
            }
            // The best scale for these integers.
            Consider(squares == 0 ? scale : (float)(dot / squares), x);
        }
        return best;

        void Consider(float scale, ReadOnlySpan<float> x)
        {
            double error = Error(x, scale, 0, least, most);
            if (error < bestError)
                (best, bestError) = (scale, error);
        }
    }

    /// <summary>Scale and least value for x = s q + m with integers q from 0 to <paramref name="most"/>; the scale is not negative.</summary>
    /// <param name="x">The elements.</param>
    /// <param name="most">The largest integer.</param>
    /// <param name="negativeOnly">Whether m must not be above 0.</param>
    public static (float Scale, float Least) Ranged(ReadOnlySpan<float> x, int most, bool negativeOnly)
    {
        float low = x[0], high = x[0];
        foreach (float value in x)
            (low, high) = (Math.Min(low, value), Math.Max(high, value));
        if (negativeOnly)
            (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        float width = high - low;
        if (width == 0 || !float.IsFinite(width))
            return (0, low);
        var best = (Scale: width / most, Least: low);
        double bestError = Error(x, best.Scale, best.Least, 0, most);
        for (int i = -Tries; i <= Tries; i++)
        {
            float scale = width / (most + 0.1f * i), least = low;
            // Line through the integers that this scale gives, by least squares.
            double n = x.Length, sq = 0, sqq = 0, sx = 0, sqx = 0;
            foreach (float value in x)
            {
                int q = Round(value, scale, least, 0, most);
                sq += q;
                sqq += (double)q * q;
                sx += value;
                sqx += (double)q * value;
            }
            double determinant = n * sqq - sq * sq;
            if (determinant <= 0)
                continue;
            scale = (float)((n * sqx - sq * sx) / determinant);
            least = (float)((sqq * sx - sq * sqx) / determinant);
            if (negativeOnly && least > 0)
                (scale, least) = ((float)(sqx / sqq), 0);
            double error = Error(x, scale, least, 0, most);
            if (scale > 0 && error < bestError)
                (best, bestError) = ((scale, least), error);
        }
        return best;
    }

    /// <summary>The integer q, within its range, for which s q + m is nearest to x; ties to even.</summary>
    public static int Round(float x, float scale, float least, int from, int to) =>
        scale == 0 ? Math.Clamp(0, from, to) : (int)Math.Clamp(MathF.Round((x - least) / scale), from, to);

    private static double Error(ReadOnlySpan<float> x, float scale, float least, int from, int to)
    {
        double sum = 0;
        foreach (float value in x)
        {
            double difference = value - ((double)scale * Round(value, scale, least, from, to) + least);
            sum += difference * difference;
        }
        return sum;
    }
}
