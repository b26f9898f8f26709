using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Tests;

/// <summary>Products of 16-bit floats against plain loops in double, rounded once.</summary>
public unsafe class HalfGemmTests
{
    public static TheoryData<IsaPath, bool> Paths =>
        [.. Enum.GetValues<IsaPath>().Where(p => p <= Isa.Widest).SelectMany(p => ((bool[])[false, true]).Select(b => (p, b)))];

    [Theory, MemberData(nameof(Paths))]
    public void Random_odd_shapes_strides_and_batches(IsaPath path, bool bfloat)
    {
        var random = new Random(bfloat ? 1 : 2);
        for (int i = 0; i < 300; i++)
        {
            int kind = i % 5;
            int m = kind == 0 ? 1 : random.Next(1, kind == 1 ? 300 : 40), n = kind == 2 ? 1 : random.Next(1, kind == 3 ? 400 : 70), k = random.Next(kind == 4 ? 700 : 90);
            Check(path, bfloat, random, m, n, k, i % 16, random.Next(4), random.Next(4) == 0 ? random.Next(1, 5) : 1);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Sizes_that_cross_the_blocks(IsaPath path, bool bfloat)
    {
        var random = new Random(3);
        Check(path, bfloat, random, 130, 90, 5000, 4, 0, 1, every: 53);    // many blocks of k and of rows
        Check(path, bfloat, random, 7, 700, 2500, 6, 1, 1, every: 11);
        Check(path, bfloat, random, 150, 1300, 2000, 2, 0, 1, every: 997);    // the right side in several goes
        Check(path, bfloat, random, 1, 3000, 130, 6, 1, 1);
        Check(path, bfloat, random, 3000, 1, 130, 5, 1, 1);
    }

    [Theory, MemberData(nameof(Paths))]
    public void The_bits_do_not_depend_on_the_threads_nor_on_a_kept_copy(IsaPath path, bool bfloat)
    {
        var random = new Random(4);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(8, 300, 200), (33, 129, 140), (1, 900, 301), (700, 1, 211), (260, 333, 190)])
        {
            for (int layout = 0; layout < 4; layout++)
            {
                var weight = Tensor.From(Enumerable.Range(0, n * k).Select(_ => random.NextSingle() - 0.5f).ToArray(), [n * k]).To(bfloat ? DType.BFloat16 : DType.Float16);
                using var a = Words(random, bfloat, m * k);
                using var plain = new Native<short>(null, m * n);
                using var other = new Native<short>(null, m * n);
                var p = GemmProblem<ushort>.Dense(m, n, k, (ushort*)a.P, weight.Data<ushort>(), (ushort*)plain.P, (layout & 1) != 0, (layout & 2) != 0);
                using (ParallelFor.Limit(1))
                    Run(path, bfloat, p);
                p.C = (ushort*)other.P;
                for (int call = 0; call < 4; call++)
                {
                    other.Span.Clear();
                    using (ParallelFor.Limit(1 + call))
                        Run(path, bfloat, p, weight);
                    Assert.True(plain.Bytes.SequenceEqual(other.Bytes), $"{m} {n} {k} layout {layout} call {call}");
                }
                GC.KeepAlive(weight);
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void Sums_are_not_rounded_on_the_way(IsaPath path, bool bfloat)
    {
        // 1 + k times 2^-10: a running sum in either format would stay at 1.
        foreach ((int m, int n) in (ReadOnlySpan<(int, int)>)[(1, 40), (40, 1), (9, 40), (200, 50)])
        {
            const int k = 4097;
            float[] row = [.. Enumerable.Range(0, k).Select(i => i == 0 ? 1f : 1f / 1024)];
            var a = Tensor.From(Enumerable.Range(0, m).SelectMany(_ => row).ToArray(), [m, k]).To(bfloat ? DType.BFloat16 : DType.Float16);
            var b = Tensor.Ones([k, n]).To(a.DType);
            var y = Tensor.Zeros([m, n]).To(a.DType);
            Run(path, bfloat, GemmProblem<ushort>.Dense(m, n, k, a.Data<ushort>(), b.Data<ushort>(), y.Data<ushort>()));
            Assert.All(y.To(DType.Float32).ToArray<float>(), x => Assert.Equal(5f, x));
            GC.KeepAlive(a);
            GC.KeepAlive(b);
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void NaN_infinity_and_overflow(IsaPath path, bool bfloat)
    {
        foreach ((int m, int n) in (ReadOnlySpan<(int, int)>)[(1, 40), (40, 1), (9, 40), (130, 50)])
        {
            const int k = 20;
            float[] left = new float[m * k];
            left[0] = float.NaN;
            if (m > 1)
            {
                left[k] = float.PositiveInfinity;
                for (int i = 0; i < k && m > 2; i++)
                    left[(2 * k) + i] = bfloat ? 3e38f : 60000;
            }
            var a = Tensor.From(left, [m, k]).To(bfloat ? DType.BFloat16 : DType.Float16);
            var b = Tensor.Ones([k, n]).To(a.DType);
            var y = Tensor.Zeros([m, n]).To(a.DType);
            Run(path, bfloat, GemmProblem<ushort>.Dense(m, n, k, a.Data<ushort>(), b.Data<ushort>(), y.Data<ushort>()));
            float[] got = y.To(DType.Float32).ToArray<float>();
            for (int i = 0; i < got.Length; i++)
                Assert.Equal((i / n) switch { 0 => float.NaN, 1 or 2 => float.PositiveInfinity, _ => 0 }, got[i]);
            GC.KeepAlive(a);
            GC.KeepAlive(b);
        }
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Tensors_of_any_layout_are_multiplied_without_being_widened_first(bool bfloat)
    {
        var random = new Random(5);
        var type = bfloat ? DType.BFloat16 : DType.Float16;
        Tensor Make(Shape shape) => Tensor.From(Enumerable.Range(0, (int)shape.Count).Select(_ => (random.NextSingle() * 2) - 1).ToArray(), shape).To(type);
        Tensor x = Make([3, 5, 40]), w = Make([24, 40]), bias = Make([48]);
        foreach (var input in (Tensor[])[x, x[.., 0], Make([40, 5]).MT, Make([3, 40, 5]).MT, Make([5, 40, 2]).Select(2, 0), Make([0, 40])])
        {
            foreach (var weight in (Tensor[])[w, Make([40, 24]).MT])
            {
                foreach (var b in (Tensor?[])[null, Make([24]), bias.Reshape(24, 2).Select(1, 0)])
                {
                    var exact = input.To(DType.Float64).MatMul(weight.To(DType.Float64).MT);
                    if (b is not null)
                        exact += b.To(DType.Float64);
                    var y = input.Linear(weight, b);
                    Assert.Equal(type, y.DType);
                    Near(exact, y, bfloat);
                    Near(input.To(DType.Float64).MatMul(weight.To(DType.Float64).MT), input.MatMul(weight.MT), bfloat);
                }
            }
        }

        static void Near(Tensor exact, Tensor got, bool bfloat)
        {
            double[] want = exact.ToArray<double>();
            float[] have = got.To(DType.Float32).ToArray<float>();
            Assert.Equal(exact.Shape, got.Shape);
            for (int i = 0; i < want.Length; i++)
                Assert.InRange(Math.Abs(have[i] - want[i]), 0, (Math.Abs(want[i]) * Unit(bfloat)) + 2e-5);
        }
    }

    // Half a unit in the last place, relative.
    static double Unit(bool bfloat) => bfloat ? 1.0 / 256 : 1.0 / 2048;

    static Native<short> Words(Random random, bool bfloat, long length)
    {
        var words = new Native<short>(null, length);
        for (long i = 0; i < length; i++)
        {
            float x = (random.NextSingle() * 2) - 1;
            words.P[i] = bfloat ? (short)(BitConverter.SingleToUInt32Bits(x) >> 16) : BitConverter.HalfToInt16Bits((Half)x);
        }
        return words;
    }

    static double Value(ushort word, bool bfloat) => bfloat ? BitConverter.UInt32BitsToSingle((uint)word << 16) : (double)BitConverter.UInt16BitsToHalf(word);

    static void Check(IsaPath path, bool bfloat, Random random, int m, int n, int k, int layout, int pad, int batch, int every = 1)
    {
        bool transposeA = (layout & 1) != 0, transposeB = (layout & 2) != 0;
        long lda = (transposeA ? m : k) + pad, ldb = (transposeB ? k : n) + pad, ldc = n + pad;
        long sizeA = (transposeA ? k : m) * lda, sizeB = (transposeB ? n : k) * ldb;
        using var a = Words(random, bfloat, sizeA * batch);
        using var b = Words(random, bfloat, sizeB * batch);
        using var c = Words(random, bfloat, m * ldc * batch);
        using var bias = Words(random, bfloat, n);
        short[] old = c.Span.ToArray();
        bool shared = batch > 1 && random.Next(2) == 0;
        var p = new GemmProblem<ushort>
        {
            M = m,
            N = n,
            K = k,
            A = (ushort*)a.P,
            ARow = transposeA ? 1 : lda,
            ACol = transposeA ? lda : 1,
            B = (ushort*)b.P,
            BRow = transposeB ? 1 : ldb,
            BCol = transposeB ? ldb : 1,
            C = (ushort*)c.P,
            CRow = ldc,
            Bias = (layout & 4) != 0 ? (ushort*)bias.P : null,
            Accumulate = (layout & 8) != 0,
            Batch = batch,
            ABatch = sizeA,
            BBatch = shared ? 0 : sizeB,
            CBatch = m * ldc,
        };
        if (pad == 3 && !transposeA)
        {
            // Backwards along k.
            p.A += k > 0 ? k - 1 : 0;
            p.ACol = -1;
        }
        Run(path, bfloat, p);
        for (long at = 0; at < (long)batch * m * ldc; at++)
        {
            long s = at / (m * ldc), i = at / ldc % m, j = at % ldc;
            if (j >= n)
            {
                Assert.Equal(old[at], c.P[at]);
                continue;
            }
            if (at % every != 0)
                continue;
            double sum = p.Accumulate ? Value((ushort)old[at], bfloat) : 0, size = Math.Abs(sum);
            for (long q = 0; q < k; q++)
            {
                double term = Value(p.A[(s * p.ABatch) + (i * p.ARow) + (q * p.ACol)], bfloat) * Value(p.B[(s * p.BBatch) + (q * p.BRow) + (j * p.BCol)], bfloat);
                sum += term;
                size += Math.Abs(term);
            }
            if (p.Bias != null)
                sum += Value(p.Bias[j], bfloat);
            double got = Value((ushort)c.P[at], bfloat), bound = (Math.Abs(sum) * Unit(bfloat)) + (2e-6 * (size + 1));
            if (!(Math.Abs(got - sum) <= bound))
                Assert.Fail($"[{m}, {k}] x [{k}, {n}] layout {layout} pad {pad} batch {batch}: element {at} is {got}, expected {sum}");
        }
    }

    static void Run(IsaPath path, bool bfloat, in GemmProblem<ushort> p, Tensor? weight = null)
    {
        if (bfloat)
            Run<BFloat16Words>(path, p, weight);
        else
            Run<Float16Words>(path, p, weight);
    }

    static void Run<S>(IsaPath path, in GemmProblem<ushort> p, Tensor? weight)
        where S : struct, IHalfWords
    {
        if (path == IsaPath.Avx512)
            HalfGemm.Run<S, V512<float>>(p, weight);
        else if (path == IsaPath.Avx2)
            HalfGemm.Run<S, V256<float>>(p, weight);
        else
            HalfGemm.Run<S, V128<float>>(p, weight);
    }
}
