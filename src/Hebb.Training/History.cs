using System.Collections;

namespace Hebb;

/// <summary>The epochs of a run, in order.</summary>
public sealed class History : IReadOnlyList<EpochResult>
{
    private readonly List<EpochResult> _epochs = [];

    /// <summary>Epochs done.</summary>
    public int Count => _epochs.Count;

    /// <summary>The epoch at a place, from 0.</summary>
    public EpochResult this[int index] => _epochs[index];

    /// <summary>Why training ended before the last epoch; null where it did not.</summary>
    public string? StopReason { get; internal set; }

    /// <summary>The values of one name, epoch by epoch.</summary>
    public IReadOnlyList<double> Curve(string name) => [.. _epochs.Select(e => e[name])];

    /// <summary>The epoch with the best value of one name; of equal ones the first.</summary>
    /// <param name="monitor">Such as <c>val_loss</c>.</param>
    /// <param name="higherIsBetter">By default false for losses and errors, true for everything else.</param>
    /// <exception cref="HebbException">There are no epochs, or none of that name.</exception>
    public EpochResult Best(string monitor, bool? higherIsBetter = null)
    {
        if (_epochs.Count == 0)
            throw new HebbException("the history has no epochs");
        bool higher = higherIsBetter ?? Monitoring.HigherIsBetter(monitor);
        return _epochs.Aggregate((best, next) => Monitoring.IsBetter(next[monitor], best[monitor], higher) ? next : best);
    }

    public IEnumerator<EpochResult> GetEnumerator() => _epochs.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>One line an epoch.</summary>
    public override string ToString() => string.Join('\n', _epochs);

    internal void Add(EpochResult epoch) => _epochs.Add(epoch);
}
