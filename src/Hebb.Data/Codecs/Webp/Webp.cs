namespace Hebb.Data;

/// <summary>
/// WebP pictures (RFC 9649) in managed code: lossy (VP8 key frames, RFC 6386), lossless, and lossy with an alpha channel, in plain and extended files.
/// The samples are those of libwebp's defaults (smooth upsampling of the colours). Any byte sequence gives a picture or a
/// <see cref="FormatException"/>; the memory taken is bounded by the file's size. Animations are refused; colour profiles are not applied.
/// </summary>
public static class Webp
{
    /// <summary>The largest picture that is read, in bytes of <see cref="Image.Pixels"/>.</summary>
    public const int MaxPixelBytes = 1 << 29;

    /// <summary>Opaque pictures have three channels (red, green, blue), others four.</summary>
    /// <param name="path">The file.</param>
    /// <param name="applyOrientation">Whether to turn the picture as its EXIF orientation says, as viewers do.</param>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no WebP that is read, or damaged, or truncated.</exception>
    public static Image Read(string path, bool applyOrientation = true) => Decode(DataFile.ReadAllBytes(path), path, applyOrientation);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <param name="applyOrientation">Whether to turn the picture as its EXIF orientation says, as viewers do.</param>
    /// <inheritdoc cref="Read(string, bool)"/>
    public static Image Decode(ReadOnlySpan<byte> bytes, string source = "WebP", bool applyOrientation = true)
    {
        try
        {
            var file = WebpFile.Parse(bytes);
            var image = file.Decode();
            return applyOrientation && file.Exif.Length > 0 ? Orientation.Apply(image, Orientation.FromExif(file.Exif)) : image;
        }
        catch (WebpException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
    }

    /// <summary>Whether bytes begin as a WebP file does.</summary>
    internal static bool IsWebp(ReadOnlySpan<byte> bytes) => bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8);
}
