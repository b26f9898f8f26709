using System.Globalization;
using System.Runtime.InteropServices;

namespace Hebb.Onnx;

/// <summary>Conversions between element types, strings among them.</summary>
internal static class CastOperators
{
    private const long StringType = (long)Proto.TensorProto.Types.DataType.String;

    public static void Register(OperatorTable table)
    {
        // The first version names the type by a text.
        table.AddAll("Cast", 1, c => [To(c.Required(0), TypeNamed(c.Text("to")), true, PowerRounding.Up)]);
        table.AddAll("Cast", 6, c => [To(c.Required(0), c.Int("to"), c.Flag("saturate", true), Rounding(c))]);
        table.AddAll("CastLike", 15, c => [c.Required(1) is OnnxStrings ? Texts(c.Required(0)) : To(c.Required(0), c[1].DType, c.Flag("saturate", true), Rounding(c))]);
        table.Add("BitCast", 26, BitCast);
    }

    public static OnnxValue To(OnnxValue value, long type, bool saturate, PowerRounding rounding) =>
        type == StringType ? Texts(value) : To(value, ElementType.Of(type), saturate, rounding);

    public static OnnxValue To(OnnxValue value, DType type, bool saturate, PowerRounding rounding)
    {
        if (value is OnnxStrings strings)
            return Numbers(strings, type);
        var x = value.AsTensor();
        if (x.DType == type)
            return x;
        if (type is >= DType.Float8E4M3FN and <= DType.Float4E2M1)
        {
            float[] wide = HostValues.Floats(x);
            if (type == DType.Float4E2M1)
            {
                // There is no NaN; the standard's own conversion gives -0.
                wide = Array.ConvertAll(wide, v => float.IsNaN(v) ? -0f : v);
            }
            else if (saturate && type is DType.Float8E4M3FNUZ or DType.Float8E5M2FNUZ)
            {
                // Infinity saturates as every other number does.
                float most = type == DType.Float8E4M3FNUZ ? 240 : 57344;
                wide = Array.ConvertAll(wide, v => float.IsInfinity(v) ? float.CopySign(most, v) : v);
            }
            var bytes = new byte[type.BytesFor(wide.Length)];
            SmallFloats.FromSingle(type, wide, bytes, saturate, rounding);
            return TensorReader.FromBytes(bytes, type, x.Shape);
        }
        // Numbers lose their fractions, then their upper bits.
        if (type >= DType.Int4)
        {
            int bits = type.Bits, mask = (1 << bits) - 1, sign = type.IsSigned ? 1 << (bits - 1) : 0;
            var small = Array.ConvertAll(HostValues.Longs(SmallTypes.Widen(x).To(DType.Int64)), v => (sbyte)((((int)v & mask) ^ sign) - sign));
            var packed = new byte[type.BytesFor(x.Count)];
            PackedIntegers.Pack(type, small, packed);
            return TensorReader.FromBytes(packed, type, x.Shape);
        }
        return x.To(type);
    }

    private static PowerRounding Rounding(NodeCall c) => c.Text("round_mode", "up") switch
    {
        "up" => PowerRounding.Up,
        "down" => PowerRounding.Down,
        "nearest" => PowerRounding.Nearest,
        var other => throw new FormatException($"there is no rounding '{other}'"),
    };

    private static long TypeNamed(string name) =>
        Enum.TryParse<Proto.TensorProto.Types.DataType>(name, ignoreCase: true, out var type) ? (long)type : throw new FormatException($"there is no element type '{name}'");

    private static OnnxStrings Texts(OnnxValue value)
    {
        if (value is OnnxStrings strings)
            return strings;
        var x = value.AsTensor();
        string[] texts = x.DType switch
        {
            DType.Bool => Array.ConvertAll(x.ToArray<bool>(), v => v ? "True" : "False"),
            DType.Float32 => Array.ConvertAll(x.ToArray<float>(), v => NumberText.Of(v, v.ToString("R", CultureInfo.InvariantCulture))),
            DType.Float64 => Array.ConvertAll(x.ToArray<double>(), v => NumberText.Of(v, v.ToString("R", CultureInfo.InvariantCulture))),
            DType.Float16 => Array.ConvertAll(x.ToArray<Half>(), v => NumberText.Of((double)v, v.ToString(CultureInfo.InvariantCulture))),
            DType.BFloat16 or { IsStorageOnly: true } when x.DType < DType.Int4 => Array.ConvertAll(HostValues.Floats(x), v => NumberText.Of(v, v.ToString("R", CultureInfo.InvariantCulture))),
            DType.UInt64 => Array.ConvertAll(x.ToArray<ulong>(), v => v.ToString(CultureInfo.InvariantCulture)),
            _ => Array.ConvertAll(HostValues.Longs(SmallTypes.Widen(x)), v => v.ToString(CultureInfo.InvariantCulture)),
        };
        return new OnnxStrings(texts, x.Shape);
    }

    private static Tensor Numbers(OnnxStrings strings, DType type)
    {
        if (type.IsInteger)
            return Tensor.From(Array.ConvertAll(strings.Values, Whole), strings.Shape).To(type);
        return Tensor.From(Array.ConvertAll(strings.Values, Real), strings.Shape).To(type);
    }

    private static long Whole(string text) => long.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out long value) ? value : (long)Real(text);

    private static double Real(string text)
    {
        string trimmed = text.Trim();
        if (double.TryParse(trimmed, NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            return value;
        return trimmed.ToUpperInvariant() switch
        {
            "INF" or "+INF" or "INFINITY" or "+INFINITY" => double.PositiveInfinity,
            "-INF" or "-INFINITY" => double.NegativeInfinity,
            "NAN" or "+NAN" or "-NAN" => double.NaN,
            _ => throw new FormatException($"'{text}' is no number"),
        };
    }

    private static Tensor BitCast(NodeCall c)
    {
        var (x, type) = (c[0].Contiguous(), ElementType.Of(c.Int("to")));
        if (x.DType.Bits != type.Bits)
            throw new DTypeException($"{x.DType.Name} has {x.DType.Bits} bits, {type.Name} {type.Bits}");
        var y = Tensor.Empty(x.Shape, type);
        unsafe
        {
            long bytes = type.BytesFor(x.Count);
            NativeMemory.Copy(x.Pointer, y.Pointer, (nuint)bytes);
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return y;
    }
}
