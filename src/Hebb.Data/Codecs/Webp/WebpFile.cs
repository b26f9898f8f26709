using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>The chunks of a file (RFC 9649, section 2): one picture, and what stands beside it.</summary>
internal ref struct WebpFile
{
    private const int AnimationFlag = 0x02;
    private ReadOnlySpan<byte> _lossy, _lossless, _alpha;

    // The size that an extended file claims, 0 in a plain one.
    private int _width, _height;

    /// <summary>A TIFF structure; empty where there is none.</summary>
    public ReadOnlySpan<byte> Exif { get; private set; }

    public static WebpFile Parse(ReadOnlySpan<byte> bytes)
    {
        if (!Webp.IsWebp(bytes)) throw new WebpException("is not a WebP file (wrong signature)");
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        if (size > bytes.Length - 8L) throw new WebpException($"is truncated: it tells of {size + 8L} bytes and has {bytes.Length}");
        // What follows the container belongs to nobody.
        var chunks = bytes[12..(int)Math.Max(12, size + 8L)];
        var file = default(WebpFile);
        while (chunks.Length >= 8 && !file.Complete)
        {
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(chunks[4..]);
            if (length > chunks.Length - 8L) throw new WebpException($"is truncated: a chunk needs {length} bytes, {chunks.Length - 8} are left");
            file.Take(chunks, chunks.Slice(8, (int)length));
            // Chunks begin at even places.
            chunks = chunks[(int)Math.Min(chunks.Length, 8L + length + (length & 1))..];
        }
        if (file._lossy.IsEmpty && file._lossless.IsEmpty) throw new WebpException("is truncated: it has no picture");
        return file;
    }

    // In a plain file nothing follows the picture.
    private readonly bool Complete => _width == 0 && (!_lossy.IsEmpty || !_lossless.IsEmpty);

    private void Take(ReadOnlySpan<byte> chunk, ReadOnlySpan<byte> content)
    {
        bool first = _lossy.IsEmpty && _lossless.IsEmpty;
        if (chunk.StartsWith("VP8X"u8))
        {
            if (content.Length < 10) throw new WebpException("has a broken header (VP8X)");
            if ((content[0] & AnimationFlag) != 0) throw new WebpException("is an animation, which is not read");
            (_width, _height) = (Number24(content[4..]) + 1, Number24(content[7..]) + 1);
        }
        else if (chunk.StartsWith("VP8 "u8) && first)
        {
            if (content.IsEmpty) throw new WebpException("is truncated: its picture is empty");
            _lossy = content;
        }
        else if (chunk.StartsWith("VP8L"u8) && first)
        {
            if (content.IsEmpty) throw new WebpException("is truncated: its picture is empty");
            _lossless = content;
        }
        else if (chunk.StartsWith("ALPH"u8) && _width > 0 && first)
        {
            _alpha = content;
        }
        else if (chunk.StartsWith("EXIF"u8))
        {
            Exif = content.StartsWith("Exif\0\0"u8) ? content[6..] : content;
        }
        else if (chunk.StartsWith("ANIM"u8) || chunk.StartsWith("ANMF"u8))
        {
            throw new WebpException("is an animation, which is not read");
        }
    }

    public readonly Image Decode()
    {
        Image image;
        if (!_lossless.IsEmpty)
        {
            image = Vp8lImage.Decode(_lossless);
        }
        else
        {
            var frame = Vp8Frame.Decode(_lossy);
            // Before the planes become a picture, since a broken channel is cheaper to find.
            byte[]? alpha = _alpha.IsEmpty ? null : WebpAlpha.Decode(_alpha, frame.Width, frame.Height);
            image = WebpColour.ToImage(frame, alpha);
        }
        if (_width > 0 && (image.Width != _width || image.Height != _height))
            throw new WebpException($"is {_width}x{_height} by its header and {image.Width}x{image.Height} by its picture");
        return image;
    }

    private static int Number24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
