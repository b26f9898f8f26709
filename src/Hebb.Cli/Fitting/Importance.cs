using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>
/// How much a model leans on each column: what its score loses on test rows when the column's values are dealt out anew among them (Breiman, "Random forests", 2001). Columns that tell
/// the same can stand in for each other, and then both seem to matter little.
/// </summary>
internal static class Importance
{
    private const int MostRows = 2000;

    /// <summary>Columns and what they are worth, the most important first: share of right answers lost, or error gained.</summary>
    public static IReadOnlyList<(string Column, double Loss)> Measure(Module model, FitData data, CancellationToken cancellation)
    {
        if (data.Features.Count == 0) return [];
        int rows = Math.Min(MostRows, data.Test.Count), width = data.Test.Inputs.Shape[1];
        var test = new TensorDataset(data.Test.Inputs[0..rows].Contiguous(), data.Test.Targets[0..rows].Contiguous(), data.Test.Info);
        var before = TestScore.Measure(model, test, cancellation);
        float[] inputs = test.Inputs.ToArray<float>();
        var found = new List<(string, double)>();
        foreach (var column in data.Features)
        {
            var random = new Random(1);
            int[] order = [.. Enumerable.Range(0, rows)];
            random.Shuffle(order);
            float[] changed = [.. inputs];
            for (int row = 0; row < rows; row++) inputs.AsSpan(order[row] * width + column.Start, column.Width).CopyTo(changed.AsSpan(row * width + column.Start));
            var after = TestScore.Measure(model, new TensorDataset(Tensor.From(changed, [rows, width]), test.Targets, test.Info), cancellation);
            found.Add((column.Name, data.IsClassification ? before.Value - after.Value : after.Value - before.Value));
        }
        return [.. found.OrderByDescending(f => f.Item2)];
    }
}
