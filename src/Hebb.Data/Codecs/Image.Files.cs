namespace Hebb.Data;

public sealed partial record Image
{
    /// <summary>What files that <see cref="Read"/> takes mostly end in, with a dot, in small letters: how folders of pictures are searched.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".png", ".jpg", ".jpeg", ".webp", ".jp2", ".j2k"];

    /// <summary>Reads a PNG, JPEG, WebP or JPEG 2000 file, told apart by its first bytes. Photographs are turned upright.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is none of these, or damaged.</exception>
    public static Image Read(string path) => Decode(DataFile.ReadAllBytes(path), path);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static Image Decode(ReadOnlySpan<byte> bytes, string source = "image")
    {
        if (Jpeg.IsJpeg(bytes)) return Jpeg.Decode(bytes, source);
        if (bytes.StartsWith(Png.Signature)) return Png.Decode(bytes, source);
        if (Webp.IsWebp(bytes)) return Webp.Decode(bytes, source);
        if (Jpeg2000.IsJpeg2000(bytes)) return Jpeg2000.Decode(bytes, source);
        throw new FormatException($"{source}: is neither a PNG, a JPEG, a WebP nor a JPEG 2000 picture");
    }
}
