namespace Hebb;

/// <summary>
/// Keys and values of the steps that an attention layer has seen, so that each further step is worked out alone: one for each layer and generation. Memory doubles when it is full. For
/// inference: it changes in place, unless it was made of tensors, so gradients are not recorded through it and no transform may run it.
/// <code>var cache = new KeyValueCache();
/// var first = attention.Call(prompt, AttentionMask.Causal, cache);
/// var next = attention.Call(token, AttentionMask.Causal, cache);</code>
/// </summary>
public sealed class KeyValueCache
{
    private readonly bool _joins;
    private Tensor? _keys, _values;

    /// <summary>Room for a number of steps, which grows when more come.</summary>
    /// <exception cref="ShapeException">The capacity is below 1.</exception>
    public KeyValueCache(int capacity = 64)
    {
        if (capacity < 1)
            throw new ShapeException($"KeyValueCache: capacity {capacity} must be at least 1");
        Capacity = capacity;
    }

    /// <summary>
    /// Holds keys and values that are given, and changes nothing in place: further steps are joined to them. A function that takes and gives former keys and values can so be traced, compiled or exported.
    /// </summary>
    /// <param name="keys">[examples, heads, steps, width].</param>
    /// <param name="values">[examples, heads, steps, width].</param>
    /// <exception cref="ShapeException">They have other than four axes, or differ in examples, heads or steps.</exception>
    public KeyValueCache(Tensor keys, Tensor values)
    {
        if (keys.Rank != 4 || values.Rank != 4 || keys.Shape[..3] != values.Shape[..3])
            throw new ShapeException($"KeyValueCache: keys {keys.Shape} and values {values.Shape} are not [examples, heads, steps, width] of the same examples, heads and steps");
        (_keys, _values, _joins) = (keys, values, true);
        Length = Capacity = keys.Shape[2];
    }

    /// <summary>How many steps it holds.</summary>
    public int Length { get; private set; }

    /// <summary>How many steps there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>The keys, [examples, heads, steps, width]; null while empty. Shares memory with the cache.</summary>
    public Tensor? Keys => Held(_keys);

    /// <summary>The values, [examples, heads, steps, width]; null while empty. Shares memory with the cache.</summary>
    public Tensor? Values => Held(_values);

    /// <summary>Forgets all steps after the first <paramref name="length"/>, as when a guess of several tokens proves wrong.</summary>
    /// <exception cref="ShapeException">It holds fewer steps.</exception>
    public void Truncate(int length)
    {
        if (length < 0 || length > Length)
            throw new ShapeException($"KeyValueCache: can't go back to {length} of {Length} steps");
        Length = length;
    }

    /// <summary>Puts the keys and values of new steps behind those of former ones, and gives all; for attention of one's own, as <see cref="MultiHeadAttention"/> does it.</summary>
    /// <param name="keys">[examples, heads, steps, width].</param>
    /// <param name="values">[examples, heads, steps, width].</param>
    /// <returns>All keys and values so far; they share memory with the cache.</returns>
    /// <exception cref="ShapeException">They are not of the examples, heads or width of the former ones.</exception>
    /// <exception cref="GradientException">Gradients are recorded.</exception>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        int steps = keys.Shape[2], length = checked(Length + steps);
        if (_keys is not null && (_keys.Shape.With(2, steps) != keys.Shape || _values!.Shape.With(2, steps) != values.Shape))
            throw new ShapeException($"KeyValueCache: keys {keys.Shape} and values {values.Shape} don't continue {Keys?.Shape.ToString() ?? _keys.Shape.With(2, 0).ToString()}; use a cache for each layer and generation");
        if (_joins)
        {
            (_keys, _values) = (Tensor.Cat([Keys ?? _keys!.Narrow(2, 0, 0), keys], 2), Tensor.Cat([Values ?? _values!.Narrow(2, 0, 0), values], 2));
            Length = Capacity = length;
            return (_keys, _values);
        }
        if (_keys is null || length > Capacity)
        {
            while (length > Capacity)
                Capacity = checked(Capacity * 2);
            (_keys, _values) = (Grown(_keys, keys), Grown(_values, values));
        }
        InPlace.Copy(keys, _keys.Narrow(2, Length, steps));
        InPlace.Copy(values, _values!.Narrow(2, Length, steps));
        Length = length;
        return (Keys!, Values!);
    }

    private Tensor? Held(Tensor? x) => Length == 0 ? null : _joins && x!.Shape[2] == Length ? x : x!.Narrow(2, 0, Length);

    private Tensor Grown(Tensor? former, Tensor like)
    {
        using var suspended = TensorScope.Suspend();
        var grown = Tensor.Zeros(like.Shape.With(2, Capacity), like.DType);
        if (former is not null && Length > 0)
            InPlace.Copy(former.Narrow(2, 0, Length), grown.Narrow(2, 0, Length));
        return grown;
    }
}
