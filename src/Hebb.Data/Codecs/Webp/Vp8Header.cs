using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>What the header of a key frame tells (RFC 6386, section 9): size, quantisers, loop filter, probabilities.</summary>
internal sealed class Vp8Header
{
    public const int Segments = 4;
    private const int TagLength = 10;

    // Bits that a macroblock takes at least: its modes have fixed probabilities.
    private const int LeastBits = 3;

    private readonly int[] _segmentQuantizer = new int[Segments], _segmentLevel = new int[Segments];
    private bool _absolute;
    private int _firstLength;

    public int Width { get; private init; }

    public int Height { get; private init; }

    public int MacroblocksAcross => (Width + 15) / 16;

    public int MacroblocksDown => (Height + 15) / 16;

    public bool HasSegments { get; private set; }

    public bool HasSegmentMap { get; private set; }

    public byte[] SegmentProbabilities { get; } = [255, 255, 255];

    public Vp8Quantizer[] Quantizers { get; } = new Vp8Quantizer[Segments];

    /// <summary>Strength of the loop filter by segment, and whether a macroblock is predicted in blocks of 4x4.</summary>
    public Vp8FilterStrength[,] Filters { get; } = new Vp8FilterStrength[Segments, 2];

    public bool SimpleFilter { get; private set; }

    public bool Filtered { get; private set; }

    /// <summary>By kind of block (4), band (8), context (3) and node of the tree (11).</summary>
    public byte[] Coefficients { get; } = Vp8Probabilities.Coefficients.ToArray();

    /// <summary>The probability that a macroblock has coefficients; -1 where all may have.</summary>
    public int Skip { get; private set; } = -1;

    /// <summary>Coded data of the coefficients; rows of macroblocks take them in turn.</summary>
    public Vp8Bits[] Partitions { get; private set; } = [];

    /// <summary>Reads the header. What follows it, the modes of the macroblocks, is left in <paramref name="modes"/>.</summary>
    public static Vp8Header Parse(ReadOnlySpan<byte> bytes, out Vp8Bits modes)
    {
        if (bytes.Length < TagLength) throw new WebpException("is truncated: its frame header is cut");
        int tag = bytes[0] | bytes[1] << 8 | bytes[2] << 16;
        if ((tag & 1) != 0) throw new WebpException("does not begin with a key frame");
        if ((tag >> 1 & 7) > 3) throw new WebpException($"has a frame of the unknown version {tag >> 1 & 7}");
        if (bytes[3] != 0x9d || bytes[4] != 0x01 || bytes[5] != 0x2a) throw new WebpException("has a broken frame header (wrong start code)");
        int width = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]) & 0x3fff, height = BinaryPrimitives.ReadUInt16LittleEndian(bytes[8..]) & 0x3fff;
        if (width == 0 || height == 0) throw new WebpException($"has the impossible size {width}x{height}");
        if (4L * width * height > Webp.MaxPixelBytes) throw new WebpException($"{width}x{height} is larger than the limit of {Webp.MaxPixelBytes} bytes");
        var header = new Vp8Header { Width = width, Height = height, _firstLength = tag >> 5 };
        byte[] data = bytes[TagLength..].ToArray();
        if (header._firstLength > data.Length)
            throw new WebpException($"is truncated: its first partition needs {header._firstLength} bytes, {data.Length} are left");
        if ((long)header.MacroblocksAcross * header.MacroblocksDown * LeastBits > 8L * header._firstLength)
            throw new WebpException($"is truncated: {header._firstLength} bytes cannot hold {width}x{height} pixels");
        modes = new Vp8Bits(data.AsMemory(0, header._firstLength));
        header.Read(ref modes, data);
        return header;
    }

    private void Read(ref Vp8Bits bits, byte[] data)
    {
        bits.Number(2); // colour space and clamping, which decoders do not look at
        ReadSegments(ref bits);
        SimpleFilter = bits.Flag();
        int level = bits.Number(6), sharpness = bits.Number(3), blockDelta = 0, intraDelta = 0;
        Filtered = level > 0;
        bool hasDeltas = bits.Flag();
        if (hasDeltas && bits.Flag())
        {
            // Of the changes by reference frame and by mode, the first of each holds for key frames.
            for (int i = 0; i < 8; i++)
            {
                int delta = bits.OptionalSigned(6);
                if (i == 0) intraDelta = delta;
                if (i == 4) blockDelta = delta;
            }
        }
        Partitions = Split(data, 1 << bits.Number(2));
        ReadQuantizers(ref bits);
        for (int s = 0; s < Segments; s++)
        {
            int strength = HasSegments ? _segmentLevel[s] + (_absolute ? 0 : level) : level;
            Filters[s, 0] = new Vp8FilterStrength(strength + intraDelta, sharpness);
            Filters[s, 1] = new Vp8FilterStrength(strength + intraDelta + blockDelta, sharpness);
        }
        bits.Flag(); // whether later frames keep the probabilities
        for (int i = 0; i < Coefficients.Length; i++)
        {
            if (bits.Bit(Vp8Probabilities.Updates[i]) != 0) Coefficients[i] = (byte)bits.Number(8);
        }
        if (bits.Flag()) Skip = bits.Number(8);
        if (bits.Overran) throw new WebpException("is truncated: its frame header is cut");
    }

    private void ReadSegments(ref Vp8Bits bits)
    {
        HasSegments = bits.Flag();
        if (!HasSegments) return;
        HasSegmentMap = bits.Flag();
        if (bits.Flag())
        {
            _absolute = bits.Flag();
            for (int s = 0; s < Segments; s++) _segmentQuantizer[s] = bits.OptionalSigned(7);
            for (int s = 0; s < Segments; s++) _segmentLevel[s] = bits.OptionalSigned(6);
        }
        if (!HasSegmentMap) return;
        for (int i = 0; i < SegmentProbabilities.Length; i++) SegmentProbabilities[i] = bits.Flag() ? (byte)bits.Number(8) : (byte)255;
    }

    private void ReadQuantizers(ref Vp8Bits bits)
    {
        int index = bits.Number(7);
        var deltas = new int[5];
        for (int i = 0; i < deltas.Length; i++) deltas[i] = bits.OptionalSigned(4);
        for (int s = 0; s < Segments; s++)
            Quantizers[s] = new Vp8Quantizer(HasSegments ? _segmentQuantizer[s] + (_absolute ? 0 : index) : index, deltas);
    }

    /// <summary>The partitions of coefficients: lengths of three bytes for all but the last, then the data.</summary>
    private Vp8Bits[] Split(byte[] data, int count)
    {
        int sizes = _firstLength, at = sizes + 3 * (count - 1);
        if (at >= data.Length) throw new WebpException("is truncated: it has no coefficients");
        var parts = new Vp8Bits[count];
        for (int i = 0; i < count; i++, sizes += 3)
        {
            int length = data.Length - at;
            if (i < count - 1) length = Math.Min(length, data[sizes] | data[sizes + 1] << 8 | data[sizes + 2] << 16);
            parts[i] = new Vp8Bits(data.AsMemory(at, length));
            at += length;
        }
        return parts;
    }
}
