using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hebb.Data;

/// <summary>The bits of coded data: stuffed zeros are left out, and a marker ends them. Past the end come zeros, which <see cref="Overran"/> tells.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> data, int start)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at = start;
    private ulong _bits; // the low _count bits are the next ones
    private int _count;
    private int _padding; // how many of those lie past the end

    /// <summary>Whether more bits were taken than there are.</summary>
    public readonly bool Overran => _count < _padding;

    /// <summary>Makes at least 32 bits available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Need32()
    {
        if (_count < 32) Fill();
    }

    /// <summary>The next symbol of a code; -1 where the bits are no code. At least 16 bits must be available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Symbol(JpegHuffman table)
    {
        int entry = table.Lookup[(int)(_bits >> (_count - JpegHuffman.LookupBits)) & ((1 << JpegHuffman.LookupBits) - 1)];
        if (entry == 0) entry = table.Long((int)(_bits >> (_count - 16)) & 0xffff);
        _count -= entry >> 8;
        return entry == 0 ? -1 : entry & 0xff;
    }

    /// <summary>The next bits as a number; at most 16, which must be available.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Take(int bits)
    {
        _count -= bits;
        return (int)(_bits >> _count) & ((1 << bits) - 1);
    }

    /// <summary>A signed number of so many bits (T.81, figure F.12): those with a leading 0 are negative.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int TakeSigned(int bits)
    {
        int value = Take(bits);
        return value + ((value - (1 << bits >> 1)) >> 31 & (1 - (1 << bits)));
    }

    /// <summary>One bit, whatever is available.</summary>
    public int TakeBit()
    {
        if (_count == 0) Fill();
        return Take(1);
    }

    /// <summary>Forgets the bits that are left and goes to the next marker. Its code, or -1 at the end of the file.</summary>
    public int NextMarker(out int position)
    {
        (_bits, _count, _padding) = (0, 0, 0);
        for (; _at + 1 < _data.Length; _at++)
        {
            if (_data[_at] != 0xff || _data[_at + 1] is 0 or 0xff) continue;
            position = _at;
            return _data[_at + 1];
        }
        position = _data.Length;
        return -1;
    }

    /// <summary>Goes on behind a marker.</summary>
    public void SkipMarker() => _at += 2;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fill()
    {
        if (_data.Length - _at >= 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64BigEndian(_data[_at..]);
            // No byte of the eight is ff: those that fit are taken at once.
            if (((~word - 0x0101010101010101) & word & 0x8080808080808080) == 0)
            {
                int bytes = (63 - _count) >> 3;
                _bits = _bits << (8 * bytes) | word >> (64 - 8 * bytes);
                _at += bytes;
                _count += 8 * bytes;
                return;
            }
        }
        while (_count <= 48)
        {
            if (_at < _data.Length && _data[_at] != 0xff)
            {
                _bits = _bits << 8 | _data[_at++];
            }
            else if (_at + 1 < _data.Length && _data[_at + 1] == 0)
            {
                _bits = _bits << 8 | 0xff;
                _at += 2;
            }
            else
            {
                _bits <<= 8;
                _padding += 8;
            }
            _count += 8;
        }
    }
}
