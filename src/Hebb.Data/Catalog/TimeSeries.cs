namespace Hebb.Data;

/// <summary>One or several quantities, measured together at even times.</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Columns">What each quantity is called.</param>
/// <param name="Values">Float32 [steps, columns]; NaN where a value is missing.</param>
/// <param name="Times">When each step was measured; null where the source does not tell.</param>
public sealed record TimeSeries(string Name, IReadOnlyList<string> Columns, Tensor Values, IReadOnlyList<DateTime>? Times)
{
    /// <summary>Number of steps.</summary>
    public int Count => Values.Shape[0];

    /// <summary>The position of a column.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    public int Column(string name)
    {
        for (int i = 0; i < Columns.Count; i++)
            if (Columns[i] == name) return i;
        throw new DataException($"{Name}: has no column \"{CsvTable.Shorten(name)}\" (it has {string.Join(", ", Columns)})");
    }

    /// <summary>The steps of a range, such as <c>series[..8640]</c>.</summary>
    public TimeSeries this[Range steps]
    {
        get
        {
            var (start, length) = steps.GetOffsetAndLength(Count);
            return this with { Values = Values[start..(start + length)].Contiguous(), Times = Times?.Skip(start).Take(length).ToArray() };
        }
    }

    /// <summary>
    /// Windows for forecasting: inputs Float32 [n, <paramref name="past"/>, columns], targets Float32 [n, <paramref name="future"/>, columns] right behind
    /// them.
    /// </summary>
    /// <param name="past">Steps that a model sees.</param>
    /// <param name="future">Steps that it is to tell.</param>
    /// <param name="stride">Steps from one window to the next.</param>
    /// <exception cref="DataException">A number is less than 1, or the series is too short for one window.</exception>
    public TensorDataset Windows(int past, int future, int stride = 1)
    {
        if (past < 1 || future < 1 || stride < 1) throw new DataException($"{Name}: windows of {past} and {future} steps every {stride}: all must be at least 1");
        if (Count < past + future) throw new DataException($"{Name}: {Count} steps are too few for windows of {past} and {future}");
        int count = (Count - past - future) / stride + 1, width = Columns.Count;
        Tensor inputs = Tensor.Empty([count, past, width]), targets = Tensor.Empty([count, future, width]);
        ReadOnlySpan<float> values = Values.AsSpan<float>();
        Span<float> to = inputs.AsSpan<float>(), then = targets.AsSpan<float>();
        for (int i = 0; i < count; i++)
        {
            values.Slice(i * stride * width, past * width).CopyTo(to[(i * past * width)..]);
            values.Slice((i * stride + past) * width, future * width).CopyTo(then[(i * future * width)..]);
        }
        GC.KeepAlive(Values);
        return new TensorDataset(inputs, targets, new DatasetInfo { Name = Name });
    }
}
