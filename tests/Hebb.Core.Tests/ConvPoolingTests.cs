using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Tests;

/// <summary>Pooling on every path against plain loops, with NaN and infinities.</summary>
public unsafe class ConvPoolingTests
{
    public static TheoryData<IsaPath> Paths => GemmTests.Paths;

    [Theory, MemberData(nameof(Paths))]
    public void Random_geometries(IsaPath path)
    {
        var random = new Random(21);
        for (int i = 0; i < 150; i++)
        {
            int rank = random.Next(1, 4), spread = 60 / (rank * rank);
            long[] Draw(int from, int to) => [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(from, to))];
            PoolingGeometry g = PoolingGeometry.Create(
                random.Next(1, 4), Draw(1, spread + 2), Draw(1, 5), Draw(1, 4), Draw(0, 3), Draw(0, 3), Draw(1, 3), random.Next(2) == 0);
            Check<float>(path, g, random, 1e-6);
            Check<double>(path, g, random, 1e-14);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Large_planes_and_many_planes(IsaPath path)
    {
        var random = new Random(22);
        Check<float>(path, PoolingGeometry.Create(1, [600, 400], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1], false), random, 1e-6);
        Check<float>(path, PoolingGeometry.Create(70, [28, 28], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1], false), random, 1e-6);
        Check<float>(path, PoolingGeometry.Create(3, [2, 201, 98], [1, 2, 2], [1, 2, 2], [0, 0, 0], [0, 0, 0], [1, 1, 1], false), random, 1e-6);
        Check<double>(path, PoolingGeometry.Create(9, [14, 14], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1], true), random, 1e-14);
        Check<float>(path, PoolingGeometry.Create(1, [300_000], [4], [3], [0], [0], [1], false), random, 1e-6);
    }

    [Fact]
    public void Nothing_comes_of_nothing()
    {
        PoolingGeometry none = PoolingGeometry.Create(0, [4, 4], [2, 2], [2, 2], [0, 0], [0, 0], [1, 1], false);
        PoolingKernels.Max<float>(none, null, null, null);
        PoolingKernels.Average<float>(none, false, 0, null, null);
        PoolingKernels.AverageGrad<float>(none, false, 0, null, null);
        float* dx = stackalloc float[2] { 5, 5 };
        PoolingGeometry tooSmall = PoolingGeometry.Create(1, [2], [3], [1], [0], [0], [1], false);
        Assert.Equal(0, tooSmall.Output.Product);
        PoolingKernels.AverageGrad(tooSmall, false, 0, null, dx);
        Assert.Equal([0f, 0], new Span<float>(dx, 2).ToArray());
    }

    [Fact]
    public void Ceil_mode_drops_a_window_that_begins_past_the_padding()
    {
        Assert.Equal(3, PoolingGeometry.Create(1, [5], [2], [2], [0], [0], [1], true).Output[2]);
        Assert.Equal(2, PoolingGeometry.Create(1, [5], [2], [2], [0], [0], [1], false).Output[2]);
        Assert.Equal(1, PoolingGeometry.Create(1, [3], [1], [4], [1], [1], [1], true).Output[2]);    // a second would begin at 4 of 3 + 1
    }

    [Fact]
    public void The_bits_do_not_depend_on_the_threads()
    {
        var random = new Random(23);
        PoolingGeometry g = PoolingGeometry.Create(200, [30, 30], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1], true);
        using var x = new Native<float>(random, g.Planes * g.Input.Product);
        using Native<float> one = new(null, g.Planes * g.Output.Product), many = new(null, g.Planes * g.Output.Product);
        using Native<float> back = new(null, g.Planes * g.Input.Product), backMany = new(null, g.Planes * g.Input.Product);
        using (ParallelFor.Limit(1))
        {
            PoolingKernels.Average(g, true, 0, x.P, one.P);
            PoolingKernels.AverageGrad(g, true, 0, one.P, back.P);
        }
        using (ParallelFor.Limit(5))
        {
            PoolingKernels.Average(g, true, 0, x.P, many.P);
            PoolingKernels.AverageGrad(g, true, 0, many.P, backMany.P);
        }
        Assert.True(one.Bytes.SequenceEqual(many.Bytes));
        Assert.True(back.Bytes.SequenceEqual(backMany.Bytes));
    }

    [Fact]
    public void Gather_takes_what_scatter_gives()
    {
        float* x = stackalloc float[6] { 1, 2, 3, 4, 5, 6 };
        long* places = stackalloc long[4] { 2, -1, 0, 0 };
        float* y = stackalloc float[4];
        PoolingKernels.Gather(2, 3, 2, x, places, y);
        Assert.Equal([3f, 0, 4, 4], new Span<float>(y, 4).ToArray());
        float* dx = stackalloc float[6];
        PoolingKernels.Scatter(2, 3, 2, y, places, dx);
        Assert.Equal([0f, 0, 3, 8, 0, 0], new Span<float>(dx, 6).ToArray());
    }

    [Fact]
    public void Adaptive_maximum_lets_NaN_win()
    {
        float* x = stackalloc float[6] { 1, float.NaN, 3, float.NegativeInfinity, float.NegativeInfinity, 0 };
        float* y = stackalloc float[3];
        long* places = stackalloc long[3];
        PoolingKernels.AdaptiveMax(1, Axes.From([6], 1), Axes.From([3], 1), x, y, places);
        Assert.Equal([float.NaN, 3f, 0], new Span<float>(y, 3).ToArray());
        Assert.Equal([1L, 2, 5], new Span<long>(places, 3).ToArray());
    }

    static void Check<T>(IsaPath path, in PoolingGeometry g, Random random, double tolerance)
        where T : unmanaged, INumber<T>
    {
        if (path == IsaPath.Avx512)
            Check<T, V512<T>>(g, random, tolerance);
        else if (path == IsaPath.Avx2)
            Check<T, V256<T>>(g, random, tolerance);
        else
            Check<T, V128<T>>(g, random, tolerance);
    }

    static void Check<T, V>(in PoolingGeometry g, Random random, double tolerance)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long inSize = g.Input.Product, outSize = g.Output.Product;
        using Native<T> x = new(random, g.Planes * inSize), dy = new(random, g.Planes * outSize), y = new(null, g.Planes * outSize);
        using Native<T> dx = new(null, g.Planes * inSize);
        using Native<long> index = new(null, g.Planes * outSize);
        bool counted = random.Next(2) == 0;
        long divisor = random.Next(3) == 0 ? 3 : 0;
        PoolingKernels.Average<T, V>(g, counted, divisor, x.P, y.P);
        PoolingKernels.AverageGrad<T, V>(g, counted, divisor, dy.P, dx.P);
        CheckAverage(g, counted, divisor, x, dy, y, dx, tolerance);

        // Few distinct values, so that many are equal; some NaN, some regions of minus infinity. Then the same without signs.
        double unsigned = BitConverter.Int64BitsToDouble(0x7FF8_0000_0000_0000);
        foreach (bool signs in (bool[])[true, false])
        {
            for (int i = 0; i < x.Span.Length; i++)
            {
                int kind = random.Next(40);
                x.P[i] = T.CreateTruncating(kind == 0 ? (signs ? -unsigned : unsigned) : kind < 15 && signs ? double.NegativeInfinity : random.Next(4));
            }
            PoolingKernels.Max<T, V>(g, x.P, y.P, index.P);
            CheckMax(g, x, y, index);
            PoolingKernels.Max<T, V>(g, x.P, dy.P, null);
            Assert.True(dy.Bytes.SequenceEqual(y.Bytes));
        }
    }

    // Calls visit with each output and the elements of its window: their place, or -1 outside the input, and whether the padded input holds them.
    static void Walk(in PoolingGeometry g, Action<long, List<(long Place, bool Padded)>> visit)
    {
        var window = new List<(long, bool)>();
        for (long o = 0; o < g.Output.Product; o++)
        {
            window.Clear();
            for (long t = 0; t < g.Kernel.Product; t++)
            {
                long place = 0;
                bool inside = true, padded = true;
                for (int axis = 0; axis < 3; axis++)
                {
                    long i = axis == 0 ? o / g.Output[2] / g.Output[1] : axis == 1 ? o / g.Output[2] % g.Output[1] : o % g.Output[2];
                    long k = axis == 0 ? t / g.Kernel[2] / g.Kernel[1] : axis == 1 ? t / g.Kernel[2] % g.Kernel[1] : t % g.Kernel[2];
                    long s = (i * g.Stride[axis]) + (k * g.Dilation[axis]) - g.PadBegin[axis];
                    inside &= s >= 0 && s < g.Input[axis];
                    padded &= s < g.Input[axis] + g.PadEnd[axis];
                    place = (place * g.Input[axis]) + s;
                }
                window.Add((inside ? place : -1, padded));
            }
            visit(o, window);
        }
    }

    static void CheckAverage<T>(
        PoolingGeometry g, bool counted, long divisor, Native<T> x, Native<T> dy, Native<T> y, Native<T> dx, double tolerance)
        where T : unmanaged, INumber<T>
    {
        long inSize = g.Input.Product, outSize = g.Output.Product;
        double[] back = new double[dx.Span.Length];
        Walk(g, (o, window) =>
        {
            long inside = window.Count(w => w.Place >= 0), count = divisor > 0 ? divisor : Math.Max(1, counted ? window.Count(w => w.Padded) : inside);
            for (long plane = 0; plane < g.Planes; plane++)
            {
                double sum = 0;
                foreach ((long place, _) in window)
                {
                    if (place < 0)
                        continue;
                    sum += double.CreateChecked(x.P[(plane * inSize) + place]);
                    back[(plane * inSize) + place] += double.CreateChecked(dy.P[(plane * outSize) + o]) / count;
                }
                Near(sum / count, double.CreateChecked(y.P[(plane * outSize) + o]), tolerance * (1 + inside));
            }
        });
        for (int i = 0; i < back.Length; i++)
            Near(back[i], double.CreateChecked(dx.P[i]), tolerance * (1 + g.Kernel.Product));
    }

    static void CheckMax<T>(PoolingGeometry g, Native<T> x, Native<T> y, Native<long> index)
        where T : unmanaged, INumber<T>
    {
        long inSize = g.Input.Product, outSize = g.Output.Product;
        Walk(g, (o, window) =>
        {
            for (long plane = 0; plane < g.Planes; plane++)
            {
                double best = double.NegativeInfinity;
                long at = -1;
                foreach ((long place, _) in window)
                {
                    if (place < 0)
                        continue;
                    double value = double.CreateChecked(x.P[(plane * inSize) + place]);
                    if (at < 0 || value > best || double.IsNaN(value))
                        (best, at) = (value, place);
                }
                Assert.Equal(best, double.CreateChecked(y.P[(plane * outSize) + o]));
                Assert.Equal(at, index.P[(plane * outSize) + o]);
            }
        });
    }

    static void Near(double expected, double got, double tolerance)
    {
        if (!(Math.Abs(expected - got) <= tolerance))
            Assert.Fail($"{got}, expected {expected}");
    }
}
