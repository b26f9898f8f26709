using Hebb.Compile;
using Hebb.Memory;

namespace Hebb;

/// <summary>
/// Keys and values of the steps that an attention layer has seen, so that each further step is worked out alone: one for each layer and generation. Memory doubles when it is full, unless it is
/// <see cref="Fixed"/>. For inference: it changes in place, unless it was made of tensors, so gradients are not recorded through it.
/// <code>var cache = new KeyValueCache();
/// var first = attention.Call(prompt, AttentionMask.Causal, cache);
/// var next = attention.Call(token, AttentionMask.Causal, cache);</code>
/// </summary>
public sealed class KeyValueCache
{
    private readonly bool _joins;
    private readonly Tensor? _position;
    private Tensor? _keys, _values;
    private int _length;

    /// <summary>Room for a number of steps, which grows when more come. No transform may run it: its length is a number that each step finds.</summary>
    /// <exception cref="ShapeException">The capacity is below 1.</exception>
    public KeyValueCache(int capacity = 64) : this(capacity, null)
    {
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
        _length = Capacity = keys.Shape[2];
    }

    private KeyValueCache(int capacity, Tensor? position)
    {
        if (capacity < 1)
            throw new ShapeException($"KeyValueCache: capacity {capacity} must be at least 1");
        (Capacity, _position) = (capacity, position);
    }

    /// <summary>
    /// Room for so many steps and no more. How many it holds is a tensor, and attention reads all places under a mask, so that every step has the same shapes: compiled once, a step is replayed for
    /// each token, and allocates nothing. The first steps, which decide shapes and types, are to run before that.
    /// <code>KeyValueCache[] caches = model.NewCache(capacity: 256);
    /// var step = Transform.Compile(ids => model.Call(ids, caches, lastOnly: true), model);
    /// using var noGrad = GradMode.NoGrad();
    /// var logits = model.Call(prompt, caches, lastOnly: true);
    /// logits = step.Call(next);</code>
    /// </summary>
    /// <exception cref="ShapeException">The capacity is below 1.</exception>
    public static KeyValueCache Fixed(int capacity)
    {
        using var suspended = TensorScope.Suspend();
        return new KeyValueCache(capacity, Tensor.Zeros([], DType.Int64));
    }

    /// <summary>Whether its capacity is fixed and its length a tensor.</summary>
    public bool IsFixed => _position is not null;

    /// <summary>How many steps it holds.</summary>
    public int Length => _position is null ? _length : checked((int)_position.Item<long>());

    /// <summary>How many steps there is room for.</summary>
    public int Capacity { get; private set; }

    /// <summary>The keys, [examples, heads, steps, width]; null while empty. Shares memory with the cache.</summary>
    public Tensor? Keys => Held(_keys);

    /// <summary>The values, [examples, heads, steps, width]; null while empty. Shares memory with the cache.</summary>
    public Tensor? Values => Held(_values);

    /// <summary>Forgets all steps after the first <paramref name="length"/>, as when a guess of several tokens proves wrong; 0 forgets all.</summary>
    /// <exception cref="ShapeException">It holds fewer steps.</exception>
    public void Truncate(int length)
    {
        int now = Length;
        if (length < 0 || length > now)
            throw new ShapeException($"KeyValueCache: can't go back to {length} of {now} steps");
        if (_position is null)
            _length = length;
        else
            InPlace.Fill(_position, length);
    }

    /// <summary>Where the next steps will stand, Int64 [steps]; null unless <see cref="IsFixed"/>. To be asked for before they are put there.</summary>
    public Tensor? Positions(int steps) => _position is null ? null : Tensor.Arange(steps) + _position;

    /// <summary>Which places steps at <paramref name="positions"/> see once they are there, Bool [steps, <see cref="Capacity"/>].</summary>
    /// <param name="positions">What <see cref="Positions"/> gave.</param>
    /// <param name="causal">Each sees itself and those before; else all that are there.</param>
    /// <param name="window">Places that stand this far or farther are not seen.</param>
    public Tensor Seen(Tensor positions, bool causal = true, int? window = null)
    {
        var (places, own) = (Tensor.Arange(Capacity), positions.Unsqueeze(1));
        var seen = places <= (causal ? own : own.Narrow(0, own.Shape[0] - 1, 1)).Expand([own.Shape[0], Capacity]);
        if (window is not { } width)
            return seen;
        seen = seen.LogicalAnd(places > own - width);
        return causal ? seen : seen.LogicalAnd(places < own + width);
    }

    /// <summary>Puts the keys and values of new steps behind those of former ones, and gives all; for attention of one's own, as <see cref="MultiHeadAttention"/> does it.</summary>
    /// <param name="keys">[examples, heads, steps, width].</param>
    /// <param name="values">[examples, heads, steps, width].</param>
    /// <returns>All keys and values so far, or of all places where the capacity is fixed; they share memory with the cache.</returns>
    /// <exception cref="ShapeException">They are not of the examples, heads or width of the former ones, or there is no room for them.</exception>
    /// <exception cref="GradientException">Gradients are recorded.</exception>
    public (Tensor Keys, Tensor Values) Append(Tensor keys, Tensor values)
    {
        int steps = keys.Shape[2];
        if (_keys is not null && (_keys.Shape.With(2, steps) != keys.Shape || _values!.Shape.With(2, steps) != values.Shape))
            throw new ShapeException($"KeyValueCache: keys {keys.Shape} and values {values.Shape} don't continue {_keys.Shape.With(2, _position is null ? _length : Capacity)}; use a cache for each layer and generation");
        if (_position is not null)
            return Put(keys, values, _position);
        int length = checked(_length + steps);
        if (_joins)
        {
            (_keys, _values) = (Tensor.Cat([Keys ?? _keys!.Narrow(2, 0, 0), keys], 2), Tensor.Cat([Values ?? _values!.Narrow(2, 0, 0), values], 2));
            _length = Capacity = length;
            return (_keys, _values);
        }
        if (_keys is null || length > Capacity)
        {
            while (length > Capacity)
                Capacity = checked(Capacity * 2);
            (_keys, _values) = (Grown(_keys, keys), Grown(_values, values));
        }
        InPlace.Copy(keys, _keys.Narrow(2, _length, steps));
        InPlace.Copy(values, _values!.Narrow(2, _length, steps));
        _length = length;
        return (Keys!, Values!);
    }

    private (Tensor Keys, Tensor Values) Put(Tensor keys, Tensor values, Tensor position)
    {
        bool compiles = TraceInterpreter.Compiling is not null;
        if (compiles && _keys is null)
            throw new TraceException("KeyValueCache: a fixed cache has no shapes before its first steps; run these op by op, then what is compiled");
        if (!compiles && Length + keys.Shape[2] > Capacity)
            throw new ShapeException($"KeyValueCache: {keys.Shape[2]} more steps after {Length} are more than its {Capacity} places");
        var places = Positions(keys.Shape[2])!;
        (_keys, _values) = (_keys ?? Grown(null, keys), _values ?? Grown(null, values));
        InPlace.Run(new IndexPutOp(2), [_keys, keys, places], [_keys]);
        InPlace.Run(new IndexPutOp(2), [_values, values, places], [_values]);
        InPlace.Copy(position + keys.Shape[2], position);
        return (_keys, _values);
    }

    private Tensor? Held(Tensor? x) => x is null || Length is not (> 0 and var length) ? null : _joins && x.Shape[2] == length ? x : x.Narrow(2, 0, length);

    private Tensor Grown(Tensor? former, Tensor like)
    {
        using var suspended = TensorScope.Suspend();
        var grown = Tensor.Zeros(like.Shape.With(2, Capacity), like.DType);
        if (former is not null && Length > 0)
            InPlace.Copy(former.Narrow(2, 0, Length), grown.Narrow(2, 0, Length));
        return grown;
    }
}
