using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>The markers of a codestream (T.800, annex A), its tiles, and the picture that they make.</summary>
internal sealed class J2kCodestream(byte[] bytes)
{
    // Empty blocks take next to nothing. More samples than this are decoded only if the file has a byte for every so many.
    private const int FreeSamples = 1 << 20, SamplesPerByte = 128, TilePartHeader = 12;

    private J2kSize? _size;
    private J2kCoding[] _coding = [];
    private J2kQuantizer[] _quantizers = [];

    // Styles that components have for themselves come before those for all.
    private readonly HashSet<int> _ownCoding = [], _ownQuantizer = [];

    public Image Decode()
    {
        int at = 2;
        while (Marker(ref at, out int marker, out var segment) && marker != 0x90) Header(marker, segment, _coding, _quantizers, _ownCoding, _ownQuantizer);
        var size = _size ?? throw new J2kException("is truncated: it has no size");
        if (_coding.Length == 0 || Array.Exists(_coding, c => c is null) || Array.Exists(_quantizers, q => q is null)) throw new J2kException("is truncated: its header is cut");
        var tiles = Tiles(at - TilePartHeader);
        var planes = Array.ConvertAll(size.Components, c => new int[c.Width * c.Height]);
        for (int index = 0; index < size.TileCount; index++)
        {
            if (!tiles.TryGetValue(index, out var parts)) throw new J2kException($"is truncated: tile {index} of {size.TileCount} is missing");
            new J2kTile(size, index, parts.Coding, parts.Quantizers, [.. parts.Data]).Decode(planes);
        }
        return ToImage(size, planes);
    }

    private sealed record TileParts(J2kCoding[] Coding, J2kQuantizer[] Quantizers, HashSet<int> OwnCoding, HashSet<int> OwnQuantizer, List<byte> Data);

    private Dictionary<int, TileParts> Tiles(int at)
    {
        var tiles = new Dictionary<int, TileParts>();
        while (at + TilePartHeader <= bytes.Length && Number(at) == 0xff90)
        {
            int index = Number(at + 4);
            long length = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(at + 6));
            // The last part may leave its length open, up to the end marker.
            long end = length == 0 ? bytes.Length - (Number(bytes.Length - 2) == 0xffd9 ? 2 : 0) : at + length;
            if (index >= _size!.TileCount) throw new J2kException($"has tile {index} of {_size.TileCount}");
            if (end > bytes.Length || end < at + TilePartHeader) throw new J2kException($"is truncated: a tile needs {length} bytes, {bytes.Length - at} are left");
            if (!tiles.TryGetValue(index, out var parts))
                tiles.Add(index, parts = new TileParts([.. _coding], [.. _quantizers], [], [], []));
            int data = at + TilePartHeader;
            while (Marker(ref data, out int marker, out var segment) && marker != 0x93) Header(marker, segment, parts.Coding, parts.Quantizers, parts.OwnCoding, parts.OwnQuantizer);
            if (data > end) throw new J2kException("is truncated: a tile's header is cut");
            parts.Data.AddRange(bytes.AsSpan(data, (int)end - data));
            at = (int)end;
        }
        return tiles;
    }

    private int Number(int at) => BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(at));

    /// <summary>The next marker and its segment; false behind the marker of data.</summary>
    private bool Marker(ref int at, out int marker, out ReadOnlySpan<byte> segment)
    {
        if (at + 2 > bytes.Length || bytes[at] != 0xff) throw new J2kException("is truncated: its header is cut");
        marker = bytes[at + 1];
        segment = default;
        at += 2;
        if (marker == 0x93) return false;
        int length = at + 2 <= bytes.Length ? Number(at) : 0;
        if (length < 2 || at + length > bytes.Length) throw new J2kException($"is truncated: its segment {marker:x2} is cut");
        segment = bytes.AsSpan(at + 2, length - 2);
        at += length;
        return true;
    }

    private void Header(int marker, ReadOnlySpan<byte> segment, J2kCoding[] coding, J2kQuantizer[] quantizers, HashSet<int> ownCoding, HashSet<int> ownQuantizer)
    {
        if (marker != 0x51 && _size is null) throw new J2kException("does not begin with its size");
        int wide = _size is { Components.Length: > 256 } ? 2 : 1;
        switch (marker)
        {
            case 0x51:
                if (_size is not null) throw new J2kException("has two sizes");
                _size = J2kSize.Parse(segment);
                if (_size.Samples > FreeSamples + (long)SamplesPerByte * bytes.Length)
                    throw new J2kException($"is refused: {bytes.Length} bytes cannot be trusted to hold {_size.Width}x{_size.Height} pixels");
                if (_size.TileCount > 1 + bytes.Length / TilePartHeader) throw new J2kException($"is truncated: {bytes.Length} bytes cannot hold {_size.TileCount} tiles");
                (_coding, _quantizers) = (new J2kCoding[_size.Components.Length], new J2kQuantizer[_size.Components.Length]);
                break;
            case 0x52:
                var all = J2kCoding.Parse(segment);
                for (int c = 0; c < coding.Length; c++)
                    coding[c] = ownCoding.Contains(c) ? coding[c] with { Order = all.Order, Layers = all.Layers, Mixes = all.Mixes } : all;
                break;
            case 0x53:
                int component = Component(segment, wide, coding.Length);
                if (coding[component] is null) throw new J2kException("codes a component before it says how to code all");
                coding[component] = J2kCoding.ParseOwn(segment[wide..], coding[component]);
                ownCoding.Add(component);
                break;
            case 0x5c:
                var quantizer = J2kQuantizer.Parse(segment);
                for (int c = 0; c < quantizers.Length; c++)
                {
                    if (!ownQuantizer.Contains(c)) quantizers[c] = quantizer;
                }
                break;
            case 0x5d:
                component = Component(segment, wide, coding.Length);
                quantizers[component] = J2kQuantizer.Parse(segment[wide..]);
                ownQuantizer.Add(component);
                break;
            case 0x5e: throw new J2kException("has a region of interest, which is not read");
            case 0x5f: throw new J2kException("changes the order of its packets, which is not read");
            case 0x60 or 0x61: throw new J2kException("has its packet headers apart, which is not read");
        }
    }

    private static int Component(ReadOnlySpan<byte> segment, int wide, int count)
    {
        int component = segment.Length <= wide ? count : wide == 1 ? segment[0] : BinaryPrimitives.ReadUInt16BigEndian(segment);
        return component < count ? component : throw new J2kException($"has a style for component {component} of {count}");
    }

    private static Image ToImage(J2kSize size, int[][] planes)
    {
        int channels = planes.Length;
        var pixels = new byte[size.Width * size.Height * channels];
        for (int c = 0; c < channels; c++)
        {
            var component = size.Components[c];
            for (int y = 0; y < size.Height; y++)
            {
                int row = Math.Clamp((size.Y0 + y) / component.StepY - component.Y0, 0, component.Height - 1);
                for (int x = 0; x < size.Width; x++)
                {
                    int column = Math.Clamp((size.X0 + x) / component.StepX - component.X0, 0, component.Width - 1);
                    pixels[(y * size.Width + x) * channels + c] = (byte)Math.Clamp(planes[c][row * component.Width + column] + (component.Signed ? 0 : 128), 0, 255);
                }
            }
        }
        return new Image(size.Width, size.Height, channels, pixels);
    }
}
