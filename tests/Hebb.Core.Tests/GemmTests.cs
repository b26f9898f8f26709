using System.Numerics;
using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Tests;

/// <summary>Every path against plain loops in double.</summary>
public unsafe class GemmTests
{
    static readonly int[] s_sizes = [1, 2, 3, 5, 8, 13, 14, 15, 16, 17, 28, 31, 32, 33, 47, 64, 65];

    public static TheoryData<IsaPath> Paths => [.. Enum.GetValues<IsaPath>().Where(p => p <= Isa.Widest)];

    [Theory, MemberData(nameof(Paths))]
    public void Small_and_odd_sizes_in_all_layouts(IsaPath path)
    {
        var random = new Random(1);
        foreach (int m in s_sizes)
        {
            foreach (int n in s_sizes)
            {
                int k = s_sizes[random.Next(s_sizes.Length)];
                for (int layout = (m + n) % 3; layout < 16; layout += 3)
                {
                    var c = new Case(m, n, k) { TransposeA = (layout & 1) != 0, TransposeB = (layout & 2) != 0, Bias = (layout & 4) != 0, Accumulate = (layout & 8) != 0, Pad = layout % 3 };
                    Check<float>(path, c, random, 2e-6);
                    if (layout % 5 == 0)
                        Check<double>(path, c, random, 1e-14);
                }
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Sizes_that_cross_the_blocks(IsaPath path)
    {
        var random = new Random(2);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(130, 200, 257), (33, 520, 300), (1, 700, 1000), (700, 1, 1000), (3, 1030, 40), (1030, 3, 40), (20, 10, 3000), (4100, 20, 9), (20, 4200, 9), (140, 512, 900)])
        {
            for (int layout = 0; layout < 4; layout++)
            {
                var c = new Case(m, n, k) { TransposeA = (layout & 1) != 0, TransposeB = (layout & 2) != 0, Bias = layout != 1, Accumulate = layout == 2, Pad = layout };
                Check<float>(path, c, random, 3e-6);
                Check<double>(path, c, random, 1e-14);
            }
        }
        Check<float>(path, new Case(1100, 530, 490) { Sampled = true }, random, 3e-6);    // the left side is packed too
        Check<float>(path, new Case(1100, 530, 490) { Sampled = true, TransposeA = true, TransposeB = true }, random, 3e-6);
    }

    [Theory, MemberData(nameof(Paths))]
    public void Any_strides_are_taken(IsaPath path)
    {
        var random = new Random(3);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(7, 9, 11), (1, 20, 30), (20, 1, 30), (40, 70, 50), (1, 1, 5)])
        {
            using var a = new Native<float>(random, 4 * m * k);
            using var b = new Native<float>(random, 6 * n * k);
            using var c = new Native<float>(random, m * n);
            var p = new GemmProblem<float> { M = m, N = n, K = k, A = a.P + (4L * m * k) - 1, ARow = -2, ACol = -2L * m, B = b.P, BRow = 3, BCol = 3L * k, C = c.P, CRow = n };
            CheckProblem(path, p, 2e-6);
            p.BCol = 0;    // one column, broadcast
            CheckProblem(path, p, 2e-6);
            p.ACol = 0;
            p.ARow = 0;
            CheckProblem(path, p, 2e-6);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Batches_share_or_step(IsaPath path)
    {
        var random = new Random(4);
        foreach ((int batch, int m, int n, int k) in (ReadOnlySpan<(int, int, int, int)>)[(5, 7, 9, 4), (300, 4, 5, 6), (3, 130, 140, 300), (2, 1, 30, 17), (0, 4, 4, 4)])
        {
            for (int shared = 0; shared < 3; shared++)
            {
                using var a = new Native<float>(random, Math.Max(1, batch) * m * k);
                using var b = new Native<float>(random, Math.Max(1, batch) * n * k);
                using var c = new Native<float>(random, Math.Max(1, batch) * m * n);
                var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, c.P, transposeB: shared == 1);
                (p.Batch, p.ABatch, p.BBatch, p.CBatch) = (batch, shared == 2 ? 0 : m * k, shared == 1 ? 0 : n * k, m * n);
                using (ParallelFor.Limit(3))
                    Run(path, p);
                for (int i = 0; i < batch; i++)
                    Verify(p with { A = p.A + (i * p.ABatch), B = p.B + (i * p.BBatch), C = p.C + (i * p.CBatch) }, null, 2e-6);
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void The_bits_do_not_depend_on_the_threads(IsaPath path)
    {
        var random = new Random(5);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(333, 257, 700), (64, 800, 784), (1, 5000, 300), (5000, 1, 300), (2000, 40, 30), (140, 512, 900)])
        {
            for (int layout = 0; layout < 4; layout++)
            {
                using var a = new Native<float>(random, m * k);
                using var b = new Native<float>(random, n * k);
                using var one = new Native<float>(random, m * n);
                using var many = new Native<float>(random, m * n);
                var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, one.P, (layout & 1) != 0, (layout & 2) != 0);
                using (ParallelFor.Limit(1))
                    Run(path, p);
                p.C = many.P;
                foreach (int threads in (ReadOnlySpan<int>)[2, 5])
                {
                    using (ParallelFor.Limit(threads))
                        Run(path, p);
                    Assert.True(one.Bytes.SequenceEqual(many.Bytes));
                }
            }
        }
    }

    [Fact]
    public void Small_products_have_the_bits_of_large_ones()
    {
        SameBits<V128<float>>();
        if (Isa.Widest >= IsaPath.Avx2)
            SameBits<V256<float>>();
        if (Isa.Widest >= IsaPath.Avx512)
            SameBits<V512<float>>();
    }

    static void SameBits<V>()
        where V : unmanaged, ISimd<V, float>
    {
        var random = new Random(8);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(4, 8, 1), (32, 10, 32), (32, 32, 64), (10, 32, 32), (7, 45, 256), (64, 33, 20)])
        {
            for (int layout = 0; layout < 16; layout++)
            {
                using var a = new Native<float>(random, m * k);
                using var b = new Native<float>(random, n * k);
                using var bias = new Native<float>(random, n);
                using var small = new Native<float>(random, m * n);
                using var large = new Native<float>(random, m * n);
                Buffer.MemoryCopy(small.P, large.P, m * n * sizeof(float), m * n * sizeof(float));
                var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, small.P, (layout & 1) != 0, (layout & 2) != 0);
                p.Accumulate = (layout & 4) != 0;
                p.Bias = (layout & 12) == 8 ? bias.P : null;
                if (layout >= 12)
                    p.Epilogue = p.Epilogue with { Alpha = 0.7, RowBias = a.P };
                Assert.True(SmallGemm.TryRun<float, V>(p));
                TiledGemm.Run<float, V>(p with { C = large.P });
                Assert.True(small.Bytes.SequenceEqual(large.Bytes), $"{m}x{n}x{k} layout {layout}");
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void NaN_and_infinity_pass_through(IsaPath path)
    {
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 40, 20), (40, 1, 20), (5, 3, 7), (30, 50, 20), (150, 300, 300)])
        {
            using var a = new Native<float>(null, m * k);
            using var b = new Native<float>(null, n * k);
            using var c = new Native<float>(null, m * n);
            for (int i = 0; i < m; i++)
                a.P[i * k] = 0;
            b.P[0] = float.NaN;    // 0 * NaN is NaN, in column 0
            b.P[n - 1] = float.PositiveInfinity;    // 0 * infinity too, in the last
            Run(path, GemmProblem<float>.Dense(m, n, k, a.P, b.P, c.P));
            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < n; j++)
                    Assert.Equal(j == 0 || j == n - 1, float.IsNaN(c.P[(i * n) + j]));
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Sizes_of_zero(IsaPath path)
    {
        float* c = stackalloc float[4] { 1, 2, 3, 4 };
        float* bias = stackalloc float[2] { 10, 20 };
        Run(path, new GemmProblem<float> { M = 0, N = 2, K = 3 });
        Run(path, new GemmProblem<float> { M = 2, N = 0, K = 3 });
        var p = new GemmProblem<float> { M = 2, N = 2, K = 0, C = c, CRow = 2, Bias = bias, Accumulate = true };
        Run(path, p);
        Assert.Equal([11f, 22, 13, 24], new Span<float>(c, 4).ToArray());
        Run(path, p with { Accumulate = false });
        Assert.Equal([10f, 20, 10, 20], new Span<float>(c, 4).ToArray());
        Run(path, p with { Accumulate = false, Bias = null });
        Assert.Equal([0f, 0, 0, 0], new Span<float>(c, 4).ToArray());
    }

    [Fact]
    public void The_path_of_the_process_is_the_default()
    {
        var random = new Random(6);
        using var a = new Native<float>(random, 60 * 70);
        using var b = new Native<float>(random, 70 * 80);
        using var c = new Native<float>(random, 60 * 80);
        using var d = new Native<float>(random, 60 * 80);
        Gemm.Run(GemmProblem<float>.Dense(60, 80, 70, a.P, b.P, c.P));
        Run(Isa.Path, GemmProblem<float>.Dense(60, 80, 70, a.P, b.P, d.P));
        Assert.True(c.Bytes.SequenceEqual(d.Bytes));
    }

    [Fact]
    public void A_warm_call_allocates_nothing()
    {
        var random = new Random(7);
        using var a = new Native<float>(random, 300 * 300);
        using var c = new Native<float>(random, 300 * 300);
        var p = GemmProblem<float>.Dense(300, 300, 300, a.P, a.P, c.P, transposeB: true);
        for (int i = 0; i < 3; i++)
            Gemm.Run(p);
        long held = Scratch.HeldByThisThread, before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 20; i++)
            Gemm.Run(p);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100);
        Assert.Equal(held, Scratch.HeldByThisThread);
    }

    [Fact]
    public void Other_number_types_go_through_the_generic_loops()
    {
        CheckGeneric<sbyte>(r => (sbyte)r.Next(-128, 128));
        CheckGeneric<short>(r => (short)r.Next(-30000, 30000));
        CheckGeneric<int>(r => r.Next());
        CheckGeneric<long>(r => r.NextInt64());
        CheckGeneric<byte>(r => (byte)r.Next(256));
        CheckGeneric<uint>(r => (uint)r.NextInt64());
        CheckGeneric<Complex>(r => new Complex(r.Next(-50, 50), r.Next(-50, 50)));
        CheckGeneric<double>(r => r.Next(-50, 50));
    }

    [Fact]
    public void Scratch_scopes_nest_and_are_reused()
    {
        byte* first, inner;
        using (var outer = Scratch.Open())
        {
            first = outer.Take<byte>(100);
            using (var nested = Scratch.Open())
            {
                inner = nested.Take<byte>(200);
                Assert.True(inner >= first + 100);
                float* big = nested.Take<float>(3 << 20);    // past the first chunk
                big[(3 << 20) - 1] = 1;
                Assert.Equal(0, (nint)big % 64);
            }
            Assert.Equal((nint)inner, (nint)outer.Take<byte>(1));
        }
        long held = Scratch.HeldByThisThread;
        using (var again = Scratch.Open())
            again.Take<float>(3 << 20);
        Assert.Equal(held, Scratch.HeldByThisThread);
        using (var huge = Scratch.Open())
            huge.Take<byte>(100L << 20);
        Assert.InRange(Scratch.HeldByThisThread, 0, 64L << 20);
    }

    static void CheckGeneric<T>(Func<Random, T> next)
        where T : unmanaged, INumberBase<T>
    {
        var random = new Random(8);
        foreach ((int batch, int m, int n, int k) in (ReadOnlySpan<(int, int, int, int)>)[(1, 1, 1, 1), (2, 5, 7, 3), (1, 33, 70, 41), (3, 4, 1, 9), (1, 3, 3, 0)])
        {
            for (int layout = 0; layout < 8; layout++)
            {
                T[] a = [.. Enumerable.Range(0, batch * m * k).Select(_ => next(random))], b = [.. Enumerable.Range(0, batch * k * n).Select(_ => next(random))];
                T[] c = [.. Enumerable.Range(0, batch * m * n).Select(_ => next(random))], bias = [.. Enumerable.Range(0, n).Select(_ => next(random))], old = [.. c];
                fixed (T* pa = a, pb = b, pc = c, pbias = bias)
                {
                    var p = GemmProblem<T>.Dense(m, n, k, pa, pb, pc, (layout & 1) != 0, (layout & 2) != 0);
                    (p.Batch, p.ABatch, p.BBatch, p.CBatch, p.Accumulate) = (batch, m * k, k * n, m * n, (layout & 4) != 0);
                    p.Bias = layout >= 6 ? pbias : null;
                    GemmGeneric.Run(p);
                    for (int s = 0; s < batch; s++)
                    {
                        for (int i = 0; i < m; i++)
                        {
                            for (int j = 0; j < n; j++)
                            {
                                T sum = p.Accumulate ? old[(((s * m) + i) * n) + j] : T.Zero;
                                for (int q = 0; q < k; q++)
                                    sum = unchecked(sum + (p.A[(s * m * k) + (i * p.ARow) + (q * p.ACol)] * p.B[(s * k * n) + (q * p.BRow) + (j * p.BCol)]));
                                Assert.Equal(p.Bias != null ? sum + bias[j] : sum, c[(((s * m) + i) * n) + j]);
                            }
                        }
                    }
                }
            }
        }
    }

    sealed record Case(int M, int N, int K)
    {
        public bool TransposeA, TransposeB, Bias, Accumulate;
        public bool Sampled;    // the reference takes one element of a hundred
        public int Pad;    // extra elements in each leading dimension
    }

    static void Check<T>(IsaPath path, Case x, Random random, double tolerance)
        where T : unmanaged, INumber<T>
    {
        long lda = (x.TransposeA ? x.M : x.K) + x.Pad, ldb = (x.TransposeB ? x.K : x.N) + x.Pad, ldc = x.N + x.Pad;
        using var a = new Native<T>(random, (x.TransposeA ? x.K : x.M) * lda);
        using var b = new Native<T>(random, (x.TransposeB ? x.N : x.K) * ldb);
        using var c = new Native<T>(random, x.M * ldc);
        using var bias = new Native<T>(random, x.N);
        CheckProblem(
            path,
            new GemmProblem<T>
            {
                M = x.M,
                N = x.N,
                K = x.K,
                A = a.P,
                ARow = x.TransposeA ? 1 : lda,
                ACol = x.TransposeA ? lda : 1,
                B = b.P,
                BRow = x.TransposeB ? 1 : ldb,
                BCol = x.TransposeB ? ldb : 1,
                C = c.P,
                CRow = ldc,
                Bias = x.Bias ? bias.P : null,
                Accumulate = x.Accumulate,
            },
            tolerance,
            x.Sampled ? 97 : 1);
    }

    static void CheckProblem<T>(IsaPath path, in GemmProblem<T> p, double tolerance, int every = 1)
        where T : unmanaged, INumber<T>
    {
        long length = p.M * p.CRow;
        using var old = new Native<T>(null, length);
        Buffer.MemoryCopy(p.C, old.P, length * sizeof(T), length * sizeof(T));
        Run(path, p);
        Verify(p, old.P, tolerance, every);
        for (long i = 0; i < p.M; i++)
        {
            for (long j = p.N; j < p.CRow; j++)
                Assert.Equal(old.P[(i * p.CRow) + j], p.C[(i * p.CRow) + j]);    // between the rows nothing is touched
        }
    }

    static void Verify<T>(in GemmProblem<T> p, T* old, double tolerance, int every = 1)
        where T : unmanaged, INumber<T>
    {
        for (long i = 0; i < p.M; i++)
        {
            for (long j = i % every; j < p.N; j += every)
            {
                double sum = p.Accumulate ? double.CreateChecked(old[(i * p.CRow) + j]) : 0, size = 1 + Math.Abs(sum);
                for (long k = 0; k < p.K; k++)
                {
                    double term = double.CreateChecked(p.A[(i * p.ARow) + (k * p.ACol)]) * double.CreateChecked(p.B[(k * p.BRow) + (j * p.BCol)]);
                    sum += term;
                    size += Math.Abs(term);
                }
                if (p.Bias != null)
                    sum += double.CreateChecked(p.Bias[j]);
                double got = double.CreateChecked(p.C[(i * p.CRow) + j]);
                if (!(Math.Abs(got - sum) <= tolerance * size))
                    Assert.Fail($"[{p.M}, {p.K}] x [{p.K}, {p.N}] strides {p.ARow} {p.ACol} {p.BRow} {p.BCol}: element {i}, {j} is {got}, expected {sum}");
            }
        }
    }

    internal static void Run<T>(IsaPath path, in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
    {
        if (path == IsaPath.Avx512)
            Gemm.Run<T, V512<T>>(p);
        else if (path == IsaPath.Avx2)
            Gemm.Run<T, V256<T>>(p);
        else
            Gemm.Run<T, V128<T>>(p);
    }
}
