using Hebb.Training.Reports;

namespace Hebb.Cli.Reporting;

/// <summary>The section of a report on how far predicted numbers are from the true ones.</summary>
internal static class NumberSection
{
    private const int ResidualBins = 15;

    public static void Add(HtmlReport report, NumberScores score)
    {
        var section = report.Section("Test");
        double mean = score.Targets.Average(), spread = Math.Sqrt(score.Targets.Average(t => (t - mean) * (t - mean)));
        section.Table(["figure", "test rows"], score.Figures.Select(f => (string[])[f.Name, f.Shown]).Append(["RMSE of always saying the mean", NumberScores.Number(spread)]));
        var residuals = score.Predicted.Zip(score.Targets, (p, t) => p - t).Order().ToArray();
        double low = residuals[(int)(0.005 * (residuals.Length - 1))], high = residuals[(int)(0.995 * (residuals.Length - 1))], step = Math.Max((high - low) / ResidualBins, double.Epsilon);
        var bins = Enumerable.Range(0, ResidualBins).Select(i => (From: low + i * step, To: low + (i + 1) * step, Last: i == ResidualBins - 1)).ToArray();
        // Rows by their prediction in tenths: where the line leaves the diagonal, predictions are too high or too low.
        var tenths = score.Predicted.Zip(score.Targets).OrderBy(p => p.First).Chunk(Math.Max(1, score.Targets.Length / 10)).Select(c => (Predicted: c.Average(p => p.First), Target: c.Average(p => p.Second))).ToArray();
        section.Charts(
            new BarChart { Title = "Residuals: prediction minus truth, rows", Format = "0", Bars = [.. bins.Select(b => ($"{NumberScores.Number(b.From)} to {NumberScores.Number(b.To)}", (double)residuals.Count(r => r >= b.From && (b.Last ? r <= b.To : r < b.To))))] },
            new LineChart
            {
                Title = "Calibration: mean truth by mean prediction, in tenths of the rows",
                XLabel = "prediction",
                Series = [new("truth", [.. tenths.Select(t => t.Predicted)], [.. tenths.Select(t => t.Target)]), new("perfect", [tenths[0].Predicted, tenths[^1].Predicted], [tenths[0].Predicted, tenths[^1].Predicted])],
            });
    }
}
