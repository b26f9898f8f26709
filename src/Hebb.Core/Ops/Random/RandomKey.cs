using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Keys of random numbers: tensors of two UInt32. The same key gives the same numbers; new keys are made of old ones. Most programs need only a <see cref="Rng"/>,
/// which hands out a fresh key for every op; keys of one's own are for functions that are transformed, such as <see cref="Transform.Vmap(Func{Tensor, Tensor}, int, int, string)"/>.
/// </summary>
public static class RandomKey
{
    /// <summary>The key that a seed stands for.</summary>
    public static Tensor FromSeed(ulong seed) => ToTensor(PhiloxKey.FromSeed(seed));

    /// <summary>The key for a use of <paramref name="key"/> that a number names: a step, a layer, a row.</summary>
    /// <exception cref="ShapeException">The key is not [2], or keys [.., 2].</exception>
    public static Tensor FoldIn(Tensor key, long data) => Engine.Apply(new FoldInOp(data), key);

    /// <summary>New keys, [count, 2], independent of each other and of the old key's numbers.</summary>
    /// <exception cref="ShapeException">The key is not [2], or keys [.., 2]; or the count is negative.</exception>
    public static Tensor Split(Tensor key, int count = 2) => Engine.Apply(new SplitKeyOp(count), key);

    internal static Tensor ToTensor(PhiloxKey key) => Tensor.From([key.Low, key.High]);

    internal static unsafe void Write(PhiloxKey key, Tensor into)
    {
        (into.Data<uint>()[0], into.Data<uint>()[1]) = (key.Low, key.High);
        GC.KeepAlive(into);
    }

    /// <summary>Key number <paramref name="i"/> of a contiguous tensor of keys.</summary>
    internal static unsafe PhiloxKey Read(Tensor keys, long i = 0)
    {
        var key = new PhiloxKey(keys.Data<uint>()[2 * i], keys.Data<uint>()[2 * i + 1]);
        GC.KeepAlive(keys);
        return key;
    }

    /// <exception cref="ShapeException">It is not [.., 2].</exception>
    /// <exception cref="DTypeException">It is not UInt32.</exception>
    internal static Shape Check(string op, in TensorSpec key)
    {
        if (key.DType != DType.UInt32)
            throw new DTypeException($"{op}: the key is {key.DType.Name}, not uint32; make keys with RandomKey or Rng");
        if (key.Shape.Rank < 1 || key.Shape[^1] != 2)
            throw new ShapeException($"{op}: the key is {key.Shape}, not [2]");
        return key.Shape[..^1];
    }
}

/// <summary>Keys folded with a number.</summary>
internal sealed class FoldInOp : Primitive
{
    private long _data;

    public FoldInOp(long data) => _data = data;

    public FoldInOp()
    {
    }

    public override string Name => "random_fold_in";

    public override string DisplayName => "FoldIn";

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Long("data", ref _data);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        RandomKey.Check(DisplayName, inputs[0]);
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        uint* to = outputs[0].Data<uint>();
        for (long i = 0, n = inputs[0].Count / 2; i < n; i++)
        {
            var key = Philox.FoldIn(RandomKey.Read(inputs[0], i), (ulong)_data);
            (to[2 * i], to[2 * i + 1]) = (key.Low, key.High);
        }
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Values[0])];
}

/// <summary>New keys of old ones.</summary>
internal sealed class SplitKeyOp : Primitive
{
    private int _count;

    public SplitKeyOp(int count) => _count = count;

    public SplitKeyOp()
    {
    }

    public override string Name => "random_split";

    public override string DisplayName => "Split";

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("count", ref _count);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (_count < 0)
            throw new ShapeException($"Split: {_count} keys");
        outputs[0] = inputs[0] with { Shape = RandomKey.Check(DisplayName, inputs[0]).Concat([_count, 2]) };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        uint* to = outputs[0].Data<uint>();
        for (long i = 0, n = inputs[0].Count / 2; i < n; i++)
        {
            foreach (var key in Philox.Split(RandomKey.Read(inputs[0], i), _count))
            {
                *to++ = key.Low;
                *to++ = key.High;
            }
        }
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Values[0])];
}
