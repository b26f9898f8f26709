namespace Hebb.Benchmarks;

/// <summary>Numbers that every peer makes for itself and that are the same in all of them (benchmarks/peers/torch_peer.py has the twin).</summary>
internal static class Inputs
{
    /// <summary>Evenly spread over [-1, 1): element i is a hash (C. Wellons' lowbias32) of i and the seed.</summary>
    public static float[] Uniform(long count, uint seed)
    {
        var values = new float[count];
        uint start = unchecked(seed * 0x9E3779B9u);
        for (long i = 0; i < count; i++) values[i] = (Hash(unchecked((uint)i + start)) >> 8) * (2f / (1 << 24)) - 1f;
        return values;
    }

    /// <summary>Whole numbers from 0 to <paramref name="limit"/> - 1.</summary>
    public static long[] Whole(long count, uint seed, uint limit)
    {
        var values = new long[count];
        uint start = unchecked(seed * 0x9E3779B9u);
        for (long i = 0; i < count; i++) values[i] = (Hash(unchecked((uint)i + start)) >> 8) % limit;
        return values;
    }

    public static Tensor Tensor(Shape shape, uint seed, float scale = 1)
    {
        float[] values = Uniform(shape.Count, seed);
        if (scale != 1)
            for (int i = 0; i < values.Length; i++) values[i] *= scale;
        return Hebb.Tensor.From(values, shape);
    }

    private static uint Hash(uint x)
    {
        unchecked
        {
            x = (x ^ (x >> 16)) * 0x7FEB352Du;
            x = (x ^ (x >> 15)) * 0x846CA68Bu;
            return x ^ (x >> 16);
        }
    }
}
