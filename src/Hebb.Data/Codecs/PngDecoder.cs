using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Hebb.Data;

/// <summary>One pass over the chunks (header, palette, transparency, data), then one over the scanlines.</summary>
internal ref struct PngDecoder(ReadOnlySpan<byte> bytes, string source)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _source = source;
    private PngHeader _header;
    private byte[] _palette = [], _transparency = [];

    public Image Decode()
    {
        if (!_bytes.StartsWith(Png.Signature)) throw Error("is not a PNG file (wrong signature)");
        var data = ReadChunks();
        int channels = _header.OutputChannels(_transparency.Length > 0);
        long count = (long)_header.Width * _header.Height;
        if (count > Png.MaxPixelBytes / channels) throw Error($"{_header.Width}x{_header.Height} is larger than the limit of {Png.MaxPixelBytes} bytes");
        // Refused before anything of that size is allocated.
        if (_header.FilteredBytes() > (long)data.Length * DataFile.MaxDeflateRatio)
            throw Error($"is truncated: {data.Length} bytes of image data cannot hold {_header.Width}x{_header.Height} pixels");
        var pixels = new byte[count * channels];
        try
        {
            using var zlib = new ZLibStream(new MemoryStream(data, writable: false), CompressionMode.Decompress);
            ReadRows(zlib, pixels, channels);
            zlib.ReadByte(); // reaches the end of the stream, where its checksum is compared
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw Error("has damaged image data: " + DataFile.FirstLine(e.Message), e);
        }
        return new Image(_header.Width, _header.Height, channels, pixels);
    }

    private byte[] ReadChunks()
    {
        using var data = new MemoryStream();
        bool sawHeader = false, sawData = false, dataEnded = false;
        for (int position = Png.Signature.Length; ;)
        {
            var chunk = NextChunk(ref position, out string type);
            if (!sawHeader && type != "IHDR") throw Error($"starts with chunk {type}, not IHDR");
            dataEnded |= sawData && type != "IDAT";
            switch (type)
            {
                case "IHDR":
                    if (sawHeader) throw Error("has a second IHDR chunk");
                    _header = PngHeader.Parse(chunk, _source);
                    sawHeader = true;
                    break;
                case "PLTE":
                    if (sawData) throw Error("has its palette after the image data");
                    SetPalette(chunk);
                    break;
                case "tRNS":
                    if (!sawData) SetTransparency(chunk);
                    break;
                case "IDAT":
                    if (dataEnded) throw Error("has other chunks between its IDAT chunks");
                    if (_header.IsPalette && _palette.Length == 0) throw Error("has no palette");
                    data.Write(chunk);
                    sawData = true;
                    break;
                case "IEND":
                    if (!sawData) throw Error("has no image data");
                    return data.ToArray();
                default:
                    // Bit 5 of the first letter: clear (upper case) means that a reader must understand the chunk.
                    if (char.IsAsciiLetterUpper(type[0])) throw Error($"has a critical chunk {type} that is not known");
                    break;
            }
        }
    }

    private readonly ReadOnlySpan<byte> NextChunk(ref int position, out string type)
    {
        var rest = _bytes[position..];
        if (rest.Length < 12) throw Error($"is truncated: it ends at byte {_bytes.Length} without an IEND chunk");
        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        foreach (byte letter in rest.Slice(4, 4))
            if (!char.IsAsciiLetter((char)letter)) throw Error($"has no valid chunk at byte {position}");
        type = Encoding.ASCII.GetString(rest.Slice(4, 4));
        if (length > rest.Length - 12) throw Error($"is truncated: chunk {type} at byte {position} needs {length} bytes, {rest.Length - 12} are left");
        if (Crc32.Of(rest.Slice(4, 4 + (int)length)) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + (int)length)..]))
            throw Error($"is damaged: wrong checksum of chunk {type} at byte {position}");
        position += 12 + (int)length;
        return rest.Slice(8, (int)length);
    }

    private void SetPalette(scoped ReadOnlySpan<byte> chunk)
    {
        if (_palette.Length > 0) throw Error("has a second palette");
        if (chunk.Length is 0 or > 768 || chunk.Length % 3 != 0) throw Error($"has a palette of {chunk.Length} bytes (must be 3 to 768 in threes)");
        _palette = chunk.ToArray();
    }

    private void SetTransparency(scoped ReadOnlySpan<byte> chunk)
    {
        int longest = _header.ColourType switch { 0 => 2, 2 => 6, 3 => _palette.Length / 3, _ => 0 };
        bool fits = _header.IsPalette ? chunk.Length >= 1 && chunk.Length <= longest : chunk.Length == longest && longest > 0;
        if (!fits) throw Error($"has a tRNS chunk of {chunk.Length} bytes that does not fit its colour type {_header.ColourType}");
        _transparency = chunk.ToArray();
    }

    private readonly void ReadRows(Stream zlib, byte[] pixels, int channels)
    {
        var expander = new PngExpander(_header, _palette, _transparency, channels);
        int widest = _header.RowBytes(_header.Width);
        byte[] row = new byte[widest + 1], above = new byte[widest + 1];
        foreach (var pass in _header.Passes())
        {
            int rowBytes = _header.RowBytes(pass.Columns);
            above.AsSpan(0, rowBytes + 1).Clear();
            for (int y = 0; y < pass.Rows; y++)
            {
                var line = row.AsSpan(0, rowBytes + 1);
                int got = zlib.ReadAtLeast(line, line.Length, throwOnEndOfStream: false);
                if (got < line.Length) throw Error($"is truncated: the image data end in row {pass.Y + y * pass.StepY} of {_header.Height}");
                if (line[0] >= PngFilter.Count) throw Error($"has an unknown filter {line[0]} in row {pass.Y + y * pass.StepY}");
                PngFilter.Undo(line[0], line[1..], above.AsSpan(1, rowBytes), _header.FilterStep);
                int target = ((pass.Y + y * pass.StepY) * _header.Width + pass.X) * channels;
                if (!expander.Expand(line[1..], pass.Columns, pixels.AsSpan(target), pass.StepX * channels))
                    throw Error($"has a pixel in row {pass.Y + y * pass.StepY} outside its palette of {_palette.Length / 3} colours");
                (row, above) = (above, row);
            }
        }
    }

    private readonly FormatException Error(string what, Exception? inner = null) => new($"{_source}: {what}", inner);
}
