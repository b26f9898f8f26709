using System.Text.Json;
using Hebb.Files;

namespace Hebb.Package;

/// <summary>Numbers in expressions, written into the graph as numbers where those say every bit.</summary>
internal static class ScalarText
{
    public static bool TryWrite(Utf8JsonWriter json, Tensor x)
    {
        if (x.Rank != 0)
            return false;
        switch (x.DType)
        {
            case DType.Float32 when !float.IsNaN(x.Item<float>()):
                Write(json, x.Item<float>(), x.DType);
                return true;
            case DType.Float64 when !double.IsNaN(x.Item<double>()):
                Write(json, x.Item<double>(), x.DType);
                return true;
            case DType.Int64:
                json.WriteNumber("scalar", x.Item<long>());
                json.WriteString("dtype", x.DType.Name);
                return true;
            case DType.Int32:
                json.WriteNumber("scalar", x.Item<int>());
                json.WriteString("dtype", x.DType.Name);
                return true;
            default:
                return false;
        }
    }

    public static Tensor Read(Json json)
    {
        var value = json["scalar"];
        return json["dtype"].DType() switch
        {
            DType.Float32 => Tensor.From([(float)value.Number()], Shape.Create([])),
            DType.Float64 => Tensor.From([value.Number()], Shape.Create([])),
            DType.Int64 => Tensor.From([value.Long()], Shape.Create([])),
            DType.Int32 => Tensor.From([value.Int()], Shape.Create([])),
            var other => throw new FormatException($"{json.At}: a scalar is never {other.Name}"),
        };
    }

    /// <summary>Writes a number; those that JSON lacks become the texts inf, -inf and nan.</summary>
    public static void Write(Utf8JsonWriter json, double value)
    {
        if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf");
    }

    private static void Write(Utf8JsonWriter json, double value, DType dtype)
    {
        json.WritePropertyName("scalar");
        Write(json, value);
        json.WriteString("dtype", dtype.Name);
    }
}
