using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>One pass of an interlaced picture: its size and where its pixels lie. A plain picture has one pass of steps 1.</summary>
internal readonly record struct PngPass(int X, int Y, int StepX, int StepY, int Columns, int Rows);

/// <summary>The IHDR chunk and the sizes that follow from it.</summary>
internal readonly record struct PngHeader(int Width, int Height, int Depth, int ColourType, bool Interlaced)
{
    public bool IsPalette => ColourType == 3;

    /// <summary>Samples a pixel as stored: a palette index is one.</summary>
    public int Samples => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Bytes from a pixel to its left neighbour for the filters.</summary>
    public int FilterStep => Math.Max(1, Samples * Depth / 8);

    public static PngHeader Parse(ReadOnlySpan<byte> chunk, string source)
    {
        if (chunk.Length != 13) throw new FormatException($"{source}: has an IHDR chunk of {chunk.Length} bytes, not 13");
        uint width = BinaryPrimitives.ReadUInt32BigEndian(chunk), height = BinaryPrimitives.ReadUInt32BigEndian(chunk[4..]);
        if (width is 0 or > int.MaxValue || height is 0 or > int.MaxValue) throw new FormatException($"{source}: has the impossible size {width}x{height}");
        int depth = chunk[8], colourType = chunk[9];
        bool allowed = colourType switch
        {
            0 => depth is 1 or 2 or 4 or 8 or 16,
            3 => depth is 1 or 2 or 4 or 8,
            2 or 4 or 6 => depth is 8 or 16,
            _ => false,
        };
        if (!allowed) throw new FormatException($"{source}: has colour type {colourType} with {depth} bits, which PNG does not allow");
        if (chunk[10] != 0 || chunk[11] != 0 || chunk[12] > 1)
            throw new FormatException($"{source}: has unknown compression, filter or interlace method {chunk[10]}, {chunk[11]}, {chunk[12]}");
        return new PngHeader((int)width, (int)height, depth, colourType, chunk[12] == 1);
    }

    public int OutputChannels(bool transparent) => ColourType switch
    {
        0 => transparent ? 2 : 1,
        2 or 3 => transparent ? 4 : 3,
        4 => 2,
        _ => 4,
    };

    /// <summary>Bytes of a row of so many pixels, without its filter byte.</summary>
    public int RowBytes(int columns) => checked((int)(((long)columns * Samples * Depth + 7) / 8));

    /// <summary>Bytes of all scanlines with their filter bytes, before compression.</summary>
    public long FilteredBytes()
    {
        long total = 0;
        foreach (var pass in Passes()) total += (long)pass.Rows * (1 + ((long)pass.Columns * Samples * Depth + 7) / 8);
        return total;
    }

    /// <summary>The non-empty passes: Adam7 (clause 8.2) or the whole picture.</summary>
    public PngPass[] Passes()
    {
        if (!Interlaced) return [new PngPass(0, 0, 1, 1, Width, Height)];
        ReadOnlySpan<(int X, int Y, int StepX, int StepY)> adam7 =
            [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];
        var passes = new List<PngPass>(adam7.Length);
        foreach (var (x, y, stepX, stepY) in adam7)
            if (x < Width && y < Height) passes.Add(new PngPass(x, y, stepX, stepY, (Width - x - 1) / stepX + 1, (Height - y - 1) / stepY + 1));
        return [.. passes];
    }
}
