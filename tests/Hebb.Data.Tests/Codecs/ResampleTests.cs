namespace Hebb.Data.Tests;

/// <summary>Sound at other rates: against the formula of torchaudio's resample (sinc_interp_hann, width 6, roll-off 0.99), and against tones that are known at any time.</summary>
public class ResampleTests
{
    [Theory]
    [InlineData(8000, 16_000)]
    [InlineData(44_100, 16_000)]
    [InlineData(16_000, 44_100)]
    [InlineData(48_000, 8000)]
    [InlineData(11_025, 22_051)] // no common divisor
    [InlineData(3, 2)]
    public void AsTheFormula(int from, int to)
    {
        var random = new Random(7);
        float[] samples = [.. Enumerable.Range(0, 2 * 150).Select(_ => random.NextSingle() * 2 - 1)];
        var sound = new Audio(from, 2, samples).Resample(to);
        Assert.Equal((to, 2, (int)Math.Ceiling(150.0 * to / from)), (sound.SampleRate, sound.Channels, sound.Frames));
        double lowest = Math.Min(from, to) * 0.99;
        for (int i = 0; i < sound.Frames; i++)
        {
            for (int c = 0; c < 2; c++)
            {
                double sum = 0;
                for (int n = 0; n < 150; n++)
                {
                    // In periods of the cut-off, twice over.
                    double t = ((double)n / from - (double)i / to) * lowest;
                    if (Math.Abs(t) < 6)
                        sum += samples[2 * n + c] * lowest / from * Math.Pow(Math.Cos(t * Math.PI / 12), 2) * (t == 0 ? 1 : Math.Sin(Math.PI * t) / (Math.PI * t));
                }
                Assert.Equal(sum, sound.Samples[2 * i + c], 1e-6);
            }
        }
    }

    [Theory]
    [InlineData(44_100, 16_000, 1000, 1)]
    [InlineData(8000, 48_000, 1000, 1)]
    [InlineData(44_100, 16_000, 12_000, 0)] // more than the new rate holds
    public void TonesKeepTheirPitch(int from, int to, double frequency, double kept)
    {
        float[] Tone(int rate, int count) => [.. Enumerable.Range(0, count).Select(i => (float)Math.Sin(2 * Math.PI * frequency * i / rate))];
        float[] found = new Audio(from, 1, Tone(from, from / 10)).Resample(to).Samples, expected = Tone(to, found.Length);
        // Not at the ends, beyond which there is silence.
        for (int i = to / 100; i < found.Length - to / 100; i++) Assert.Equal(kept * expected[i], found[i], 0.01);
    }

    [Fact]
    public void EdgesAreClear()
    {
        var sound = new Audio(8000, 1, [1, 2, 3]);
        Assert.Same(sound, sound.Resample(8000));
        Assert.Empty(new Audio(8000, 2, []).Resample(11_025).Samples);
        Assert.Single(new Audio(8000, 1, [1]).Resample(1).Samples);
        Assert.Equal("Audio: a rate of 0: must be at least 1", Assert.Throws<DataException>(() => sound.Resample(0)).Message);
    }
}
