using System.Text;

namespace Hebb;

/// <summary>What one pass over the training data brought.</summary>
public sealed record EpochResult
{
    /// <summary>The pass, from 1.</summary>
    public required int Epoch { get; init; }

    /// <summary>Optimizer steps done since the run began.</summary>
    public required long Step { get; init; }

    /// <summary>The learning rate of the last step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Seconds of work, validation included; those before an interruption count.</summary>
    public required double Seconds { get; init; }

    /// <summary>
    /// By name: <c>loss</c> and the metrics, gathered while training went on, then those of the validation data under <c>val_</c>, as in <c>val_loss</c>.
    /// </summary>
    public required IReadOnlyDictionary<string, double> Values { get; init; }

    /// <summary>One of <see cref="Values"/>.</summary>
    /// <exception cref="HebbException">There is none of that name; those there are are listed.</exception>
    public double this[string name] => Values.TryGetValue(name, out double value) ? value
        : throw new HebbException($"epoch {Epoch} has no '{name}'; it has {string.Join(", ", Values.Keys)}");

    /// <summary>One line: <c>epoch 3: loss 0.1093, accuracy 97.22 %, val_loss 0.1207, val_accuracy 96.39 % (0.8 s)</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder($"epoch {Epoch}: ");
        foreach (var (name, value) in Values)
            text.Append($"{name} {(name.EndsWith("accuracy", StringComparison.Ordinal) ? MetricText.Percent(value) : MetricText.Number(value))}, ");
        text.Length -= 2;
        return text.Append(FormattableString.Invariant($" ({Seconds:0.0} s)")).ToString();
    }
}
