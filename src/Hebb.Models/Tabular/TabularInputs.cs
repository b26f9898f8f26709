using Hebb.Data;

namespace Hebb;

/// <summary>Which columns of the inputs are what, for models of tables.</summary>
internal sealed class TabularInputs
{
    public TabularInputs(IReadOnlyList<TableInput> layout)
    {
        Plain = [.. layout.Where(c => c.Count == 0).SelectMany(c => Enumerable.Range(c.Start, c.Width))];
        Numbers = [.. layout.Where(c => c.Kind is TableInputKind.Number or TableInputKind.Date).Select(c => c.Start)];
        Categories = [.. layout.Where(c => c.Kind == TableInputKind.Index)];
        Texts = [.. layout.Where(c => c.Kind == TableInputKind.Tokens)];
    }

    /// <summary>Positions of all features that are numbers, flags and the waves of dates among them.</summary>
    public int[] Plain { get; }

    /// <summary>Positions of the numbers that measure something.</summary>
    public int[] Numbers { get; }

    public TableInput[] Categories { get; }

    public TableInput[] Texts { get; }

    /// <summary>Where the indices of each category begin in one table for all.</summary>
    public long[] Offsets
    {
        get
        {
            var offsets = new long[Categories.Length];
            for (int i = 1; i < offsets.Length; i++)
                offsets[i] = offsets[i - 1] + Categories[i - 1].Count;
            return offsets;
        }
    }

    /// <summary>Rows of that table.</summary>
    public int CategoryRows => Categories.Sum(c => c.Count);

    public static Tensor Positions(IEnumerable<int> columns) => Tensor.From<long>([.. columns.Select(c => (long)c)]);

    /// <summary>Numbers far out drawn in towards 3, the others left nearly as they are (Holzmüller et al., "Better by default", 2024).</summary>
    public static Tensor SoftClip(Tensor x) => x / (x.Square() * (1.0 / 9) + 1.0).Sqrt();

    /// <summary>The words of a text column as integers; 0 instead of those that its count leaves out.</summary>
    public static Tensor Tokens(Tensor x, TableInput text)
    {
        var tokens = x.Narrow(1, text.Start, text.Width);
        return (tokens * tokens.Less(text.Count).To(DType.Float32)).To(DType.Int64);
    }
}
