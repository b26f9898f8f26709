namespace Hebb.Benchmarks;

/// <summary>Matrix products of float32 matrices in row order.</summary>
internal sealed class GemmSuite : Suite
{
    private static readonly (int M, int N, int K)[] s_sizes =
        [(128, 128, 128), (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (1024, 768, 768)];

    public override string Name => "gemm";

    public override string About => "float32 matrix products, square and skinny";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        .. s_sizes.Select(s => new BenchCase(
            $"{s.M}x{s.N}x{s.K}", new Problem($"gemm m={s.M} n={s.N} k={s.K}"), ["openblas", "onednn"], Product)),
        .. ((int[])[1, 8, 32]).Select(m => new BenchCase(
            $"skinny {m}x3072x768", new Problem($"gemm m={m} n=3072 k=768 packed=1"), ["onednn"], Product)),
    ];

    private static HebbSide Product(Problem p)
    {
        Tensor a = Inputs.Tensor([p["m"], p["k"]], 1), b = Inputs.Tensor([p["k"], p["n"]], 2);
        // A matrix that is open to writing is not kept prepacked: only the skinny cases are to gain from that, as the peers' do.
        if (p["packed"] == 0) b.AsSpan<float>();
        return HebbSide.Of(() => a.MatMul(b));
    }
}
