using System.Buffers.Binary;
using Hebb.Data;

namespace Hebb.Onnx;

/// <summary>TIFF pictures (revision 6.0) of 8 bits a sample, gray or red, green and blue, in strips without compression.</summary>
internal static class Tiff
{
    private const int Width = 256, Height = 257, Bits = 258, Compression = 259, Photometric = 262, StripOffsets = 273, Samples = 277, StripCounts = 279, Planes = 284;

    /// <exception cref="FormatException">The picture is of another kind, or cut short.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new Reader(bytes, bytes[0] == 'M');
        var tags = reader.Directory();
        long One(int tag, long otherwise) => tags.TryGetValue(tag, out long[]? values) && values.Length > 0 ? values[0] : otherwise;
        long width = One(Width, 0), height = One(Height, 0), samples = One(Samples, 1);
        if (One(Compression, 1) != 1 || One(Bits, 1) != 8 || One(Planes, 1) != 1 || samples is not (1 or 3 or 4) || One(Photometric, 1) is not (1 or 2))
            throw new FormatException("a TIFF picture of this kind is not read: only 8 bits a sample, gray or RGB, without compression");
        if (width < 1 || height < 1 || width > bytes.Length || height > bytes.Length / (width * samples) || !tags.TryGetValue(StripOffsets, out long[]? offsets) || !tags.TryGetValue(StripCounts, out long[]? counts) || offsets.Length != counts.Length)
            throw new FormatException("the TIFF picture is cut short");
        var pixels = new byte[width * height * samples];
        int at = 0;
        for (int i = 0; i < offsets.Length; i++)
        {
            long count = Math.Min(counts[i], pixels.Length - at);
            if (offsets[i] < 0 || count < 0 || offsets[i] + count > bytes.Length)
                throw new FormatException("the TIFF picture is cut short");
            bytes.Slice((int)offsets[i], (int)count).CopyTo(pixels.AsSpan(at));
            at += (int)count;
        }
        return at == pixels.Length ? new Image((int)width, (int)height, (int)samples, pixels) : throw new FormatException("the TIFF picture is cut short");
    }

    private readonly ref struct Reader(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        private readonly ReadOnlySpan<byte> _bytes = bytes;

        /// <summary>The numbers of the first directory by tag; those of types that are no whole numbers are left out.</summary>
        public Dictionary<int, long[]> Directory()
        {
            var tags = new Dictionary<int, long[]>();
            long start = Number(4, 4), entries = Number(start, 2);
            for (long i = 0; i < entries; i++)
            {
                long entry = start + 2 + 12 * i;
                int size = Number(entry + 2, 2) switch { 1 => 1, 3 => 2, 4 => 4, _ => 0 };
                long count = Number(entry + 4, 4);
                if (size == 0)
                    continue;
                // Few numbers stand in the entry itself.
                long values = size * count <= 4 ? entry + 8 : Number(entry + 8, 4);
                if (count * size > _bytes.Length)
                    throw new FormatException("the TIFF picture is cut short");
                var numbers = new long[count];
                for (int k = 0; k < numbers.Length; k++)
                    numbers[k] = Number(values + k * size, size);
                tags[(int)Number(entry, 2)] = numbers;
            }
            return tags;
        }

        private long Number(long at, int size)
        {
            if (at < 0 || at + size > _bytes.Length)
                throw new FormatException("the TIFF picture is cut short");
            var part = _bytes.Slice((int)at, size);
            return size switch
            {
                1 => part[0],
                2 => bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(part) : BinaryPrimitives.ReadUInt16LittleEndian(part),
                _ => bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(part) : BinaryPrimitives.ReadUInt32LittleEndian(part),
            };
        }
    }
}
