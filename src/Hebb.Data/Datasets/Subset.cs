namespace Hebb.Data;

/// <summary>Chosen samples of a dataset, in a chosen order; the same one may occur more than once.</summary>
public sealed class Subset<T> : IDataset<T>, ITensorRows
{
    private readonly int[] _indices;

    /// <exception cref="DataException">An index is outside the dataset.</exception>
    public Subset(IDataset<T> source, ReadOnlySpan<int> indices)
    {
        Source = source;
        _indices = indices.ToArray();
        foreach (int index in _indices)
            if ((uint)index >= (uint)source.Count) throw new DataException($"Subset: index {index} is outside 0 to {source.Count - 1}");
    }

    public IDataset<T> Source { get; }

    /// <summary>Which samples of <see cref="Source"/> these are.</summary>
    public ReadOnlySpan<int> Indices => _indices;

    public int Count => _indices.Length;

    public T this[int index] => Source[_indices[index]];

    public DatasetInfo Info => Source.Info;

    (TensorSpec Input, TensorSpec Target)? ITensorRows.Rows => (Source as ITensorRows)?.Rows;

    void ITensorRows.CopyRow(int index, Span<byte> input, Span<byte> target) => ((ITensorRows)Source).CopyRow(_indices[index], input, target);
}
