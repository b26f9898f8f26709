namespace Hebb.Data;

/// <summary>
/// PNG pictures (ISO/IEC 15948) in managed code. Reads every colour type, bit depth, filter and Adam7 interlacing; a transparent
/// palette entry or colour becomes an alpha channel; samples of less than 8 bits are spread over 0 to 255, those of 16 bits rounded
/// to 8. Gamma and colour profiles are not applied; of an animation the still image is read. Any byte sequence gives a picture or a
/// <see cref="FormatException"/>, and no more memory is taken than the compressed data can account for.
/// </summary>
public static class Png
{
    internal static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a];

    /// <summary>The largest picture that is read, in bytes of <see cref="Image.Pixels"/>.</summary>
    public const int MaxPixelBytes = 1 << 29;

    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no valid PNG.</exception>
    public static Image Read(string path) => Decode(DataFile.ReadAllBytes(path), path);

    /// <param name="bytes">A whole PNG file.</param>
    /// <param name="source">What errors call it.</param>
    /// <exception cref="FormatException">The bytes are no valid PNG.</exception>
    public static Image Decode(ReadOnlySpan<byte> bytes, string source = "PNG") => new PngDecoder(bytes, source).Decode();

    /// <summary>8 bits a sample; gray, gray and alpha, RGB or RGBA by <see cref="Image.Channels"/>; not interlaced.</summary>
    public static byte[] Encode(Image image) => PngEncoder.Encode(image);

    /// <summary>Writes under a temporary name, then renames: a file that was there is replaced whole or not at all.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write(string path, Image image) => DataFile.WriteAllBytes(path, Encode(image));
}
