using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Whole numbers of a range, all equally likely.</summary>
internal sealed class RandIntOp : RandomPrimitive
{
    private long _low, _high;

    public RandIntOp(Shape shape, DType dtype, long low, long high) : base(shape, dtype)
    {
        _low = low;
        _high = high;
    }

    public RandIntOp() : base([], DType.Int64)
    {
    }

    public override string Name => "random_integers";

    public override string DisplayName => "RandInt";

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Long("low", ref _low);
        v.Long("high", ref _high);
    }

    protected override void CheckType()
    {
        if (!DType.IsInteger && !DType.IsFloat)
            throw new DTypeException($"RandInt: {DType.Name} does not hold integers");
        if (_high <= _low)
            throw new HebbException($"RandInt: there is no number from {_low} up to, not including, {_high}");
    }

    protected override unsafe void Fill(PhiloxKey key, long start, Tensor y, long at, long count)
    {
        if (y.DType == DType.Int64)
        {
            Philox.Integers(key, (ulong)start, _low, _high, y.Data<long>() + at, count);
            return;
        }
        long* tile = stackalloc long[512];
        for (long done = 0; done < count; done += 512)
        {
            long n = Math.Min(512, count - done);
            Philox.Integers(key, (ulong)(start + done), _low, _high, tile, n);
            Converting.Convert((byte*)tile, DType.Int64, y.Pointer + (at + done) * y.DType.Size, y.DType, n);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>Random whole numbers from <paramref name="low"/> up to, not including, <paramref name="high"/>, all equally likely.</summary>
    /// <param name="low">The smallest.</param>
    /// <param name="high">One more than the largest.</param>
    /// <param name="shape">How many.</param>
    /// <param name="dtype">An integer or float type that holds them.</param>
    /// <param name="rng">The stream that the key is taken from; by default <see cref="Rng.Default"/>.</param>
    /// <param name="key">A key of one's own, in place of a stream: the same key gives the same numbers. See <see cref="RandomKey"/>.</param>
    /// <exception cref="HebbException">There is no such number.</exception>
    public static Tensor RandInt(long low, long high, Shape shape, DType dtype = DType.Int64, Rng? rng = null, Tensor? key = null) =>
        Engine.Apply(new RandIntOp(shape, dtype, low, high), RandomPrimitive.Key(rng, key));
}
