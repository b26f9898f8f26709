using System.Globalization;

namespace Hebb;

/// <summary>
/// The upper half of a float: 1 bit of sign, 8 of exponent, 7 of fraction. For storage; compute in float. Comparison follows float: NaN equals
/// nothing under ==, and itself under <see cref="Equals(BFloat16)"/>; the zeros are equal.
/// </summary>
public readonly struct BFloat16 : IEquatable<BFloat16>, IComparable<BFloat16>, IComparable, ISpanFormattable
{
    private BFloat16(ushort bits) => Bits = bits;

    public ushort Bits { get; }

    public static BFloat16 FromBits(ushort bits) => new(bits);

    public static BFloat16 Zero => default;
    public static BFloat16 One => new(0x3F80);
    public static BFloat16 MaxValue => new(0x7F7F);
    public static BFloat16 MinValue => new(0xFF7F);

    /// <summary>The smallest positive (denormal) value, 2^-133.</summary>
    public static BFloat16 Epsilon => new(1);
    public static BFloat16 PositiveInfinity => new(0x7F80);
    public static BFloat16 NegativeInfinity => new(0xFF80);
    public static BFloat16 NaN => new(0xFFC0);

    public static bool IsNaN(BFloat16 x) => (x.Bits & 0x7FFF) > 0x7F80;
    public static bool IsInfinity(BFloat16 x) => (x.Bits & 0x7FFF) == 0x7F80;
    public static bool IsFinite(BFloat16 x) => (x.Bits & 0x7F80) != 0x7F80;
    public static bool IsNegative(BFloat16 x) => (short)x.Bits < 0;

    public static implicit operator float(BFloat16 x) => BitConverter.UInt32BitsToSingle((uint)x.Bits << 16);

    /// <summary>Rounds to nearest even; NaN keeps its sign and the upper part of its payload, and becomes quiet.</summary>
    public static explicit operator BFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? new((ushort)((bits >> 16) | 0x40)) : new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }

    /// <summary>Rounds once, to nearest even.</summary>
    public static explicit operator BFloat16(double x)
    {
        // Rounding to odd leaves in the float's last bit whether anything was lost, so that the second rounding is right.
        float near = (float)x;
        if (near != x && float.IsFinite(near))
        {
            float down = Math.Abs((double)near) > Math.Abs(x) ? (near > 0 ? MathF.BitDecrement(near) : MathF.BitIncrement(near)) : near;
            near = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(down) | 1);
        }
        return (BFloat16)near;
    }

    public static bool operator ==(BFloat16 a, BFloat16 b) => (float)a == (float)b;
    public static bool operator !=(BFloat16 a, BFloat16 b) => (float)a != (float)b;
    public static bool operator <(BFloat16 a, BFloat16 b) => (float)a < (float)b;
    public static bool operator >(BFloat16 a, BFloat16 b) => (float)a > (float)b;
    public static bool operator <=(BFloat16 a, BFloat16 b) => (float)a <= (float)b;
    public static bool operator >=(BFloat16 a, BFloat16 b) => (float)a >= (float)b;

    public bool Equals(BFloat16 other) => ((float)this).Equals((float)other);

    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    public override int GetHashCode() => ((float)this).GetHashCode();

    /// <summary>NaN sorts first, as for float.</summary>
    public int CompareTo(BFloat16 other) => ((float)this).CompareTo((float)other);

    /// <exception cref="ArgumentException"><paramref name="obj"/> is neither null nor a BFloat16.</exception>
    public int CompareTo(object? obj) => obj switch
    {
        null => 1,
        BFloat16 other => CompareTo(other),
        _ => throw new ArgumentException($"BFloat16: compared with {obj.GetType().Name}"),
    };

    /// <summary>The shortest decimal that reads back as the same value.</summary>
    public override string ToString() => ToString(null, CultureInfo.InvariantCulture);

    /// <inheritdoc cref="ToString()"/>
    public string ToString(string? format, IFormatProvider? provider)
    {
        float x = this;
        if (!string.IsNullOrEmpty(format) || !float.IsFinite(x))
            return x.ToString(format, provider);
        for (int digits = 1; digits < 5; digits++)
        {
            string text = x.ToString("G" + (char)('0' + digits), provider);
            if (((BFloat16)double.Parse(text, NumberStyles.Float, provider)).Bits == Bits)
                return text;
        }
        return x.ToString("G5", provider);
    }

    public bool TryFormat(Span<char> destination, out int charsWritten, ReadOnlySpan<char> format, IFormatProvider? provider)
    {
        string text = ToString(format.ToString(), provider);
        charsWritten = text.Length;
        if (text.TryCopyTo(destination))
            return true;
        charsWritten = 0;
        return false;
    }
}
