using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>A lossless picture with its header (RFC 9649, section 3.4).</summary>
internal static class Vp8lImage
{
    private const int HeaderLength = 5, Signature = 0x2f;

    /// <summary>Three channels, or four where the header says that alpha is used.</summary>
    public static Image Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength) throw new WebpException("is truncated: its picture's header is cut");
        if (bytes[0] != Signature) throw new WebpException("has a broken lossless picture (wrong signature)");
        uint header = BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
        int width = (int)(header & 0x3fff) + 1, height = (int)(header >> 14 & 0x3fff) + 1;
        bool alpha = (header >> 28 & 1) != 0;
        if (header >> 29 != 0) throw new WebpException($"has a lossless picture of the unknown version {header >> 29}");
        var argb = Vp8lDecoder.Decode(bytes[HeaderLength..], width, height);
        int channels = alpha ? 4 : 3;
        var pixels = new byte[width * height * channels];
        for (int i = 0, d = 0; d < pixels.Length; i++, d += channels)
        {
            uint p = argb[i];
            (pixels[d], pixels[d + 1], pixels[d + 2]) = ((byte)(p >> 16), (byte)(p >> 8), (byte)p);
            if (alpha) pixels[d + 3] = (byte)(p >> 24);
        }
        return new Image(width, height, channels, pixels);
    }
}
