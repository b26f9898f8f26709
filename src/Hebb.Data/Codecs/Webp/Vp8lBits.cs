using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Hebb.Data;

/// <summary>The bits of a lossless stream, the lowest of a byte first. Past the end come zeros, which <see cref="Overran"/> tells.</summary>
internal ref struct Vp8lBits(ReadOnlySpan<byte> data)
{
    private readonly ReadOnlySpan<byte> _data = data;
    private int _at;
    private ulong _bits;
    private int _count;
    private int _padding; // how many of the bits lie past the end

    /// <summary>Whether more bits were taken than there are.</summary>
    public readonly bool Overran => _count < _padding;

    /// <summary>The next bits as a number; at most 24.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Take(int bits)
    {
        uint value = Peek() & ((1u << bits) - 1);
        Skip(bits);
        return value;
    }

    public bool Flag() => Take(1) != 0;

    /// <summary>At least the next 24 bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Peek()
    {
        if (_count < 24) Fill();
        return (uint)_bits;
    }

    /// <summary>Goes on by bits that were looked at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Skip(int bits)
    {
        _bits >>= bits;
        _count -= bits;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Fill()
    {
        if (_data.Length - _at >= 4)
        {
            _bits |= (ulong)BinaryPrimitives.ReadUInt32LittleEndian(_data[_at..]) << _count;
            _at += 4;
            _count += 32;
            return;
        }
        while (_count < 24)
        {
            if (_at < _data.Length) _bits |= (ulong)_data[_at++] << _count;
            else _padding += 8;
            _count += 8;
        }
    }
}
