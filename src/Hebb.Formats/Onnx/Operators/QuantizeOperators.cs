namespace Hebb.Onnx;

/// <summary>Numbers to small types by scales and zero points, and back: for the whole tensor, for each slice of an axis, or for each block along an axis.</summary>
internal static class QuantizeOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("QuantizeLinear", 10, Quantize);
        table.Add("DequantizeLinear", 10, Dequantize);
        table.AddAll("DynamicQuantizeLinear", 11, Dynamic);
    }

    /// <summary>Rounds x / scale to the nearest, adds the zero point, and saturates.</summary>
    /// <param name="x">The numbers.</param>
    /// <param name="scale">Broadcasts to them.</param>
    /// <param name="zero">The zero point, which broadcasts to them; null for 0.</param>
    /// <param name="type">The type to quantize to.</param>
    /// <param name="saturate">For the 8-bit floats: whether what lies past their range becomes their largest value.</param>
    public static Tensor Quantize(Tensor x, Tensor scale, Tensor? zero, DType type, bool saturate = true)
    {
        var y = x / scale;
        if (type is >= DType.Float8E4M3FN and <= DType.Float4E2M1)
            return CastOperators.To(zero is null ? y : y + zero.To(y.DType), type, saturate, PowerRounding.Up).AsTensor();
        y = y.Round();
        if (zero is not null)
            y += zero.To(y.DType);
        var (least, most) = type >= DType.Int4 ? PackedIntegers.RangeOf(type) : ((double)type.IntegerRange.Min, (double)type.IntegerRange.Max);
        return y.Clamp(least, most).To(type);
    }

    /// <summary>A scale or zero point so that it broadcasts to a tensor.</summary>
    public static Tensor Fit(Tensor scale, in Shape x, long axis, int block)
    {
        if (scale.Count == 1 && block == 0)
            return scale.Reshape(Shape.Create([]));
        int at = HostValues.Axis(axis, x.Rank);
        if (block == 0)
        {
            var along = Enumerable.Repeat(1, x.Rank).ToArray();
            along[at] = checked((int)scale.Count);
            return scale.Reshape(along);
        }
        return scale.RepeatInterleave(block, at).Narrow(at, 0, x[at]);
    }

    private static Tensor Quantize(NodeCall c)
    {
        var (x, scale) = (c[0], c[1]);
        var zero = c.Tensor(2);
        long axis = c.Int("axis", 1);
        int block = HostValues.Sizes([c.Int("block_size", 0)])[0];
        var type = zero?.DType ?? c.DType("output_dtype", DType.UInt8);
        var precision = c.DType("precision", scale.DType.IsStorageOnly ? DType.Float32 : scale.DType);
        if (!precision.IsFloat || precision.IsHalf)
            precision = DType.Float32;
        var wide = SmallTypes.Widen(x).To(precision);
        return Quantize(wide, Fit(SmallTypes.Widen(scale).To(precision), x.Shape, axis, block), zero is null ? null : Fit(SmallTypes.Widen(zero), x.Shape, axis, block), type, c.Flag("saturate", true));
    }

    private static Tensor Dequantize(NodeCall c)
    {
        var (x, scale) = (c[0], c[1]);
        long axis = c.Int("axis", 1);
        int block = HostValues.Sizes([c.Int("block_size", 0)])[0];
        var type = c.DType("output_dtype", scale.DType.IsStorageOnly ? DType.Float32 : scale.DType);
        var precision = type == DType.Float64 ? DType.Float64 : DType.Float32;
        var wide = SmallTypes.Widen(x);
        if (c.Tensor(2) is { } zero)
        {
            // Whole numbers are subtracted as such: 32 bits of them do not fit a float.
            var fitted = Fit(SmallTypes.Widen(zero), x.Shape, axis, block);
            wide = wide.DType.IsInteger ? wide.To(DType.Int64) - fitted.To(DType.Int64) : wide - fitted.To(wide.DType);
        }
        return (wide.To(precision) * Fit(SmallTypes.Widen(scale), x.Shape, axis, block).To(precision)).To(type);
    }

    private static OnnxValue?[] Dynamic(NodeCall c)
    {
        var x = c[0];
        // The range takes in 0, which is then exact.
        var least = x.Amin().ClampMax(0);
        var most = x.Amax().ClampMin(0);
        var scale = (most - least) / 255;
        scale = Tensor.Where(scale.Equal(0), 1.0, scale);
        var zero = (0 - least / scale).Clamp(0.0, 255.0).Round().To(DType.UInt8);
        return [Quantize(x, scale, zero, DType.UInt8), scale, zero];
    }
}
