using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Data;

/// <summary>
/// The inverse cosine transform of a block, in the integers of the Independent JPEG Group's accurate method (Loeffler, Ligtenberg and
/// Moschytz, ICASSP 1989: 12 products a line, 13 fraction bits, two more kept between the passes), eight lines at a time.
/// </summary>
internal static class JpegTransform
{
    /// <summary>Where the coefficients of the coded order stand in a block, row by row.</summary>
    public static ReadOnlySpan<byte> Zigzag =>
    [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
    ];

    private const int Fraction = 13, Kept = 2;

    /// <summary>Dequantises and transforms.</summary>
    /// <param name="block">64 coefficients.</param>
    /// <param name="quant">Their steps.</param>
    /// <param name="last">The last coefficient in zigzag order that may not be zero.</param>
    /// <param name="samples">Where the first sample goes.</param>
    /// <param name="stride">Samples from one row to the next.</param>
    public static void Inverse(ReadOnlySpan<short> block, int[] quant, int last, Span<byte> samples, int stride)
    {
        if (last == 0)
        {
            int mean = (((block[0] * quant[0]) << Kept) + (1 << (Kept + 2))) >> (Kept + 3);
            byte value = (byte)Math.Clamp(mean + 128, 0, 255);
            for (int row = 0; row < 8; row++) samples.Slice(row * stride, 8).Fill(value);
            return;
        }
        Span<Vector256<int>> lines = stackalloc Vector256<int>[8];
        for (int row = 0; row < 8; row++)
            lines[row] = Vector256.WidenLower(Vector128.Create(block.Slice(8 * row, 8)).ToVector256Unsafe()) * Vector256.Create(quant.AsSpan(8 * row, 8));
        Pass(lines, Fraction - Kept);
        Transpose(lines);
        Pass(lines, Fraction + Kept + 3);
        Transpose(lines);
        for (int row = 0; row < 8; row++)
        {
            var value = Vector256.Min(Vector256.Max(lines[row] + Vector256.Create(128), Vector256<int>.Zero), Vector256.Create(255));
            var bytes = Vector128.Narrow(Vector128.Narrow(value.GetLower(), value.GetUpper()).AsUInt16(), Vector128<ushort>.Zero);
            Unsafe.WriteUnaligned(ref samples.Slice(row * stride, 8)[0], bytes.AsUInt64().ToScalar());
        }
    }

    /// <summary>One dimension: line k of all eight columns stands in a vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Pass(Span<Vector256<int>> lines, int shift)
    {
        // Even part.
        var (z2, z3) = (lines[2], lines[6]);
        var z1 = (z2 + z3) * Constant(4433);
        var t2 = z1 - z3 * Constant(15137);
        var t3 = z1 + z2 * Constant(6270);
        var t0 = (lines[0] + lines[4]) << Fraction;
        var t1 = (lines[0] - lines[4]) << Fraction;
        var (t10, t13, t11, t12) = (t0 + t3, t0 - t3, t1 + t2, t1 - t2);

        // Odd part.
        (t0, t1, t2, t3) = (lines[7], lines[5], lines[3], lines[1]);
        z1 = t0 + t3;
        z2 = t1 + t2;
        z3 = t0 + t2;
        var z4 = t1 + t3;
        var z5 = (z3 + z4) * Constant(9633);
        t0 *= Constant(2446);
        t1 *= Constant(16819);
        t2 *= Constant(25172);
        t3 *= Constant(12299);
        z1 *= Constant(-7373);
        z2 *= Constant(-20995);
        z3 = z3 * Constant(-16069) + z5;
        z4 = z4 * Constant(-3196) + z5;
        t0 += z1 + z3;
        t1 += z2 + z4;
        t2 += z2 + z3;
        t3 += z1 + z4;

        var half = Constant(1 << (shift - 1));
        lines[0] = (t10 + t3 + half) >> shift;
        lines[7] = (t10 - t3 + half) >> shift;
        lines[1] = (t11 + t2 + half) >> shift;
        lines[6] = (t11 - t2 + half) >> shift;
        lines[2] = (t12 + t1 + half) >> shift;
        lines[5] = (t12 - t1 + half) >> shift;
        lines[3] = (t13 + t0 + half) >> shift;
        lines[4] = (t13 - t0 + half) >> shift;
    }

    private static Vector256<int> Constant(int value) => Vector256.Create(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(Span<Vector256<int>> lines)
    {
        if (!Avx2.IsSupported)
        {
            TransposeByElement(lines);
            return;
        }
        // Pairs, then fours, then halves.
        Vector256<long> a0 = Avx2.UnpackLow(lines[0], lines[1]).AsInt64(), a1 = Avx2.UnpackHigh(lines[0], lines[1]).AsInt64();
        Vector256<long> a2 = Avx2.UnpackLow(lines[2], lines[3]).AsInt64(), a3 = Avx2.UnpackHigh(lines[2], lines[3]).AsInt64();
        Vector256<long> a4 = Avx2.UnpackLow(lines[4], lines[5]).AsInt64(), a5 = Avx2.UnpackHigh(lines[4], lines[5]).AsInt64();
        Vector256<long> a6 = Avx2.UnpackLow(lines[6], lines[7]).AsInt64(), a7 = Avx2.UnpackHigh(lines[6], lines[7]).AsInt64();
        Vector256<int> b0 = Avx2.UnpackLow(a0, a2).AsInt32(), b1 = Avx2.UnpackHigh(a0, a2).AsInt32(), b2 = Avx2.UnpackLow(a1, a3).AsInt32(), b3 = Avx2.UnpackHigh(a1, a3).AsInt32();
        Vector256<int> b4 = Avx2.UnpackLow(a4, a6).AsInt32(), b5 = Avx2.UnpackHigh(a4, a6).AsInt32(), b6 = Avx2.UnpackLow(a5, a7).AsInt32(), b7 = Avx2.UnpackHigh(a5, a7).AsInt32();
        (lines[0], lines[4]) = (Avx2.Permute2x128(b0, b4, 0x20), Avx2.Permute2x128(b0, b4, 0x31));
        (lines[1], lines[5]) = (Avx2.Permute2x128(b1, b5, 0x20), Avx2.Permute2x128(b1, b5, 0x31));
        (lines[2], lines[6]) = (Avx2.Permute2x128(b2, b6, 0x20), Avx2.Permute2x128(b2, b6, 0x31));
        (lines[3], lines[7]) = (Avx2.Permute2x128(b3, b7, 0x20), Avx2.Permute2x128(b3, b7, 0x31));
    }

    private static void TransposeByElement(Span<Vector256<int>> lines)
    {
        Span<int> scratch = stackalloc int[64];
        for (int row = 0; row < 8; row++) lines[row].CopyTo(scratch[(8 * row)..]);
        for (int row = 0; row < 8; row++)
        {
            lines[row] = Vector256.Create(scratch[row], scratch[8 + row], scratch[16 + row], scratch[24 + row],
                scratch[32 + row], scratch[40 + row], scratch[48 + row], scratch[56 + row]);
        }
    }
}
