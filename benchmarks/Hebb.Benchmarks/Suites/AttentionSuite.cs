namespace Hebb.Benchmarks;

/// <summary>Scaled dot-product attention of 8 heads of 64.</summary>
internal sealed class AttentionSuite : Suite
{
    public override string Name => "attention";

    public override string About => "attention of 8 heads of 64, causal or not";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        .. from t in (int[])[256, 1024, 4096] from causal in (bool[])[false, true] select Case(t, causal, backward: false),
        .. from t in (int[])[256, 1024] from causal in (bool[])[false, true] select Case(t, causal, backward: true) with { Extra = true },
        .. from t in (int[])[512, 2048, 8192] from few in (int[])[1, 8] from groups in (int[])[8, 2] select Decoding(t, few, groups) with { Extra = true },
    ];

    /// <summary>A few queries, and keys that several heads may share.</summary>
    private static BenchCase Decoding(int t, int queries, int groups) => new(
        $"decoding {queries} of {t}{(groups < 8 ? $" groups {groups}" : "")}", new Problem($"attention t={t} heads=8 d=64 causal=0 backward=0 queries={queries} groups={groups}"), ["torch"], Prepare);

    private static BenchCase Case(int t, bool causal, bool backward) => new(
        $"T {t}{(causal ? " causal" : "")}{(backward ? " gradients" : "")}",
        new Problem($"attention t={t} heads=8 d=64 causal={(causal ? 1 : 0)} backward={(backward ? 1 : 0)}"),
        backward ? ["torch"] : ["torch", "onnxruntime"], Prepare);

    private static HebbSide Prepare(Problem p)
    {
        Shape shape = [1, p["heads"], p["t"], p["d"]];
        Shape few = [1, p["heads"], p["queries"] > 0 ? p["queries"] : p["t"], p["d"]], shared = [1, p["groups"] > 0 ? p["groups"] : p["heads"], p["t"], p["d"]];
        Tensor q = Inputs.Tensor(few, 1), k = Inputs.Tensor(shared, 2), v = Inputs.Tensor(shared, 3);
        bool causal = p["causal"] != 0;
        Tensor Forward() => Tensor.ScaledDotProductAttention(q, k, v, causal: causal);
        return p["backward"] == 0 ? HebbSide.Of(Forward) : HebbSide.WithGradients(Forward, [q, k, v], Inputs.Tensor(shape, 4));
    }
}
