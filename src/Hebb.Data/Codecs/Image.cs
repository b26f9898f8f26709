namespace Hebb.Data;

/// <summary>
/// A picture with 8 bits a sample: rows from top to bottom, pixels from left to right, channels interleaved.
/// One channel is gray, two are gray and alpha, three are red, green, blue, four add alpha (straight, not premultiplied).
/// </summary>
public sealed partial record Image
{
    /// <param name="width">Pixels a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1, 2, 3 or 4.</param>
    /// <param name="pixels">width x height x channels bytes; kept, not copied.</param>
    /// <exception cref="DataException">The sizes are out of range or do not match the number of bytes.</exception>
    public Image(int width, int height, int channels, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1) throw new DataException($"Image: {width}x{height}: width and height must be at least 1");
        if (channels is < 1 or > 4) throw new DataException($"Image: {channels} channels: must be 1, 2, 3 or 4");
        if ((long)width * height * channels != pixels.Length)
            throw new DataException($"Image: {width}x{height}x{channels} needs {(long)width * height * channels} bytes, not {pixels.Length}");
        (Width, Height, Channels, Pixels) = (width, height, channels, pixels);
    }

    /// <summary>A black (and, with alpha, fully transparent) picture.</summary>
    public Image(int width, int height, int channels)
        : this(width, height, channels, new byte[Math.Max(0, checked(width * height * channels))]) { }

    public int Width { get; }

    public int Height { get; }

    public int Channels { get; }

    /// <summary>The samples, index (y * Width + x) * Channels + c.</summary>
    public byte[] Pixels { get; }

    /// <summary>Whether the last channel is alpha.</summary>
    public bool HasAlpha => Channels is 2 or 4;

    public byte this[int x, int y, int channel = 0] => Pixels[Offset(x, y, channel)];

    /// <summary>Value equality: same sizes and same samples.</summary>
    public bool Equals(Image? other) => other is not null && Width == other.Width && Height == other.Height && Channels == other.Channels
        && Pixels.AsSpan().SequenceEqual(other.Pixels);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Width);
        hash.Add(Height);
        hash.Add(Channels);
        hash.AddBytes(Pixels);
        return hash.ToHashCode();
    }

    public override string ToString() => $"Image {Width}x{Height}x{Channels}";

    private int Offset(int x, int y, int channel)
    {
        if ((uint)x >= (uint)Width || (uint)y >= (uint)Height || (uint)channel >= (uint)Channels)
            throw new ArgumentOutOfRangeException(nameof(x), $"pixel ({x}, {y}, {channel}) is outside {Width}x{Height}x{Channels}");
        return (y * Width + x) * Channels + channel;
    }
}
