using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>Turns unfiltered scanlines into 8-bit samples with palette and transparency resolved.</summary>
internal readonly ref struct PngExpander(PngHeader header, ReadOnlySpan<byte> palette, ReadOnlySpan<byte> transparency, int channels)
{
    private readonly PngHeader _header = header;
    private readonly ReadOnlySpan<byte> _palette = palette, _transparency = transparency;
    private readonly int _channels = channels;

    /// <summary>Writes <paramref name="columns"/> pixels, <paramref name="step"/> bytes apart. False: an index outside the palette.</summary>
    public bool Expand(ReadOnlySpan<byte> row, int columns, Span<byte> target, int step)
    {
        if (_header.IsPalette) return ExpandPalette(row, columns, target, step);
        if (_header.Depth == 8 && _transparency.IsEmpty && step == _channels)
        {
            row[..(columns * _channels)].CopyTo(target);
            return true;
        }
        int samples = _header.Samples;
        for (int x = 0, position = 0; x < columns; x++, position += step)
        {
            bool transparent = !_transparency.IsEmpty;
            for (int s = 0; s < samples; s++)
            {
                int value = Sample(row, x * samples + s);
                if (!_transparency.IsEmpty) transparent &= value == BinaryPrimitives.ReadUInt16BigEndian(_transparency[(2 * s)..]);
                target[position + s] = Spread(value);
            }
            if (!_transparency.IsEmpty) target[position + samples] = (byte)(transparent ? 0 : 255);
        }
        return true;
    }

    private bool ExpandPalette(ReadOnlySpan<byte> row, int columns, Span<byte> target, int step)
    {
        for (int x = 0, position = 0; x < columns; x++, position += step)
        {
            int index = Sample(row, x);
            if (3 * index >= _palette.Length) return false;
            _palette.Slice(3 * index, 3).CopyTo(target[position..]);
            if (_channels == 4) target[position + 3] = index < _transparency.Length ? _transparency[index] : (byte)255;
        }
        return true;
    }

    private int Sample(ReadOnlySpan<byte> row, int index)
    {
        if (_header.Depth == 8) return row[index];
        if (_header.Depth == 16) return BinaryPrimitives.ReadUInt16BigEndian(row[(2 * index)..]);
        int bit = index * _header.Depth;
        return (row[bit >> 3] >> (8 - _header.Depth - (bit & 7))) & ((1 << _header.Depth) - 1);
    }

    private byte Spread(int value) => _header.Depth switch
    {
        8 => (byte)value,
        16 => (byte)((value * 255 + 32767) / 65535),
        _ => (byte)(value * 255 / ((1 << _header.Depth) - 1)),
    };
}
