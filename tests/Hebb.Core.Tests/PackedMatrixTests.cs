using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Tests;

/// <summary>Kept copies of weights: never seen in the bits, renewed when the weights change.</summary>
public unsafe class PackedMatrixTests
{
    public static TheoryData<IsaPath> Paths => GemmTests.Paths;

    [Theory, MemberData(nameof(Paths))]
    public void A_kept_copy_gives_the_bits_of_the_plain_product(IsaPath path)
    {
        var random = new Random(1);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(2, 128, 200), (8, 300, 129), (8, 77, 1100), (32, 513, 65), (33, 96, 400), (112, 129, 130), (1, 200, 200), (1, 513, 65), (1, 300, 129), (1, 1041, 300), (1, 96, 400), (500, 200, 90), (3, 5, 7)])
        {
            for (int layout = 0; layout < 6; layout++)
            {
                using var a = new Native<float>(random, m * k);
                using var bias = new Native<float>(random, n);
                using var plain = new Native<float>(random, m * n);
                using var kept = new Native<float>(random, m * n);
                bool turned = (layout & 1) != 0;
                var weight = Tensor.From(Enumerable.Range(0, n * k).Select(_ => random.NextSingle() - 0.5f).ToArray(), turned ? [n, k] : [k, n]);
                var p = GemmProblem<float>.Dense(m, n, k, a.P, weight.Data<float>(), plain.P, transposeB: turned);
                p.Bias = layout >= 2 ? bias.P : null;
                p.Accumulate = layout >= 4;
                for (int call = 0; call < 6; call++)
                {
                    if (call == 3)
                        weight.CopyFrom(weight * 2f);
                    plain.Span.Fill(3);
                    kept.Span.Fill(3);
                    p.C = plain.P;
                    GemmTests.Run(path, p);
                    p.C = kept.P;
                    using (ParallelFor.Limit(1 + (call % 3)))
                        Run(path, p, weight);
                    Assert.True(plain.Bytes.SequenceEqual(kept.Bytes), $"{m} {n} {k} layout {layout} call {call}");
                }
                GC.KeepAlive(weight);
            }
        }
    }

    [Theory, MemberData(nameof(Paths))]
    public void One_row_may_have_its_elements_apart(IsaPath path)
    {
        var random = new Random(3);
        const int N = 170, K = 210;
        using var a = new Native<float>(random, 3 * K);
        using var plain = new Native<float>(random, N);
        using var kept = new Native<float>(random, N);
        var weight = Tensor.From(Enumerable.Range(0, N * K).Select(_ => random.NextSingle() - 0.5f).ToArray(), [K, N]);
        var p = GemmProblem<float>.Dense(1, N, K, a.P, weight.Data<float>(), plain.P) with { ACol = 3 };
        p.Epilogue = p.Epilogue.Then(new ElementFunction<Silu>(default));
        GemmTests.Run(path, p);
        p.C = kept.P;
        for (int call = 0; call < 3; call++)
            Run(path, p, weight);
        Assert.True(plain.Bytes.SequenceEqual(kept.Bytes));
        GC.KeepAlive(weight);
    }

    [Theory, MemberData(nameof(Paths))]
    public void A_row_has_the_same_bits_among_few_or_many(IsaPath path)
    {
        var random = new Random(2);
        foreach ((int m, int n, int k) in (ReadOnlySpan<(int, int, int)>)[(300, 40, 1500), (200, 9, 1100), (129, 300, 1030)])
        {
            for (int layout = 0; layout < 8; layout++)
            {
                using var a = new Native<float>(random, m * k);
                using var b = new Native<float>(random, n * k);
                using var bias = new Native<float>(random, n);
                using var all = new Native<float>(random, m * n);
                using var few = new Native<float>(random, m * n);
                Buffer.MemoryCopy(all.P, few.P, all.Bytes.Length, all.Bytes.Length);
                var p = GemmProblem<float>.Dense(m, n, k, a.P, b.P, all.P, transposeA: (layout & 2) != 0, transposeB: (layout & 1) != 0);
                p.Bias = (layout & 4) != 0 ? bias.P : null;
                p.Accumulate = layout is 3 or 5;
                GemmTests.Run(path, p);
                for (int from = 0; from < m; from += 5)
                    GemmTests.Run(path, p with { M = Math.Min(5, m - from), A = a.P + (from * p.ARow), C = few.P + (from * n) });
                if (m % 5 != 1)
                    Assert.True(all.Bytes.SequenceEqual(few.Bytes), $"{m} {n} {k} layout {layout}");
            }
        }
    }

    static void Run(IsaPath path, in GemmProblem<float> p, Tensor weight)
    {
        if (path == IsaPath.Avx512)
            PackedMatrix.Product<float, V512<float>>(p, weight);
        else if (path == IsaPath.Avx2)
            PackedMatrix.Product<float, V256<float>>(p, weight);
        else
            PackedMatrix.Product<float, V128<float>>(p, weight);
    }
}
