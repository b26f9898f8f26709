using System.Globalization;
using Hebb.Cli.Reporting;
using Hebb.Training.Reports;

namespace Hebb.Cli.Fitting;

/// <summary>The page that tells what was found in the data, what was tried, and how good the chosen model is.</summary>
internal static class FitReport
{
    private const int MostBars = 30, MostClasses = 60;

    public static HtmlReport Create(FitData data, TrainedFit fit, IReadOnlyList<TestScore> validation, TestScore score,
        IReadOnlyList<(string Column, double Loss)> importance, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<string> use)
    {
        var report = new HtmlReport(data.Name, data.Summary);
        report.Figures([.. score.Figures.Take(4).Select(f => ($"test {f.Name}", f.Shown)), ("training", Texts.Seconds(fit.Seconds))]);
        Data(report, data);
        Models(report, data, fit, validation);
        if (score is ClassScores classes) Classes(report, classes);
        else if (score is NumberScores numbers) NumberSection.Add(report, numbers);
        Columns(report, data, importance);
        report.Section("Use it").Code(string.Join('\n', use));
        report.Section("How it was made").Facts([.. facts]);
        report.Footer = $"Hebb {Commands.DoctorCommand.Version()}";
        return report;
    }

    private static void Data(HtmlReport report, FitData data)
    {
        var section = report.Section("Data");
        section.Text($"{data.Split}. Whatever is learned of columns, such as scales, names and words, is learned of the training rows alone; models are chosen on the validation rows; "
            + "the test rows were not looked at before that.");
        if (data.Findings.Count == 0) section.Text("Nothing odd was found.");
        else section.Table(["", "finding"], data.Findings.OrderByDescending(f => f.IsWarning).Select(f => (string[])[f.IsWarning ? "warning" : "note", f.Text]));
        if (data.Columns.Count > 0) section.Table(["column", "holds", "missing", "different", "used as"], data.Columns);
    }

    private static void Models(HtmlReport report, FitData data, TrainedFit fit, IReadOnlyList<TestScore> validation)
    {
        var section = report.Section("Models");
        section.Text((fit.Chosen.Count == 1 ? $"Of all that was tried, the model with the least loss on the validation rows was chosen: the {fit.Name}, {fit.Description}. "
                : $"What was tried does better together on the validation rows than the best of it alone: the model is the weighted mean of their answers, {fit.Name}. ")
            + (data.Parts.Count == 1 ? "" : $"Each was trained {data.Parts.Count} times, on all but one of {data.Parts.Count} folds, and answers with the mean of these; the validation figures are those of the folds left out. ")
            + "Training ends once the validation loss has not become better for a while; the weights of the best epoch are kept.");
        var tried = fit.Tried.Select((t, i) => (string[])
            [$"{t.Candidate.Name}{(fit.Weights[i] == 1 ? " (chosen)" : fit.Weights[i] > 0 ? $" ({TrainedFit.Share(fit.Weights[i])})" : "")}", validation[i].Shown, Texts.Number(t.ValidationLoss), Texts.Count(t.Parts.Sum(p => p.Model.ParameterCount)),
                Texts.Count(t.Epochs), string.Join(", ", t.Parts.Select(p => p.Best.Epoch)), Texts.Seconds(t.Seconds)]);
        if (fit.Chosen.Count > 1)
            tried = tried.Append(["these together (chosen)", TestScore.Of(fit.Answers, data.Validation).Shown, Texts.Number(fit.ValidationLoss), Texts.Count(fit.Model.ParameterCount), "", "", ""]);
        section.Table(["model", $"validation {validation[0].Metric}", "validation loss", "parameters", "epochs", "best epoch", "time"], tried);
        section.Charts([.. fit.Tried.Select(t => (Chart)new LineChart
        {
            Title = $"Loss of the {t.Candidate.Name}{(t.Parts.Count == 1 ? "" : ", first fold")}",
            LogY = true,
            Series = [Series(t.Parts[0], "training", "loss"), Series(t.Parts[0], "validation", "val_loss")],
        })]);
    }

    private static Series Series(TrainedPart trained, string name, string key) =>
        new(name, [.. trained.History.Select(e => (double)e.Epoch)], [.. trained.History.Select(e => e[key])]);

    private static void Classes(HtmlReport report, ClassScores score)
    {
        var result = score.Result;
        string[] names = [.. Enumerable.Range(0, result.Classes).Select(c => result.Data.Info.Labels![c])];
        long[] rows = [.. Enumerable.Range(0, names.Length).Select(c => result.Targets.LongCount(t => t == c))];
        var section = report.Section("Test");
        section.Table(["figure", "test rows"], score.Figures.Select(f => (string[])[f.Name, f.Shown]).Append(["accuracy of the most frequent class", Texts.Percent((double)rows.Max() / result.Count)]));
        var calibration = score.Calibration;
        var charts = new List<Chart>();
        if (names.Length <= MostClasses) charts.Add(new ConfusionChart { Title = "Confusion matrix", Counts = result.Confusion.Counts, Labels = names });
        charts.Add(new LineChart
        {
            Title = "Calibration: how often answers are right, by how sure the model is",
            XLabel = "confidence",
            Series = [new("model", [.. calibration.Select(b => b.Confidence)], [.. calibration.Select(b => b.Accuracy)]), new("perfect", [1.0 / names.Length, 1], [1.0 / names.Length, 1])],
        });
        section.Charts([.. charts]);
        var (precision, recall, f1) = (result.Precision.PerClass, result.Recall.PerClass, result.F1.PerClass);
        section.Table(["class", "precision", "recall", "F1", "test rows"], names.Select((name, c) => (string[])[name, Score(precision[c]), Score(recall[c]), Score(f1[c]), Texts.Count(rows[c])]));
    }

    private static void Columns(HtmlReport report, FitData data, IReadOnlyList<(string Column, double Loss)> importance)
    {
        if (importance.Count == 0) return;
        var section = report.Section("What it leans on");
        section.Text($"How much worse the model does on test rows when the values of one column are dealt out anew among them: {(data.IsClassification ? "points of accuracy lost" : "RMSE gained")}. "
            + "Columns that tell the same can stand in for each other, and then both seem to matter little.");
        double scale = data.IsClassification ? 100 : 1;
        section.Charts(new BarChart
        {
            Title = "Permutation importance",
            Format = data.IsClassification ? "0.00" : "G4",
            Full = Math.Max(importance[0].Loss * scale, double.Epsilon),
            Bars = [.. importance.Take(MostBars).Select(i => (i.Column, i.Loss * scale))],
        });
    }

    private static string Score(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
