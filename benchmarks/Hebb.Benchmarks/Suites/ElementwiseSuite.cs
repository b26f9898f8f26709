namespace Hebb.Benchmarks;

/// <summary>What is bound by memory, beside a copy of as many bytes as the case reads and writes: the ratio is the share of a copy's speed.</summary>
internal sealed class ElementwiseSuite : Suite
{
    public const int Rows = 16384, Columns = 1024;

    public override string Name => "elementwise";

    public override string About => "memory-bound ops on [16384, 1024], beside the speed of a copy";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        Case("softmax", passes: 2, x => x.Softmax(-1)),
        Case("layernorm", passes: 2, LayerNorm),
        Case("gelu", passes: 2, x => x.Gelu(approximate: true)),
        Case("add", passes: 3, Add),
        Case("sum", passes: 1, x => x.Sum(), tolerance: 2e-3),
        .. AxisCases.All,
        .. LookupCases.All,
        .. OptimizerCases.All,
    ];

    /// <param name="name">As torch_peer.py knows it.</param>
    /// <param name="passes">How many times as many bytes as the input has are read or written.</param>
    /// <param name="make">Given the input, the op; what it makes before it returns is not timed.</param>
    public static BenchCase Case(string name, int passes, Func<Tensor, Func<Tensor>> make, double tolerance = 1e-4) =>
        new(name, new Problem($"{name} rows={Rows} columns={Columns}"), ["torch"], p =>
        {
            var x = Inputs.Tensor([Rows, Columns], 1);
            var copy = new CopyRival(Rows * Columns);
            // A copy reads each byte once and writes it once.
            return HebbSide.Of(make(x)) with { Rivals = new Dictionary<string, Rival> { ["copy"] = new([copy.Plain, copy.Streaming], passes / 2.0) } };
        })
        { Tolerance = tolerance };

    public static BenchCase Case(string name, int passes, Func<Tensor, Tensor> op, double tolerance = 1e-4) =>
        Case(name, passes, x => () => op(x), tolerance);

    private static Func<Tensor> LayerNorm(Tensor x)
    {
        Tensor weight = Inputs.Tensor([Columns], 3), bias = Inputs.Tensor([Columns], 4);
        return () => x.LayerNorm([Columns], weight, bias);
    }

    private static Func<Tensor> Add(Tensor x)
    {
        var y = Inputs.Tensor([Rows, Columns], 2);
        return () => x + y;
    }
}
