using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Tests.Fft;

public unsafe class FftTests
{
    public static TheoryData<int> Lengths =>
        [.. Enumerable.Range(1, 70), 77, 97, 101, 121, 127, 128, 143, 169, 243, 256, 509, 512, 625, 1000, 1021, 1024, 1155, 2047];

    private static readonly Dictionary<int, Complex[]> s_roots = [];

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Complex_transforms_agree_with_the_definition(int n)
    {
        CheckComplex<double>(n, 2e-15);
        CheckComplex<float>(n, 1e-6);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Real_transforms_agree_with_the_definition(int n)
    {
        CheckReal<double>(n, 2e-15);
        CheckReal<float>(n, 1e-6);
    }

    [Fact]
    public void A_long_transform_agrees_with_the_definition()
    {
        CheckComplex<double>(4096, 2e-15);
        CheckReal<float>(4096, 1e-6);
    }

    [Theory]
    [InlineData(1 << 17)]
    [InlineData(100_003)]
    [InlineData(99_999)]
    public void Long_transforms_return_and_keep_the_energy(int n)
    {
        double[] x = Noise(2 * n, n), y = Transform(x, false, 1), back = Transform(y, true, 1.0 / n);
        double energy = x.Sum(v => v * v), after = y.Sum(v => v * v) / n;
        Assert.True(Math.Abs(energy - after) < 1e-12 * energy);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.True(Math.Abs(x[i] - back[i]) < 1e-13);
        }
    }

    [Fact]
    public void An_impulse_gives_a_pure_wave()
    {
        foreach (int n in new[] { 5, 8, 49, 60, 64, 1021 })
        {
            var x = new double[2 * n];
            x[6] = 1;
            double[] y = Transform(x, false, 1);
            for (int k = 0; k < n; k++)
            {
                (double s, double c) = Math.SinCos(-2 * Math.PI * (3L * k % n) / n);
                Assert.True(Math.Abs(c - y[2 * k]) < 2e-15 && Math.Abs(s - y[2 * k + 1]) < 2e-15);
            }
        }
    }

    [Fact]
    public void Primes_beyond_the_crossover_use_bluestein() =>
        Assert.True(FftPlan<float>.For(1021).UsesBluestein && !FftPlan<float>.For(1024).UsesBluestein && !FftPlan<float>.For(7 * 11 * 13).UsesBluestein);

    [Fact]
    public void Threads_share_plans_and_get_the_bits_of_one()
    {
        int[] lengths = [.. Enumerable.Range(1, 200)];
        double[][] expected = [.. lengths.Select(n => Transform(Noise(2 * n, n), false, 1))];
        Parallel.For(0, 2000, i =>
        {
            int n = lengths[i * 37 % lengths.Length];
            Assert.Equal(expected[n - 1], Transform(Noise(2 * n, n), false, 1));
        });
    }

    [Fact]
    public void The_cache_is_bounded_by_count_and_bytes()
    {
        int made = 0;
        var cache = new PlanCache<Fake>(
            n =>
            {
                made++;
                return new Fake(n);
            },
            3,
            100);
        Fake first = cache.Get(10);
        cache.Get(11);
        cache.Get(12);
        Assert.Same(first, cache.Get(10));
        cache.Get(13);
        Assert.Equal((3, 4), (cache.Count, made));
        Assert.Same(first, cache.Get(10));
        cache.Get(11);
        Assert.Equal((3, 5), (cache.Count, made));
        cache.Get(95);
        Assert.Equal(1, cache.Count);
        Assert.NotSame(cache.Get(101), cache.Get(101));
        Assert.Equal(1, cache.Count);
    }

    private static void CheckComplex<T>(int n, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        double[] x = Noise(2 * n, n).Select(v => double.CreateTruncating(T.CreateTruncating(v))).ToArray();
        T[] narrow = [.. x.Select(T.CreateTruncating)];
        foreach (bool inverse in new[] { false, true })
        {
            // The error grows with the norm of the result, sqrt(n), and slowly with the depth.
            double allowed = tolerance * Math.Sqrt(n) * (1 + Math.Log2(n));
            Complex[] expected = Definition([.. Enumerable.Range(0, n).Select(i => new Complex(x[2 * i], x[2 * i + 1]))], inverse);
            T[] actual = Transform(narrow, inverse, T.One), scaled = Transform(narrow, inverse, T.CreateTruncating(0.25));
            for (int k = 0; k < n; k++)
            {
                Complex got = new(double.CreateTruncating(actual[2 * k]), double.CreateTruncating(actual[2 * k + 1]));
                Assert.True((expected[k] - got).Magnitude <= allowed, $"n {n}, k {k}: {expected[k]} {got}");
                Assert.Equal(actual[2 * k + 1] * T.CreateTruncating(0.25), scaled[2 * k + 1]);
            }
        }
    }

    private static void CheckReal<T>(int n, double tolerance)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        RealFftPlan<T> plan = RealFftPlan<T>.For(n);
        int m = n / 2 + 1;
        T[] x = [.. Noise(n, n).Select(T.CreateTruncating)], y = new T[2 * m + 1], back = new T[n + 1], scratch = new T[plan.ScratchLength];
        y[2 * m] = back[n] = T.NaN;
        fixed (T* px = x, py = y, pb = back, ps = scratch)
        {
            plan.Forward(px, py, T.One, ps);

            // What an inverse must ignore.
            T keep = py[1];
            py[1] = T.One;
            plan.Inverse(py, pb, T.CreateTruncating(1.0 / n), ps);
            py[1] = keep;
        }

        Assert.True(T.IsNaN(y[2 * m]) && T.IsNaN(back[n]));
        double allowed = tolerance * Math.Sqrt(n) * (1 + Math.Log2(n));
        Complex[] expected = Definition([.. x.Select(v => new Complex(double.CreateTruncating(v), 0))], false);
        for (int k = 0; k < m; k++)
        {
            Complex got = new(double.CreateTruncating(y[2 * k]), double.CreateTruncating(y[2 * k + 1]));
            Assert.True((expected[k] - got).Magnitude <= allowed, $"n {n}, k {k}: {expected[k]} {got}");
        }

        Assert.Equal(T.Zero, y[1]);
        for (int i = 0; i < n; i++)
        {
            double difference = Math.Abs(double.CreateTruncating(x[i] - back[i]));
            Assert.True(difference <= tolerance * (1 + Math.Log2(n)), $"n {n}, i {i}: {difference}");
        }
    }

    private static T[] Transform<T>(T[] x, bool inverse, T scale)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        FftPlan<T> plan = FftPlan<T>.For(x.Length / 2);
        T[] y = [.. x, T.NaN], scratch = new T[plan.ScratchLength];
        Array.Fill(scratch, T.NaN);
        fixed (T* p = y, s = scratch)
        {
            plan.Transform(p, p, inverse, scale, s);
        }

        Assert.True(T.IsNaN(y[^1]));
        return y[..^1];
    }

    private static Complex[] Definition(Complex[] x, bool inverse)
    {
        int n = x.Length;
        Complex[] roots;
        lock (s_roots)
        {
            if (!s_roots.TryGetValue(n, out roots!))
            {
                roots = [.. Enumerable.Range(0, n).Select(t => Complex.FromPolarCoordinates(1, -2 * Math.PI * t / n))];
                s_roots.Add(n, roots);
            }
        }

        var y = new Complex[n];
        for (int k = 0; k < n; k++)
        {
            Complex sum = 0;
            for (int j = 0; j < n; j++)
            {
                Complex w = roots[(int)((long)j * k % n)];
                sum += x[j] * (inverse ? Complex.Conjugate(w) : w);
            }

            y[k] = sum;
        }

        return y;
    }

    private static double[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 2 * random.NextDouble() - 1)];
    }

    private sealed class Fake(int bytes) : IFftPlan
    {
        public long Bytes => bytes;
    }
}
