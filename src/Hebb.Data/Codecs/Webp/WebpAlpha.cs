namespace Hebb.Data;

/// <summary>The alpha channel of a lossy picture (RFC 9649, section 2.7.1.2): bytes as they are or coded without loss, as differences from a prediction.</summary>
internal static class WebpAlpha
{
    private const int Horizontal = 1, Vertical = 2;

    /// <summary>One byte a pixel.</summary>
    public static byte[] Decode(ReadOnlySpan<byte> chunk, int width, int height)
    {
        int compression = chunk[0] & 3, filter = chunk[0] >> 2 & 3;
        var coded = chunk[1..];
        byte[] alpha;
        if (compression == 0)
        {
            if (coded.Length < width * height) throw new WebpException($"is truncated: its alpha channel needs {width * height} bytes, {coded.Length} are left");
            alpha = coded[..(width * height)].ToArray();
        }
        else if (compression == 1)
        {
            var pixels = Vp8lDecoder.Decode(coded, width, height);
            alpha = new byte[width * height];
            for (int i = 0; i < alpha.Length; i++) alpha[i] = (byte)(pixels[i] >> 8);
        }
        else
        {
            throw new WebpException($"has an alpha channel of the unknown coding {compression}");
        }
        if (filter != 0) Restore(alpha, width, filter);
        return alpha;
    }

    private static void Restore(Span<byte> alpha, int width, int filter)
    {
        for (int x = 1; x < width; x++) alpha[x] += alpha[x - 1];
        for (int start = width; start < alpha.Length; start += width)
        {
            var above = alpha.Slice(start - width, width);
            var row = alpha.Slice(start, width);
            row[0] += above[0];
            for (int x = 1; x < width; x++)
            {
                row[x] += filter switch
                {
                    Horizontal => row[x - 1],
                    Vertical => above[x],
                    // Along the gradient.
                    _ => (byte)Math.Clamp(row[x - 1] + above[x] - above[x - 1], 0, 255),
                };
            }
        }
    }
}
