using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Tests;

// Kernels for small planes: images as lanes, and depthwise ones that read planes where they stand.
public unsafe partial class ConvTests
{
    // Many images of small planes, which are lanes then.
    [Theory, MemberData(nameof(Paths))]
    public void Geometries_of_many_images(IsaPath path)
    {
        (int N, int I, int O, int[] X, int[] K, int[] S, int[] P, int[] Q, int[] D)[] table =
        [
            (48, 6, 16, [14, 14], [5, 5], [1, 1], [0, 0], [0, 0], [1, 1]),
            (33, 1, 6, [28, 28], [5, 5], [1, 1], [2, 2], [2, 2], [1, 1]),
            (40, 16, 20, [12, 11], [3, 3], [2, 2], [1, 1], [1, 1], [1, 1]),
            (64, 5, 7, [9, 13], [3, 2], [2, 1], [0, 1], [3, 2], [1, 2]),
            (35, 4, 9, [7, 8], [3, 3], [1, 1], [4, 0], [2, 4], [2, 1]),
            (37, 3, 5, [5, 6], [2, 3], [1, 1], [0, 2], [-2, 0], [1, 1]),
            (32, 2, 4, [3, 3], [3, 3], [1, 1], [5, 5], [5, 5], [1, 1]),    // outputs that meet nothing
            (32, 7, 3, [1, 40], [1, 7], [1, 1], [0, 3], [0, 3], [1, 1]),
        ];
        static long[] Long(int[] a) => [.. a.Select(v => (long)v)];
        var random = new Random(23);
        for (int i = 0; i < table.Length; i++)
        {
            var (n, from, to, x, k, s, p, q, d) = table[i];
            Check<float>(ConvGeometry.Create(n, from, to, 1, Long(x), Long(k), Long(s), Long(p), Long(q), Long(d)), $"row {i}", 3e-6);
        }
        for (int i = 0; i < 60; i++)
        {
            int rank = random.Next(1, 3);
            long[] Draw(int least, int end) => [.. Enumerable.Range(0, rank).Select(_ => (long)random.Next(least, end))];
            ConvGeometry g = ConvGeometry.Create(
                random.Next(4, 70), random.Next(1, 20), random.Next(1, 20), 1, Draw(1, 12), Draw(1, 6), Draw(1, 3), Draw(0, 4), Draw(0, 4), Draw(1, 3));
            if (i % 4 == 0)
                Check<double>(g, $"random {i}", 1e-14);
            else
                Check<float>(g, $"random {i}", 3e-6);
        }

        void Check<T>(ConvGeometry g, string name, double tolerance)
            where T : unmanaged, INumber<T>
        {
            using var c = new Case<T>(g, random);
            using (ParallelFor.Limit(1))
                c.Run(path);
            c.Check(name, tolerance);
            byte[][] alone = c.Results();
            using (ParallelFor.Limit(3))
                c.Run(path);
            byte[][] together = c.Results();
            for (int r = 0; r < alone.Length; r++)
                Assert.True(alone[r].AsSpan().SequenceEqual(together[r]), name);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Random_depthwise_planes_of_three_by_three(IsaPath path)
    {
        var random = new Random(22);
        for (int i = 0; i < 150; i++)
        {
            int channels = random.Next(1, 6), most = i % 3 == 0 ? 6 : 45;
            long[] Draw(int from, int to) => [random.Next(from, to), random.Next(from, to)];
            long step = random.Next(1, 3);
            ConvGeometry g = ConvGeometry.Create(random.Next(1, 3), channels, channels, channels, Draw(1, most), [3, 3], [step, step], Draw(0, 4), Draw(0, 4), [1, 1]);
            using var c = new Case<float>(g, random);
            c.Run(path);
            c.Check($"random {i}", 3e-6);
            if (i % 5 > 0)
                continue;
            using var wide = new Case<double>(g, random);
            wide.Run(path);
            wide.Check($"random {i}", 1e-14);
        }
    }
}
