namespace Hebb.Benchmarks;

/// <summary>Rows by number and losses over many classes, with their gradients: what a language model does at its two ends.</summary>
internal static class LookupCases
{
    public static IEnumerable<BenchCase> All { get; } =
    [
        .. from n in (int[])[512, 4096] from classes in (int[])[10_000, 50_000] where n * classes < 100_000_000 select CrossEntropy(n, classes),
        Embedding(50_000, 512, 8192), Embedding(1000, 512, 8192), Embedding(50_000, 64, 8192),
    ];

    private static BenchCase CrossEntropy(int rows, int classes) => new(
        $"crossentropy {rows}x{classes} gradients", new Problem($"crossentropy rows={rows} classes={classes}"), ["torch"], p =>
        {
            Tensor x = Inputs.Tensor([rows, classes], 1, 4), target = Tensor.From(Inputs.Whole(rows, 2, (uint)classes), [rows]);
            return HebbSide.WithGradients(() => Tensor.CrossEntropy(x, target), [x], Tensor.Ones([]));
        })
    { Extra = true };

    private static BenchCase Embedding(int rows, int columns, int ids) => new(
        $"embedding {rows}x{columns} of {ids} gradients", new Problem($"embedding rows={rows} columns={columns} ids={ids}"), ["torch"], p =>
        {
            Tensor table = Inputs.Tensor([rows, columns], 1), which = Tensor.From(Inputs.Whole(ids, 2, (uint)rows), [ids]);
            return HebbSide.WithGradients(() => table.Embedding(which), [table], Inputs.Tensor([ids, columns], 3));
        })
    { Extra = true };
}
