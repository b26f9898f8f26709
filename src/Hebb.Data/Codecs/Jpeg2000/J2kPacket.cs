using System.Numerics;

namespace Hebb.Data;

/// <summary>A packet: which blocks of a precinct a layer adds to, and the data (T.800, B.9 and B.10).</summary>
internal readonly struct J2kPacket(byte[] data, J2kCoding coding)
{
    /// <summary>Reads a packet at a place; gives the place behind it.</summary>
    public int Read(int at, int layer, J2kPrecinctBand[] bands)
    {
        if (coding.HasStarts && at + 6 <= data.Length && data[at] == 0xff && data[at + 1] == 0x91) at += 6;
        var bits = new J2kPacketBits(data, at);
        if (bits.Bit() != 0)
        {
            foreach (var band in bands)
            {
                for (int i = 0; i < band.Blocks.Length; i++) band.Blocks[i].Pending = Header(ref bits, layer, band, i);
            }
        }
        else
        {
            foreach (var band in bands)
            {
                foreach (var block in band.Blocks) block.Pending = default;
            }
        }
        bits.Align();
        at = bits.At;
        if (coding.HasEnds && at + 2 <= data.Length && data[at] == 0xff && data[at + 1] == 0x92) at += 2;
        foreach (var band in bands)
        {
            foreach (var block in band.Blocks)
            {
                var (passes, length) = block.Pending;
                if (passes == 0) continue;
                if (length > data.Length - at) throw new J2kException($"is truncated: a block needs {length} bytes, {Math.Max(0, data.Length - at)} are left");
                block.Passes += passes;
                block.Parts.Add((at, length));
                at += length;
            }
        }
        return at;
    }

    private static (int Passes, int Length) Header(ref J2kPacketBits bits, int layer, J2kPrecinctBand band, int i)
    {
        var block = band.Blocks[i];
        int x = i % band.Across, y = i / band.Across;
        if (block.Included)
        {
            if (bits.Bit() == 0) return default;
        }
        else
        {
            if (!band.Inclusion.IsBelow(ref bits, x, y, layer + 1)) return default;
            block.Included = true;
            int empty = 0;
            while (!band.Planes.IsBelow(ref bits, x, y, empty + 1))
            {
                if (++empty > 64) throw new J2kException("has a block of too many bit planes");
            }
            block.EmptyPlanes = empty;
        }
        int passes = Passes(ref bits);
        while (bits.Bit() != 0)
        {
            if (++block.LengthBits > 31) throw new J2kException("has a block of impossible length");
        }
        int width = block.LengthBits + BitOperations.Log2((uint)passes);
        if (width > 30) throw new J2kException("has a block of impossible length");
        return (passes, bits.Number(width));
    }

    private static int Passes(ref J2kPacketBits bits)
    {
        if (bits.Bit() == 0) return 1;
        if (bits.Bit() == 0) return 2;
        int more = bits.Number(2);
        if (more < 3) return 3 + more;
        more = bits.Number(5);
        return more < 31 ? 6 + more : 37 + bits.Number(7);
    }
}
