namespace Hebb.Data;

/// <summary>
/// JPEG pictures (ITU-T T.81 with JFIF, Adobe and EXIF) in managed code. Reads baseline, extended and progressive pictures of 8 bits with Huffman
/// coding: gray, YCbCr, RGB, CMYK and YCCK, any sampling of the colours, restart markers. The samples are those of libjpeg-turbo's default (its
/// accurate integer transform and smooth upsampling). Any byte sequence gives a picture or a <see cref="FormatException"/>; the memory taken is at
/// most a fixed multiple of the file's size. Colour profiles are not applied.
/// </summary>
public static class Jpeg
{
    /// <summary>The largest picture that is read, in bytes of <see cref="Image.Pixels"/>.</summary>
    public const int MaxPixelBytes = 1 << 29;

    /// <summary>Gray pictures have one channel, all others three (red, green, blue).</summary>
    /// <param name="path">The file.</param>
    /// <param name="applyOrientation">Whether to turn the picture as its EXIF orientation says, as viewers do.</param>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no JPEG that is read, or damaged, or truncated.</exception>
    public static Image Read(string path, bool applyOrientation = true) => Decode(DataFile.ReadAllBytes(path), path, applyOrientation);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="applyOrientation">Whether to turn the picture as its EXIF orientation says, as viewers do.</param>
    /// <inheritdoc cref="Read(string, bool)"/>
    public static Image Decode(ReadOnlySpan<byte> bytes, string source = "JPEG", bool applyOrientation = true)
    {
        var decoder = new JpegDecoder(bytes, source);
        var image = decoder.Decode();
        return applyOrientation ? Orientation.Apply(image, decoder.Orientation) : image;
    }

    /// <summary>Whether bytes begin as a JPEG file does.</summary>
    internal static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes is [0xff, 0xd8, 0xff, ..];
}
