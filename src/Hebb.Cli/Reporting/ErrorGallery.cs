using System.Globalization;
using Hebb.Data;
using Hebb.Training.Explain;
using Hebb.Training.Reports;

namespace Hebb.Cli.Reporting;

/// <summary>
/// The section of a report that shows where the model errs: the pictures it got wrong with most confidence, and by integrated gradients what in
/// them spoke for its answer and for the right one.
/// </summary>
internal static class ErrorGallery
{
    private const int Shown = 10, Steps = 32;

    public static void Add(HtmlReport report, Module model, TestResult result)
    {
        if (result.Data.Info.Preprocessing is not ImagePreprocessing preprocessing || result.Count == 0) return;
        var errors = result.WorstErrors(Shown);
        var uncertain = result.LeastCertain(Shown - errors.Count);
        string[] names = [.. Enumerable.Range(0, result.Classes).Select(c => result.Data.Info.Labels?[c] ?? $"class {c}")];

        var section = report.Section(errors.Count > 0 ? "Worst errors" : "Least certain answers");
        section.Text("Maps of integrated gradients stand beside each picture: what in it spoke for the model's answer, and what for another class. "
            + "Blue pixels spoke for the class, orange ones against it.");
        if (errors.Count > 0)
        {
            section.Text(errors.Count < result.Errors
                ? $"The {errors.Count} of {result.Errors} errors that the model was surest of; the second map is that of the right class, the row its place among the test rows."
                : $"{(errors.Count == 1 ? "The only error" : $"All {errors.Count} errors")}, the surest first; the second map is that of the right class.");
            section.Images(Tiles(model, result, preprocessing, names, errors, row => result.Targets[row]));
        }
        if (uncertain.Count > 0)
        {
            section.Text(errors.Count > 0
                ? $"There are fewer than {Shown} errors, so here follow the right answers that the model was least sure of; the second map is that of its second choice."
                : "There are no errors, so these are the right answers that the model was least sure of; the second map is that of its second choice.");
            section.Images(Tiles(model, result, preprocessing, names, uncertain, row => result.RunnerUp(row, result.Predicted[row])));
        }
    }

    private static IEnumerable<ImageTile> Tiles(
        Module model, TestResult result, ImagePreprocessing preprocessing, string[] names, IReadOnlyList<int> rows, Func<int, long> other)
    {
        var inputs = Tensor.Stack(rows.Select(r => result.Data[r].Input).ToArray(), 0);
        long[] answered = [.. rows.Select(r => result.Predicted[r])], others = [.. rows.Select(other)];
        // A black picture holds no evidence; where inputs are standardized, black is not zero.
        var black = preprocessing.Apply(new Image(preprocessing.Width, preprocessing.Height, preprocessing.Channels));
        var explain = new IntegratedGradients(model, Steps);
        Tensor forAnswer = explain.Explain(inputs, Tensor.From(answered), black).Values, forOther = explain.Explain(inputs, Tensor.From(others), black).Values;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows[i];
            // One scale for both maps of a picture: they can be compared.
            double full = Math.Max(Largest(forAnswer[i]), Largest(forOther[i]));
            bool wrong = result.Predicted[row] != result.Targets[row];
            yield return new ImageTile(
                [preprocessing.ToImage(inputs[i]), AttributionImage.Draw(forAnswer[i], full), AttributionImage.Draw(forOther[i], full)],
                wrong ? $"{names[result.Targets[row]]} taken for {names[answered[i]]}" : $"{names[answered[i]]}, nearly {names[others[i]]}",
                $"{Share(row, answered[i])}, {Share(row, others[i])}; row {row}")
            {
                Names = ["picture", $"for {names[answered[i]]}", $"for {names[others[i]]}"],
            };
        }

        string Share(int row, long c) => string.Create(CultureInfo.InvariantCulture, $"{names[c]} {100 * result.Probability(row, c):0.0} %");
    }

    private static double Largest(Tensor values) => values.Sum(0).Abs().Max().Item();
}
