using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>Walks over the segments of a file: tables, the frame, its scans; then makes the picture of the components.</summary>
internal ref struct JpegDecoder(ReadOnlySpan<byte> bytes, string source)
{
    /// <summary>More than any encoder writes; a hostile file could ask for a pass over the picture with a few bytes each.</summary>
    private const int MaxScans = 100;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _source = source;
    private readonly int[]?[] _quant = new int[]?[4];
    private readonly JpegHuffman?[] _dc = new JpegHuffman?[4], _ac = new JpegHuffman?[4];
    private JpegFrame? _frame;
    private int _restartInterval;
    private bool _jfif;
    private int _adobeTransform = -1;

    /// <summary>The orientation of EXIF, 1 to 8.</summary>
    public int Orientation { get; private set; } = 1;

    public Image Decode()
    {
        if (!Jpeg.IsJpeg(_bytes)) throw Error("is not a JPEG file (wrong signature)");
        int scans = 0;
        for (int at = 2; ;)
        {
            int marker = NextMarker(ref at);
            if (marker is 0xd9 or < 0)
            {
                if (_frame is null) throw Error("is truncated: it has no picture");
                // Some writers leave out the end marker; what counts is that all coefficients are there.
                _frame.Complete(ended: marker == 0xd9, _source);
                return new JpegColour(_frame, _jfif, _adobeTransform).ToImage();
            }
            if (marker is 0x01 or >= 0xd0 and <= 0xd8) continue; // no segment follows
            var segment = Segment(ref at, marker);
            switch (marker)
            {
                case 0xc0 or 0xc1 or 0xc2:
                    if (_frame is not null) throw Error("has two frames");
                    _frame = JpegFrame.Parse(segment, progressive: marker == 0xc2, _bytes.Length, _source);
                    break;
                case 0xc3 or 0xc5 or 0xc6 or 0xc7 or >= 0xc9 and <= 0xcb or >= 0xcd and <= 0xcf:
                    throw Error($"is {Kind(marker)} JPEG, which is not read (baseline and progressive with Huffman coding are)");
                case 0xc4: DefineHuffman(segment); break;
                case 0xdb: DefineQuantization(segment); break;
                case 0xdc: throw Error("tells its height only at the end (DNL), which is not read");
                case 0xdd:
                    if (segment.Length != 2) throw Error("has a broken restart interval");
                    _restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
                    break;
                case 0xda:
                    if (_frame is null) throw Error("has a scan before its frame");
                    if (++scans > MaxScans) throw Error($"has more than {MaxScans} scans");
                    at = Scan(segment, at);
                    break;
                case 0xe0:
                    _jfif |= segment.StartsWith("JFIF\0"u8);
                    break;
                case 0xe1:
                    if (segment.StartsWith("Exif\0\0"u8)) Orientation = Hebb.Data.Orientation.FromExif(segment[6..]);
                    break;
                case 0xee:
                    if (segment.Length >= 12 && segment.StartsWith("Adobe"u8)) _adobeTransform = segment[11];
                    break;
            }
        }
    }

    /// <summary>The code of the next marker, -1 at the end; bytes in between are passed over, as other readers do.</summary>
    private readonly int NextMarker(ref int at)
    {
        while (at + 1 < _bytes.Length && (_bytes[at] != 0xff || _bytes[at + 1] is 0 or 0xff)) at++;
        if (at + 1 >= _bytes.Length) return -1;
        at += 2;
        return _bytes[at - 1];
    }

    private readonly ReadOnlySpan<byte> Segment(ref int at, int marker)
    {
        int length = at + 2 <= _bytes.Length ? BinaryPrimitives.ReadUInt16BigEndian(_bytes[at..]) : 2;
        if (length < 2) throw Error($"has a broken segment {marker:x2}");
        if (at + length > _bytes.Length) throw Error($"is truncated: segment {marker:x2} at byte {at - 2} needs {length} bytes, {_bytes.Length - at} are left");
        at += length;
        return _bytes.Slice(at - length + 2, length - 2);
    }

    private readonly void DefineQuantization(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int wide = segment[0] >> 4, id = segment[0] & 15, length = 64 << wide;
            if (wide > 1 || id > 3 || segment.Length < 1 + length) throw Error("has a broken quantization table");
            var table = _quant[id] = new int[64];
            for (int k = 0; k < 64; k++)
                table[JpegTransform.Zigzag[k]] = wide == 0 ? segment[1 + k] : BinaryPrimitives.ReadUInt16BigEndian(segment[(1 + 2 * k)..]);
            segment = segment[(1 + length)..];
        }
    }

    private readonly void DefineHuffman(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            int kind = segment[0] >> 4, id = segment[0] & 15, count = 0;
            if (kind > 1 || id > 3 || segment.Length < 17) throw Error("has a broken Huffman table");
            foreach (byte codes in segment.Slice(1, 16)) count += codes;
            if (count > 256 || segment.Length < 17 + count) throw Error("has a broken Huffman table");
            (kind == 0 ? _dc : _ac)[id] = new JpegHuffman(segment.Slice(1, 16), segment.Slice(17, count), _source);
            segment = segment[(17 + count)..];
        }
    }

    /// <summary>Decodes a scan whose header this is, and whose data begin at a place. Returns where they end.</summary>
    private readonly int Scan(ReadOnlySpan<byte> header, int start)
    {
        var frame = _frame!;
        int count = header.Length > 0 ? header[0] : 0;
        if (count is < 1 or > 4 || header.Length != 4 + 2 * count) throw Error("has a broken scan header");
        var components = new JpegComponent[count];
        var band = (First: (int)header[^3], Last: (int)header[^2], High: header[^1] >> 4, Low: header[^1] & 15);
        bool progressive = frame.Progressive;
        if (!progressive) band = (0, 63, 0, 0);
        int blocks = 0;
        for (int i = 0; i < count; i++)
        {
            int id = header[1 + 2 * i], tables = header[2 + 2 * i];
            var component = frame.Components.FirstOrDefault(c => c.Id == id) ?? throw Error($"has a scan of component {id}, which its frame lacks");
            if (components.AsSpan(0, i).Contains(component)) throw Error($"has a scan with component {id} twice");
            components[i] = component;
            blocks += component.Horizontal * component.Vertical;
            frame.Claim(component, band, _source);
            bool needsDc = band.First == 0 && band.High == 0, needsAc = progressive ? band.First > 0 : true;
            component.Dc = needsDc ? Table(_dc, tables >> 4) : null;
            component.Ac = needsAc ? Table(_ac, tables & 15) : null;
            component.Quant ??= _quant[component.QuantTable] ?? throw Error($"uses quantization table {component.QuantTable}, which it never defines");
        }
        if (count > 1 && blocks > 10) throw Error($"has {blocks} blocks in a unit (at most 10 are allowed)");
        if (progressive && band.First > 0 && count > 1) throw Error("has a scan of several components that is not of their means");
        frame.Allocate();
        return new JpegScan(new JpegBits(_bytes, start), components, band, progressive, _source).Run(frame.McusAcross, frame.McusDown, _restartInterval);
    }

    private readonly JpegHuffman Table(JpegHuffman?[] tables, int id) =>
        (id < 4 ? tables[id] : null) ?? throw Error($"uses Huffman table {id}, which it never defines");

    private static string Kind(int marker) => marker switch
    {
        0xc3 => "a lossless",
        0xc9 or 0xca => "an arithmetically coded",
        0xc8 or 0xcb => "a lossless, arithmetically coded",
        _ => "a hierarchical",
    };

    private readonly FormatException Error(string what) => new($"{_source}: {what}");
}
