namespace Hebb.Data;

/// <summary>Prediction of samples from those above and to the left (RFC 6386, section 12), before the loop filter.</summary>
internal static class Vp8Prediction
{
    // Samples around a 4x4 block in a line: from the lowest left one (which stands twice) up, over the corner, to the last above right.
    private const int Corner = 5, Above = 6, EdgeLength = 15;

    /// <summary>Predicts a square of a whole macroblock, 16 samples of luma or 8 of chroma a side.</summary>
    public static void Whole(Vp8Plane plane, int x, int y, int size, Vp8Mode mode)
    {
        byte[] samples = plane.Samples;
        int at = plane.At(x, y), stride = plane.Stride;
        var above = samples.AsSpan(at - stride, size);
        int corner = samples[at - stride - 1], mean = mode == Vp8Mode.Dc ? Mean(plane, x, y, size) : 0;
        for (int i = 0; i < size; i++)
        {
            var row = samples.AsSpan(at + i * stride, size);
            int left = samples[at + i * stride - 1];
            switch (mode)
            {
                case Vp8Mode.Vertical: above.CopyTo(row); break;
                case Vp8Mode.Horizontal: row.Fill((byte)left); break;
                case Vp8Mode.TrueMotion:
                    for (int k = 0; k < size; k++) row[k] = Clip(left + above[k] - corner);
                    break;
                default: row.Fill((byte)mean); break;
            }
        }
    }

    /// <summary>The mean of those borders that lie in the picture; 128 where neither does.</summary>
    private static int Mean(Vp8Plane plane, int x, int y, int size)
    {
        int at = plane.At(x, y), sum = 0, count = 0;
        if (y > 0)
        {
            foreach (byte sample in plane.Samples.AsSpan(at - plane.Stride, size)) sum += sample;
            count += size;
        }
        if (x > 0)
        {
            for (int i = 0; i < size; i++) sum += plane.Samples[at - 1 + i * plane.Stride];
            count += size;
        }
        return count == 0 ? 128 : (sum + count / 2) / count;
    }

    /// <summary>Predicts 4x4 samples at a place; <paramref name="aboveRight"/> are the four that follow those above.</summary>
    public static void Block(byte[] samples, int at, int stride, ReadOnlySpan<byte> aboveRight, Vp8Mode mode)
    {
        Span<byte> e = stackalloc byte[EdgeLength];
        for (int i = 0; i < 4; i++) e[Corner - 1 - i] = samples[at - 1 + i * stride];
        e[0] = e[1];
        samples.AsSpan(at - stride - 1, 5).CopyTo(e[Corner..]);
        aboveRight[..4].CopyTo(e[(Above + 4)..]);
        e[EdgeLength - 1] = e[EdgeLength - 2];
        int mean = 4;
        for (int i = 0; i < 4; i++) mean += e[Above + i] + e[1 + i];
        for (int y = 0; y < 4; y++)
        {
            for (int x = 0; x < 4; x++)
            {
                samples[at + y * stride + x] = mode switch
                {
                    Vp8Mode.Dc => (byte)(mean >> 3),
                    Vp8Mode.TrueMotion => Clip(e[Corner - 1 - y] + e[Above + x] - e[Corner]),
                    Vp8Mode.Vertical => Three(e, Above + x),
                    Vp8Mode.Horizontal => Three(e, Corner - 1 - y),
                    Vp8Mode.RightDown => Three(e, Corner + x - y),
                    Vp8Mode.LeftDown => Three(e, Above + 1 + x + y),
                    Vp8Mode.VerticalRight => Steep(e, x, y),
                    Vp8Mode.HorizontalDown => Flat(e, x, y),
                    Vp8Mode.VerticalLeft => SteepLeft(e, x, y),
                    _ => FlatUp(e, x + 2 * y),
                };
            }
        }
    }

    private static byte Steep(ReadOnlySpan<byte> e, int x, int y)
    {
        int i = x - y / 2;
        return i < 0 ? Three(e, Corner + 1 - y) : y % 2 != 0 ? Three(e, Corner + i) : Two(e, Corner + i);
    }

    private static byte Flat(ReadOnlySpan<byte> e, int x, int y)
    {
        int i = y - x / 2;
        return i < 0 ? Three(e, Corner - 1 + x) : x % 2 != 0 ? Three(e, Corner - i) : Two(e, Corner - 1 - i);
    }

    // The last two values break the rule, as the standard has it.
    private static byte SteepLeft(ReadOnlySpan<byte> e, int x, int y) => (x, y) switch
    {
        (3, 2) => Three(e, Above + 5),
        (3, 3) => Three(e, Above + 6),
        _ => y % 2 == 0 ? Two(e, Above + x + y / 2) : Three(e, Above + 1 + x + y / 2),
    };

    private static byte FlatUp(ReadOnlySpan<byte> e, int i) =>
        i > 5 ? e[1] : i % 2 == 0 ? Two(e, Corner - 2 - i / 2) : Three(e, Corner - 2 - i / 2);

    private static byte Two(ReadOnlySpan<byte> e, int i) => (byte)((e[i] + e[i + 1] + 1) >> 1);

    private static byte Three(ReadOnlySpan<byte> e, int i) => (byte)((e[i - 1] + 2 * e[i] + e[i + 1] + 2) >> 2);

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
