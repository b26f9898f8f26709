using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>A component: how many reference points a sample stands for, and where its samples lie.</summary>
internal readonly record struct J2kComponent(bool Signed, int StepX, int StepY, int X0, int Y0, int X1, int Y1)
{
    public int Width => X1 - X0;

    public int Height => Y1 - Y0;
}

/// <summary>The size of a picture and of its tiles on the reference grid (T.800, A.5.1).</summary>
internal sealed class J2kSize
{
    private const int FixedLength = 36;
    private int _tileX, _tileY, _tileX0, _tileY0, _x1, _y1;

    public int X0 { get; private set; }

    public int Y0 { get; private set; }

    public int Width => _x1 - X0;

    public int Height => _y1 - Y0;

    public J2kComponent[] Components { get; private set; } = [];

    public int TilesAcross => J2kMath.Up(_x1 - _tileX0, _tileX);

    public long TileCount => (long)TilesAcross * J2kMath.Up(_y1 - _tileY0, _tileY);

    public long Samples => Components.Sum(c => (long)c.Width * c.Height);

    public static J2kSize Parse(ReadOnlySpan<byte> s)
    {
        if (s.Length < FixedLength) throw new J2kException("has a broken size");
        int count = BinaryPrimitives.ReadUInt16BigEndian(s[34..]);
        var size = new J2kSize();
        (size._x1, size._y1, size.X0, size.Y0) = (Number(s, 2), Number(s, 6), Number(s, 10), Number(s, 14));
        (size._tileX, size._tileY, size._tileX0, size._tileY0) = (Number(s, 18), Number(s, 22), Number(s, 26), Number(s, 30));
        if (size.Width <= 0 || size.Height <= 0) throw new J2kException($"has the impossible size {size.Width}x{size.Height}");
        if (size._tileX == 0 || size._tileY == 0 || size._tileX0 > size.X0 || size._tileY0 > size.Y0 || (long)size._tileX0 + size._tileX <= size.X0 || (long)size._tileY0 + size._tileY <= size.Y0)
            throw new J2kException("has impossible tiles");
        if (count is < 1 or > 4) throw new J2kException($"has {count} components (1 to 4 are read)");
        if ((long)size.Width * size.Height > Jpeg2000.MaxPixelBytes / count) throw new J2kException($"{size.Width}x{size.Height} is larger than the limit of {Jpeg2000.MaxPixelBytes} bytes");
        if (s.Length != FixedLength + 3 * count) throw new J2kException("has a broken size");
        size.Components = new J2kComponent[count];
        for (int c = 0; c < count; c++)
        {
            int depth = (s[FixedLength + 3 * c] & 127) + 1, stepX = s[FixedLength + 1 + 3 * c], stepY = s[FixedLength + 2 + 3 * c];
            if (depth != 8) throw new J2kException($"has samples of {depth} bits (8 are read)");
            if (stepX == 0 || stepY == 0) throw new J2kException("has a broken size");
            var component = size.Components[c] = new J2kComponent(
                (s[FixedLength + 3 * c] & 128) != 0, stepX, stepY, J2kMath.Up(size.X0, stepX), J2kMath.Up(size.Y0, stepY), J2kMath.Up(size._x1, stepX), J2kMath.Up(size._y1, stepY));
            if (component.Width <= 0 || component.Height <= 0) throw new J2kException("has a component without samples");
        }
        return size;
    }

    /// <summary>A tile on the reference grid.</summary>
    public (int X0, int Y0, int X1, int Y1) Tile(int index)
    {
        long x = _tileX0 + (long)(index % TilesAcross) * _tileX, y = _tileY0 + (long)(index / TilesAcross) * _tileY;
        return ((int)Math.Max(x, X0), (int)Math.Max(y, Y0), (int)Math.Min(x + _tileX, _x1), (int)Math.Min(y + _tileY, _y1));
    }

    private static int Number(ReadOnlySpan<byte> s, int at)
    {
        uint value = BinaryPrimitives.ReadUInt32BigEndian(s[at..]);
        return (int)Math.Min(value, int.MaxValue);
    }
}

/// <summary>Divisions that round up.</summary>
internal static class J2kMath
{
    public static int Up(int value, int divisor) => (int)(((long)value + divisor - 1) / divisor);

    /// <summary>Divided by a power of two.</summary>
    public static int UpShift(long value, int shift) => (int)((value + (1L << shift) - 1) >> shift);
}
