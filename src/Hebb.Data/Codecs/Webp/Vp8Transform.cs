namespace Hebb.Data;

/// <summary>The inverse transforms of RFC 6386, section 14, in exact integer arithmetic.</summary>
internal static class Vp8Transform
{
    /// <summary>The inverse Walsh-Hadamard transform of the 16 means; each goes to the first place of a block of 16 coefficients.</summary>
    public static void Means(ReadOnlySpan<int> means, Span<int> blocks)
    {
        Span<int> rows = stackalloc int[16];
        for (int i = 0; i < 4; i++)
        {
            int a = means[i] + means[12 + i], b = means[4 + i] + means[8 + i], c = means[4 + i] - means[8 + i], d = means[i] - means[12 + i];
            (rows[i], rows[4 + i], rows[8 + i], rows[12 + i]) = (a + b, c + d, a - b, d - c);
        }
        for (int i = 0; i < 4; i++)
        {
            var row = rows.Slice(4 * i, 4);
            int a = row[0] + row[3] + 3, b = row[1] + row[2], c = row[1] - row[2], d = row[0] - row[3] + 3;
            var target = blocks[(64 * i)..];
            (target[0], target[16], target[32], target[48]) = ((a + b) >> 3, (c + d) >> 3, (a - b) >> 3, (d - c) >> 3);
        }
    }

    /// <summary>Adds the inverse cosine transform of a block of 4x4 coefficients to the prediction.</summary>
    public static void Add(ReadOnlySpan<int> block, Span<byte> samples, int stride)
    {
        Span<int> columns = stackalloc int[16];
        for (int i = 0; i < 4; i++)
        {
            var (a, b) = (block[i] + block[8 + i], block[i] - block[8 + i]);
            var (c, d) = (Sine(block[4 + i]) - Cosine(block[12 + i]), Cosine(block[4 + i]) + Sine(block[12 + i]));
            (columns[4 * i], columns[4 * i + 1], columns[4 * i + 2], columns[4 * i + 3]) = (a + d, b + c, b - c, a - d);
        }
        for (int i = 0; i < 4; i++)
        {
            var (a, b) = (columns[i] + 4 + columns[8 + i], columns[i] + 4 - columns[8 + i]);
            var (c, d) = (Sine(columns[4 + i]) - Cosine(columns[12 + i]), Cosine(columns[4 + i]) + Sine(columns[12 + i]));
            var row = samples.Slice(i * stride, 4);
            row[0] = Clip(row[0] + ((a + d) >> 3));
            row[1] = Clip(row[1] + ((b + c) >> 3));
            row[2] = Clip(row[2] + ((b - c) >> 3));
            row[3] = Clip(row[3] + ((a - d) >> 3));
        }
    }

    // sqrt 2 times the cosine and the sine of an eighth of pi, in 16 bits of fraction.
    private static int Cosine(int x) => x + (x * 20091 >> 16);

    private static int Sine(int x) => x * 35468 >> 16;

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
