namespace Hebb.Benchmarks;

/// <summary>A step of an optimizer over ten million parameters in two hundred tensors, beside PyTorch's faster way (all tensors at once or one by one).</summary>
internal static class OptimizerCases
{
    private const int Matrices = 100, Rows = 312, Columns = 320;

    public static IEnumerable<BenchCase> All { get; } = [Case("adamw", () => new AdamW(1e-3)), Case("sgd", () => new SGD(1e-3, momentum: 0.9))];

    private static BenchCase Case(string name, Func<Optimizer> make) => new(
        $"{name} step of {Matrices} matrices {Rows}x{Columns} and as many vectors", new Problem($"{name} matrices={Matrices} rows={Rows} columns={Columns}"), ["torch"], p =>
        {
            var (step, _) = Start(make());
            // Parameter, gradient and means are read, all but the gradient written; a copy reads each byte once and writes it once.
            var copy = new CopyRival((long)Matrices * (Rows + 1) * Columns);
            return new HebbSide(step, () => Outputs(make())) { Rivals = new Dictionary<string, Rival> { ["copy"] = new([copy.Plain, copy.Streaming], name == "adamw" ? 3.5 : 2.5) } };
        })
    { Extra = true };

    private static (Action Step, Parameter[] Parameters) Start(Optimizer optimizer)
    {
        Parameter[] parameters =
        [
            .. Enumerable.Range(0, Matrices).SelectMany(i => new[] { Make([Rows, Columns], 4 * i), Make([Columns], 4 * i + 2) }),
        ];
        optimizer.Bind(parameters);
        return (optimizer.Step, parameters);

        static Parameter Make(Shape shape, int seed) => new(Inputs.Tensor(shape, (uint)seed)) { Grad = Inputs.Tensor(shape, (uint)seed + 1) };
    }

    private static IReadOnlyList<Tensor> Outputs(Optimizer optimizer)
    {
        var (step, parameters) = Start(optimizer);
        for (int i = 0; i < 3; i++) step();
        return [.. parameters.Select(p => p.Value.Detach())];
    }
}
