using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The numbers 0 to n - 1 in random order, by exchanging each with one of those not yet placed (Fisher and Yates, in Durstenfeld's form).</summary>
internal sealed class RandPermOp : RandomPrimitive
{
    public RandPermOp(int n, DType dtype) : base([n], dtype)
    {
    }

    public RandPermOp() : base([0], DType.Int64)
    {
    }

    public override string Name => "random_permutation";

    public override string DisplayName => "RandPerm";

    protected override void CheckType()
    {
        if (!DType.IsInteger)
            throw new DTypeException($"RandPerm: {DType.Name} is not an integer type");
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        long keys = inputs[0].Count / 2, n = keys == 0 ? 0 : y.Count / keys;
        var order = y.DType == DType.Int64 ? y : new Tensor(y.Spec with { DType = DType.Int64 });
        for (long k = 0; k < keys; k++)
            Shuffle(RandomKey.Read(inputs[0], k), order.Data<long>() + k * n, n);
        if (order != y)
            Copying.Convert(order, y);
    }

    private static unsafe void Shuffle(PhiloxKey key, long* p, long n)
    {
        const int Tile = 512;
        ulong* words = stackalloc ulong[Tile];
        for (long i = 0; i < n; i++)
        {
            if (i % Tile == 0)
                Philox.Words(key, (ulong)i, new Span<ulong>(words, Tile));
            p[i] = i;
            long j = (long)Math.BigMul(words[i % Tile], (ulong)(i + 1), out _);
            (p[i], p[j]) = (p[j], p[i]);
        }
    }

    protected override void Fill(PhiloxKey key, long start, Tensor y, long at, long count) => throw new HebbException("RandPerm: an order has no parts");
}

public sealed partial class Tensor
{
    /// <summary>The numbers 0 to <paramref name="n"/> - 1 in random order, all orders equally likely.</summary>
    /// <param name="n">How many.</param>
    /// <param name="dtype">An integer type that holds them.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same order. See <see cref="RandomKey"/>.</param>
    public static Tensor RandPerm(int n, DType dtype = DType.Int64, Rng? rng = null, Tensor? key = null) =>
        Engine.Apply(new RandPermOp(n, dtype), RandomPrimitive.Key(rng, key));
}
