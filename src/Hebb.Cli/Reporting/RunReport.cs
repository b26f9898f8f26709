using System.Globalization;
using Hebb.Cli.Recipes;
using Hebb.Training.Reports;

namespace Hebb.Cli.Reporting;

/// <summary>The page that tells what a run brought: figures, curves, confusions, errors, how it was made, how to use it.</summary>
internal static class RunReport
{
    /// <param name="recipe">What was trained.</param>
    /// <param name="model">The trained model, in eval mode.</param>
    /// <param name="history">Its epochs.</param>
    /// <param name="steps">Its steps, all or some.</param>
    /// <param name="score">Its answers on the test rows.</param>
    /// <param name="facts">How it was made, for whoever wants to make it again.</param>
    /// <param name="use">Lines to paste.</param>
    public static HtmlReport Create(
        Recipe recipe, Module model, IReadOnlyList<EpochResult> history, IReadOnlyList<StepResult> steps, TestScore score, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<string> use)
    {
        var report = new HtmlReport(recipe.Name, Sentence(recipe.Description));
        report.Figures(
            [.. Figures(score),
            ("parameters", Texts.Count(model.ParameterCount)),
            ("training", Texts.Seconds(history.Sum(e => e.Seconds)))]);
        Curves(report, history, steps);
        if (score is ClassScores { Result: var result })
        {
            Classes(report, result);
            ErrorGallery.Add(report, model, result);
        }
        else if (score is NumberScores numbers)
        {
            NumberSection.Add(report, numbers);
        }
        report.Section("Use it").Code(string.Join('\n', use));
        report.Section("How it was made").Facts(facts.ToArray());
        report.Footer = $"Hebb {Commands.DoctorCommand.Version()}";
        return report;
    }

    private static IEnumerable<(string Name, string Value)> Figures(TestScore score) => score is ClassScores { Result: var result }
        ? [("test accuracy", Texts.Percent(result.Accuracy)), ($"errors in {Texts.Count(result.Count)}", Texts.Count(result.Errors)), ("macro F1", result.F1.Value.ToString("0.0000", CultureInfo.InvariantCulture))]
        : score.Figures.Select(f => ($"test {f.Name}", f.Shown));

    private static void Curves(HtmlReport report, IReadOnlyList<EpochResult> history, IReadOnlyList<StepResult> steps)
    {
        var section = report.Section("Learning curves");
        bool validated = history.Count > 0 && history[^1].Values.ContainsKey("val_loss");
        section.Text("Training figures are gathered while the weights change and parts of the model or of the inputs are left out or changed at random, so they lag behind."
            + (validated ? " Validation rows are training rows that were held out; the test rows were not looked at before training had ended." : ""));
        TrainingReport.AddCurves(section, history, steps);
    }

    private static void Classes(HtmlReport report, TestResult result)
    {
        string[] names = [.. Enumerable.Range(0, result.Classes).Select(c => result.Data.Info.Labels?[c] ?? c.ToString(CultureInfo.InvariantCulture))];
        var (precision, recall, f1) = (result.Precision.PerClass, result.Recall.PerClass, result.F1.PerClass);
        var section = report.Section("Classes");
        section.Charts(
            new BarChart { Title = "F1 by class", Bars = [.. names.Zip(f1)] },
            new ConfusionChart { Title = "Confusion matrix", Counts = result.Confusion.Counts, Labels = names });
        section.Table(["class", "precision", "recall", "F1", "test rows"],
            names.Select((name, c) => (string[])[name, Score(precision[c]), Score(recall[c]), Score(f1[c]), Texts.Count(result.Targets.LongCount(t => t == c))]));
    }

    private static string Score(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Sentence(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
