using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>What random numbers are drawn for: separate uses of one seed never see the same numbers.</summary>
internal enum RandomDomain : uint
{
    Permutation = 1,
    Split = 2,
    Augmentation = 3, // and all up to half a million above: one for each transform
    Shards = 1 << 20,
    Window = 1 << 20 | 1,
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

    /// <summary>Two numbers of the normal distribution of mean 0 and deviation 1 (Box and Muller 1958).</summary>
    public (float First, float Second) NextNormals()
    {
        // Above 0, so that the logarithm is finite.
        double radius = Math.Sqrt(-2 * Math.Log((NextUInt32() + 1.0) / (1L << 32)));
        var (sin, cos) = Math.SinCos(2 * Math.PI * NextSingle());
        return ((float)(radius * cos), (float)(radius * sin));
    }

    /// <summary>A number of the symmetric beta distribution: that of two numbers of a gamma distribution, the share of the first.</summary>
    internal double NextBeta(double alpha)
    {
        double a = LogGamma(alpha), b = LogGamma(alpha);
        return 1 / (1 + Math.Exp(b - a));
    }

    /// <summary>The logarithm of a gamma variate (Marsaglia and Tsang 2000); small shapes would underflow without it.</summary>
    private double LogGamma(double shape)
    {
        double boost = 0;
        if (shape < 1)
        {
            boost = Math.Log((NextUInt32() + 1.0) / (1L << 32)) / shape;
            shape++;
        }
        double d = shape - 1.0 / 3, c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = NextNormals().First, root = 1 + c * x, v = root * root * root;
            if (root > 0 && Math.Log((NextUInt32() + 1.0) / (1L << 32)) < 0.5 * x * x + d - d * v + d * Math.Log(v))
                return Math.Log(d * v) + boost;
        }
    }
}
