using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu;

namespace Hebb.Tests;

/// <summary>Products of 8-bit integers, every kernel of this machine against plain loops in 64 bits: equal, not near.</summary>
public unsafe class IntegerGemmTests
{
    public static TheoryData<string> Kernels
    {
        get
        {
            var kernels = new TheoryData<string> { "wide128" };
            if (Avx2.IsSupported)
                kernels.Add("wide256");
            if (Avx512BW.IsSupported)
                kernels.Add("wide512");
            if (AvxVnni.IsSupported)
                kernels.Add("vnni");
            if (Dp.IsSupported)
                kernels.Add("arm");
            return kernels;
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Random_odd_shapes_layouts_and_zeros(string kernel)
    {
        var random = new Random(1);
        for (int i = 0; i < 600; i++)
        {
            int m = random.Next(1, i % 4 == 0 ? 2 : 70), n = random.Next(1, i % 4 == 1 ? 2 : 90), k = random.Next(i % 7 == 0 ? 6 : 130);
            Check(kernel, random, m, n, k, signs: i % 4, layout: random.Next(9), zeros: random.Next(9), pad: random.Next(3));
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Sizes_that_cross_the_blocks(string kernel)
    {
        var random = new Random(2);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(300, 200, 257), (97, 1100, 2050), (1300, 33, 3000), (1, 3000, 400), (3000, 1, 400), (5, 700, 9000)])
        {
            for (int signs = 0; signs < 4; signs++)
                Check(kernel, random, m, n, k, signs, layout: signs * 2, zeros: signs * 2 % 9, pad: signs % 2, every: 1 + (m * n / 500));
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void The_largest_numbers_do_not_saturate(string kernel)
    {
        foreach (int k in (ReadOnlySpan<int>)[1, 2, 3, 4, 7, 64, 1000])
        {
            foreach ((byte a, byte b) in (ReadOnlySpan<(byte, byte)>)[(0x80, 0x80), (0x80, 0x7F), (0x7F, 0x7F), (0xFF, 0x80), (0xFF, 0x7F), (0xFF, 0xFF), (0, 0x80)])
            {
                for (int signs = 0; signs < 4; signs++)
                    Check(kernel, null, 7, 19, k, signs, layout: 0, zeros: 0, pad: 0, fillA: a, fillB: b);
            }
        }
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Sums_past_32_bits_wrap(string kernel)
    {
        const int k = 140_000;
        byte[] a = new byte[k], b = new byte[k];
        Array.Fill(a, (byte)0x80);
        Array.Fill(b, (byte)0x80);
        int sum = 0;
        fixed (byte* pa = a, pb = b)
            Run(kernel, new IntegerProblem { M = 1, N = 1, K = k, A = pa, ARow = k, ACol = 1, ASigned = true, B = pb, BRow = 1, BCol = 1, BSigned = true, C = &sum, CRow = 1 });
        Assert.Equal(unchecked((int)(16384L * k)), sum);
    }

    [Theory, MemberData(nameof(Kernels))]
    public void Nothing_to_sum_gives_zero_and_no_rows_touch_nothing(string kernel)
    {
        int* c = stackalloc int[6] { 1, 2, 3, 4, 5, 6 };
        Run(kernel, new IntegerProblem { M = 0, N = 3, K = 2, C = c, CRow = 3 });
        Run(kernel, new IntegerProblem { M = 2, N = 0, K = 2, C = c, CRow = 3 });
        Assert.Equal([1, 2, 3, 4, 5, 6], new Span<int>(c, 6).ToArray());
        Run(kernel, new IntegerProblem { M = 2, N = 3, K = 0, C = c, CRow = 3, ASigned = true, AZero = 5, BZero = 7 });
        Assert.Equal(new int[6], new Span<int>(c, 6).ToArray());
    }

    [Theory, MemberData(nameof(Kernels))]
    public void A_kept_copy_of_weights_and_any_threads_give_the_same(string kernel)
    {
        var random = new Random(3);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(1, 300, 200), (8, 129, 333), (100, 257, 140)])
        {
            foreach (DType type in (ReadOnlySpan<DType>)[DType.Int8, DType.UInt8])
            {
                for (int turned = 0; turned < 2; turned++)
                {
                    var weight = Tensor.From(Enumerable.Range(0, n * k).Select(_ => random.Next(128)).ToArray(), [n * k]).To(type);
                    byte[] a = new byte[m * k];
                    random.NextBytes(a);
                    int[] plain = new int[m * n], kept = new int[m * n];
                    fixed (byte* pa = a)
                    fixed (int* pp = plain, pk = kept)
                    {
                        var p = new IntegerProblem { M = m, N = n, K = k, A = pa, ARow = k, ACol = 1, AZero = 3, B = weight.Data<byte>(), BRow = turned == 0 ? n : 1, BCol = turned == 0 ? 1 : k, BSigned = type == DType.Int8, C = pp, CRow = n };
                        for (int call = 0; call < 5; call++)
                        {
                            if (call == 3)
                                weight.CopyFrom(weight - 1);
                            Array.Clear(plain);
                            Array.Clear(kept);
                            p.C = pp;
                            using (ParallelFor.Limit(1))
                                Run(kernel, p);
                            p.C = pk;
                            using (ParallelFor.Limit(1 + call))
                                Run(kernel, p, weight);
                            Assert.Equal(plain, kept);
                        }
                    }
                    GC.KeepAlive(weight);
                }
            }
        }
    }

    static void Check(string kernel, Random? random, int m, int n, int k, int signs, int layout, int zeros, int pad, byte fillA = 0, byte fillB = 0, int every = 1)
    {
        // Rows, columns, or elements apart.
        (long aRow, long aCol) = (layout % 3) switch { 0 => (k + pad, 1), 1 => (1, m + pad), _ => (2 * k, 2L) };
        (long bRow, long bCol) = (layout / 3) switch { 0 => (n + pad, 1), 1 => (1, k + pad), _ => (2 * n, 2L) };
        using var a = new Native<byte>(null, ((m - 1) * aRow) + (Math.Max(0, k - 1) * aCol) + 1);
        using var b = new Native<byte>(null, (Math.Max(0, k - 1) * bRow) + ((n - 1) * bCol) + 1);
        using var c = new Native<int>(null, m * (n + pad));
        a.Span.Fill(fillA);
        b.Span.Fill(fillB);
        random?.NextBytes(a.Span);
        random?.NextBytes(b.Span);
        bool aSigned = (signs & 1) != 0, bSigned = (signs & 2) != 0;
        int[] aZeros = [.. Enumerable.Range(0, m).Select(_ => random?.Next(-128, 256) ?? 0)], bZeros = [.. Enumerable.Range(0, n).Select(_ => random?.Next(-128, 256) ?? 0)];
        fixed (int* az = aZeros, bz = bZeros)
        {
            var p = new IntegerProblem
            {
                M = m,
                N = n,
                K = k,
                A = a.P,
                ARow = aRow,
                ACol = aCol,
                ASigned = aSigned,
                B = b.P,
                BRow = bRow,
                BCol = bCol,
                BSigned = bSigned,
                C = c.P,
                CRow = n + pad,
                AZero = zeros % 3 == 1 ? az[0] : 0,
                AZeros = zeros % 3 == 2 ? az : null,
                BZero = zeros / 3 == 1 ? bz[0] : 0,
                BZeros = zeros / 3 == 2 ? bz : null,
            };
            using (ParallelFor.Limit(1 + (m % 3)))
                Run(kernel, p);
            for (long at = 0; at < c.Span.Length; at++)
            {
                long i = at / p.CRow, j = at % p.CRow, sum = 0;
                if (j >= n)
                {
                    Assert.Equal(1, c.P[at]);    // between the rows nothing is touched
                    continue;
                }
                if (at % every != 0)
                    continue;
                long left = p.AZeros == null ? p.AZero : p.AZeros[i], right = p.BZeros == null ? p.BZero : p.BZeros[j];
                for (long q = 0; q < k; q++)
                    sum += (Value(p.A[(i * aRow) + (q * aCol)], aSigned) - left) * (Value(p.B[(q * bRow) + (j * bCol)], bSigned) - right);
                if (sum != c.P[at])
                    Assert.Fail($"{kernel} [{m}, {k}] x [{k}, {n}] signs {signs} layout {layout} zeros {zeros}: element {i}, {j} is {c.P[at]}, expected {sum}");
            }
        }
    }

    static long Value(byte x, bool signed) => signed ? (sbyte)x : x;

    static void Run(string kernel, in IntegerProblem p, Tensor? weight = null)
    {
        switch (kernel)
        {
            case "vnni":
                IntegerGemm.Run<VnniDot, Vector256<int>>(p, weight);
                break;
            case "wide512":
                IntegerGemm.Run<WideDot512, Vector512<int>>(p, weight);
                break;
            case "wide256":
                IntegerGemm.Run<WideDot256, Vector256<int>>(p, weight);
                break;
            case "arm":
                IntegerGemm.Run<ArmDot, Vector128<int>>(p, weight);
                break;
            default:
                IntegerGemm.Run<WideDot128, Vector128<int>>(p, weight);
                break;
        }
    }
}
