namespace Hebb.Weights;

/// <summary>Named tensors in an open file, of whatever kind.</summary>
internal abstract class WeightSource : IDisposable
{
    /// <summary>What there is, in the order of the file.</summary>
    public abstract IReadOnlyList<WeightEntry> Entries { get; }

    /// <summary>What the file says beside its tensors.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Reads one of the entries.</summary>
    public abstract Tensor Read(string name);

    public virtual void Dispose()
    {
    }
}
