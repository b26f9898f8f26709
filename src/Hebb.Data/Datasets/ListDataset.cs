namespace Hebb.Data;

/// <summary>Samples held in a list.</summary>
/// <param name="items">Kept, not copied.</param>
/// <param name="info">What is known of them.</param>
public sealed class ListDataset<T>(IReadOnlyList<T> items, DatasetInfo? info = null) : IDataset<T>
{
    /// <inheritdoc/>
    public int Count => items.Count;

    /// <inheritdoc/>
    public T this[int index] => items[index];

    /// <inheritdoc/>
    public DatasetInfo Info { get; } = info ?? DatasetInfo.Unknown;
}
