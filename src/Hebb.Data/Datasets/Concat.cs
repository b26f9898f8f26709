namespace Hebb.Data;

/// <summary>Several datasets end to end.</summary>
public sealed class Concat<T> : IDataset<T>, ITensorRows
{
    private readonly IDataset<T>[] _parts;
    private readonly int[] _ends;

    /// <exception cref="DataException">There is no part, or more samples than an index can count.</exception>
    public Concat(params ReadOnlySpan<IDataset<T>> parts)
    {
        if (parts.IsEmpty) throw new DataException("Concat: there is no dataset to join");
        _parts = parts.ToArray();
        _ends = new int[_parts.Length];
        long end = 0;
        for (int i = 0; i < _parts.Length; i++)
        {
            end += _parts[i].Count;
            if (end > int.MaxValue) throw new DataException($"Concat: {end} samples are more than a dataset can hold");
            _ends[i] = (int)end;
        }
    }

    public int Count => _ends[^1];

    public T this[int index]
    {
        get
        {
            var (part, offset) = Find(index);
            return _parts[part][offset];
        }
    }

    /// <summary>That of the first part.</summary>
    public DatasetInfo Info => _parts[0].Info;

    (TensorSpec Input, TensorSpec Target)? ITensorRows.Rows
    {
        get
        {
            var first = (_parts[0] as ITensorRows)?.Rows;
            foreach (var part in _parts)
                if ((part as ITensorRows)?.Rows != first) return null;
            return first;
        }
    }

    void ITensorRows.CopyRow(int index, Span<byte> input, Span<byte> target)
    {
        var (part, offset) = Find(index);
        ((ITensorRows)_parts[part]).CopyRow(offset, input, target);
    }

    private (int Part, int Offset) Find(int index)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), $"sample {index} of {Count}");
        // The first part that ends beyond the index: empty parts, which share their end with the one before, are passed over.
        int low = 0, high = _ends.Length - 1;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ends[middle] > index) high = middle;
            else low = middle + 1;
        }
        return (low, index - (low == 0 ? 0 : _ends[low - 1]));
    }
}
