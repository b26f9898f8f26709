namespace Hebb;

/// <summary>A part of what a metric has gathered: it can be saved, loaded, and joined with that of another worker.</summary>
internal abstract class Gathered
{
    public abstract Tensor Save();

    /// <param name="state">The entries of a checkpoint.</param>
    /// <param name="metric">Whose they are, for errors.</param>
    /// <param name="name">The entry of this part.</param>
    public abstract void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name);

    /// <summary>Adds what the other has, which is of the same type.</summary>
    public abstract void Merge(Gathered other);
}

/// <summary>A number that is counted up.</summary>
internal sealed class Tally : Gathered
{
    public long Value { get; set; }

    public override Tensor Save() => MetricState.Of(Value);

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name) => Value = state.Long(metric, name);

    public override void Merge(Gathered other) => Value += ((Tally)other).Value;
}

/// <summary>Numbers that are counted up, one a class or bin.</summary>
/// <param name="growing">Whether more may come later; otherwise their number is fixed by the first batch.</param>
internal sealed class Tallies(bool growing = false) : Gathered
{
    private long[] _values = [];

    public int Length => _values.Length;

    public ref long this[int index] => ref _values[index];

    public ReadOnlySpan<long> Values => _values;

    /// <summary>Makes room for a number of them.</summary>
    /// <exception cref="ShapeException">Earlier batches had another number.</exception>
    public void Fit(int length, string metric, string what)
    {
        if (_values.Length == 0 || (growing && length > _values.Length))
            Array.Resize(ref _values, length);
        else if (!growing && _values.Length != length)
            throw new ShapeException($"{metric}: {length} {what}, earlier batches had {_values.Length}");
    }

    public override Tensor Save() => Tensor.From<long>(_values);

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name) => _values = state.Array<long>(metric, name);

    public override void Merge(Gathered other)
    {
        long[] others = ((Tallies)other)._values;
        if (others.Length == 0)
            return;
        Fit(others.Length, "Merge", "classes or bins");
        for (int i = 0; i < others.Length; i++)
            _values[i] += others[i];
    }
}

/// <summary>Every value seen, in order.</summary>
internal sealed class Series<T> : Gathered where T : unmanaged
{
    private readonly List<T> _values = [];

    public int Count => _values.Count;

    public T this[int index] => _values[index];

    public void Add(T value) => _values.Add(value);

    public void AddRange(ReadOnlySpan<T> values) => _values.AddRange(values);

    public T[] ToArray() => [.. _values];

    public override Tensor Save() => Tensor.From<T>(ToArray());

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name)
    {
        T[] values = state.Array<T>(metric, name);
        _values.Clear();
        _values.AddRange(values);
    }

    public override void Merge(Gathered other) => _values.AddRange(((Series<T>)other)._values.ToArray());
}

/// <summary>The least or greatest value seen; NaN before the first, and once one was NaN.</summary>
internal sealed class Extreme(bool greatest) : Gathered
{
    private bool _any;

    public double Value { get; private set; } = double.NaN;

    public void Add(double value)
    {
        Value = !_any ? value : greatest ? Math.Max(Value, value) : Math.Min(Value, value);
        _any = true;
    }

    public override Tensor Save() => Tensor.From<double>(_any ? [Value] : []);

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name)
    {
        double[] values = state.Array<double>(metric, name);
        (_any, Value) = (false, double.NaN);
        foreach (double value in values)
            Add(value);
    }

    public override void Merge(Gathered other)
    {
        if (((Extreme)other)._any)
            Add(((Extreme)other).Value);
    }
}
