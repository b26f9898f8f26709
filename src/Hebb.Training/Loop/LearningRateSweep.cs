using System.Globalization;
using Hebb.Training.Reports;

namespace Hebb;

/// <summary>
/// What <see cref="Trainer.FindLearningRate"/> found: the loss of steps whose rate grew from one to the next (Smith, "Cyclical Learning Rates for Training Neural Networks", 2017).
/// </summary>
public sealed class LearningRateSweep
{
    internal LearningRateSweep(IReadOnlyList<double> rates, IReadOnlyList<double> losses, double smoothing)
    {
        (Rates, Losses) = (rates, losses);
        var smoothed = new double[losses.Count];
        double mean = 0, weight = 1;
        for (int i = 0; i < smoothed.Length; i++)
        {
            mean = smoothing * mean + (1 - smoothing) * losses[i];
            weight *= smoothing;
            smoothed[i] = mean / (1 - weight);
        }
        Smoothed = smoothed;
    }

    /// <summary>The learning rates of the steps, rising.</summary>
    public IReadOnlyList<double> Rates { get; }

    /// <summary>The loss of each step.</summary>
    public IReadOnlyList<double> Losses { get; }

    /// <summary>The running mean of the losses, without the bias of its beginning.</summary>
    public IReadOnlyList<double> Smoothed { get; }

    /// <summary>Why the sweep ended before its last rate; null where it did not.</summary>
    public string? StopReason { get; internal init; }

    /// <summary>
    /// A rate to train with: where the smoothed loss falls steepest over the logarithm of the rate, before its lowest point. Null where it never falls: sweep lower rates, or look
    /// whether the model learns at all.
    /// </summary>
    public double? Suggestion
    {
        get
        {
            int lowest = Lowest, best = -1;
            double steepest = 0;
            for (int i = 1; i < lowest; i++)
            {
                double slope = (Smoothed[i + 1] - Smoothed[i - 1]) / Math.Log(Rates[i + 1] / Rates[i - 1]);
                if (slope < steepest)
                    (steepest, best) = (slope, i);
            }
            return best < 0 ? null : Rates[best];
        }
    }

    /// <summary>The rate at the lowest smoothed loss; a tenth of it is another usual choice.</summary>
    public double Minimum => Rates[Lowest];

    /// <summary>Loss over learning rate, for a report.</summary>
    public LineChart Chart() => new()
    {
        Title = "Loss over learning rate",
        XLabel = "learning rate",
        LogX = true,
        LogY = true,
        Series = [new Series("loss", Rates, Losses), new Series("smoothed", Rates, Smoothed)],
    };

    /// <summary>Writes a page with the curve.</summary>
    /// <exception cref="DataException">The file can't be written.</exception>
    public void WriteReport(string path)
    {
        var report = new HtmlReport("Learning-rate sweep", StopReason);
        report.Figures(("suggestion", Suggestion is { } rate ? Text(rate) : "none"), ("lowest loss at", Text(Minimum)), ("steps", Rates.Count.ToString(CultureInfo.InvariantCulture)));
        report.Section("Curve").Charts(Chart());
        report.Write(path);
    }

    /// <summary>One line.</summary>
    public override string ToString() =>
        $"learning rates {Text(Rates[0])} to {Text(Rates[^1])} in {Rates.Count} steps: {(Suggestion is { } rate ? $"try {Text(rate)}" : "the loss never falls")}; it is lowest at {Text(Minimum)}";

    private int Lowest
    {
        get
        {
            int lowest = 0;
            for (int i = 1; i < Smoothed.Count; i++)
            {
                if (Smoothed[i] < Smoothed[lowest])
                    lowest = i;
            }
            return lowest;
        }
    }

    private static string Text(double value) => value.ToString("0.##e-0", CultureInfo.InvariantCulture);
}
