using System.Numerics;
using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Tests;

/// <summary>Forward and both gradients on every path against plain loops in double.</summary>
public unsafe partial class ConvTests
{
    // batch, in channels, out channels, groups; then by axis input, kernel, stride, pad before, pad after, dilation
    static readonly (int N, int I, int O, int G, int[] X, int[] K, int[] S, int[] P, int[] Q, int[] D)[] s_table =
    [
        (2, 3, 5, 1, [7, 9], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (3, 1, 8, 1, [28, 28], [5, 5], [1, 1], [2, 2], [2, 2], [1, 1]),
        (1, 16, 32, 1, [14, 14], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (2, 20, 17, 1, [13, 11], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        (2, 9, 30, 1, [10, 10], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 9, 30, 1, [10, 10], [1, 1], [2, 2], [0, 0], [0, 0], [1, 1]),
        (2, 4, 6, 2, [9, 9], [3, 2], [2, 3], [2, 0], [0, 1], [1, 2]),
        (2, 8, 8, 8, [12, 15], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (2, 4, 8, 4, [12, 15], [3, 5], [2, 2], [1, 2], [1, 2], [1, 1]),
        (2, 12, 12, 12, [30, 9], [3, 3], [1, 1], [2, 2], [2, 2], [2, 2]),
        (3, 6, 40, 1, [3, 3], [3, 3], [1, 1], [0, 0], [0, 0], [1, 1]),
        (3, 5, 5, 5, [7, 7], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (2, 3, 3, 3, [70, 67], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        (3, 4, 4, 4, [17, 40], [5, 5], [1, 1], [2, 2], [2, 2], [1, 1]),
        (2, 4, 4, 4, [18, 35], [5, 5], [2, 2], [2, 1], [1, 2], [1, 1]),
        (2, 3, 3, 3, [14, 14], [7, 7], [1, 1], [3, 3], [3, 3], [1, 1]),
        (2, 3, 3, 3, [40, 33], [3, 3], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 3, 3, 3, [300, 20], [3, 5], [1, 1], [0, 4], [3, 1], [1, 1]),
        (2, 2, 2, 2, [9, 21], [5, 3], [1, 1], [2, 3], [2, 3], [1, 3]),
        (2, 2, 2, 2, [3, 31], [3, 3], [1, 2], [1, 5], [1, 0], [1, 2]),
        (1, 2, 2, 2, [23, 300], [3, 3], [3, 1], [1, 1], [1, 1], [2, 1]),
        (2, 2, 2, 2, [2, 2], [3, 3], [1, 1], [3, 3], [3, 3], [1, 1]),    // padding wider than the kernel
        (2, 70, 70, 70, [10, 3], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        (20, 3, 3, 3, [50], [5], [1], [2], [2], [1]),
        (2, 3, 3, 3, [41], [3], [2], [1], [1], [1]),
        (3, 6, 16, 1, [14, 14], [5, 5], [1, 1], [0, 0], [0, 0], [1, 1]),    // channels of a row of the kernel fill vectors together
        (2, 16, 32, 1, [15, 13], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        (2, 5, 19, 1, [9, 12], [3, 4], [1, 2], [1, 0], [0, 2], [2, 1]),
        (2, 12, 32, 2, [7, 9], [2, 3], [1, 1], [1, 3], [1, 0], [1, 1]),
        (2, 4, 20, 1, [40], [7], [2], [3], [3], [1]),
        (1, 7, 18, 1, [4, 5, 6], [2, 3, 3], [1, 1, 2], [1, 0, 1], [1, 1, 0], [1, 2, 1]),
        (9, 24, 20, 1, [2, 2], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (2, 5, 7, 1, [8, 8], [3, 3], [1, 1], [4, 4], [4, 4], [4, 4]),
        (2, 56, 50, 2, [4, 6], [3, 1], [2, 1], [1, 3], [1, 0], [1, 2]),    // rows of the input lie apart, cells of a row don't
        (1, 136, 120, 2, [7, 2], [2, 1], [3, 1], [3, 0], [0, 0], [1, 2]),
        (2, 25, 18, 1, [2, 6, 1], [3, 2, 1], [3, 3, 1], [1, 3, 1], [3, 3, 3], [1, 2, 1]),
        (1, 64, 70, 1, [30, 13], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),    // many terms: sums that are gone on with
        (2, 150, 52, 1, [14, 14], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
        (2, 3, 24, 1, [16, 16], [4, 4], [4, 4], [0, 0], [0, 0], [1, 1]),
        (2, 3, 4, 1, [10, 10], [2, 2], [5, 5], [0, 0], [0, 0], [1, 1]),
        (1, 2, 3, 1, [5, 5], [2, 3], [1, 2], [0, 3], [2, 1], [3, 1]),
        (2, 33, 2, 1, [6, 40], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (1, 40, 16, 1, [70, 66], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (3, 20, 33, 1, [9, 13], [3, 3], [1, 1], [1, 2], [0, 1], [1, 1]),
        (24, 17, 18, 1, [8, 8], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (5, 16, 70, 1, [31, 18], [3, 3], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 48, 32, 1, [12, 29], [3, 3], [1, 1], [2, 0], [2, 3], [1, 1]),
        (1, 40, 50, 1, [7, 7], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        (1, 2, 3, 1, [1, 1], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 3, 4, 1, [2, 2], [3, 3], [1, 1], [0, 0], [0, 0], [1, 1]),    // no output at all
        (0, 3, 4, 1, [5, 5], [3, 3], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 3, 4, 1, [0, 5], [3, 3], [1, 1], [2, 2], [2, 2], [1, 1]),    // nothing but padding
        (2, 0, 4, 1, [4, 5], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (2, 3, 0, 1, [4, 5], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),
        (3, 4, 6, 1, [50], [5], [1], [2], [2], [1]),
        (2, 2, 30, 2, [400], [40], [16], [7], [3], [1]),
        (1, 10, 9, 1, [600], [3], [1], [4], [4], [4]),
        (2, 18, 6, 3, [33], [4], [3], [0], [5], [2]),
        (2, 3, 5, 1, [5, 6, 7], [3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        (1, 10, 20, 2, [6, 5, 8], [2, 3, 1], [2, 1, 2], [0, 1, 0], [1, 1, 1], [1, 2, 1]),
        (1, 2, 2, 2, [4, 4, 4], [3, 3, 3], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]),
        (2, 6, 8, 2, [9, 8], [1, 1], [2, 3], [0, 0], [1, 0], [1, 1]),    // a stride without a kernel
        (2, 6, 8, 1, [8, 8], [1, 1], [2, 3], [0, 0], [1, 0], [1, 1]),    // the last output meets only padding
        (90, 300, 230, 1, [4, 3], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),    // many channels, few places
        (3, 260, 256, 1, [5, 6], [3, 2], [2, 1], [1, 0], [0, 1], [1, 2]),
        (2, 256, 259, 1, [9, 7], [1, 1], [2, 3], [0, 0], [0, 0], [1, 1]),
        (2, 90, 100, 1, [9, 12], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]),    // a block of the sums at a time
        (3, 130, 70, 1, [13, 6], [3, 3], [1, 1], [2, 0], [0, 2], [1, 1]),
        (5, 20, 33, 1, [7, 7], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),    // panels begin in one image and end in the next
        (7, 37, 18, 1, [5, 3], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        (6, 33, 70, 1, [10, 13], [1, 1], [2, 2], [0, 0], [0, 0], [1, 1]),
        (3, 70, 34, 2, [13, 10], [1, 1], [2, 2], [0, 0], [0, 0], [1, 1]),
        (4, 48, 32, 2, [30, 31], [1, 1], [1, 2], [0, 0], [0, 0], [1, 1]),
        (2, 64, 34, 2, [11, 40], [1, 1], [3, 1], [0, 0], [0, 0], [1, 1]),
        (2, 17, 40, 1, [4, 5, 9], [1, 1, 1], [2, 1, 3], [0, 0, 0], [0, 0, 0], [1, 1, 1]),
        (2, 40, 16, 1, [900], [1], [2], [0], [-3], [1]),
        (1, 19, 300, 1, [16, 128], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),    // planes of whole pages
        (1, 130, 300, 1, [31, 33], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]),
        (2, 60, 50, 1, [13, 15], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),    // patches as panels of a product
        (2, 90, 74, 2, [11, 9], [3, 3], [2, 1], [1, 1], [1, 1], [1, 1]),
        (1, 30, 40, 1, [9, 11], [5, 5], [1, 1], [2, 2], [2, 2], [1, 1]),
        (2, 20, 33, 1, [4, 5, 6], [2, 3, 3], [1, 1, 2], [1, 0, 1], [1, 1, 0], [1, 1, 1]),
        (1, 130, 32, 1, [48], [3], [2], [1], [1], [2]),
        (2, 70, 40, 1, [57, 33], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
    ];

    public static TheoryData<IsaPath> Paths => GemmTests.Paths;

    [Theory, MemberData(nameof(Paths))]
    public void Single_precision(IsaPath path) => Table<float>(path, 3e-6);

    [Theory, MemberData(nameof(Paths))]
    public void Double_precision(IsaPath path) => Table<double>(path, 1e-14);

    static void Table<T>(IsaPath path, double tolerance)
        where T : unmanaged, INumber<T>
    {
        var random = new Random(11);
        for (int i = 0; i < s_table.Length; i++)
        {
            using var c = new Case<T>(Geometry(i), random);
            c.Run(path);
            c.Check($"row {i}", tolerance);
        }
    }

    [Fact]
    public void Random_geometries()
    {
        var random = new Random(12);
        for (int i = 0; i < 300; i++)
        {
            int rank = random.Next(1, 4), groups = random.Next(1, 4), spread = 22 / rank;
            long[] Draw(int from, int to) => [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(from, to))];
            ConvGeometry g = ConvGeometry.Create(
                random.Next(1, 4), groups * random.Next(1, 20), groups * random.Next(1, 20), groups, Draw(1, spread), Draw(1, 5), Draw(1, 4), Draw(0, 4), Draw(0, 4), Draw(1, 3));
            using var c = new Case<float>(g, random);
            c.Run((IsaPath)random.Next((int)Isa.Widest + 1));
            c.Check($"random {i}", 3e-6);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Random_depthwise_geometries(IsaPath path)
    {
        var random = new Random(21);
        for (int i = 0; i < 150; i++)
        {
            int rank = random.Next(1, 3), channels = random.Next(1, 5);
            int[] kernels = [1, 2, 3, 3, 3, 4, 5, 5, 7];
            long[] Draw(int from, int to) => [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(from, to))];
            ConvGeometry g = ConvGeometry.Create(
                random.Next(1, 4), channels, channels, channels, Draw(1, 45), [.. Draw(0, kernels.Length).Select(k => (long)kernels[k])], Draw(1, 4), Draw(0, 4), Draw(0, 4), Draw(1, 3));
            using var c = new Case<float>(g, random);
            using (ParallelFor.Limit(1))
                c.Run(path);
            c.Check($"random {i}", 3e-6);
            byte[][] alone = c.Results();
            using (ParallelFor.Limit(2))
                c.Run(path);
            byte[][] together = c.Results();
            for (int r = 0; r < alone.Length; r++)
                Assert.Equal(alone[r], together[r]);
            if (i % 5 > 0)
                continue;
            using var wide = new Case<double>(g, random);
            wide.Run(path);
            wide.Check($"random {i}", 1e-14);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void NaN_in_a_depthwise_plane_stays_where_it_belongs(IsaPath path)
    {
        ConvGeometry g = ConvGeometry.Create(1, 2, 2, 2, [9, 20], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]);
        using var x = new Native<float>(null, 2 * 9 * 20);
        using var w = new Native<float>(null, 2 * 9);
        using var dy = new Native<float>(null, 2 * 9 * 20);
        using var y = new Native<float>(null, 2 * 9 * 20);
        using var dw = new Native<float>(null, 2 * 9);
        x.P[0] = float.NaN;    // the corner of plane 0, which only the first two rows and columns of the kernel meet
        void Go<V>() where V : unmanaged, ISimd<V, float>
        {
            ConvKernels.Forward<float, V>(g, x.P, w.P, null, y.P);
            ConvKernels.WeightGrad<float, V>(g, x.P, dy.P, dw.P);
        }
        if (path == IsaPath.Avx512)
            Go<V512<float>>();
        else if (path == IsaPath.Avx2)
            Go<V256<float>>();
        else
            Go<V128<float>>();
        for (int i = 0; i < 2 * 9 * 20; i++)
            Assert.Equal(i is 0 or 1 or 20 or 21, float.IsNaN(y.P[i]));
        for (int i = 0; i < 18; i++)
            Assert.Equal(i is 0 or 1 or 3 or 4, float.IsNaN(dw.P[i]));
    }

    [Theory, MemberData(nameof(Paths))]
    public void The_bits_do_not_depend_on_the_threads(IsaPath path)
    {
        var random = new Random(13);
        foreach (int row in (ReadOnlySpan<int>)[1, 2, 3, 4, 6, 7, 11, 17, 18, 19, 20, 22, 30, 34, 36, 38, 39, 40, 41, 42, 43, 45, 47, 51, 52, 78, 79, 80, 81, 82, 83])
        {
            using var c = new Case<float>(Geometry(row), random);
            using (ParallelFor.Limit(1))
                c.Run(path);
            byte[][] alone = c.Results();
            foreach (int threads in (ReadOnlySpan<int>)[2, 5])
            {
                using (ParallelFor.Limit(threads))
                    c.Run(path);
                byte[][] together = c.Results();
                for (int i = 0; i < alone.Length; i++)
                    Assert.True(alone[i].AsSpan().SequenceEqual(together[i]));
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Results_too_large_for_the_caches_are_whole(IsaPath path)
    {
        const int Channels = 1040, Places = 4096;
        var random = new Random(16);
        ConvGeometry g = ConvGeometry.Create(1, 20, Channels, 1, [64, 64], [1, 1], [1, 1], [0, 0], [0, 0], [1, 1]);
        using Native<float> x = new(random, 20 * Places), w = new(random, 20 * Channels), bias = new(random, Channels);
        var y = (float*)NativeMemory.AlignedAlloc(sizeof(float) * Channels * Places, 64);    // only whole lines go past the caches
        if (path == IsaPath.Avx512)
            ConvKernels.Forward<float, V512<float>>(g, x.P, w.P, bias.P, y);
        else if (path == IsaPath.Avx2)
            ConvKernels.Forward<float, V256<float>>(g, x.P, w.P, bias.P, y);
        else
            ConvKernels.Forward<float, V128<float>>(g, x.P, w.P, bias.P, y);
        double worst = 0;
        for (long o = 0; o < Channels; o++)
        {
            for (long p = o % 7; p < Places; p += 7)
            {
                double sum = bias.P[o];
                for (long k = 0; k < 20; k++)
                    sum += (double)x.P[(k * Places) + p] * w.P[(o * 20) + k];
                worst = Math.Max(worst, Math.Abs(sum - y[(o * Places) + p]));
            }
        }
        NativeMemory.AlignedFree(y);
        Assert.InRange(worst, 0, 1e-5);
    }

    [Theory, MemberData(nameof(Paths))]
    public void NaN_and_infinity_spread_to_tiles_of_4x4_at_most(IsaPath path)
    {
        const int Side = 16, Channels = 32;
        ConvGeometry g = ConvGeometry.Create(2, Channels, Channels, 1, [Side, Side], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]);
        foreach (float bad in (ReadOnlySpan<float>)[float.NaN, float.PositiveInfinity])
        {
            using var c = new Case<float>(g, new Random(17));
            c.X.P[(((Channels + 3) * Side) + 6) * Side + 8] = bad;    // image 1, channel 3, row 6, column 8
            c.Run(path);
            for (int i = 0; i < 2 * Channels * Side * Side; i++)
            {
                int image = i / (Channels * Side * Side), row = i / Side % Side, column = i % Side;
                bool meets = image == 1 && row is >= 5 and <= 7 && column is >= 7 and <= 9, shares = image == 1 && row is >= 4 and <= 7 && column is >= 4 and <= 11;
                if (!float.IsFinite(c.Y.P[i]))
                    Assert.True(shares);
                else
                    Assert.False(meets);
            }
            for (int i = 0; i < Channels * Channels * 9; i++)
                Assert.Equal(i / 9 % Channels == 3, !float.IsFinite(c.DW.P[i]));
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Weight_gradients_of_many_images_are_those_of_each_part_added(IsaPath path)
    {
        const int Out = 96, In = 96, Side = 28, Images = 22;    // more tiles than are transformed at a time
        var random = new Random(18);
        using Native<float> x = new(random, Images * In * Side * Side), dy = new(random, Images * Out * Side * Side);
        using Native<float> dw = new(random, Out * In * 9), part = new(random, Out * In * 9);
        var sum = new double[Out * In * 9];
        Run(0, Images, dw);
        for (int image = 0; image < Images; image += 11)
        {
            Run(image, 11, part);
            for (int i = 0; i < sum.Length; i++)
                sum[i] += part.P[i];
        }
        double worst = 0;
        for (int i = 0; i < sum.Length; i++)
            worst = Math.Max(worst, Math.Abs(sum[i] - dw.P[i]));
        Assert.InRange(worst, 0, 1e-2);    // of sums of 17,248 products, about 44 in size

        void Run(int first, int images, Native<float> to)
        {
            ConvGeometry g = ConvGeometry.Create(images, In, Out, 1, [Side, Side], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]);
            float* a = x.P + (first * In * Side * Side), b = dy.P + (first * Out * Side * Side);
            if (path == IsaPath.Avx512)
                ConvKernels.WeightGrad<float, V512<float>>(g, a, b, to.P);
            else if (path == IsaPath.Avx2)
                ConvKernels.WeightGrad<float, V256<float>>(g, a, b, to.P);
            else
                ConvKernels.WeightGrad<float, V128<float>>(g, a, b, to.P);
        }
    }

    [Fact]
    public void The_path_of_the_process_is_the_default()
    {
        var random = new Random(14);
        using var c = new Case<float>(Geometry(0), random);
        c.Run(Isa.Path);
        byte[][] direct = c.Results();
        c.RunDefault();
        byte[][] chosen = c.Results();
        for (int i = 0; i < direct.Length; i++)
            Assert.Equal(direct[i], chosen[i]);
    }

    [Theory, MemberData(nameof(Paths))]
    public void NaN_reaches_what_it_touches_and_nothing_else(IsaPath path)
    {
        foreach (int channels in (ReadOnlySpan<int>)[1, 12])
        {
            ConvGeometry g = ConvGeometry.Create(1, channels, 3, 1, [6, 6], [3, 3], [1, 1], [1, 1], [1, 1], [1, 1]);
            using var c = new Case<float>(g, new Random(15));
            c.X.P[(2 * 6) + 5] = float.NaN;    // channel 0, row 2, last column
            c.Run(path);
            for (int o = 0; o < 3; o++)
            {
                for (int i = 0; i < 36; i++)
                    Assert.Equal(i / 6 is >= 1 and <= 3 && i % 6 >= 4, float.IsNaN(c.Y.P[(o * 36) + i]));
                for (int t = 0; t < channels * 9; t++)
                    Assert.Equal(t < 9 && t % 3 != 0, float.IsNaN(c.DW.P[(o * channels * 9) + t]));    // the left tap would need a column past the end
            }
        }
    }

    static ConvGeometry Geometry(int row)
    {
        (int n, int i, int o, int groups, int[] x, int[] k, int[] s, int[] p, int[] q, int[] d) = s_table[row];
        static long[] Long(int[] a) => [.. a.Select(v => (long)v)];
        return ConvGeometry.Create(n, i, o, groups, Long(x), Long(k), Long(s), Long(p), Long(q), Long(d));
    }
}
