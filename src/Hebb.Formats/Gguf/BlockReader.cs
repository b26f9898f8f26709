using System.Buffers.Binary;

namespace Hebb.Gguf;

/// <summary>Makes floats of blocks, by the layouts of ggml. Numbers are multiplied in float32, in the order in which ggml does.</summary>
internal static class BlockReader
{
    /// <param name="type">A type of blocks.</param>
    /// <param name="blocks">Whole blocks.</param>
    /// <param name="values">As many elements as they hold.</param>
    public static void Read(GgufType type, ReadOnlySpan<byte> blocks, Span<float> values)
    {
        int bytes = type.BlockBytes, size = type.BlockSize;
        for (int b = 0; b < blocks.Length / bytes; b++)
            ReadBlock(type, blocks.Slice(b * bytes, bytes), values.Slice(b * size, size));
    }

    private static void ReadBlock(GgufType type, ReadOnlySpan<byte> b, Span<float> y)
    {
        switch (type)
        {
            case GgufType.Q4_0:
                Nibbles(b[2..], default, y, Half(b), least: 0, offset: -8);
                break;
            case GgufType.Q4_1:
                Nibbles(b[4..], default, y, Half(b), Half(b[2..]), offset: 0);
                break;
            case GgufType.Q5_0:
                Nibbles(b[6..], b.Slice(2, 4), y, Half(b), least: 0, offset: -16);
                break;
            case GgufType.Q5_1:
                Nibbles(b[8..], b.Slice(4, 4), y, Half(b), Half(b[2..]), offset: 0);
                break;
            case GgufType.Q8_0:
                Bytes(b[2..], y, Half(b));
                break;
            case GgufType.Q8_1:
                Bytes(b[4..], y, Half(b));
                break;
            case GgufType.Q8_K:
                Bytes(b[4..260], y, BinaryPrimitives.ReadSingleLittleEndian(b));
                break;
            case GgufType.Q2_K:
                Q2K(b, y);
                break;
            case GgufType.Q3_K:
                Q3K(b, y);
                break;
            case GgufType.Q4_K:
                Q45K(b, default, b[16..], y);
                break;
            case GgufType.Q5_K:
                Q45K(b, b.Slice(16, 32), b[48..], y);
                break;
            case GgufType.Q6_K:
                Q6K(b, y);
                break;
        }
    }

    private static float Half(ReadOnlySpan<byte> b) => (float)BinaryPrimitives.ReadHalfLittleEndian(b);

    /// <summary>32 elements: element i in the low half of byte i, i + 16 in its high half; where there are fifth bits, that of element i is bit i.</summary>
    private static void Nibbles(ReadOnlySpan<byte> q, ReadOnlySpan<byte> fifth, Span<float> y, float scale, float least, int offset)
    {
        uint high = fifth.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(fifth);
        for (int i = 0; i < 16; i++)
        {
            int a = (q[i] & 15) | (int)(((high >> i) & 1) << 4), c = (q[i] >> 4) | (int)(((high >> (i + 16)) & 1) << 4);
            (y[i], y[i + 16]) = ((a + offset) * scale + least, (c + offset) * scale + least);
        }
    }

    private static void Bytes(ReadOnlySpan<byte> q, Span<float> y, float scale)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = (sbyte)q[i] * scale;
    }

    /// <summary>16 bytes of scales (low half) and least values (high half), 64 of elements, two halves.</summary>
    private static void Q2K(ReadOnlySpan<byte> b, Span<float> y)
    {
        float scale = Half(b[80..]), least = Half(b[82..]);
        for (int group = 0; group < 16; group++)
        {
            float s = scale * (b[group] & 15), m = least * (b[group] >> 4);
            var q = b.Slice(16 + group / 8 * 32 + group % 2 * 16, 16);
            int shift = group % 8 / 2 * 2;
            for (int i = 0; i < 16; i++)
                y[group * 16 + i] = s * ((q[i] >> shift) & 3) - m;
        }
    }

    /// <summary>32 bytes of third bits, 64 of the lower two, 12 of scales, a half. An element whose third bit is 0 is 4 lower.</summary>
    private static void Q3K(ReadOnlySpan<byte> b, Span<float> y)
    {
        float scale = Half(b[108..]);
        var scales = b.Slice(96, 12);
        for (int group = 0; group < 16; group++)
        {
            int low = group < 8 ? scales[group] & 15 : scales[group - 8] >> 4, high = (scales[8 + group % 4] >> (group / 4 * 2)) & 3;
            float s = scale * ((low | high << 4) - 32);
            int from = group % 2 * 16, shift = group % 8 / 2 * 2, bit = group / 2;
            var q = b.Slice(32 + group / 8 * 32 + from, 16);
            for (int i = 0; i < 16; i++)
                y[group * 16 + i] = s * (((q[i] >> shift) & 3) - (((b[from + i] >> bit) & 1) != 0 ? 0 : 4));
        }
    }

    /// <summary>Two halves, 12 bytes of scales and least values, for Q5_K 32 of fifth bits, 128 of the lower four.</summary>
    private static void Q45K(ReadOnlySpan<byte> b, ReadOnlySpan<byte> fifth, ReadOnlySpan<byte> q, Span<float> y)
    {
        float scale = Half(b), least = Half(b[2..]);
        for (int group = 0; group < 8; group++)
        {
            var (s6, m6) = SixBits.Get(b.Slice(4, 12), group);
            float s = scale * s6, m = least * m6;
            var bytes = q.Slice(group / 2 * 32, 32);
            int shift = group % 2 * 4;
            for (int i = 0; i < 32; i++)
            {
                int value = (bytes[i] >> shift) & 15;
                if (!fifth.IsEmpty)
                    value |= ((fifth[i] >> group) & 1) << 4;
                y[group * 32 + i] = s * value - m;
            }
        }
    }

    /// <summary>128 bytes of the lower four bits, 64 of the upper two, 16 scales, a half.</summary>
    private static void Q6K(ReadOnlySpan<byte> b, Span<float> y)
    {
        float scale = Half(b[208..]);
        for (int group = 0; group < 16; group++)
        {
            float s = scale * (sbyte)b[192 + group];
            int half = group / 8, quarter = group % 8 / 2, from = group % 2 * 16;
            for (int i = 0; i < 16; i++)
            {
                int low = (b[half * 64 + quarter % 2 * 32 + from + i] >> (quarter / 2 * 4)) & 15, high = (b[128 + half * 32 + from + i] >> (quarter * 2)) & 3;
                y[group * 16 + i] = s * ((low | high << 4) - 32);
            }
        }
    }
}

/// <summary>Eight pairs of numbers of 6 bits in 12 bytes: the lower four pairs whole, of the upper four the low 4 bits in the last bytes and the high 2 above the others.</summary>
internal static class SixBits
{
    public static (int Scale, int Least) Get(ReadOnlySpan<byte> packed, int i) => i < 4
        ? (packed[i] & 63, packed[i + 4] & 63)
        : ((packed[i + 4] & 15) | packed[i - 4] >> 6 << 4, packed[i + 4] >> 4 | packed[i] >> 6 << 4);

    /// <summary>Adds a pair to bytes that are 0 at first.</summary>
    public static void Add(Span<byte> packed, int i, int scale, int least)
    {
        if (i < 4)
        {
            packed[i] |= (byte)scale;
            packed[i + 4] |= (byte)least;
            return;
        }
        packed[i + 4] |= (byte)((scale & 15) | (least & 15) << 4);
        packed[i - 4] |= (byte)(scale >> 4 << 6);
        packed[i] |= (byte)(least >> 4 << 6);
    }
}
