using System.Text;

namespace Hebb;

/// <summary>What a model achieves on data. Prints as one line: <c>loss 0.0612, accuracy 98.33 % (360 samples)</c>.</summary>
public sealed class Evaluation
{
    internal Evaluation(double loss, IReadOnlyList<Metric> metrics, long samples, double seconds)
    {
        (Loss, Metrics, Samples, Seconds) = (loss, metrics, samples, seconds);
        var values = new OrderedDictionary<string, double> { ["loss"] = loss };
        foreach (var metric in metrics)
        {
            if (metric.IsScalar)
                values.Add(metric.Name, metric.Value);
        }
        Values = values;
    }

    /// <summary>The mean loss over all samples.</summary>
    public double Loss { get; }

    /// <summary>The share of right answers.</summary>
    /// <exception cref="HebbException">It was not measured: targets are no classes, or other metrics were asked for.</exception>
    public double Accuracy => this["accuracy"];

    /// <summary>Loss and metrics by name.</summary>
    public IReadOnlyDictionary<string, double> Values { get; }

    /// <summary>The metrics, with all that they gathered.</summary>
    public IReadOnlyList<Metric> Metrics { get; }

    /// <summary>How many samples were seen.</summary>
    public long Samples { get; }

    /// <summary>How long it took, loading included.</summary>
    public double Seconds { get; }

    /// <summary>One of <see cref="Values"/>.</summary>
    /// <exception cref="HebbException">There is none of that name; those there are are listed.</exception>
    public double this[string name] => Values.TryGetValue(name, out double value) ? value
        : throw new HebbException($"'{name}' was not measured; {string.Join(", ", Values.Keys)} {(Values.Count == 1 ? "was" : "were")}");

    /// <summary>The metric of a type, such as the <see cref="ConfusionMatrix"/>; null where it was not asked for.</summary>
    public T? Find<T>() where T : Metric => Metrics.Select(m => m is RenamedMetric renamed ? renamed.Inner : m).OfType<T>().FirstOrDefault();

    public override string ToString()
    {
        var text = new StringBuilder($"loss {MetricText.Number(Loss)}");
        foreach (var metric in Metrics)
        {
            if (metric.IsScalar)
                text.Append($", {metric}");
        }
        return text.Append($" ({MetricText.Count(Samples)} sample{(Samples == 1 ? "" : "s")})").ToString();
    }
}
