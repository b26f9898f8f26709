using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>What random numbers are drawn for: separate uses of one seed never see the same numbers.</summary>
internal enum RandomDomain : uint
{
    Permutation = 1,
    Split = 2,
    Augmentation = 3, // and all above: one for each transform
}

/// <summary>
/// A stream of random numbers that is a function of (seed, use, epoch, sample) alone: whichever thread draws them, in whatever order
/// batches are made, they are the same. Counter-based (Philox4x32-10).
/// </summary>
public struct SampleRandom
{
    private readonly PhiloxKey _key;
    private readonly uint _domain, _epoch, _sample;
    private uint _block, _x, _y, _z, _w;
    private int _left;

    internal SampleRandom(long seed, RandomDomain domain, int epoch, int sample) =>
        (_key, _domain, _epoch, _sample) = (PhiloxKey.FromSeed(unchecked((ulong)seed)), (uint)domain, (uint)epoch, (uint)sample);

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        if (_left == 0)
        {
            (_x, _y, _z, _w) = Philox.Block(_key, _block++, _sample, _epoch, _domain);
            _left = 4;
        }
        return _left-- switch { 4 => _x, 3 => _y, 2 => _z, _ => _w };
    }

    /// <summary>Uniform in [0, 1), in steps of 2^-24.</summary>
    public float NextSingle() => (NextUInt32() >> 8) * (1f / (1 << 24));

    /// <summary>Uniform in [low, high).</summary>
    public float Uniform(float low, float high) => low + (high - low) * NextSingle();

    /// <summary>A whole number, every one of 0 to count - 1 equally likely.</summary>
    public int Next(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        // Multiply and shift; the few low products that would favour some results are drawn again (Lemire 2019, arXiv:1805.10941).
        ulong product = (ulong)NextUInt32() * (uint)count;
        if ((uint)product < (uint)count)
        {
            uint threshold = (uint)-count % (uint)count;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * (uint)count;
        }
        return (int)(product >> 32);
    }
}
