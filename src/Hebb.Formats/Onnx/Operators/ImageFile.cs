using System.Buffers.Binary;
using Hebb.Data;

namespace Hebb.Onnx;

/// <summary>Pictures by what their first bytes say they are.</summary>
internal static class ImageFile
{
    /// <exception cref="FormatException">The bytes are no picture of a kind that is known.</exception>
    public static Image Decode(byte[] bytes)
    {
        try
        {
            if (bytes.AsSpan().StartsWith("\x89PNG"u8) || (bytes.Length > 4 && bytes[0] == 0x89 && bytes[1] == (byte)'P'))
                return Png.Decode(bytes);
            // As the file has it: the standard says nothing of turning pictures.
            if (bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8]))
                return Jpeg.Decode(bytes, applyOrientation: false);
            if (bytes.AsSpan().StartsWith("BM"u8))
                return Bitmap(bytes);
            if (bytes.AsSpan().StartsWith("P5"u8) || bytes.AsSpan().StartsWith("P6"u8))
                return AnyMap(bytes);
            if (bytes.AsSpan().StartsWith("II*\0"u8) || bytes.AsSpan().StartsWith("MM\0*"u8))
                return Tiff.Decode(bytes);
            if (Webp.IsWebp(bytes))
                return Webp.Decode(bytes, applyOrientation: false);
            if (Jpeg2000.IsJpeg2000(bytes))
                return Jpeg2000.Decode(bytes);
        }
        catch (DataException e)
        {
            throw new FormatException(e.Message, e);
        }
        throw new FormatException("the picture is neither PNG, JPEG, JPEG 2000, WebP, BMP, PNM nor TIFF");
    }

    /// <summary>The picture with one channel, or with three.</summary>
    public static Image ToChannels(this Image image, int channels) => channels == 1 ? image.ToGray() : image.ToRgb();

    // Width, height and the greatest value as text, with remarks between, then bytes.
    private static Image AnyMap(ReadOnlySpan<byte> bytes)
    {
        Span<int> header = stackalloc int[3];
        int at = 2;
        for (int i = 0; i < header.Length; i++)
        {
            while (at < bytes.Length && (char.IsWhiteSpace((char)bytes[at]) || bytes[at] == '#'))
            {
                if (bytes[at++] == '#')
                {
                    while (at < bytes.Length && bytes[at] != '\n')
                        at++;
                }
            }
            int start = at;
            while (at < bytes.Length && char.IsAsciiDigit((char)bytes[at]))
                at++;
            if (!int.TryParse(bytes[start..at], out header[i]))
                throw new FormatException("the PNM picture is cut short");
        }
        int channels = bytes[1] == '6' ? 3 : 1;
        // Compared by division: such products may be more than 2^63.
        if (header[2] != 255 || header[0] < 1 || header[1] < 1 || (long)header[0] * header[1] > (bytes.Length - at - 1) / channels)
            throw new FormatException($"a PNM picture of {header[0]}x{header[1]} with values to {header[2]} is not read, or cut short");
        return new Image(header[0], header[1], channels, bytes.Slice(at + 1, header[0] * header[1] * channels).ToArray());
    }

    // Windows bitmaps without compression: 8 bits through a palette, 24 or 32 bits as blue, green, red.
    private static Image Bitmap(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 54)
            throw new FormatException("the bitmap is cut short");
        int start = BinaryPrimitives.ReadInt32LittleEndian(bytes[10..]), header = BinaryPrimitives.ReadInt32LittleEndian(bytes[14..]);
        int width = BinaryPrimitives.ReadInt32LittleEndian(bytes[18..]), rows = BinaryPrimitives.ReadInt32LittleEndian(bytes[22..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(bytes[28..]), compression = BinaryPrimitives.ReadInt32LittleEndian(bytes[30..]);
        long height = Math.Abs((long)rows), stride = ((long)width * bits + 31) / 32 * 4;
        if (bits is not (8 or 24 or 32) || compression is not (0 or 3) || header < 40 || width < 1 || height < 1)
            throw new FormatException($"a bitmap of {bits} bits and compression {compression} is not read");
        long palette = 14 + (long)header;
        if (start < palette || height > (bytes.Length - start) / stride || (bits == 8 && palette + 4 > start))
            throw new FormatException("the bitmap is cut short");
        var pixels = new byte[width * height * 3];
        for (int y = 0; y < height; y++)
        {
            // Rows stand from the bottom up, unless the height is negative.
            var row = bytes.Slice((int)(start + stride * (rows > 0 ? height - 1 - y : y)), (int)stride);
            for (int x = 0; x < width; x++)
            {
                long entry = palette + 4L * row[Math.Min(x, row.Length - 1)];
                var pixel = bits == 8 ? bytes[(int)Math.Min(entry, start - 4)..] : row[(x * bits / 8)..];
                (pixels[(y * width + x) * 3], pixels[(y * width + x) * 3 + 1], pixels[(y * width + x) * 3 + 2]) = (pixel[2], pixel[1], pixel[0]);
            }
        }
        return new Image(width, (int)height, 3, pixels);
    }
}
