using System.Globalization;

namespace Hebb.Core.Tests.Simd;

public class BFloat16Tests
{
    [Fact]
    public void ComparesAsFloatDoes()
    {
        BFloat16 one = BFloat16.One, two = (BFloat16)2f, nan = BFloat16.NaN, zero = BFloat16.Zero, minusZero = (BFloat16)(-0f);
        Assert.True(one < two && two > one && one <= two && two >= one && one != two);
        Assert.True(zero == minusZero);
        Assert.Equal(zero.GetHashCode() == minusZero.GetHashCode(), (0f).GetHashCode() == (-0f).GetHashCode());
        Assert.False(nan == BFloat16.NaN);
        Assert.True(nan.Equals(nan));
        Assert.False(nan < one || nan > one);
        Assert.Equal(-1, one.CompareTo(two));
        Assert.Equal(1, one.CompareTo(nan));
        Assert.Equal(1, one.CompareTo(null));
        Assert.True(one.Equals((object)BFloat16.One));
        Assert.False(one.Equals(1f));
        Assert.Throws<ArgumentException>(() => one.CompareTo("1"));
        BFloat16[] sorted = [two, nan, one, BFloat16.NegativeInfinity];
        Array.Sort(sorted);
        Assert.Equal([nan, BFloat16.NegativeInfinity, one, two], sorted);
    }

    [Fact]
    public void Constants()
    {
        Assert.Equal(3.3895314e38f, (float)BFloat16.MaxValue);
        Assert.Equal(-3.3895314e38f, (float)BFloat16.MinValue);
        Assert.Equal(MathF.ScaleB(1, -133), (float)BFloat16.Epsilon);
        Assert.True(float.IsPositiveInfinity(BFloat16.PositiveInfinity));
        Assert.True(BFloat16.IsInfinity(BFloat16.NegativeInfinity) && BFloat16.IsNegative(BFloat16.NegativeInfinity));
        Assert.True(BFloat16.IsNaN(BFloat16.NaN) && !BFloat16.IsFinite(BFloat16.NaN) && !BFloat16.IsInfinity(BFloat16.NaN));
        Assert.True(BFloat16.IsFinite(BFloat16.MaxValue));
    }

    [Fact]
    public void EveryValuePrintsAndReadsBack()
    {
        for (int i = 0; i < 65536; i++)
        {
            BFloat16 x = BFloat16.FromBits((ushort)i);
            string text = x.ToString();
            if (BFloat16.IsNaN(x))
                Assert.Equal("NaN", text);
            else
                Assert.Equal(x.Bits, ((BFloat16)double.Parse(text, CultureInfo.InvariantCulture)).Bits);
        }
        Assert.Equal("0.1", ((BFloat16)0.1f).ToString());
        Assert.Equal("1.00", BFloat16.One.ToString("F2", CultureInfo.InvariantCulture));
        Assert.Equal("0.1 and 1", string.Create(CultureInfo.InvariantCulture, $"{(BFloat16)0.1f} and {BFloat16.One}"));
        Assert.False(((BFloat16)0.125f).TryFormat(new char[2], out int written, default, CultureInfo.InvariantCulture));
        Assert.Equal(0, written);
    }

    // Just past half-way between 1 and the next value, by less than a float can tell.
    [Fact]
    public void DoubleRoundsOnce()
    {
        double past = 1 + Math.ScaleB(1, -8) + Math.ScaleB(1, -40);
        Assert.Equal(0x3F81, ((BFloat16)past).Bits);
        Assert.Equal(0x3F80, ((BFloat16)(1 + Math.ScaleB(1, -8))).Bits);
        Assert.Equal(0xBF81, ((BFloat16)(-past)).Bits);
        Assert.Equal(0x3F81, ((BFloat16)(1 + 3 * Math.ScaleB(1, -8) - Math.ScaleB(1, -40))).Bits);
        Assert.Equal(0x3F82, ((BFloat16)(1 + 3 * Math.ScaleB(1, -8))).Bits);
        Assert.True(BFloat16.IsInfinity((BFloat16)1e300));
        Assert.True(BFloat16.IsNaN((BFloat16)double.NaN));
        Assert.Equal(0, ((BFloat16)1e-300).Bits);
    }
}
