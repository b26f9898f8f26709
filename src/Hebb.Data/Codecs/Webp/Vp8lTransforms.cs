namespace Hebb.Data;

/// <summary>The inverse transforms of lossless pictures (RFC 9649, section 3.5), in place but for the palette.</summary>
internal static class Vp8lTransforms
{
    private const uint Black = 0xff000000;

    /// <summary>The sum of two pixels, byte by byte, modulo 256.</summary>
    public static uint Add(uint a, uint b) => (a & 0xff00ff00) + (b & 0xff00ff00) & 0xff00ff00 | (a & 0x00ff00ff) + (b & 0x00ff00ff) & 0x00ff00ff;

    /// <summary>Adds green to red and blue.</summary>
    public static void Green(Span<uint> pixels)
    {
        foreach (ref uint p in pixels)
        {
            uint green = p >> 8 & 0xff;
            p = p & 0xff00ff00 | (p & 0x00ff00ff) + (green << 16 | green) & 0x00ff00ff;
        }
    }

    /// <summary>Adds to red and blue what the other colours foretell, by factors of each block in 5 bits of fraction.</summary>
    public static void Colours(Span<uint> pixels, int width, int bits, uint[] factors)
    {
        int across = (width + (1 << bits) - 1) >> bits;
        for (int i = 0, x = 0, y = 0; i < pixels.Length; i++)
        {
            uint factor = factors[(y >> bits) * across + (x >> bits)], p = pixels[i];
            int green = (sbyte)(p >> 8), red = (int)(p >> 16 & 0xff) + ((sbyte)factor * green >> 5);
            int blue = (int)(p & 0xff) + ((sbyte)(factor >> 8) * green >> 5) + ((sbyte)(factor >> 16) * (sbyte)red >> 5);
            pixels[i] = p & 0xff00ff00 | (uint)(red & 0xff) << 16 | (uint)(blue & 0xff);
            if (++x == width) (x, y) = (0, y + 1);
        }
    }

    /// <summary>Colours by their numbers in the green byte, of which 1 &lt;&lt; <paramref name="bits"/> are packed, the first lowest.</summary>
    public static uint[] Palette(uint[] packed, int width, int height, int bits, uint[] palette)
    {
        var pixels = new uint[width * height];
        int across = (width + (1 << bits) - 1) >> bits, each = 8 >> bits;
        uint mask = (1u << each) - 1;
        for (int y = 0, i = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++, i++)
            {
                uint index = packed[y * across + (x >> bits)] >> 8 >> (each * (x & (1 << bits) - 1)) & mask;
                pixels[i] = index < palette.Length ? palette[index] : 0;
            }
        }
        return pixels;
    }

    /// <summary>Adds the prediction from the pixels before, of a kind that each block chooses.</summary>
    public static void Predict(uint[] pixels, int width, int bits, uint[] kinds)
    {
        int across = (width + (1 << bits) - 1) >> bits;
        pixels[0] = Add(pixels[0], Black);
        for (int x = 1; x < width; x++) pixels[x] = Add(pixels[x], pixels[x - 1]);
        for (int start = width, y = 1; start < pixels.Length; start += width, y++)
        {
            pixels[start] = Add(pixels[start], pixels[start - width]);
            var row = kinds.AsSpan((y >> bits) * across, across);
            for (int x = 1; x < width; x++)
            {
                int i = start + x;
                // The pixel above and to the right of the last one is the first of its own row, which follows in memory.
                uint left = pixels[i - 1], above = pixels[i - width], corner = pixels[i - width - 1], right = pixels[i - width + 1];
                pixels[i] = Add(pixels[i], Prediction((int)(row[x >> bits] >> 8 & 15), left, above, corner, right));
            }
        }
    }

    private static uint Prediction(int kind, uint left, uint above, uint corner, uint right) => kind switch
    {
        1 => left,
        2 => above,
        3 => right,
        4 => corner,
        5 => Mean(Mean(left, right), above),
        6 => Mean(left, corner),
        7 => Mean(left, above),
        8 => Mean(corner, above),
        9 => Mean(above, right),
        10 => Mean(Mean(left, corner), Mean(above, right)),
        11 => Nearer(left, above, corner),
        12 => Plane(left, above, corner),
        13 => Half(Mean(left, above), corner),
        _ => Black,
    };

    private static uint Mean(uint a, uint b) => ((a ^ b) & 0xfefefefe) / 2 + (a & b);

    /// <summary>Of left and above that which is nearer to left + above - corner, in the sum over the bytes.</summary>
    private static uint Nearer(uint left, uint above, uint corner)
    {
        int fromLeft = 0, fromAbove = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            int c = (byte)(corner >> shift);
            fromLeft += Math.Abs((byte)(above >> shift) - c);
            fromAbove += Math.Abs((byte)(left >> shift) - c);
        }
        return fromLeft < fromAbove ? left : above;
    }

    private static uint Plane(uint left, uint above, uint corner)
    {
        uint result = 0;
        for (int shift = 0; shift < 32; shift += 8)
            result |= (uint)Math.Clamp((byte)(left >> shift) + (byte)(above >> shift) - (byte)(corner >> shift), 0, 255) << shift;
        return result;
    }

    // The half is cut towards zero.
    private static uint Half(uint mean, uint corner)
    {
        uint result = 0;
        for (int shift = 0; shift < 32; shift += 8)
        {
            int m = (byte)(mean >> shift);
            result |= (uint)Math.Clamp(m + (m - (byte)(corner >> shift)) / 2, 0, 255) << shift;
        }
        return result;
    }
}
