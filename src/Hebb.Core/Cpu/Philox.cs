namespace Hebb.Cpu;

/// <summary>The key of a stream of random numbers.</summary>
/// <param name="Low">The first word.</param>
/// <param name="High">The second word.</param>
public readonly record struct PhiloxKey(uint Low, uint High)
{
    /// <summary>The key that a user's seed stands for.</summary>
    public static PhiloxKey FromSeed(ulong seed) => new((uint)seed, (uint)(seed >> 32));
}

/// <summary>
/// Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011). Every
/// number is a function of the key and its own index, so that any part of a stream can be computed alone, in any order, on any thread, to the
/// same bits.
/// </summary>
/// <remarks>
/// Streams are cut into groups of 64 words, which come from 16 counters: word 64 g + 16 w + j is word w of the block of counter 16 g + j. The
/// last word of the counter sets uses apart: 0 for numbers, 1 for <see cref="FoldIn"/>, 2 for <see cref="Split"/>.
/// </remarks>
public static partial class Philox
{
    const int Rounds = 10;
    const uint MultiplierA = 0xD2511F53, MultiplierB = 0xCD9E8D57;
    const uint WeylA = 0x9E3779B9, WeylB = 0xBB67AE85;

    const uint FoldUse = 1, SplitUse = 2;

    /// <summary>The block of four random words that a counter of four words gives under a key.</summary>
    public static (uint X, uint Y, uint Z, uint W) Block(PhiloxKey key, uint x, uint y, uint z, uint w)
    {
        (uint a, uint b) = (key.Low, key.High);
        for (int round = 0; round < Rounds; round++)
        {
            ulong p = (ulong)MultiplierA * x, q = (ulong)MultiplierB * z;
            (x, y, z, w) = ((uint)(q >> 32) ^ y ^ a, (uint)q, (uint)(p >> 32) ^ w ^ b, (uint)p);
            a += WeylA;
            b += WeylB;
        }
        return (x, y, z, w);
    }

    /// <summary>The key for a use of <paramref name="key"/> that a number names: a step, a layer, a row.</summary>
    public static PhiloxKey FoldIn(PhiloxKey key, ulong data)
    {
        (uint x, uint y, _, _) = Block(key, (uint)data, (uint)(data >> 32), 0, FoldUse);
        return new(x, y);
    }

    /// <summary>New keys, independent of each other, of the old key's numbers, and of what it is folded with.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    public static PhiloxKey[] Split(PhiloxKey key, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var keys = new PhiloxKey[count];
        for (int i = 0; i < count; i++)
        {
            (uint x, uint y, _, _) = Block(key, (uint)i, 0, 0, SplitUse);
            keys[i] = new(x, y);
        }
        return keys;
    }
}
