using Hebb.Data;

namespace Hebb;

/// <summary>Loss and metrics of a pass, as far as it has come.</summary>
internal sealed class RunningMeans(IReadOnlyList<Metric>? asked)
{
    public double LossSum { get; private set; }

    public long Samples { get; private set; }

    /// <summary>Null until the first batch has shown what can be measured.</summary>
    public Metric[]? Metrics { get; private set; } = asked is null ? null : DefaultMetrics.Fresh(asked);

    public double Loss => Samples == 0 ? double.NaN : LossSum / Samples;

    /// <param name="loss">Its mean over the batch.</param>
    /// <param name="batch">Whose loss it is.</param>
    /// <param name="output">What the model gave; may be null once it is known that nothing is measured.</param>
    public void Add(double loss, Batch batch, Tensor? output)
    {
        using var noGrad = GradMode.NoGrad();
        LossSum += loss * batch.Count;
        Samples += batch.Count;
        if (output is null)
            return;
        output = output.Detach();
        Metrics ??= DefaultMetrics.For(output, batch.Targets);
        foreach (var metric in Metrics)
            metric.Update(output, batch.Targets);
    }

    /// <summary>Loss and scalar metrics by name.</summary>
    public void WriteTo(IDictionary<string, double> values, string prefix = "", bool cheapOnly = false)
    {
        values[prefix + "loss"] = Loss;
        foreach (var metric in Metrics ?? [])
        {
            if (metric.IsScalar && (metric.IsCheap || !cheapOnly))
                values[prefix + metric.Name] = metric.Value;
        }
    }

    public void Reset()
    {
        (LossSum, Samples) = (0, 0);
        Metrics = Metrics is null ? null : DefaultMetrics.Fresh(Metrics);
    }

    public void Restore(double lossSum, long samples, Metric[]? metrics) => (LossSum, Samples, Metrics) = (lossSum, samples, metrics);
}
