namespace Hebb.Core.Tests.Simd;

/// <summary>Values by the formulas of the formats' definitions, and rounding by searching all values.</summary>
public class SmallFloatsTests
{
    const float Inf = float.PositiveInfinity, NaN = float.NaN;

    [Theory]
    [InlineData(DType.Float8E4M3FN, 0x7E, 448f, 0x01, 0.001953125f, 0x38, 1f)]
    [InlineData(DType.Float8E4M3FNUZ, 0x7F, 240f, 0x01, 0.0009765625f, 0x40, 1f)]
    [InlineData(DType.Float8E5M2, 0x7B, 57344f, 0x01, 1.52587890625e-05f, 0x3C, 1f)]
    [InlineData(DType.Float8E5M2FNUZ, 0x7F, 57344f, 0x01, 7.62939453125e-06f, 0x40, 1f)]
    [InlineData(DType.Float4E2M1, 0x7, 6f, 0x1, 0.5f, 0x2, 1f)]
    [InlineData(DType.Float8E8M0, 0xFE, 1.7014118e38f, 0x00, 5.877471754111438e-39f, 0x7F, 1f)]
    public void KnownValues(DType type, int maxCode, float max, int minCode, float min, int oneCode, float one)
    {
        ReadOnlySpan<float> values = SmallFloats.ValuesOf(type);
        Assert.Equal(type == DType.Float4E2M1 ? 16 : 256, values.Length);
        Assert.Equal(max, values[maxCode]);
        Assert.Equal(min, values[minCode]);
        Assert.Equal(one, values[oneCode]);
        foreach (float v in values)
            Assert.True(float.IsNaN(v) || float.IsInfinity(v) || Math.Abs(v) <= max);
    }

    [Fact]
    public void WhatIsNoNumber()
    {
        Assert.Equal([0x7F, 0xFF], NaNs(DType.Float8E4M3FN));
        Assert.Equal([0x80], NaNs(DType.Float8E4M3FNUZ));
        Assert.Equal([0x7D, 0x7E, 0x7F, 0xFD, 0xFE, 0xFF], NaNs(DType.Float8E5M2));
        Assert.Equal([0x80], NaNs(DType.Float8E5M2FNUZ));
        Assert.Equal([0xFF], NaNs(DType.Float8E8M0));
        Assert.Empty(NaNs(DType.Float4E2M1));
        Assert.Equal(Inf, SmallFloats.ValuesOf(DType.Float8E5M2)[0x7C]);
        Assert.Equal(-Inf, SmallFloats.ValuesOf(DType.Float8E5M2)[0xFC]);
        Assert.Equal([0, 0.5f, 1, 1.5f, 2, 3, 4, 6], SmallFloats.ValuesOf(DType.Float4E2M1)[..8].ToArray());

        static int[] NaNs(DType type)
        {
            float[] values = SmallFloats.ValuesOf(type).ToArray();
            return Enumerable.Range(0, values.Length).Where(i => float.IsNaN(values[i])).ToArray();
        }
    }

    // ONNX's tables for Cast: zero, minus zero, NaN, the infinities, past the range.
    [Theory]
    [InlineData(DType.Float8E4M3FN, true, 0x80, 0x7F, 0x7E, 0xFE, 0x7E)]
    [InlineData(DType.Float8E4M3FNUZ, true, 0x00, 0x80, 0x80, 0x80, 0x7F)]
    [InlineData(DType.Float8E5M2, true, 0x80, 0x7F, 0x7B, 0xFB, 0x7B)]
    [InlineData(DType.Float8E5M2FNUZ, true, 0x00, 0x80, 0x80, 0x80, 0x7F)]
    [InlineData(DType.Float8E4M3FN, false, 0x80, 0x7F, 0x7F, 0xFF, 0x7F)]
    [InlineData(DType.Float8E4M3FNUZ, false, 0x00, 0x80, 0x80, 0x80, 0x80)]
    [InlineData(DType.Float8E5M2, false, 0x80, 0x7F, 0x7C, 0xFC, 0x7C)]
    [InlineData(DType.Float8E5M2FNUZ, false, 0x00, 0x80, 0x80, 0x80, 0x80)]
    [InlineData(DType.Float4E2M1, true, 0x8, 0x7, 0x7, 0xF, 0x7)]
    public void SpecialValues(DType type, bool saturate, int minusZero, int nan, int infinity, int minusInfinity, int past)
    {
        Assert.Equal(0, SmallFloats.Encode(type, 0, saturate));
        Assert.Equal(minusZero, SmallFloats.Encode(type, -0f, saturate));
        Assert.Equal(nan, SmallFloats.Encode(type, BitConverter.UInt32BitsToSingle(0x7FC00000), saturate));
        Assert.Equal(infinity, SmallFloats.Encode(type, Inf, saturate));
        Assert.Equal(minusInfinity, SmallFloats.Encode(type, -Inf, saturate));
        Assert.Equal(past, SmallFloats.Encode(type, 1e6f, saturate));
        Assert.Equal(minusZero, SmallFloats.Encode(type, -1e-30f, saturate));
    }

    [Theory]
    [InlineData(DType.Float8E4M3FN)]
    [InlineData(DType.Float8E4M3FNUZ)]
    [InlineData(DType.Float8E5M2)]
    [InlineData(DType.Float8E5M2FNUZ)]
    [InlineData(DType.Float4E2M1)]
    public void RoundsToNearestEven(DType type)
    {
        float[] values = SmallFloats.ValuesOf(type).ToArray();
        int half = values.Length / 2;
        double[] finite = values[..half].Where(float.IsFinite).Select(v => (double)v).ToArray();
        var random = new Random(4);
        var tries = new List<double>();
        for (int i = 0; i + 1 < finite.Length; i++)
        {
            double tie = (finite[i] + finite[i + 1]) / 2;
            tries.AddRange([finite[i], tie, MathF.BitIncrement((float)tie), MathF.BitDecrement((float)tie)]);
        }
        for (int i = 0; i < 20_000; i++)
            tries.Add((float)(Math.ScaleB(1 + random.NextDouble(), random.Next(-20, 17))));
        foreach (double a in tries)
        {
            if (a > finite[^1])
                continue;
            int best = 0;
            for (int k = 1; k < finite.Length; k++)
            {
                double nearer = Math.Abs(finite[k] - a) - Math.Abs(finite[best] - a);
                if (nearer < 0 || (nearer == 0 && k % 2 == 0))
                    best = k;
            }
            Assert.True(best == SmallFloats.Encode(type, (float)a), $"{type} {a:R}: {SmallFloats.Encode(type, (float)a):x2}, not {best:x2}");
            bool hasMinusZero = type is not (DType.Float8E4M3FNUZ or DType.Float8E5M2FNUZ);
            int negative = best == 0 && !hasMinusZero ? 0 : best | half;
            Assert.Equal(negative, SmallFloats.Encode(type, -(float)a));
        }
        for (int code = 0; code < values.Length; code++)
        {
            if (float.IsFinite(values[code]))
                Assert.Equal(code, SmallFloats.Encode(type, values[code], saturate: false));
        }
    }

    // Half a step past the largest value rounds down to it; anything more is past the range.
    [Fact]
    public void TheEdgeOfTheRange()
    {
        Assert.Equal(0x7E, SmallFloats.Encode(DType.Float8E4M3FN, 464, saturate: false));
        Assert.Equal(0x7F, SmallFloats.Encode(DType.Float8E4M3FN, 464.01f, saturate: false));
        Assert.Equal(0x7B, SmallFloats.Encode(DType.Float8E5M2, 61439, saturate: false));
        Assert.Equal(0x7C, SmallFloats.Encode(DType.Float8E5M2, 61440, saturate: false));
        Assert.Equal(0x7F, SmallFloats.Encode(DType.Float8E4M3FNUZ, 247.9f, saturate: false));
        Assert.Equal(0x80, SmallFloats.Encode(DType.Float8E4M3FNUZ, 248, saturate: false));
    }

    [Theory]
    [InlineData(1f, 127, 127, 127)]
    [InlineData(-1f, 127, 127, 127)]
    [InlineData(1.25f, 128, 127, 127)]
    [InlineData(1.5f, 128, 127, 128)]
    [InlineData(1.75f, 128, 127, 128)]
    [InlineData(0f, 0, 0, 0)]
    [InlineData(5.877471754111438e-39f, 0, 0, 0)]
    [InlineData(1e-38f, 1, 0, 1)]
    [InlineData(3.3e38f, 254, 254, 254)]
    [InlineData(Inf, 255, 255, 255)]
    [InlineData(NaN, 255, 255, 255)]
    public void PowersOfTwo(float x, int up, int down, int nearest)
    {
        Assert.Equal(up, SmallFloats.Encode(DType.Float8E8M0, x));
        Assert.Equal(down, SmallFloats.Encode(DType.Float8E8M0, x, rounding: PowerRounding.Down));
        Assert.Equal(nearest, SmallFloats.Encode(DType.Float8E8M0, x, rounding: PowerRounding.Nearest));
        Assert.Equal(255, SmallFloats.Encode(DType.Float8E8M0, 3.3e38f, saturate: false));
    }

    [Fact]
    public void SpansOfFloat4ArePackedLowHalfFirst()
    {
        float[] x = [1, -6, 0.5f];
        var bytes = new byte[2];
        SmallFloats.FromSingle(DType.Float4E2M1, x, bytes);
        Assert.Equal([0xF2, 0x01], bytes);
        var back = new float[3];
        SmallFloats.ToSingle(DType.Float4E2M1, bytes, back);
        Assert.Equal(x, back);
        var eights = new byte[3];
        SmallFloats.FromSingle(DType.Float8E4M3FN, x, eights);
        SmallFloats.ToSingle(DType.Float8E4M3FN, eights, back);
        Assert.Equal(x, back);
        Assert.Equal("float4_e2m1: 3 elements take 2 bytes, not 3",
            Assert.Throws<ShapeException>(() => SmallFloats.ToSingle(DType.Float4E2M1, new byte[3], new float[3])).Message);
        Assert.Equal("float32 is no float of 8 or 4 bits", Assert.Throws<DTypeException>(() => SmallFloats.Encode(DType.Float32, 1)).Message);
    }

    [Theory]
    [InlineData(DType.Int4, new sbyte[] { -8, 7, -1 }, new byte[] { 0x78, 0x0F })]
    [InlineData(DType.UInt4, new sbyte[] { 15, 0, 9, 1 }, new byte[] { 0x0F, 0x19 })]
    [InlineData(DType.Int2, new sbyte[] { -2, -1, 0, 1, -2 }, new byte[] { 0b01_00_11_10, 0b10 })]
    [InlineData(DType.UInt2, new sbyte[] { 3, 0, 1, 2 }, new byte[] { 0b10_01_00_11 })]
    public void IntegersPackAsInOnnx(DType type, sbyte[] values, byte[] packed)
    {
        var bytes = new byte[packed.Length];
        PackedIntegers.Pack(type, values, bytes);
        Assert.Equal(packed, bytes);
        var back = new sbyte[values.Length];
        PackedIntegers.Unpack(type, packed, back);
        Assert.Equal(values, back);
    }

    [Fact]
    public void IntegersPastTheRangeGoToTheNearest()
    {
        var one = new byte[1];
        PackedIntegers.Pack(DType.Int4, [100, -100], one);
        Assert.Equal(0x87, one[0]);
        PackedIntegers.Pack(DType.UInt2, [-5, 9, 2], one);
        Assert.Equal(0b10_11_00, one[0]);
        Assert.Throws<DTypeException>(() => PackedIntegers.RangeOf(DType.Int8));
        Assert.Throws<ShapeException>(() => PackedIntegers.Unpack(DType.Int4, new byte[1], new sbyte[3]));
    }
}
