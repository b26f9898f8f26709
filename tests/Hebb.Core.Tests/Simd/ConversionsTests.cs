using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

/// <summary>The 16-bit floats against .NET's scalar conversions: every value widened, and floats of every exponent and tie narrowed.</summary>
public unsafe class ConversionsTests
{
    [Fact]
    public void EveryFloat16Widens()
    {
        var source = new ushort[65536];
        for (int i = 0; i < source.Length; i++)
            source[i] = (ushort)i;
        var widths = new float[3][];
        for (int w = 0; w < 3; w++)
            widths[w] = new float[65536];
        fixed (ushort* s = source)
        {
            Widen<V128<float>>(s, widths[0], half: true);
            Widen<V256<float>>(s, widths[1], half: true);
            Widen<V512<float>>(s, widths[2], half: true);
        }
        var span = new float[65536];
        Conversions.ToSingle(System.Runtime.InteropServices.MemoryMarshal.Cast<ushort, Half>(source), span);
        for (int i = 0; i < 65536; i++)
        {
            float want = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            foreach (float got in (ReadOnlySpan<float>)[widths[0][i], widths[1][i], widths[2][i], span[i]])
            {
                if (float.IsNaN(want))
                    Assert.True(float.IsNaN(got) && float.IsNegative(got) == float.IsNegative(want), $"{i:x4}");
                else
                    Assert.Equal(BitConverter.SingleToUInt32Bits(want), BitConverter.SingleToUInt32Bits(got));
            }
        }
    }

    [Fact]
    public void EveryBFloat16Widens()
    {
        var source = new BFloat16[65536];
        for (int i = 0; i < source.Length; i++)
            source[i] = BFloat16.FromBits((ushort)i);
        var span = new float[65536];
        Conversions.ToSingle(source, span);
        var widths = new float[3][];
        for (int w = 0; w < 3; w++)
            widths[w] = new float[65536];
        fixed (BFloat16* s = source)
        {
            Widen<V128<float>>((ushort*)s, widths[0], half: false);
            Widen<V256<float>>((ushort*)s, widths[1], half: false);
            Widen<V512<float>>((ushort*)s, widths[2], half: false);
        }
        for (int i = 0; i < 65536; i++)
        {
            uint want = (uint)i << 16;
            Assert.Equal(want, BitConverter.SingleToUInt32Bits(source[i]));
            foreach (float got in (ReadOnlySpan<float>)[widths[0][i], widths[1][i], widths[2][i], span[i]])
                Assert.Equal(want, BitConverter.SingleToUInt32Bits(got));
        }
    }

    static void Widen<V>(ushort* source, float[] destination, bool half)
        where V : unmanaged, ISimd<V, float>
    {
        fixed (float* d = destination)
        {
            for (int i = 0; i < destination.Length; i += V.Count)
                (half ? Conversions.LoadFloat16<V>(source + i) : Conversions.LoadBFloat16<V>(source + i)).Store(d + i);
        }
    }

    // Every half-way case between 16-bit neighbours and the floats beside it, every exponent, and random bits.
    static float[] Hard(bool half)
    {
        var x = new List<float>();
        for (int i = 0; i < 65535; i += half ? 1 : 3)
        {
            uint tie = half
                ? BitConverter.SingleToUInt32Bits((float)(((double)Finite(i) + Finite(i + 1)) / 2))
                : ((uint)i << 16) | 0x8000;
            x.AddRange([BitConverter.UInt32BitsToSingle(tie - 1), BitConverter.UInt32BitsToSingle(tie), BitConverter.UInt32BitsToSingle(tie + 1)]);
        }
        for (ulong bits = 0; bits <= uint.MaxValue; bits += 50_021)
            x.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        x.AddRange([0, -0f, float.NaN, -float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.Epsilon, 65504, 65519.996f, 65520, 65536]);
        x.AddRange([BitConverter.UInt32BitsToSingle(0x7F800001), BitConverter.UInt32BitsToSingle(0xFFBFFFFF)]);
        while (x.Count % 16 != 0)
            x.Add(1);
        return [.. x];

        static float Finite(int i)
        {
            float f = (float)BitConverter.UInt16BitsToHalf((ushort)i);
            return float.IsNaN(f) ? 0 : float.IsInfinity(f) ? MathF.CopySign(65536, f) : f;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void FloatsNarrowToNearestEven(bool half)
    {
        float[] x = Hard(half);
        var widths = new ushort[3][];
        for (int w = 0; w < 3; w++)
            widths[w] = new ushort[x.Length];
        Narrow<V128<float>>(x, widths[0], half);
        Narrow<V256<float>>(x, widths[1], half);
        Narrow<V512<float>>(x, widths[2], half);
        for (int i = 0; i < x.Length; i++)
        {
            Assert.Equal(widths[0][i], widths[1][i]);
            Assert.Equal(widths[0][i], widths[2][i]);
            ushort want = half ? BitConverter.HalfToUInt16Bits((Half)x[i]) : NearestBFloat16(x[i]);
            if (float.IsNaN(x[i]))
            {
                ushort got = widths[0][i], quiet = (ushort)(half ? 0x7E00 : 0x7FC0);
                Assert.Equal(quiet, got & quiet);
                Assert.Equal(float.IsNegative(x[i]), (short)got < 0);
            }
            else
            {
                Assert.True(want == widths[0][i], $"{x[i]:R}: {widths[0][i]:x4}, not {want:x4}");
            }
            if (!half)
                Assert.Equal(widths[0][i], ((BFloat16)x[i]).Bits);
        }
    }

    static void Narrow<V>(float[] x, ushort[] destination, bool half)
        where V : unmanaged, ISimd<V, float>
    {
        fixed (float* s = x)
        fixed (ushort* d = destination)
        {
            for (int i = 0; i < x.Length; i += V.Count)
            {
                if (half)
                    Conversions.StoreFloat16(V.Load(s + i), d + i);
                else
                    Conversions.StoreBFloat16(V.Load(s + i), d + i);
            }
        }
    }

    // By distances in double, not by bits.
    static ushort NearestBFloat16(float x)
    {
        if (float.IsNaN(x))
            return 0x7FC0;
        uint sign = float.IsNegative(x) ? 0x8000u : 0;
        double a = Math.Abs((double)x);
        uint low = BitConverter.SingleToUInt32Bits((float)a) >> 16;
        if (low == 0x7F80)
            return (ushort)(sign | low);
        double below = BitConverter.UInt32BitsToSingle(low << 16);
        double above = low == 0x7F7F ? Math.ScaleB(1, 128) : BitConverter.UInt32BitsToSingle((low + 1) << 16);
        bool up = a - below > above - a || (a - below == above - a && (low & 1) == 1);
        return (ushort)(sign | (low + (up ? 1u : 0)));
    }

    [Fact]
    public void SpansOfAnyLength()
    {
        var random = new Random(1);
        for (int n = 0; n <= 70; n++)
        {
            float[] x = Enumerable.Range(0, n).Select(_ => (float)(random.NextDouble() * 100 - 50)).ToArray();
            var halves = new Half[n];
            var brains = new BFloat16[n];
            Conversions.FromSingle(x, halves);
            Conversions.FromSingle(x, brains);
            var back = new float[n];
            Conversions.ToSingle(halves, back);
            Assert.Equal(x.Select(v => (float)(Half)v), back);
            Conversions.ToSingle(brains, back);
            Assert.Equal(x.Select(v => (float)(BFloat16)v), back);
        }
        Assert.Equal("conversion: 3 elements into 4", Assert.Throws<ShapeException>(() => Conversions.ToSingle(new Half[3], new float[4])).Message);
    }
}
