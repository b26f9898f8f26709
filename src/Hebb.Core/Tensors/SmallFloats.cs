namespace Hebb;

/// <summary>How a float becomes a Float8E8M0, which holds powers of two only.</summary>
public enum PowerRounding
{
    /// <summary>The next power of two that is not smaller.</summary>
    Up,

    /// <summary>The next power of two that is not larger.</summary>
    Down,

    /// <summary>The nearer of the two; halfway, the larger.</summary>
    Nearest,
}

/// <summary>
/// The floats of 8 and 4 bits, for storage: their values, and rounding to them as ONNX's Cast does. Float8E4M3FN and Float8E5M2 are those of
/// Micikevicius et al. (2022), the FNUZ kinds those of Noune et al. (2022), Float8E8M0 and Float4E2M1 those of OCP's microscaling formats 1.0.
/// </summary>
public static class SmallFloats
{
    /// <summary>A kind of float under 16 bits: the widths of its fields, its bias, its largest finite code and what lies past that.</summary>
    private readonly record struct Layout(int ExponentBits, int FractionBits, int Bias, int MaxCode, int NaN, bool HasInfinity, bool Unsigned0)
    {
        public int Width => 1 + ExponentBits + FractionBits;
        public int Sign => 1 << (ExponentBits + FractionBits);
    }

    private const int NoNaN = -1;

    private static readonly Layout E4M3FN = new(4, 3, 7, 0x7E, 0x7F, false, false);
    private static readonly Layout E4M3FNUZ = new(4, 3, 8, 0x7F, 0x80, false, true);
    private static readonly Layout E5M2 = new(5, 2, 15, 0x7B, 0x7F, true, false);
    private static readonly Layout E5M2FNUZ = new(5, 2, 16, 0x7F, 0x80, false, true);
    private static readonly Layout E2M1 = new(2, 1, 1, 0x7, NoNaN, false, false);

    private static readonly float[] ValuesE4M3FN = Values(E4M3FN), ValuesE4M3FNUZ = Values(E4M3FNUZ), ValuesE5M2 = Values(E5M2),
        ValuesE5M2FNUZ = Values(E5M2FNUZ), ValuesE2M1 = Values(E2M1), ValuesE8M0 = PowersOfTwo();

    /// <summary>The value of every code of a type, in the order of the codes: 256 floats, or 16 for Float4E2M1.</summary>
    /// <exception cref="DTypeException">Not a float of 8 or 4 bits.</exception>
    public static ReadOnlySpan<float> ValuesOf(DType type) => type switch
    {
        DType.Float8E4M3FN => ValuesE4M3FN,
        DType.Float8E4M3FNUZ => ValuesE4M3FNUZ,
        DType.Float8E5M2 => ValuesE5M2,
        DType.Float8E5M2FNUZ => ValuesE5M2FNUZ,
        DType.Float8E8M0 => ValuesE8M0,
        DType.Float4E2M1 => ValuesE2M1,
        _ => throw NotSmall(type),
    };

    /// <summary>
    /// The code of the value nearest to x, ties to the even code. Past the range: the largest value if <paramref name="saturate"/>, else
    /// infinity where the type has it, NaN where it has none. Infinity counts as past the range, but is NaN in the FNUZ kinds. Float4E2M1
    /// always saturates, NaN to 6. Float8E8M0 ignores the sign, rounds by <paramref name="rounding"/>, and has NaN for infinity.
    /// </summary>
    /// <exception cref="DTypeException">Not a float of 8 or 4 bits.</exception>
    public static byte Encode(DType type, float x, bool saturate = true, PowerRounding rounding = PowerRounding.Up) => type switch
    {
        DType.Float8E4M3FN => Encode(E4M3FN, x, saturate),
        DType.Float8E4M3FNUZ => Encode(E4M3FNUZ, x, saturate),
        DType.Float8E5M2 => Encode(E5M2, x, saturate),
        DType.Float8E5M2FNUZ => Encode(E5M2FNUZ, x, saturate),
        DType.Float4E2M1 => Encode(E2M1, x, saturate: true),
        DType.Float8E8M0 => EncodePower(x, saturate, rounding),
        _ => throw NotSmall(type),
    };

    /// <summary>Reads stored elements; Float4E2M1 lies two to a byte, the first in the low half.</summary>
    /// <param name="type">A float of 8 or 4 bits.</param>
    /// <param name="source">As many bytes as the elements take.</param>
    /// <param name="destination">One float an element.</param>
    /// <exception cref="DTypeException">Not a float of 8 or 4 bits.</exception>
    /// <exception cref="ShapeException">The lengths do not fit.</exception>
    public static void ToSingle(DType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        ReadOnlySpan<float> values = ValuesOf(type);
        CheckBytes(type, source.Length, destination.Length);
        if (type == DType.Float4E2M1)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = values[(source[i >> 1] >> ((i & 1) * 4)) & 15];
            return;
        }
        for (int i = 0; i < destination.Length; i++)
            destination[i] = values[source[i]];
    }

    /// <summary>Rounds and stores, as <see cref="Encode(DType,float,bool,PowerRounding)"/>; unused bits of the last byte become 0.</summary>
    /// <param name="type">A float of 8 or 4 bits.</param>
    /// <param name="source">One float an element.</param>
    /// <param name="destination">As many bytes as the elements take.</param>
    /// <param name="saturate">Whether what lies past the range becomes the largest value.</param>
    /// <param name="rounding">For Float8E8M0.</param>
    /// <exception cref="DTypeException">Not a float of 8 or 4 bits.</exception>
    /// <exception cref="ShapeException">The lengths do not fit.</exception>
    public static void FromSingle(DType type, ReadOnlySpan<float> source, Span<byte> destination, bool saturate = true, PowerRounding rounding = PowerRounding.Up)
    {
        _ = ValuesOf(type);
        CheckBytes(type, destination.Length, source.Length);
        if (type == DType.Float4E2M1)
        {
            for (int i = 0; i < destination.Length; i++)
                destination[i] = (byte)(Encode(E2M1, source[2 * i], true) | (2 * i + 1 < source.Length ? Encode(E2M1, source[2 * i + 1], true) << 4 : 0));
            return;
        }
        for (int i = 0; i < source.Length; i++)
            destination[i] = Encode(type, source[i], saturate, rounding);
    }

    private static void CheckBytes(DType type, int bytes, int count)
    {
        if (bytes != type.BytesFor(count))
            throw new ShapeException($"{type.Name}: {count} elements take {type.BytesFor(count)} bytes, not {bytes}");
    }

    private static DTypeException NotSmall(DType type) => new($"{type.Name} is no float of 8 or 4 bits");

    private static byte Encode(in Layout l, float x, bool saturate)
    {
        int sign = float.IsNegative(x) ? l.Sign : 0;
        if (float.IsNaN(x))
            return (byte)(l.NaN == NoNaN ? l.MaxCode : l.Unsigned0 ? l.NaN : l.NaN | sign);
        if (float.IsInfinity(x) && l.Unsigned0)
            return (byte)l.NaN;
        int code = float.IsInfinity(x) ? int.MaxValue : Round(l, Math.Abs(x));
        if (code > l.MaxCode)
            code = saturate ? l.MaxCode : l.HasInfinity ? l.MaxCode + 1 : l.NaN;
        return (byte)(code == 0 && l.Unsigned0 ? 0 : code | sign);
    }

    /// <summary>Codes of positive values count up evenly within a binade and carry into the next, so the rounded quotient adds to the binade's start.</summary>
    private static int Round(in Layout l, float a)
    {
        int least = 1 - l.Bias;
        int exponent = Math.Max(((int)(BitConverter.SingleToUInt32Bits(a) >> 23)) - 127, least);
        double units = a * BitConverter.UInt64BitsToDouble((ulong)(1023 + l.FractionBits - exponent) << 52);
        return ((exponent - least) << l.FractionBits) + (int)Math.Round(units);
    }

    private static byte EncodePower(float x, bool saturate, PowerRounding rounding)
    {
        if (!float.IsFinite(x))
            return 0xFF;
        float a = Math.Abs(x);
        int code = (int)(BitConverter.SingleToUInt32Bits(a) >> 23);
        // Code 0 is 2^-127, itself a denormal float.
        float floor = code == 0 ? 5.877471754111438e-39f : BitConverter.UInt32BitsToSingle((uint)code << 23);
        bool up = a > floor && rounding switch
        {
            PowerRounding.Up => true,
            PowerRounding.Down => false,
            _ => (double)a >= 1.5 * floor,
        };
        code += up ? 1 : 0;
        return (byte)(code == 0xFF && saturate ? 0xFE : code);
    }

    private static float[] Values(in Layout l)
    {
        var values = new float[1 << l.Width];
        for (int code = 0; code < values.Length; code++)
        {
            int magnitude = code & (l.Sign - 1);
            int exponent = magnitude >> l.FractionBits, fraction = magnitude & ((1 << l.FractionBits) - 1);
            double value = exponent == 0
                ? Math.ScaleB(fraction, 1 - l.Bias - l.FractionBits)
                : Math.ScaleB(fraction + (1 << l.FractionBits), exponent - l.Bias - l.FractionBits);
            if (l.HasInfinity && magnitude == l.MaxCode + 1)
                value = double.PositiveInfinity;
            else if (magnitude > l.MaxCode || (l.Unsigned0 && code == l.NaN))
                value = double.NaN;
            values[code] = (float)((code & l.Sign) != 0 ? -value : value);
        }
        return values;
    }

    private static float[] PowersOfTwo()
    {
        var values = new float[256];
        for (int code = 0; code < 255; code++)
            values[code] = (float)Math.ScaleB(1.0, code - 127);
        values[255] = float.NaN;
        return values;
    }
}
