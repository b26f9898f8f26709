using System.Buffers.Binary;

namespace Hebb.Data;

/// <summary>How a camera was held (EXIF tag 0x0112, 1 to 8): 1 upright, 2 mirrored, 3 upside down, 6 and 8 on its side, the rest mirrored too.</summary>
internal static class Orientation
{
    private const int Tag = 0x0112, Short = 3;

    /// <summary>The orientation in a TIFF structure; 1 where it has none, or is broken.</summary>
    public static int FromExif(ReadOnlySpan<byte> tiff)
    {
        bool little = tiff.StartsWith("II"u8);
        if (tiff.Length < 8 || !little && !tiff.StartsWith("MM"u8)) return 1;
        uint start = little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (start > tiff.Length - 2) return 1;
        int count = Number(tiff, (int)start, little);
        for (int i = 0; i < count; i++)
        {
            int at = (int)start + 2 + 12 * i;
            if (at + 12 > tiff.Length) return 1;
            if (Number(tiff, at, little) != Tag || Number(tiff, at + 2, little) != Short) continue;
            int value = Number(tiff, at + 8, little);
            return value is >= 1 and <= 8 ? value : 1;
        }
        return 1;
    }

    /// <summary>The picture upright.</summary>
    public static Image Apply(Image image, int orientation)
    {
        if (orientation == 1) return image;
        bool turned = orientation >= 5;
        int channels = image.Channels, width = turned ? image.Height : image.Width, height = turned ? image.Width : image.Height;
        var result = new Image(width, height, channels);
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                var (fromX, fromY) = orientation switch
                {
                    2 => (width - 1 - x, y),
                    3 => (width - 1 - x, height - 1 - y),
                    4 => (x, height - 1 - y),
                    5 => (y, x),
                    6 => (y, width - 1 - x),
                    7 => (height - 1 - y, width - 1 - x),
                    _ => (height - 1 - y, x),
                };
                image.Pixels.AsSpan((fromY * image.Width + fromX) * channels, channels).CopyTo(result.Pixels.AsSpan((y * width + x) * channels));
            }
        }
        return result;
    }

    private static int Number(ReadOnlySpan<byte> tiff, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(tiff[at..]) : BinaryPrimitives.ReadUInt16BigEndian(tiff[at..]);
}
