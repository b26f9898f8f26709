namespace Hebb.Benchmarks;

/// <summary>Broadcasting, reductions along either axis, and norms with their gradients.</summary>
internal static class AxisCases
{
    public static IEnumerable<BenchCase> All { get; } =
    [
        ElementwiseSuite.Case("add_row", passes: 2, x => Plus(x, [ElementwiseSuite.Columns])) with { Extra = true },
        ElementwiseSuite.Case("add_column", passes: 2, x => Plus(x, [ElementwiseSuite.Rows, 1])) with { Extra = true },
        ElementwiseSuite.Case("sum_rows", passes: 1, x => x.Sum(1), tolerance: 2e-3) with { Extra = true },
        ElementwiseSuite.Case("sum_columns", passes: 1, x => x.Sum(0), tolerance: 2e-3) with { Extra = true },
        ElementwiseSuite.Case("max_columns", passes: 1, x => x.Amax(0)) with { Extra = true },
        Norm("layernorm", [4096, 1024], Layer),
        Norm("batchnorm", [32, 64, 28, 28], Batch),
    ];

    private static Func<Tensor> Plus(Tensor x, Shape shape)
    {
        var y = Inputs.Tensor(shape, 2);
        return () => x + y;
    }

    private static BenchCase Norm(string name, int[] shape, Func<Tensor, Tensor, Tensor, Tensor> norm) => new(
        $"{name} [{string.Join(", ", shape)}] gradients", new Problem($"{name}_gradients n={shape[0]} c={shape[1]} h={shape.ElementAtOrDefault(2)} w={shape.ElementAtOrDefault(3)}"), ["torch"], p =>
        {
            Tensor x = Inputs.Tensor(shape, 1), weight = Inputs.Tensor([shape[1]], 3), bias = Inputs.Tensor([shape[1]], 4);
            return HebbSide.WithGradients(() => norm(x, weight, bias), [x, weight, bias], Inputs.Tensor(shape, 2));
        })
    { Extra = true, Tolerance = 2e-3 };

    private static Tensor Layer(Tensor x, Tensor weight, Tensor bias) => x.LayerNorm([weight.Shape[0]], weight, bias);

    private static Tensor Batch(Tensor x, Tensor weight, Tensor bias) => x.BatchNormTraining(weight, bias).Output;
}
