using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>How a component is coded (T.800, A.6.1 and A.6.2).</summary>
/// <param name="Order">Of packets: layers, resolutions, components and places, in five ways.</param>
/// <param name="Layers">How many layers of quality there are.</param>
/// <param name="Mixes">Whether the first three components are mixed.</param>
/// <param name="Levels">How often the wavelet halves.</param>
/// <param name="BlockX">Width of blocks as a power of two.</param>
/// <param name="BlockY">Height of blocks as a power of two.</param>
/// <param name="Style">Bits: contexts are reset with each pass (2), look at no later stripes (8), symbols mark ends (32).</param>
/// <param name="Reversible">Whether the wavelet is the 5/3 of whole numbers, or the 9/7.</param>
/// <param name="Precincts">Sizes of precincts by resolution, powers of two; empty for the largest.</param>
/// <param name="HasStarts">Whether markers may stand before packets.</param>
/// <param name="HasEnds">Whether markers stand behind packet headers.</param>
internal sealed record J2kCoding(int Order, int Layers, bool Mixes, int Levels, int BlockX, int BlockY, int Style, bool Reversible, byte[] Precincts, bool HasStarts, bool HasEnds)
{
    public const int Bypass = 1, Resets = 2, Ends = 4, Causal = 8, Marks = 32;

    public static J2kCoding Parse(ReadOnlySpan<byte> s)
    {
        if (s.Length < 10) throw new J2kException("has a broken coding style");
        int order = s[1], layers = BinaryPrimitives.ReadUInt16BigEndian(s[2..]);
        if (order > 4 || layers == 0 || s[4] > 1) throw new J2kException("has a broken coding style");
        return Blocks(s[5..], s[0], new J2kCoding(order, layers, s[4] == 1, 0, 0, 0, 0, false, [], (s[0] & 2) != 0, (s[0] & 4) != 0));
    }

    /// <summary>The style of one component, which leaves order and layers as they are for all.</summary>
    public static J2kCoding ParseOwn(ReadOnlySpan<byte> s, J2kCoding all) => s.Length < 6 ? throw new J2kException("has a broken coding style") : Blocks(s[1..], s[0], all);

    private static J2kCoding Blocks(ReadOnlySpan<byte> s, int flags, J2kCoding all)
    {
        int levels = s[0], x = s[1] + 2, y = s[2] + 2, style = s[3];
        bool own = (flags & 1) != 0;
        if (levels > 32 || x > 10 || y > 10 || x + y > 12 || s[4] > 1 || (own && s.Length < 6 + levels)) throw new J2kException("has a broken coding style");
        if ((style & (Bypass | Ends)) != 0) throw new J2kException("bypasses or ends the arithmetic coder within blocks, which is not read");
        byte[] precincts = own ? s.Slice(5, levels + 1).ToArray() : [];
        for (int r = 1; r < precincts.Length; r++)
        {
            if ((precincts[r] & 15) == 0 || precincts[r] >> 4 == 0) throw new J2kException("has precincts without samples");
        }
        return all with { Levels = levels, BlockX = x, BlockY = y, Style = style, Reversible = s[4] == 1, Precincts = precincts };
    }

    /// <summary>Width and height of the precincts of a resolution, powers of two.</summary>
    public (int X, int Y) Precinct(int resolution) => Precincts.Length == 0 ? (15, 15) : (Precincts[resolution] & 15, Precincts[resolution] >> 4);
}

/// <summary>How coefficients are quantised (T.800, A.6.4).</summary>
/// <param name="Guard">Bits that a coefficient may have beyond those that its exponent tells.</param>
/// <param name="Style">0 none, 1 steps that follow from the first, 2 a step for each band.</param>
/// <param name="Steps">By band: exponent and 11 bits of mantissa.</param>
internal sealed record J2kQuantizer(int Guard, int Style, (int Exponent, int Mantissa)[] Steps)
{
    public static J2kQuantizer Parse(ReadOnlySpan<byte> s)
    {
        if (s.Length < 2 || (s[0] & 31) > 2) throw new J2kException("has a broken quantiser");
        int style = s[0] & 31, wide = style == 0 ? 1 : 2;
        var steps = new (int, int)[style == 1 ? 1 : (s.Length - 1) / wide];
        if (s.Length < 1 + steps.Length * wide || steps.Length == 0) throw new J2kException("has a broken quantiser");
        for (int i = 0; i < steps.Length; i++)
        {
            int value = wide == 1 ? s[1 + i] << 8 : BinaryPrimitives.ReadUInt16BigEndian(s[(1 + 2 * i)..]);
            steps[i] = (value >> 11, value & 0x7ff);
        }
        return new J2kQuantizer(s[0] >> 5, style, steps);
    }

    /// <summary>Exponent and mantissa of a band: 0 is the mean, then three of each resolution.</summary>
    public (int Exponent, int Mantissa) Step(int resolution, int band)
    {
        if (Style == 1) return (Math.Max(0, Steps[0].Exponent - Math.Max(0, resolution - 1)), Steps[0].Mantissa);
        int index = resolution == 0 ? 0 : 3 * resolution - 2 + band;
        return index < Steps.Length ? Steps[index] : throw new J2kException($"has {Steps.Length} quantiser steps, too few for its bands");
    }
}
