using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>What the frame header (SOF) tells: size, components, and how far their coefficients are known.</summary>
internal sealed class JpegFrame
{
    private bool _allocated;

    private JpegFrame(int width, int height, bool progressive, JpegComponent[] components)
    {
        (Width, Height, Progressive, Components) = (width, height, progressive, components);
        (MaxHorizontal, MaxVertical) = (components.Max(c => c.Horizontal), components.Max(c => c.Vertical));
        (McusAcross, McusDown) = (Up(width, 8 * MaxHorizontal), Up(height, 8 * MaxVertical));
        foreach (var component in components)
            component.Size(Up(width * component.Horizontal, MaxHorizontal), Up(height * component.Vertical, MaxVertical), McusAcross, McusDown);
    }

    public int Width { get; }

    public int Height { get; }

    public bool Progressive { get; }

    public JpegComponent[] Components { get; }

    public int MaxHorizontal { get; }

    public int MaxVertical { get; }

    public int McusAcross { get; }

    public int McusDown { get; }

    public static JpegFrame Parse(ReadOnlySpan<byte> segment, bool progressive, int fileLength, string source)
    {
        FormatException Error(string what) => new($"{source}: {what}");
        if (segment.Length < 6) throw Error("has a broken frame header");
        int depth = segment[0], height = BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), width = BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), count = segment[5];
        if (depth != 8) throw Error($"has samples of {depth} bits (8 are read)");
        if (width == 0 || height == 0) throw Error($"has the impossible size {width}x{height}");
        if (count is not (1 or 3 or 4)) throw Error($"has {count} components (1, 3 or 4 are read)");
        if (segment.Length != 6 + 3 * count) throw Error("has a broken frame header");
        var components = new JpegComponent[count];
        for (int i = 0; i < count; i++)
        {
            int id = segment[6 + 3 * i], sampling = segment[7 + 3 * i], table = segment[8 + 3 * i];
            if (components.AsSpan(0, i).ToArray().Any(c => c.Id == id)) throw Error($"has two components {id}");
            var (horizontal, vertical) = (sampling >> 4, sampling & 15);
            if (horizontal is < 1 or > 4 || vertical is < 1 or > 4 || table > 3) throw Error("has a broken frame header");
            // Alone, a component is coded block by block, whatever its sampling.
            components[i] = count == 1 ? new JpegComponent(id, 1, 1, table) : new JpegComponent(id, horizontal, vertical, table);
        }
        if ((long)width * height * Math.Min(count, 3) > Jpeg.MaxPixelBytes) throw Error($"{width}x{height} is larger than the limit of {Jpeg.MaxPixelBytes} bytes");
        var frame = new JpegFrame(width, height, progressive, components);
        // A block takes a bit at least (its mean, in a progressive file), so that this many bytes can't hold more. Refused before anything is allocated.
        long blocks = components.Sum(c => (long)c.BlocksAcross * c.BlocksDown);
        if (blocks > 8L * fileLength) throw Error($"is truncated: {fileLength} bytes cannot hold {width}x{height} pixels");
        return frame;
    }

    /// <summary>Makes room for the samples, once.</summary>
    public void Allocate()
    {
        if (_allocated) return;
        foreach (var component in Components) component.Allocate(Progressive);
        _allocated = true;
    }

    /// <summary>Notes that a scan codes a band of a component; each bit of a coefficient comes once, from high to low (T.81, G.1.1.1).</summary>
    public void Claim(JpegComponent component, (int First, int Last, int High, int Low) band, string source)
    {
        bool allowed = band.First == 0 ? band.Last == (Progressive ? 0 : 63) : band.First <= band.Last && band.Last < 64;
        allowed &= band.Low <= 13 && (band.High == 0 || band.Low == band.High - 1);
        if (!allowed) throw new FormatException($"{source}: has a scan of an impossible band ({band.First} to {band.Last}, bits {band.High} to {band.Low})");
        for (int k = band.First; k <= band.Last; k++)
        {
            int known = component.KnownBit[k];
            bool next = band.High == 0 ? known < 0 : known == band.High;
            if (!next || k > 0 && Progressive && component.KnownBit[0] < 0)
                throw new FormatException($"{source}: has scans of component {component.Id} in the wrong order");
            component.KnownBit[k] = band.Low;
        }
    }

    /// <summary>Checks that every component has its means, and where the file has no end marker all its coefficients; then makes their samples.</summary>
    public void Complete(bool ended, string source)
    {
        foreach (var component in Components)
        {
            if (component.KnownBit[0] < 0) throw new FormatException($"{source}: is truncated: component {component.Id} is missing");
            if (!ended && component.KnownBit.Any(bit => bit != 0)) throw new FormatException($"{source}: is truncated: it ends before its last scan");
        }
        if (!Progressive) return;
        foreach (var component in Components)
            for (int row = 0; row < component.PaddedDown; row++)
                for (int column = 0; column < component.PaddedAcross; column++)
                    Inverse(component, row, column);
    }

    private static void Inverse(JpegComponent component, int row, int column)
    {
        var block = component.Block(row, column);
        int last = block[1..].ContainsAnyExcept((short)0) ? 63 : 0;
        JpegTransform.Inverse(block, component.Quant!, last, component.SamplesAt(row, column), component.Stride);
    }

    private static int Up(int value, int divisor) => (value + divisor - 1) / divisor;
}
