using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>
/// 8-bit integers into words of neighbours along k: 4 bytes, each with its top bit turned over if <c>Flip</c> (which moves signed numbers to unsigned ones and back),
/// or 2 of them widened to 16 bits. What the last word lacks is 0.
/// </summary>
readonly unsafe struct IntegerPacking(int perWord, bool signed, bool flip)
{
    uint Mask => flip ? 0x80808080 : 0;

    /// <summary>Words for so many steps of k.</summary>
    public long Words(long steps) => (steps + perWord - 1) / perWord;

    /// <summary>A row of words from elements that follow each other along k.</summary>
    public void Line(byte* source, long steps, int* target)
    {
        long k = 0;
        if (perWord == 4)
        {
            var mask = Vector128.Create(Mask);
            for (; k <= steps - 16; k += 16)
                (Vector128.Load((uint*)(source + k)) ^ mask).Store((uint*)(target + (k / 4)));
        }
        else
        {
            for (; k <= steps - 16; k += 16)
            {
                Vector128<byte> bytes = Vector128.Load(source + k);
                Low(bytes).Store((short*)(target + (k / 2)));
                High(bytes).Store((short*)(target + (k / 2) + 4));
            }
        }
        for (; k < steps; k += perWord)
            target[k / perWord] = Word(source + k, 1, (int)Math.Min(perWord, steps - k));
    }

    /// <summary>target[w * targetStep + j] is word w of lane j, whose elements are source[j * lane + k * step].</summary>
    public void Lanes(byte* source, long lane, long step, long lanes, long steps, int* target, long targetStep)
    {
        long words = Words(steps);
        if (lane == 1)
        {
            for (long w = 0; w < words; w++)
                Across(source + (w * perWord * step), step, lanes, (int)Math.Min(perWord, steps - (w * perWord)), target + (w * targetStep));
            return;
        }
        if (step == 1)
        {
            using var scratch = Scratch.Open();
            int* lines = scratch.Take<int>(lanes * words);
            for (long j = 0; j < lanes; j++)
                Line(source + (j * lane), steps, lines + (j * words));
            Packing.Transpose(lines, words, lanes, words, target, targetStep);
            return;
        }
        for (long w = 0; w < words; w++)
        {
            for (long j = 0; j < lanes; j++)
                target[(w * targetStep) + j] = Word(source + (j * lane) + (w * perWord * step), step, (int)Math.Min(perWord, steps - (w * perWord)));
        }
    }

    // One word of each lane, the lanes side by side.
    void Across(byte* source, long step, long lanes, int have, int* target)
    {
        long j = 0;
        if (have == perWord && (Sse2.IsSupported || AdvSimd.Arm64.IsSupported))
        {
            var mask = Vector128.Create(Mask);
            for (; j <= lanes - 8; j += 8)
            {
                Vector128<byte> pairs = Zip(Eight(source + j), Eight(source + j + step));
                if (perWord == 2)
                {
                    Low(pairs).Store((short*)(target + j));
                    High(pairs).Store((short*)(target + j + 4));
                    continue;
                }
                Vector128<ushort> first = pairs.AsUInt16(), second = Zip(Eight(source + j + (2 * step)), Eight(source + j + (3 * step))).AsUInt16();
                (ZipLow(first, second) ^ mask).Store((uint*)(target + j));
                (ZipHigh(first, second) ^ mask).Store((uint*)(target + j + 4));
            }
        }
        for (; j < lanes; j++)
            target[j] = Word(source + j, step, have);
    }

    int Word(byte* source, long step, int have)
    {
        uint word = 0;
        for (int i = 0; i < have; i++)
        {
            byte x = source[i * step];
            word |= perWord == 4 ? (uint)(flip ? x ^ 0x80 : x) << (8 * i) : (uint)(ushort)(signed ? (sbyte)x : (int)x) << (16 * i);
        }
        return (int)word;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector128<short> Low(Vector128<byte> bytes) => signed ? Vector128.WidenLower(bytes.AsSByte()) : Vector128.WidenLower(bytes).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    Vector128<short> High(Vector128<byte> bytes) => signed ? Vector128.WidenUpper(bytes.AsSByte()) : Vector128.WidenUpper(bytes).AsInt16();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Eight(byte* p) => Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<ulong>(p)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<byte> Zip(Vector128<byte> a, Vector128<byte> b) => Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> ZipLow(Vector128<ushort> a, Vector128<ushort> b) => (Sse2.IsSupported ? Sse2.UnpackLow(a, b) : AdvSimd.Arm64.ZipLow(a, b)).AsUInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<uint> ZipHigh(Vector128<ushort> a, Vector128<ushort> b) => (Sse2.IsSupported ? Sse2.UnpackHigh(a, b) : AdvSimd.Arm64.ZipHigh(a, b)).AsUInt32();
}
