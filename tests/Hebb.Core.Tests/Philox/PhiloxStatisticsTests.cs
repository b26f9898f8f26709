using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Generator = Hebb.Cpu.Philox;

namespace Hebb.Core.Tests.Philox;

/// <summary>Moments, Kolmogorov-Smirnov distances and chi-squares at fixed keys; the bounds are at a probability of about 1 in 10,000.</summary>
public class PhiloxStatisticsTests
{
    const int N = 1 << 18;

    // P(D sqrt(n) > 2.23) = 1e-4.
    static void KolmogorovSmirnov(double[] sample, Func<double, double> cdf)
    {
        Array.Sort(sample);
        double d = 0;
        for (int i = 0; i < sample.Length; i++)
        {
            double p = cdf(sample[i]);
            d = Math.Max(d, Math.Max(p - i / (double)sample.Length, (i + 1) / (double)sample.Length - p));
        }
        Assert.InRange(d * Math.Sqrt(sample.Length), 0.2, 2.23);
    }

    static double NormalCdf(double x) => 0.5 * VectorMath.Erfc<V128<double>, double>(V128<double>.Create(-x / Math.Sqrt(2)))[0];

    static void Moments(double[] sample, double mean, double variance, double skew, double kurtosis)
    {
        double n = sample.Length, m = sample.Average();
        double v = sample.Sum(x => (x - m) * (x - m)) / n;
        double s = sample.Sum(x => Math.Pow(x - m, 3)) / n / Math.Pow(v, 1.5);
        double k = sample.Sum(x => Math.Pow(x - m, 4)) / n / (v * v);
        Assert.InRange(m, mean - 4 * Math.Sqrt(variance / n), mean + 4 * Math.Sqrt(variance / n));
        Assert.InRange(v, variance * (1 - 4 * Math.Sqrt((kurtosis - 1) / n)), variance * (1 + 4 * Math.Sqrt((kurtosis - 1) / n)));
        Assert.InRange(s, skew - 4 * Math.Sqrt(6 / n), skew + 4 * Math.Sqrt(6 / n));
        Assert.InRange(k, kurtosis - 4 * Math.Sqrt(24 / n), kurtosis + 4 * Math.Sqrt(24 / n));
    }

    [Fact]
    public void UniformFloats()
    {
        var x = new float[N];
        Generator.Uniform(PhiloxKey.FromSeed(1), 0, x);
        Assert.True(x.All(v => v is >= 0 and < 1));
        Assert.InRange(x.Max(), 0.9999f, 0.99999994f);
        double[] d = x.Select(v => (double)v).ToArray();
        Moments(d, 0.5, 1 / 12.0, 0, 1.8);
        KolmogorovSmirnov(d, p => p);
    }

    [Fact]
    public void UniformDoubles()
    {
        var x = new double[N];
        Generator.Uniform(PhiloxKey.FromSeed(2), 0, x);
        Assert.True(x.All(v => v is >= 0 and < 1));
        Moments(x, 0.5, 1 / 12.0, 0, 1.8);
        KolmogorovSmirnov(x, p => p);
    }

    [Fact]
    public void NormalFloats()
    {
        var x = new float[N];
        Generator.Normal(PhiloxKey.FromSeed(3), 0, x);
        double[] d = x.Select(v => (double)v).ToArray();
        Tails(d);
        Moments(d, 0, 1, 0, 3);
        KolmogorovSmirnov(d, NormalCdf);
    }

    [Fact]
    public void NormalDoubles()
    {
        var x = new double[N];
        Generator.Normal(PhiloxKey.FromSeed(4), 0, x);
        Tails(x);
        Moments(x, 0, 1, 0, 3);
        KolmogorovSmirnov(x, NormalCdf);
    }

    static void Tails(double[] x)
    {
        foreach (double bound in (ReadOnlySpan<double>)[2, 3, 3.5])
        {
            double expected = N * 2 * NormalCdf(-bound);
            int found = x.Count(v => Math.Abs(v) > bound);
            Assert.InRange(found, expected - 4 * Math.Sqrt(expected), expected + 4 * Math.Sqrt(expected));
        }
    }

    // The two normals of a pair, and neighbours in the stream, are uncorrelated, and so are their squares.
    [Theory]
    [InlineData(1)]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(64)]
    public void NormalsAreUncorrelated(int lag)
    {
        var x = new double[N];
        Generator.Normal(PhiloxKey.FromSeed(5), 0, x);
        double product = 0, squares = 0;
        for (int i = lag; i < N; i++)
        {
            product += x[i] * x[i - lag];
            squares += (x[i] * x[i] - 1) * (x[i - lag] * x[i - lag] - 1) / 2;
        }
        Assert.InRange(product / Math.Sqrt(N), -4.0, 4.0);
        Assert.InRange(squares / Math.Sqrt(N), -4.0, 4.0);
    }

    [Fact]
    public void StreamsOfSplitKeysAreUncorrelated()
    {
        PhiloxKey[] keys = [.. Generator.Split(default, 8), Generator.FoldIn(default, 0), Generator.FoldIn(default, 1), default];
        double[][] streams = keys.Select(k =>
        {
            var x = new double[1 << 14];
            Generator.Normal(k, 0, x);
            return x;
        }).ToArray();
        for (int i = 0; i < keys.Length; i++)
        {
            for (int j = 0; j < i; j++)
                Assert.InRange(streams[i].Zip(streams[j], (a, b) => a * b).Sum() / 128, -4.5, 4.5);
        }
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(-7, 6)]
    [InlineData(1000, 1002)]
    public void IntegersAreEven(long low, long high)
    {
        var x = new long[N];
        Generator.Integers(PhiloxKey.FromSeed(6), 0, low, high, x);
        int width = (int)(high - low);
        var counts = new int[width];
        foreach (long v in x)
            counts[v - low]++;
        double expected = N / (double)width, chi = counts.Sum(c => (c - expected) * (c - expected) / expected);
        int freedom = width - 1;
        Assert.InRange(chi, 0, freedom + 4 * Math.Sqrt(2.0 * freedom) + 8);
    }

    [Fact]
    public void IntegersOfAnyRange()
    {
        var x = new long[1000];
        Generator.Integers(default, 0, 5, 6, x);
        Assert.All(x, v => Assert.Equal(5, v));
        Generator.Integers(default, 0, long.MinValue, long.MaxValue, x);
        Assert.InRange(x.Count(v => v < 0), 430, 570);
        Assert.InRange(x.Count(v => v > long.MaxValue / 2), 190, 310);
        Assert.Equal("random integers: the range [3, 3) is empty",
            Assert.Throws<HebbException>(() => Generator.Integers(default, 0, 3, 3, new long[1])).Message);
    }
}
