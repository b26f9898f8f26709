using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>
/// JPEG 2000 pictures (ITU-T T.800) in managed code: JP2 files and bare codestreams with 8 bits a sample, reversible and irreversible wavelets, any tiles, layers,
/// precincts and orders. Gray, RGB, and both with alpha. Any byte sequence gives a picture or a <see cref="FormatException"/>; the memory taken is bounded by the
/// file's size. Not read: palettes, other colour spaces, coding styles that end or bypass the arithmetic coder within a block, regions of interest.
/// </summary>
public static class Jpeg2000
{
    /// <summary>The largest picture that is read, in bytes of <see cref="Image.Pixels"/>.</summary>
    public const int MaxPixelBytes = 1 << 28;

    private const int StandardRgb = 16, Gray = 17;

    /// <summary>As many channels as the file has components, one to four.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no JPEG 2000 picture that is read, or damaged, or truncated.</exception>
    public static Image Read(string path) => Decode(DataFile.ReadAllBytes(path), path);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static Image Decode(ReadOnlySpan<byte> bytes, string source = "JPEG 2000")
    {
        try
        {
            if (!IsJpeg2000(bytes)) throw new J2kException("is not a JPEG 2000 file (wrong signature)");
            return new J2kCodestream(bytes[0] == 0xff ? bytes.ToArray() : Codestream(bytes).ToArray()).Decode();
        }
        catch (J2kException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
    }

    /// <summary>Whether bytes begin as a JP2 file or a codestream does.</summary>
    internal static bool IsJpeg2000(ReadOnlySpan<byte> bytes) => bytes.StartsWith("\0\0\0\fjP  \r\n"u8) || bytes is [0xff, 0x4f, 0xff, 0x51, ..];

    /// <summary>The codestream in the boxes of a file.</summary>
    private static ReadOnlySpan<byte> Codestream(ReadOnlySpan<byte> boxes)
    {
        while (NextBox(ref boxes, out uint kind, out var content))
        {
            if (kind == Kind("jp2h")) CheckHeader(content);
            else if (kind == Kind("jp2c")) return content;
        }
        throw new J2kException("is truncated: it has no codestream");
    }

    private static void CheckHeader(ReadOnlySpan<byte> boxes)
    {
        while (NextBox(ref boxes, out uint kind, out var content))
        {
            if (kind == Kind("pclr")) throw new J2kException("has a palette, which is not read");
            if (kind != Kind("colr") || content.Length < 7 || content[0] != 1) continue;
            uint space = BinaryPrimitives.ReadUInt32BigEndian(content[3..]);
            if (space is not (StandardRgb or Gray)) throw new J2kException($"has the colour space {space}, which is not read ({StandardRgb}, RGB, and {Gray}, gray, are)");
        }
    }

    private static bool NextBox(scoped ref ReadOnlySpan<byte> boxes, out uint kind, out ReadOnlySpan<byte> content)
    {
        kind = 0;
        content = default;
        if (boxes.Length < 8) return false;
        ulong length = BinaryPrimitives.ReadUInt32BigEndian(boxes);
        kind = BinaryPrimitives.ReadUInt32BigEndian(boxes[4..]);
        int header = 8;
        if (length == 1 && boxes.Length >= 16) (length, header) = (BinaryPrimitives.ReadUInt64BigEndian(boxes[8..]), 16);
        // The last box may leave its length open.
        if (length == 0) length = (ulong)boxes.Length;
        if (length < (ulong)header || length > (ulong)boxes.Length) throw new J2kException($"is truncated: a box needs {length} bytes, {boxes.Length} are left");
        content = boxes[header..(int)length];
        boxes = boxes[(int)length..];
        return true;
    }

    private static uint Kind(string name) => (uint)name[0] << 24 | (uint)name[1] << 16 | (uint)name[2] << 8 | name[3];
}

/// <summary>What is wrong with a file, said of it ("is truncated"); <see cref="Jpeg2000"/> puts its name before.</summary>
internal sealed class J2kException(string message) : Exception(message);
