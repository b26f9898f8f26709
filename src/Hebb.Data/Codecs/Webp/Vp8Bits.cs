using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Data;

/// <summary>The boolean entropy decoder (RFC 6386, section 7). Past the end come zeros, which <see cref="Overran"/> tells.</summary>
internal struct Vp8Bits(ReadOnlyMemory<byte> data)
{
    private readonly ReadOnlyMemory<byte> _data = data;
    private int _at;
    private ulong _value; // the window of eight bits stands above _extra further ones
    private int _extra = -8;
    private uint _range = 255;

    /// <summary>Whether more bytes were needed than there are.</summary>
    public bool Overran { get; private set; }

    /// <summary>A bit that is 0 with probability / 256.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Bit(int probability)
    {
        if (_extra < 0) Fill();
        uint split = 1 + ((_range - 1) * (uint)probability >> 8);
        ulong scaled = (ulong)split << _extra;
        int bit = 0;
        if (_value >= scaled)
        {
            _value -= scaled;
            _range -= split;
            bit = 1;
        }
        else
        {
            _range = split;
        }
        int shift = BitOperations.LeadingZeroCount(_range) - 24;
        _range <<= shift;
        _extra -= shift;
        return bit;
    }

    /// <summary>A number of so many bits, the highest first, each as likely 0 as 1.</summary>
    public int Number(int bits)
    {
        int value = 0;
        while (bits-- > 0) value = value << 1 | Bit(128);
        return value;
    }

    public bool Flag() => Bit(128) != 0;

    /// <summary>A number and then its sign.</summary>
    public int Signed(int bits)
    {
        int value = Number(bits);
        return Flag() ? -value : value;
    }

    /// <summary>A signed number if a flag says that there is one, else 0.</summary>
    public int OptionalSigned(int bits) => Flag() ? Signed(bits) : 0;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fill()
    {
        var left = _data.Span[_at..];
        if (left.Length >= 8)
        {
            // The value has fewer than 8 bits here, so that 56 fit.
            _value = _value << 56 | BinaryPrimitives.ReadUInt64BigEndian(left) >> 8;
            _extra += 56;
            _at += 7;
            return;
        }
        Overran |= left.IsEmpty;
        _value = _value << 8 | (left.IsEmpty ? 0u : left[0]);
        _extra += 8;
        if (!left.IsEmpty) _at++;
    }
}
