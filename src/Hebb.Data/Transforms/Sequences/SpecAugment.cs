namespace Hebb.Data;

/// <summary>
/// Wipes out bands of frequencies and stretches of time of spectrograms, after bending time if asked (Park et al. 2019, arXiv:1904.08779). Inputs are Float32 [batch, …, frequency, time]; all
/// channels of a sample change alike.
/// </summary>
public sealed class SpecAugment : BatchTransform
{
    private readonly int _frequencyMask, _frequencyMasks, _timeMask, _timeMasks, _warp;
    private readonly double _most;
    private readonly float? _value;

    /// <param name="frequencyMask">The widest band, in bins: widths from 0 to it, as likely (F).</param>
    /// <param name="frequencyMasks">How many bands.</param>
    /// <param name="timeMask">The longest stretch, in steps (T).</param>
    /// <param name="timeMasks">How many stretches.</param>
    /// <param name="most">A stretch is at most this share of the time (p).</param>
    /// <param name="warp">Time is bent by up to so many steps about a random one (W); 0 for not at all. Linear between the steps.</param>
    /// <param name="value">What is left; null for the mean of the sample.</param>
    /// <exception cref="DataException">A number is out of range.</exception>
    public SpecAugment(int frequencyMask = 27, int frequencyMasks = 1, int timeMask = 100, int timeMasks = 1, double most = 1, int warp = 0, double? value = 0)
    {
        foreach (int number in (ReadOnlySpan<int>)[frequencyMask, frequencyMasks, timeMask, timeMasks, warp])
            Checks.AtLeast(number, 0, nameof(SpecAugment), "a number");
        (_frequencyMask, _frequencyMasks, _timeMask, _timeMasks) = (frequencyMask, frequencyMasks, timeMask, timeMasks);
        (_most, _warp, _value) = (Checks.Probability(most, nameof(SpecAugment)), warp, (float?)value);
    }

    public override Batch Apply(Batch batch, in BatchContext context, int stream)
    {
        var inputs = batch.Inputs.Contiguous();
        if (inputs.Rank < 3) throw new ShapeException($"SpecAugment: {inputs.Shape} is not [batch, …, frequency, time]");
        if (inputs.DType != DType.Float32) throw new DTypeException($"SpecAugment: the inputs are {inputs.DType.Name}, not float32");
        var result = Tensor.Empty(inputs.Shape);
        int bins = inputs.Shape[^2], steps = inputs.Shape[^1], size = inputs.Shape[0] == 0 ? 0 : (int)(inputs.Count / inputs.Shape[0]);
        for (int row = 0; row < inputs.Shape[0] && size > 0; row++)
        {
            var random = context.Random(row, stream);
            Span<float> from = inputs.AsSpan<float>().Slice(row * size, size), to = result.AsSpan<float>().Slice(row * size, size);
            Bend(ref random, from, to, steps);
            float value = _value ?? Mean(from);
            for (int mask = 0; mask < _frequencyMasks; mask++)
            {
                var (first, count) = Draw(ref random, Math.Min(_frequencyMask, bins), bins);
                for (int start = first * steps; start < size; start += bins * steps)
                    to.Slice(start, count * steps).Fill(value);
            }
            for (int mask = 0; mask < _timeMasks; mask++)
            {
                var (first, count) = Draw(ref random, Math.Min(_timeMask, (int)(_most * steps)), steps);
                for (int start = first; start < size; start += steps)
                    to.Slice(start, count).Fill(value);
            }
        }
        GC.KeepAlive(inputs);
        return batch with { Inputs = result };
    }

    private static (int First, int Count) Draw(ref SampleRandom random, int longest, int size)
    {
        int count = random.Next(longest + 1);
        return (random.Next(size - count + 1), count);
    }

    /// <summary>A random step moves; the time before and after it is stretched to fit.</summary>
    private void Bend(ref SampleRandom random, ReadOnlySpan<float> from, Span<float> to, int steps)
    {
        if (_warp == 0 || steps <= 2 * _warp + 1)
        {
            from.CopyTo(to);
            return;
        }
        int centre = _warp + random.Next(steps - 2 * _warp), moved = centre + random.Next(2 * _warp + 1) - _warp;
        moved = Math.Clamp(moved, 1, steps - 2);
        for (int start = 0; start < from.Length; start += steps)
        {
            for (int t = 0; t < steps; t++)
            {
                float at = t <= moved ? (float)t * centre / moved : centre + (float)(t - moved) * (steps - 1 - centre) / (steps - 1 - moved);
                int left = Math.Min((int)at, steps - 1), right = Math.Min(left + 1, steps - 1);
                to[start + t] = from[start + left] * (1 - (at - left)) + from[start + right] * (at - left);
            }
        }
    }

    private static float Mean(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += value;
        return (float)(sum / values.Length);
    }
}
