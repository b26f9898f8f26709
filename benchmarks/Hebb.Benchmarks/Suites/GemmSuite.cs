namespace Hebb.Benchmarks;

/// <summary>Matrix products of float32 matrices in row order; of other types where a case is named.</summary>
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
        .. Typed(NumberType.Float64, "float64", "openblas", 2e-4),
        .. Typed(NumberType.BFloat16, "bfloat16", "onednn", 1e-2),
        .. Typed(NumberType.Int8, "int8", "onednn", 1e-6),
    ];

    private static IEnumerable<BenchCase> Typed(NumberType type, string name, string peer, double tolerance)
    {
        foreach (var (m, n, k) in s_sizes)
            yield return new($"{name} {m}x{n}x{k}", new Problem($"gemm m={m} n={n} k={k} type={(int)type}"), [peer], Product) { Extra = true, Tolerance = tolerance };
        if (type == NumberType.Float64) yield break;
        foreach (int m in (int[])[1, 8, 32])
            yield return new($"{name} skinny {m}x3072x768", new Problem($"gemm m={m} n=3072 k=768 packed=1 type={(int)type}"), [peer], Product) { Extra = true, Tolerance = tolerance };
    }

    private static HebbSide Product(Problem p)
    {
        var type = (NumberType)p["type"];
        Tensor a = TypedInputs.Tensor(type, [p["m"], p["k"]], 1, left: true), b = TypedInputs.Tensor(type, [p["k"], p["n"]], 2, left: false);
        // A matrix that is open to writing is not kept prepacked: only the skinny cases are to gain from that, as the peers' do.
        if (p["packed"] == 0) Expose(b);
        Tensor Multiply() => type == NumberType.Int8 ? a.MatMulInteger(b) : a.MatMul(b);
        return HebbSide.Of(Multiply) with { Outputs = () => [Multiply().To(DType.Float32)] };
    }

    private static void Expose(Tensor x)
    {
        switch (x.DType)
        {
            case DType.Float64:
                x.AsSpan<double>();
                break;
            case DType.BFloat16:
                x.AsSpan<BFloat16>();
                break;
            case DType.Int8:
                x.AsSpan<sbyte>();
                break;
            default:
                x.AsSpan<float>();
                break;
        }
    }
}
