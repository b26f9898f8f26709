namespace Hebb.Data;

/// <summary>Coefficients of a component, and the inverse wavelets that make samples of them (T.800, annexes E and F).</summary>
internal static class J2kWavelet
{
    private const float Alpha = -1.586134342059924f, Beta = -0.052980118572961f, Gamma = 0.882911075530934f, Delta = 0.443506852043971f, Gain = 1.230174104914001f;

    private delegate void Lift<T>(Span<T> line, int odd);

    /// <summary>Samples of the reversible 5/3 wavelet.</summary>
    public static int[] Whole(J2kResolution[] resolutions, J2kCoding coding, J2kQuantizer quantizer, byte[] data, MqDecoder decoder) =>
        Compose(resolutions, coding, quantizer, data, decoder, (coefficient, _) => coefficient / 2, Lift53);

    /// <summary>Samples of the irreversible 9/7 wavelet.</summary>
    public static float[] Real(J2kResolution[] resolutions, J2kCoding coding, J2kQuantizer quantizer, byte[] data, MqDecoder decoder) =>
        Compose(resolutions, coding, quantizer, data, decoder, (coefficient, step) => coefficient * 0.5f * step, Lift97);

    private static T[] Compose<T>(J2kResolution[] resolutions, J2kCoding coding, J2kQuantizer quantizer, byte[] data, MqDecoder decoder, Func<int, float, T> scale, Lift<T> lift)
    {
        T[] samples = Band(resolutions[0], 0, coding, quantizer, data, decoder, scale);
        for (int r = 1; r < resolutions.Length; r++)
        {
            var (low, high) = (resolutions[r - 1], resolutions[r]);
            int width = high.X1 - high.X0, height = high.Y1 - high.Y0;
            var next = new T[width * height];
            T[][] bands = [samples, .. Enumerable.Range(0, 3).Select(b => Band(high, b, coding, quantizer, data, decoder, scale))];
            for (int kind = 0; kind < 4; kind++)
            {
                // Even places hold means, odd ones differences, counted on the grid of the whole picture.
                int x0 = kind == 0 ? low.X0 : high.Bands[kind - 1].X0, y0 = kind == 0 ? low.Y0 : high.Bands[kind - 1].Y0;
                int wide = (kind == 0 ? low.X1 : high.Bands[kind - 1].X1) - x0;
                for (int i = 0; i < bands[kind].Length; i++)
                {
                    int x = 2 * (x0 + i % wide) + (kind & 1) - high.X0, y = 2 * (y0 + i / wide) + (kind >> 1) - high.Y0;
                    next[y * width + x] = bands[kind][i];
                }
            }
            for (int y = 0; y < height; y++) lift(next.AsSpan(y * width, width), high.X0 & 1);
            var column = new T[height];
            for (int x = 0; x < width; x++)
            {
                for (int y = 0; y < height; y++) column[y] = next[y * width + x];
                lift(column, high.Y0 & 1);
                for (int y = 0; y < height; y++) next[y * width + x] = column[y];
            }
            samples = next;
        }
        return samples;
    }

    private static T[] Band<T>(J2kResolution resolution, int index, J2kCoding coding, J2kQuantizer quantizer, byte[] data, MqDecoder decoder, Func<int, float, T> scale)
    {
        var band = resolution.Bands[index];
        int width = Math.Max(0, band.X1 - band.X0), height = Math.Max(0, band.Y1 - band.Y0);
        var values = new T[width * height];
        var (exponent, mantissa) = quantizer.Step(resolution.Index, index);
        // Bits of samples, and those that the band may need beyond.
        int bits = 8 + (band.Kind == 0 ? 0 : band.Kind == 3 ? 2 : 1);
        float step = MathF.ScaleB(1 + mantissa / 2048f, bits - exponent);
        foreach (var block in band.Blocks)
        {
            int[] coefficients = block.Decode(data, quantizer.Guard + exponent - 1, band.Kind, coding.Style, decoder);
            for (int i = 0; i < coefficients.Length; i++)
                values[(block.Y0 - band.Y0 + i / block.Width) * width + block.X0 - band.X0 + i % block.Width] = scale(coefficients[i], step);
        }
        return values;
    }

    // Lines are mirrored at their ends, without repeating the last sample.
    private static int Mirror(int i, int length)
    {
        if (length == 1) return 0;
        int period = 2 * (length - 1);
        i = Math.Abs(i) % period;
        return i < length ? i : period - i;
    }

    private static void Lift53(Span<int> s, int odd)
    {
        int n = s.Length;
        if (n <= 1)
        {
            if (n == 1 && odd == 1) s[0] /= 2;
            return;
        }
        for (int i = odd; i < n; i += 2) s[i] -= (s[Mirror(i - 1, n)] + s[Mirror(i + 1, n)] + 2) >> 2;
        for (int i = 1 - odd; i < n; i += 2) s[i] += (s[Mirror(i - 1, n)] + s[Mirror(i + 1, n)]) >> 1;
    }

    private static void Lift97(Span<float> s, int odd)
    {
        int n = s.Length;
        if (n <= 1)
        {
            if (n == 1 && odd == 1) s[0] /= 2;
            return;
        }
        for (int i = 0; i < n; i++) s[i] *= (i & 1) == odd ? Gain : 1 / Gain;
        Add(s, odd, -Delta);
        Add(s, 1 - odd, -Gamma);
        Add(s, odd, -Beta);
        Add(s, 1 - odd, -Alpha);
    }

    private static void Add(Span<float> s, int first, float factor)
    {
        int n = s.Length;
        for (int i = first; i < n; i += 2) s[i] += factor * (s[Mirror(i - 1, n)] + s[Mirror(i + 1, n)]);
    }
}
