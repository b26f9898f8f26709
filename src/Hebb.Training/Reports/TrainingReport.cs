using System.Globalization;

namespace Hebb.Training.Reports;

/// <summary>
/// The page of any run of a trainer: curves of loss, metrics, learning rate, gradient norm and speed, and a table of the passes.
/// <code>TrainingReport.Of("runs/first").Write("report.html");</code>
/// A <see cref="HtmlReportLogger"/> writes it while training goes on.
/// </summary>
public static class TrainingReport
{
    private const int MaxRows = 50;
    private const int SmoothingShare = 25;

    /// <summary>The page of a run that was recorded in a folder (<see cref="TrainerOptions.Run"/>), finished or not.</summary>
    /// <exception cref="HebbException">There is no run.</exception>
    /// <exception cref="FormatException">Its manifest is damaged.</exception>
    public static HtmlReport Of(string folder)
    {
        var manifest = RunFolder.Read(folder);
        var (epochs, steps) = Read(folder);
        var report = Create(manifest.Id.Length > 0 ? manifest.Id : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))), epochs, steps,
            manifest.Status == RunStatus.Completed ? null : manifest.Error is { } error ? $"failed: {error}" : manifest.Status.ToString().ToLowerInvariant());
        report.Section("How it was made").Facts(
            ("seed", manifest.Seed.ToString(CultureInfo.InvariantCulture)), ("instruction set", $"{manifest.Isa}, {manifest.Threads} thread{(manifest.Threads == 1 ? "" : "s")}"),
            ("started", manifest.Started.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)), ("command", string.Join(' ', manifest.CommandLine)),
            ("weights SHA-256", manifest.WeightsSha256 ?? "none yet"));
        return report;
    }

    /// <summary>The passes and steps that a run's folder records; of steps every tenth.</summary>
    public static (IReadOnlyList<EpochResult> Epochs, IReadOnlyList<StepResult> Steps) Read(string folder) => MetricsLog.Read(Path.Combine(folder, "metrics.jsonl"));

    /// <summary>A page with figures of the last pass, curves, and a table of the passes.</summary>
    /// <param name="title">Its heading.</param>
    /// <param name="epochs">The passes, such as a <see cref="History"/>.</param>
    /// <param name="steps">Steps, all or some of them; may be empty.</param>
    /// <param name="subtitle">Under the heading.</param>
    public static HtmlReport Create(string title, IReadOnlyList<EpochResult> epochs, IReadOnlyList<StepResult> steps, string? subtitle = null)
    {
        var report = new HtmlReport(title, subtitle);
        if (epochs is [.., var last])
        {
            report.Figures(("epochs", MetricText.Count(last.Epoch)), ("steps", MetricText.Count(last.Step)), ("time", Duration(epochs.Sum(e => e.Seconds))));
            foreach (var (name, value) in last.Values)
                report.Figures((name, Shown(name, value)));
        }
        AddCurves(report.Section("Curves"), epochs, steps);
        if (epochs.Count > 0)
            AddTable(report.Section("Epochs"), epochs);
        return report;
    }

    /// <summary>Adds the curves to a section.</summary>
    /// <param name="section">Where to.</param>
    /// <param name="epochs">The passes.</param>
    /// <param name="steps">Steps, all or some of them; may be empty.</param>
    public static void AddCurves(ReportSection section, IReadOnlyList<EpochResult> epochs, IReadOnlyList<StepResult> steps)
    {
        var charts = new List<Chart>();
        string[] names = [.. epochs.SelectMany(e => e.Values.Keys).Select(n => n.StartsWith("val_", StringComparison.Ordinal) ? n[4..] : n).Distinct()];
        foreach (string name in names)
        {
            var series = new[] { ("training", name), ("validation", "val_" + name) }.Select(s => Epochs(s.Item1, epochs, e => e.Values.TryGetValue(s.Item2, out double value) ? value : null)).Where(s => s.X.Count > 0);
            charts.Add(new LineChart { Title = char.ToUpperInvariant(name[0]) + name[1..].Replace('_', ' '), LogY = name == "loss", Series = [.. series] });
        }
        if (steps.Count > 1)
        {
            double[] at = [.. steps.Select(s => (double)s.Step)];
            charts.Add(new LineChart { Title = "Loss of steps", XLabel = "step", LogY = true, Series = [new Series("step", at, [.. steps.Select(s => s.Loss)]), new Series("smoothed", at, Smoothed([.. steps.Select(s => s.Loss)]))] });
            charts.Add(new LineChart { Title = "Learning rate", XLabel = "step", Series = [new Series("", at, [.. steps.Select(s => s.LearningRate)])] });
            StepResult[] clipped = [.. steps.Where(s => s.GradientNorm is not null)];
            if (clipped.Length > 1)
                charts.Add(new LineChart { Title = "Norm of the gradients, before clipping", XLabel = "step", LogY = true, Series = [new Series("", [.. clipped.Select(s => (double)s.Step)], [.. clipped.Select(s => s.GradientNorm!.Value)])] });
        }
        else if (epochs.Count > 0)
        {
            charts.Add(new LineChart { Title = "Learning rate", Series = [Epochs("", epochs, e => e.LearningRate)] });
        }
        if (epochs.Count > 0)
        {
            long[] before = [0, .. epochs.Select(e => e.Step)];
            charts.Add(new LineChart { Title = "Steps a second, validation included", Series = [Epochs("", epochs, e => (e.Step - before[e.Epoch - epochs[0].Epoch]) / Math.Max(e.Seconds, 1e-3))] });
        }
        if (charts.Count == 0)
            section.Text("Nothing was recorded yet.");
        else
            section.Charts(charts.ToArray());
    }

    private static Series Epochs(string name, IReadOnlyList<EpochResult> epochs, Func<EpochResult, double?> value)
    {
        var points = epochs.Select(e => (e.Epoch, Value: value(e))).Where(p => p.Value is not null).ToArray();
        return new Series(name, [.. points.Select(p => (double)p.Epoch)], [.. points.Select(p => p.Value!.Value)]);
    }

    private static void AddTable(ReportSection section, IReadOnlyList<EpochResult> epochs)
    {
        string[] names = [.. epochs.SelectMany(e => e.Values.Keys).Distinct()];
        int stride = (epochs.Count + MaxRows - 1) / MaxRows;
        var shown = epochs.Where((e, i) => i % stride == 0 || i == epochs.Count - 1);
        if (stride > 1)
            section.Text($"Every {stride}. of {epochs.Count} passes, and the last.");
        section.Table(["epoch", "step", "learning rate", "seconds", .. names], shown.Select(e => (string[])
        [
            MetricText.Count(e.Epoch), MetricText.Count(e.Step), Markup.Value(e.LearningRate), e.Seconds.ToString("0.0", CultureInfo.InvariantCulture),
            .. names.Select(n => e.Values.TryGetValue(n, out double value) ? Shown(n, value) : "–"),
        ]));
    }

    private static string Duration(double seconds) =>
        seconds < 120 ? seconds.ToString("0.0", CultureInfo.InvariantCulture) + " s" : TimeSpan.FromSeconds(Math.Round(seconds)).ToString("g", CultureInfo.InvariantCulture);

    private static string Shown(string name, double value) => name.EndsWith("accuracy", StringComparison.Ordinal) ? MetricText.Percent(value) : MetricText.Number(value);

    // Means of finite neighbours, as many on either side: an exponential mean would lag behind where the loss falls.
    private static double[] Smoothed(double[] values)
    {
        var before = new (double Sum, int Count)[values.Length + 1];
        for (int i = 0; i < values.Length; i++)
            before[i + 1] = double.IsFinite(values[i]) ? (before[i].Sum + values[i], before[i].Count + 1) : before[i];
        var smoothed = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
        {
            int reach = Math.Min(Math.Max(1, values.Length / SmoothingShare), Math.Min(i, values.Length - 1 - i));
            var (from, to) = (before[i - reach], before[i + reach + 1]);
            smoothed[i] = (to.Sum - from.Sum) / (to.Count - from.Count);
        }
        return smoothed;
    }
}
