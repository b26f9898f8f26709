using System.Buffers.Binary;

namespace Hebb.Gguf;

/// <summary>
/// Makes blocks of floats. Each group of elements gets the scale, of some dozen near the one that its range asks for, whose squared error is least; a scale that is itself stored in few bits is
/// rounded first, and the elements are then rounded to what will be read back.
/// </summary>
internal static class BlockWriter
{
    /// <param name="type">A type of blocks.</param>
    /// <param name="values">Whole blocks of elements; what is not finite counts as 0.</param>
    /// <param name="blocks">As many bytes as they take.</param>
    public static void Write(GgufType type, ReadOnlySpan<float> values, Span<byte> blocks)
    {
        int bytes = type.BlockBytes, size = type.BlockSize;
        Span<float> finite = stackalloc float[256];
        blocks.Clear();
        for (int b = 0; b < values.Length / size; b++)
        {
            var x = finite[..size];
            for (int i = 0; i < size; i++)
                x[i] = float.IsFinite(values[b * size + i]) ? values[b * size + i] : 0;
            WriteBlock(type, x, blocks.Slice(b * bytes, bytes));
        }
    }

    private static void WriteBlock(GgufType type, ReadOnlySpan<float> x, Span<byte> b)
    {
        switch (type)
        {
            case GgufType.Q4_0:
                Centred(x, b, b[2..], default, -8, 7);
                break;
            case GgufType.Q5_0:
                Centred(x, b, b[6..], b.Slice(2, 4), -16, 15);
                break;
            case GgufType.Q4_1:
                Ranged(x, b, b[4..], default, 15);
                break;
            case GgufType.Q5_1:
                Ranged(x, b, b[8..], b.Slice(4, 4), 31);
                break;
            case GgufType.Q8_0:
                PutHalf(b, Bytes(x, b[2..], Stored(Largest(x) / 127)));
                break;
            case GgufType.Q8_1:
                float scale = Bytes(x, b[4..], Stored(Largest(x) / 127));
                PutHalf(b, scale);
                PutHalf(b[2..], scale * Sum(b[4..]));
                break;
            case GgufType.Q8_K:
                BinaryPrimitives.WriteSingleLittleEndian(b, Bytes(x, b[4..260], Largest(x) / 127));
                for (int i = 0; i < 16; i++)
                    BinaryPrimitives.WriteInt16LittleEndian(b[(260 + 2 * i)..], (short)Sum(b.Slice(4 + 16 * i, 16)));
                break;
            case GgufType.Q2_K:
                Q2K(x, b);
                break;
            case GgufType.Q3_K:
                Q3K(x, b);
                break;
            case GgufType.Q4_K:
                Q45K(x, b, default, b[16..], 15);
                break;
            case GgufType.Q5_K:
                Q45K(x, b, b.Slice(16, 32), b[48..], 31);
                break;
            case GgufType.Q6_K:
                Q6K(x, b);
                break;
        }
    }

    private static void Centred(ReadOnlySpan<float> x, Span<byte> b, Span<byte> q, Span<byte> fifth, int least, int most)
    {
        float scale = Stored(ScaleSearch.Centred(x, least, most));
        PutHalf(b, scale);
        for (int i = 0; i < 32; i++)
            PutNibble(q, fifth, i, ScaleSearch.Round(x[i], scale, 0, least, most) - least);
    }

    private static void Ranged(ReadOnlySpan<float> x, Span<byte> b, Span<byte> q, Span<byte> fifth, int most)
    {
        var (s, m) = ScaleSearch.Ranged(x, most, negativeOnly: false);
        float scale = Stored(s), least = Stored(m);
        PutHalf(b, scale);
        PutHalf(b[2..], least);
        for (int i = 0; i < 32; i++)
            PutNibble(q, fifth, i, ScaleSearch.Round(x[i], scale, least, 0, most));
    }

    private static void PutNibble(Span<byte> q, Span<byte> fifth, int i, int value)
    {
        q[i % 16] |= (byte)((value & 15) << (i / 16 * 4));
        if (!fifth.IsEmpty)
            fifth[i / 8] |= (byte)((value >> 4) << (i % 8));
    }

    private static float Bytes(ReadOnlySpan<float> x, Span<byte> q, float scale)
    {
        for (int i = 0; i < x.Length; i++)
            q[i] = (byte)(sbyte)ScaleSearch.Round(x[i], scale, 0, -127, 127);
        return scale;
    }

    private static int Sum(ReadOnlySpan<byte> q)
    {
        int sum = 0;
        foreach (byte value in q)
            sum += (sbyte)value;
        return sum;
    }

    private static void Q2K(ReadOnlySpan<float> x, Span<byte> b)
    {
        Span<float> scales = stackalloc float[16], leasts = stackalloc float[16];
        for (int g = 0; g < 16; g++)
            (scales[g], leasts[g]) = ScaleSearch.Ranged(x.Slice(g * 16, 16), 3, negativeOnly: true);
        float scale = Stored(Largest(scales) / 15), least = Stored(Largest(leasts) / 15);
        PutHalf(b[80..], scale);
        PutHalf(b[82..], least);
        for (int g = 0; g < 16; g++)
        {
            int s = ScaleSearch.Round(scales[g], scale, 0, 0, 15), m = ScaleSearch.Round(-leasts[g], least, 0, 0, 15);
            b[g] = (byte)(s | m << 4);
            var q = b.Slice(16 + g / 8 * 32 + g % 2 * 16, 16);
            for (int i = 0; i < 16; i++)
                q[i] |= (byte)(ScaleSearch.Round(x[g * 16 + i], scale * s, -least * m, 0, 3) << (g % 8 / 2 * 2));
        }
    }

    private static void Q3K(ReadOnlySpan<float> x, Span<byte> b)
    {
        Span<float> scales = stackalloc float[16];
        for (int g = 0; g < 16; g++)
            scales[g] = ScaleSearch.Centred(x.Slice(g * 16, 16), -4, 3);
        float scale = Stored(Largest(scales) / 31);
        PutHalf(b[108..], scale);
        for (int g = 0; g < 16; g++)
        {
            int s = ScaleSearch.Round(scales[g], scale, 0, -32, 31), packed = s + 32;
            b[96 + g % 8] |= (byte)((packed & 15) << (g / 8 * 4));
            b[104 + g % 4] |= (byte)(packed >> 4 << (g / 4 * 2));
            int from = g % 2 * 16;
            for (int i = 0; i < 16; i++)
            {
                int value = ScaleSearch.Round(x[g * 16 + i], scale * s, 0, -4, 3) + 4;
                b[32 + g / 8 * 32 + from + i] |= (byte)((value & 3) << (g % 8 / 2 * 2));
                b[from + i] |= (byte)(value >> 2 << (g / 2));
            }
        }
    }

    private static void Q45K(ReadOnlySpan<float> x, Span<byte> b, Span<byte> fifth, Span<byte> q, int most)
    {
        Span<float> scales = stackalloc float[8], leasts = stackalloc float[8];
        for (int g = 0; g < 8; g++)
            (scales[g], leasts[g]) = ScaleSearch.Ranged(x.Slice(g * 32, 32), most, negativeOnly: true);
        float scale = Stored(Largest(scales) / 63), least = Stored(Largest(leasts) / 63);
        PutHalf(b, scale);
        PutHalf(b[2..], least);
        for (int g = 0; g < 8; g++)
        {
            int s = ScaleSearch.Round(scales[g], scale, 0, 0, 63), m = ScaleSearch.Round(-leasts[g], least, 0, 0, 63);
            SixBits.Add(b.Slice(4, 12), g, s, m);
            for (int i = 0; i < 32; i++)
            {
                int value = ScaleSearch.Round(x[g * 32 + i], scale * s, -least * m, 0, most);
                q[g / 2 * 32 + i] |= (byte)((value & 15) << (g % 2 * 4));
                if (!fifth.IsEmpty)
                    fifth[i] |= (byte)(value >> 4 << g);
            }
        }
    }

    private static void Q6K(ReadOnlySpan<float> x, Span<byte> b)
    {
        Span<float> scales = stackalloc float[16];
        for (int g = 0; g < 16; g++)
            scales[g] = ScaleSearch.Centred(x.Slice(g * 16, 16), -32, 31);
        float scale = Stored(Largest(scales) / 127);
        PutHalf(b[208..], scale);
        for (int g = 0; g < 16; g++)
        {
            int s = ScaleSearch.Round(scales[g], scale, 0, -128, 127);
            b[192 + g] = (byte)(sbyte)s;
            int half = g / 8, quarter = g % 8 / 2, from = g % 2 * 16;
            for (int i = 0; i < 16; i++)
            {
                int value = ScaleSearch.Round(x[g * 16 + i], scale * s, 0, -32, 31) + 32;
                b[half * 64 + quarter % 2 * 32 + from + i] |= (byte)((value & 15) << (quarter / 2 * 4));
                b[128 + half * 32 + from + i] |= (byte)(value >> 4 << (quarter * 2));
            }
        }
    }

    private static float Largest(ReadOnlySpan<float> x)
    {
        float largest = 0;
        foreach (float value in x)
            largest = Math.Max(largest, Math.Abs(value));
        return largest;
    }

    /// <summary>A scale as it will be read back: of half precision, within its range.</summary>
    private static float Stored(float scale) => (float)(Half)Math.Clamp(scale, -65504f, 65504f);

    private static void PutHalf(Span<byte> b, float value) => BinaryPrimitives.WriteHalfLittleEndian(b, (Half)Math.Clamp(value, -65504f, 65504f));
}
