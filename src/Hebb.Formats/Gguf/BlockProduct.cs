using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu;

namespace Hebb.Gguf;

/// <summary>
/// Products with rows of packed blocks, which stay as they are: of each block the whole numbers are unpacked into bytes, multiplied, and only the sums scaled. Elements are scale * q + offset, with one scale and offset for 16 of them, so a product is the sum of scale * (q . x) + offset * (sum of x). All paths give the same bits: eight sums, added in one order.
/// </summary>
internal static unsafe class BlockProduct
{
    /// <summary>Elements that share a scale.</summary>
    private const int Group = 16;

    /// <summary>Elements that are unpacked at once.</summary>
    private const int Chunk = 256;

    /// <summary>Up to so many rows are multiplied with the whole numbers: each costs as much as unpacking a tile once.</summary>
    private const int Few = 3;

    /// <summary>A tile of the matrix, which the nearest caches hold: rows, and elements of each.</summary>
    private const int TileOutputs = 128, TileInputs = 512;

    /// <summary>Sums of a row: those of even and of odd groups, 16 each, and of the offsets of 16 groups.</summary>
    private const int Sums = 48;

    /// <summary>Elements of a piece of work, so that a row or several are worth a thread's while.</summary>
    private const int Piece = 1 << 15;

    /// <summary>Whether a type's blocks can be multiplied.</summary>
    public static bool Supports(GgufType type) => type is GgufType.Q4_0 or GgufType.Q4_1 or GgufType.Q5_0 or GgufType.Q5_1 or GgufType.Q8_0 or (>= GgufType.Q2_K and <= GgufType.Q6_K);

    /// <summary>y = x W^T.</summary>
    /// <param name="type">The blocks of W.</param>
    /// <param name="blocks">W's rows, [outputs, bytes of a row].</param>
    /// <param name="x">[rows, inputs].</param>
    /// <param name="y">[rows, outputs].</param>
    /// <param name="rows">Rows of x.</param>
    /// <param name="inputs">Elements of a row.</param>
    /// <param name="outputs">Rows of W.</param>
    public static void Run(GgufType type, byte* blocks, float* x, float* y, int rows, int inputs, int outputs)
    {
        if (rows == 0 || outputs == 0)
            return;
        if (rows > Few)
        {
            ParallelFor.Run((outputs + TileOutputs - 1) / TileOutputs, new Tiles(type, blocks, x, y, rows, inputs, outputs));
            return;
        }
        using var scratch = Scratch.Open();
        float* sums = scratch.Take<float>(rows * (inputs / Group));
        for (long g = 0; g < (long)rows * (inputs / Group); g++)
        {
            var sum = Vector256.Load(x + g * Group) + Vector256.Load(x + g * Group + 8);
            sums[g] = Sum(sum);
        }
        int each = Math.Max(1, Piece / Math.Max(1, inputs));
        ParallelFor.Run((outputs + each - 1) / each, new Body(type, blocks, x, sums, y, rows, inputs, outputs, each));
    }

    /// <summary>Rows of the matrix in turn made float32, and multiplied.</summary>
    private readonly struct Tiles(GgufType type, byte* blocks, float* x, float* y, int rows, int inputs, int outputs) : IBlockBody
    {
        public void Invoke(long block)
        {
            sbyte* q = stackalloc sbyte[Chunk];
            float* scales = stackalloc float[Chunk / Group], offsets = stackalloc float[Chunk / Group];
            using var scratch = Scratch.Open();
            float* tile = scratch.Take<float>(TileOutputs * TileInputs);
            int first = (int)block * TileOutputs, count = Math.Min(TileOutputs, outputs - first);
            long row = type.BytesFor(inputs);
            if (inputs == 0)
                new Span<float>(y, rows * outputs).Clear();
            for (int at = 0; at < inputs; at += TileInputs)
            {
                int wide = Math.Min(TileInputs, inputs - at);
                for (int o = 0; o < count; o++)
                {
                    byte* from = blocks + (first + o) * row + type.BytesFor(at);
                    float* to = tile + (long)o * wide;
                    for (int done = 0; done < wide; done += Chunk)
                    {
                        int part = Math.Min(Chunk, wide - done);
                        Widen(q, scales, Unpack(type, from, part, q, scales, offsets) ? offsets : null, part, to + done);
                        from += type.BytesFor(part);
                    }
                }
                Gemm.Run(new GemmProblem<float>
                {
                    M = rows,
                    N = count,
                    K = wide,
                    A = x + at,
                    ARow = inputs,
                    ACol = 1,
                    B = tile,
                    BRow = 1,
                    BCol = wide,
                    C = y + first,
                    CRow = outputs,
                    Accumulate = at > 0,
                });
            }
        }
    }

    // scale * q + offset, as the format has it: the product is rounded first.
    private static void Widen(sbyte* q, float* scales, float* offsets, int count, float* to)
    {
        for (int g = 0; g < count / Group; g++)
        {
            var scale = Vector256.Create(scales[g]);
            var offset = Vector256.Create(offsets is null ? 0 : offsets[g]);
            (Floats(q + g * Group) * scale + offset).Store(to + g * Group);
            (Floats(q + g * Group + 8) * scale + offset).Store(to + g * Group + 8);
        }
    }

    private readonly struct Body(GgufType type, byte* blocks, float* x, float* sums, float* y, int rows, int inputs, int outputs, int each) : IBlockBody
    {
        public void Invoke(long block)
        {
            sbyte* q = stackalloc sbyte[Chunk];
            float* scales = stackalloc float[Chunk / Group], offsets = stackalloc float[Chunk / Group];
            using var scratch = Scratch.Open();
            float* all = scratch.Take<float>(Sums * rows);
            long row = type.BytesFor(inputs);
            for (int o = (int)block * each; o < Math.Min(outputs, ((int)block + 1) * each); o++)
            {
                new Span<float>(all, Sums * rows).Clear();
                byte* from = blocks + o * row;
                for (int at = 0; at < inputs; at += Chunk)
                {
                    int count = Math.Min(Chunk, inputs - at);
                    bool offset = Unpack(type, from, count, q, scales, offsets);
                    from += type.BytesFor(count);
                    for (int r = 0; r < rows; r++)
                        Add(q, scales, offset ? offsets : null, x + (long)r * inputs + at, sums + ((long)r * inputs + at) / Group, count, all + Sums * r);
                }
                for (int r = 0; r < rows; r++)
                    y[(long)r * outputs + o] = SumAll(all + Sums * r);
            }
        }
    }

    private static void Add(sbyte* q, float* scales, float* offsets, float* x, float* sums, int count, float* total)
    {
        int groups = count / Group;
        if (Vector512.IsHardwareAccelerated && Avx512F.IsSupported)
        {
            Vector512<float> even = Vector512.Load(total), odd = Vector512.Load(total + 16);
            int g = 0;
            for (; g + 2 <= groups; g += 2)
            {
                even = Vector512.FusedMultiplyAdd(Floats16(q + g * Group) * Vector512.Load(x + g * Group), Vector512.Create(scales[g]), even);
                odd = Vector512.FusedMultiplyAdd(Floats16(q + g * Group + Group) * Vector512.Load(x + g * Group + Group), Vector512.Create(scales[g + 1]), odd);
            }
            if (g < groups)
                even = Vector512.FusedMultiplyAdd(Floats16(q + g * Group) * Vector512.Load(x + g * Group), Vector512.Create(scales[g]), even);
            even.Store(total);
            odd.Store(total + 16);
        }
        else
        {
            Vector256<float> even = Vector256.Load(total), even8 = Vector256.Load(total + 8), odd = Vector256.Load(total + 16), odd8 = Vector256.Load(total + 24);
            int g = 0;
            for (; g + 2 <= groups; g += 2)
            {
                Add(q + g * Group, x + g * Group, scales[g], ref even, ref even8);
                Add(q + g * Group + Group, x + g * Group + Group, scales[g + 1], ref odd, ref odd8);
            }
            if (g < groups)
                Add(q + g * Group, x + g * Group, scales[g], ref even, ref even8);
            even.Store(total);
            even8.Store(total + 8);
            odd.Store(total + 16);
            odd8.Store(total + 24);
        }
        if (offsets is null)
            return;
        for (int g = 0; g < groups; g += 8)
        {
            if (g + 8 <= groups)
            {
                Vector256.FusedMultiplyAdd(Vector256.Load(offsets + g), Vector256.Load(sums + g), Vector256.Load(total + 32 + g)).Store(total + 32 + g);
                continue;
            }
            for (int i = g; i < groups; i++)
                total[32 + i] = MathF.FusedMultiplyAdd(offsets[i], sums[i], total[32 + i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(sbyte* q, float* x, float scale, ref Vector256<float> low, ref Vector256<float> high)
    {
        var factor = Vector256.Create(scale);
        low = Vector256.FusedMultiplyAdd(Floats(q) * Vector256.Load(x), factor, low);
        high = Vector256.FusedMultiplyAdd(Floats(q + 8) * Vector256.Load(x + 8), factor, high);
    }

    private static float SumAll(float* total)
    {
        var low = Vector256.Load(total) + Vector256.Load(total + 16) + Vector256.Load(total + 32);
        var high = Vector256.Load(total + 8) + Vector256.Load(total + 24) + Vector256.Load(total + 40);
        return Sum(low + high);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Floats16(sbyte* q) => Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(q)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Floats(sbyte* q)
    {
        if (Avx2.IsSupported)
            return Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(q));
        var (low, high) = Vector128.Widen(Vector128.WidenLower(Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(q)).AsSByte()));
        return Vector256.ConvertToSingle(Vector256.Create(low, high));
    }

    private static float Sum(Vector256<float> v)
    {
        var four = v.GetLower() + v.GetUpper();
        return four[0] + four[2] + (four[1] + four[3]);
    }

    /// <summary>Whole numbers, and for each 16 of them a scale and an offset.</summary>
    /// <returns>Whether there are offsets.</returns>
    private static bool Unpack(GgufType type, byte* b, int count, sbyte* q, float* scales, float* offsets)
    {
        int blocks = count / type.BlockSize, bytes = type.BlockBytes;
        float unit, least;
        switch (type)
        {
            case GgufType.Q8_0:
                for (int i = 0; i < blocks; i++, b += bytes, q += 32, scales += 2)
                {
                    Vector256.Load((sbyte*)b + 2).Store(q);
                    scales[0] = scales[1] = Half(b);
                }
                return false;
            case GgufType.Q4_0 or GgufType.Q5_0:
                for (int i = 0; i < blocks; i++, b += bytes, q += 32, scales += 2)
                {
                    bool five = type == GgufType.Q5_0;
                    Nibbles(b + (five ? 6 : 2), five ? Unsafe.ReadUnaligned<uint>(b + 2) : 0, five ? (sbyte)16 : (sbyte)8, q);
                    scales[0] = scales[1] = Half(b);
                }
                return false;
            case GgufType.Q4_1 or GgufType.Q5_1:
                for (int i = 0; i < blocks; i++, b += bytes, q += 32, scales += 2, offsets += 2)
                {
                    bool five = type == GgufType.Q5_1;
                    Nibbles(b + (five ? 8 : 4), five ? Unsafe.ReadUnaligned<uint>(b + 4) : 0, 0, q);
                    scales[0] = scales[1] = Half(b);
                    offsets[0] = offsets[1] = Half(b + 2);
                }
                return true;
            case GgufType.Q2_K:
                (unit, least) = (Half(b + 80), Half(b + 82));
                for (int g = 0; g < 16; g++)
                {
                    Low(b + 16 + g / 8 * 32 + g % 2 * 16, g % 8 / 2 * 2, 3).Store(q + g * Group);
                    scales[g] = unit * (b[g] & 15);
                    offsets[g] = -(least * (b[g] >> 4));
                }
                return true;
            case GgufType.Q3_K:
                unit = Half(b + 108);
                for (int g = 0; g < 16; g++)
                {
                    var third = Vector128.ShiftLeft(Low(b + g % 2 * 16, g / 2, 1), 2);
                    (Low(b + 32 + g / 8 * 32 + g % 2 * 16, g % 8 / 2 * 2, 3) + third - Vector128.Create((sbyte)4)).Store(q + g * Group);
                    byte* packed = b + 96;
                    int low = g < 8 ? packed[g] & 15 : packed[g - 8] >> 4, high = (packed[8 + g % 4] >> (g / 4 * 2)) & 3;
                    scales[g] = unit * ((low | high << 4) - 32);
                }
                return false;
            case GgufType.Q4_K or GgufType.Q5_K:
                (unit, least) = (Half(b), Half(b + 2));
                byte* bits = b + (type == GgufType.Q5_K ? 48 : 16);
                for (int g = 0; g < 16; g++)
                {
                    int pair = g / 2;
                    var values = Low(bits + pair / 2 * 32 + g % 2 * 16, pair % 2 * 4, 15);
                    if (type == GgufType.Q5_K)
                        values |= Vector128.ShiftLeft(Low(b + 16 + g % 2 * 16, pair, 1), 4);
                    values.Store(q + g * Group);
                    var (scale, offset) = SixBits.Get(new ReadOnlySpan<byte>(b + 4, 12), pair);
                    scales[g] = unit * scale;
                    offsets[g] = -(least * offset);
                }
                return true;
            case GgufType.Q6_K:
                unit = Half(b + 208);
                for (int g = 0; g < 16; g++)
                {
                    int half = g / 8, quarter = g % 8 / 2, from = g % 2 * 16;
                    var low = Low(b + half * 64 + quarter % 2 * 32 + from, quarter / 2 * 4, 15);
                    var high = Vector128.ShiftLeft(Low(b + 128 + half * 32 + from, quarter * 2, 3), 4);
                    ((low | high) - Vector128.Create((sbyte)32)).Store(q + g * Group);
                    scales[g] = unit * (sbyte)b[192 + g];
                }
                return false;
            default:
                throw new FormatException($"blocks of the type {type} are not multiplied");
        }
    }

    // As the cast does, which takes as long as eight products: the exponent is moved into its place, and a product with 2^112 mends its bias, of denormal numbers too.
    private static float Half(byte* b)
    {
        uint bits = Unsafe.ReadUnaligned<ushort>(b);
        if ((bits & 0x7c00) == 0x7c00)
            return (float)Unsafe.ReadUnaligned<Half>(b);
        float size = BitConverter.UInt32BitsToSingle((bits & 0x7fff) << 13) * 5.192296858534828e33f;
        return BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(size) | (bits & 0x8000) << 16);
    }

    /// <summary>Some bits of 16 bytes.</summary>
    private static Vector128<sbyte> Low(byte* b, int shift, byte mask) => (Vector128.ShiftRightLogical(Vector128.Load(b), shift) & Vector128.Create(mask)).AsSByte();

    /// <summary>32 numbers: i in the low half of byte i, i + 16 in its high half, fifth bits apart.</summary>
    private static void Nibbles(byte* b, uint fifth, sbyte zero, sbyte* q)
    {
        Vector128<sbyte> low = Low(b, 0, 15), high = Low(b, 4, 15);
        if (fifth != 0)
            (low, high) = (low | Fifth((ushort)fifth), high | Fifth((ushort)(fifth >> 16)));
        (low - Vector128.Create(zero)).Store(q);
        (high - Vector128.Create(zero)).Store(q + 16);
    }

    /// <summary>16 where a bit is set.</summary>
    private static Vector128<sbyte> Fifth(ushort bits)
    {
        var spread = Vector128.Shuffle(Vector128.Create(bits).AsByte(), Vector128.Create((byte)0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
        var one = Vector128.Create(1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, (byte)128);
        return (Vector128.Equals(spread & one, one) & Vector128.Create((byte)16)).AsSByte();
    }
}
