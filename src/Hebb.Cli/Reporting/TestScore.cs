using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>A model's answers on some rows, and how right they are.</summary>
internal abstract record TestScore
{
    /// <summary>What was answered.</summary>
    public abstract TensorDataset Rows { get; }

    /// <summary>What <see cref="Value"/> is.</summary>
    public abstract ScoreKind Metric { get; }

    public abstract double Value { get; }

    /// <summary><see cref="Value"/> for people.</summary>
    public string Shown => Metric.Show(Value);

    /// <summary>All figures by name.</summary>
    public abstract IReadOnlyList<(string Name, double Value, string Shown)> Figures { get; }

    /// <summary>One line for people: <see cref="Value"/> and what else is worth a glance.</summary>
    public abstract string Line { get; }

    /// <summary>The figures under the keys of a manifest, such as <c>test_accuracy</c>.</summary>
    public IReadOnlyDictionary<string, double> Metrics => Figures.ToDictionary(f => "test_" + f.Name.ToLowerInvariant().Replace(' ', '_').Replace("²", "2"), f => f.Value);

    /// <summary>Runs the model in eval mode over all rows.</summary>
    public static TestScore Measure(Module model, TensorDataset rows, CancellationToken cancellation) => Of(ModelAnswers.Of(model, rows.Inputs, cancellation), rows);

    /// <summary>Of answers [n, outputs] to these rows: logits where they have labels, otherwise numbers in the scale of their targets.</summary>
    public static TestScore Of(Tensor answers, TensorDataset rows)
    {
        using var none = GradMode.NoGrad();
        return rows.Info.Labels is not null || rows.Info.Preprocessing is not TablePreprocessing table ? new ClassScores(TestResult.Of(rows, answers)) : NumberScores.Of(answers, table, rows);
    }
}

/// <summary>Classes.</summary>
internal sealed record ClassScores(TestResult Result) : TestScore
{
    private const int Bins = 10;

    public override ScoreKind Metric => ScoreKind.Accuracy;

    public override TensorDataset Rows => Result.Data;

    public override double Value => Result.Accuracy;

    public override string Line => $"accuracy {Shown} ({Texts.Plural(Result.Errors, "error")} in {Texts.Count(Result.Count)}), loss {Texts.Number(Result.Loss)}, macro F1 {Texts.Number(Result.F1.Value)}";

    public override IReadOnlyList<(string Name, double Value, string Shown)> Figures
    {
        get
        {
            var figures = new List<(string, double, string)>
            {
                ("accuracy", Value, Shown), ("log loss", Result.Loss, Texts.Number(Result.Loss)), ("macro F1", Result.F1.Value, Texts.Number(Result.F1.Value)),
            };
            var area = new Auroc();
            area.Update(Result.Logits, Result.Data.Targets);
            if (double.IsFinite(area.Value)) figures.Add(("AUROC", area.Value, Texts.Number(area.Value)));
            figures.Add(("calibration error", CalibrationError, Texts.Number(CalibrationError)));
            return figures;
        }
    }

    /// <summary>Answers by their confidence in equal steps: how many, how sure on average, how often right.</summary>
    public IReadOnlyList<(int Count, double Confidence, double Accuracy)> Calibration
    {
        get
        {
            var bins = new (int Count, double Confidence, int Right)[Bins];
            for (int row = 0; row < Result.Count; row++)
            {
                double sure = Result.Probability(row, Result.Predicted[row]);
                ref var bin = ref bins[Math.Min((int)(sure * Bins), Bins - 1)];
                bin = (bin.Count + 1, bin.Confidence + sure, bin.Right + (Result.Predicted[row] == Result.Targets[row] ? 1 : 0));
            }
            return [.. bins.Where(b => b.Count > 0).Select(b => (b.Count, b.Confidence / b.Count, (double)b.Right / b.Count))];
        }
    }

    /// <summary>The expected calibration error: how far confidence is from accuracy, over the bins (Guo et al., 2017).</summary>
    private double CalibrationError => Calibration.Sum(b => (double)b.Count / Result.Count * Math.Abs(b.Confidence - b.Accuracy));
}

/// <summary>Numbers, without their scale.</summary>
internal sealed record NumberScores(TensorDataset Data, double[] Predicted, double[] Targets) : TestScore
{
    public override TensorDataset Rows => Data;

    public override ScoreKind Metric => ScoreKind.RootMeanSquaredError;

    public override double Value => Math.Sqrt(Predicted.Zip(Targets).Average(p => (p.First - p.Second) * (p.First - p.Second)));

    public override string Line => string.Join(", ", Figures.Select(f => $"{f.Name} {f.Shown}"));

    public override IReadOnlyList<(string Name, double Value, string Shown)> Figures
    {
        get
        {
            double absolute = Predicted.Zip(Targets).Average(p => Math.Abs(p.First - p.Second)), mean = Targets.Average(), variance = Targets.Average(t => (t - mean) * (t - mean));
            var figures = new List<(string, double, string)> { ("RMSE", Value, Shown), ("mean absolute error", absolute, Number(absolute)) };
            if (variance > 0) figures.Add(("R²", 1 - Value * Value / variance, Texts.Number(1 - Value * Value / variance)));
            return figures;
        }
    }

    /// <summary>A number of any size, to five digits.</summary>
    public static string Number(double value) => value.ToString("G5", System.Globalization.CultureInfo.InvariantCulture);

    public static NumberScores Of(Tensor answers, TablePreprocessing table, TensorDataset rows) => new(rows,
        Array.ConvertAll(answers.ToArray<float>(), output => table.Unscale(output)), Array.ConvertAll(rows.Targets.ToArray<float>(), target => table.Unscale(target)));
}
