namespace Hebb.Data;

/// <summary>
/// Band-limited interpolation (Smith and Gossett, 1984): every new sample is a sum of old ones around it, weighted by a sinc under a Hann window. Width and roll-off are torchaudio's defaults.
/// </summary>
internal static class Resampling
{
    /// <summary>Zero crossings of the sinc on each side.</summary>
    private const int Crossings = 6;

    /// <summary>The cut-off as a share of the lower of both Nyquist frequencies.</summary>
    private const double RollOff = 0.99;

    /// <param name="samples">Interleaved.</param>
    /// <param name="channels">How many.</param>
    /// <param name="from">Their rate.</param>
    /// <param name="to">The new one.</param>
    /// <returns>ceil(frames * to / from) frames.</returns>
    public static float[] Run(float[] samples, int channels, int from, int to)
    {
        int divisor = (int)System.Numerics.BigInteger.GreatestCommonDivisor(from, to), old = from / divisor, fresh = to / divisor;
        long frames = samples.Length / channels, count = (frames * fresh + old - 1) / old;
        // In frames of the input.
        double cutoff = RollOff * Math.Min(old, fresh) / old, reach = Crossings / cutoff;
        var result = new float[checked(count * channels)];
        // Frame i of the output stands at i * old / fresh of the input: only `fresh` fractions occur.
        var weights = new double[Math.Min(fresh, count)][];
        var sums = new double[channels];
        for (long i = 0; i < count; i++)
        {
            int phase = (int)(i % fresh);
            long whole = i / fresh * old + (long)phase * old / fresh;
            double fraction = (double)((long)phase * old % fresh) / fresh;
            int first = (int)Math.Ceiling(fraction - reach);
            double[] row = weights[phase] ??= Weights(fraction, first, cutoff, reach);
            Array.Clear(sums);
            for (int k = 0; k < row.Length; k++)
            {
                long frame = whole + first + k;
                if (frame < 0 || frame >= frames) continue;
                for (int c = 0; c < channels; c++) sums[c] += row[k] * samples[frame * channels + c];
            }
            for (int c = 0; c < channels; c++) result[i * channels + c] = (float)sums[c];
        }
        return result;
    }

    private static double[] Weights(double fraction, int first, double cutoff, double reach)
    {
        var row = new double[(int)Math.Floor(fraction + reach) - first + 1];
        for (int k = 0; k < row.Length; k++)
        {
            double at = (first + k - fraction) * cutoff, window = Math.Cos(at * Math.PI / (2 * Crossings));
            row[k] = cutoff * window * window * (at == 0 ? 1 : Math.Sin(Math.PI * at) / (Math.PI * at));
        }
        return row;
    }
}
