namespace Hebb.Tflite;

/// <summary>From whole numbers to the real ones that they stand for, and back.</summary>
internal static class TfliteQuantizing
{
    /// <summary>scale * (q - zero).</summary>
    public static Tensor Real(Tensor stored, Quantization q, DType type) => Less(stored, q, type) * Along(Array.ConvertAll(q.Scale, s => (double)s), stored.Rank, q.Axis).To(type);

    /// <summary>q - zero, exactly.</summary>
    public static Tensor Less(Tensor stored, Quantization q, DType type)
    {
        var wide = stored.To(type);
        return q.Zero.All(z => z == 0) ? wide : wide - Along(Array.ConvertAll(q.Zero, z => (double)z), stored.Rank, q.Axis).To(type);
    }

    /// <summary>The nearest of the whole numbers that a type has: halves go away from zero.</summary>
    public static Tensor Stored(Tensor real, Quantization q, DType type)
    {
        var wide = real.DType == DType.Float64 ? real : real.To(DType.Float32);
        var y = wide / Along(Array.ConvertAll(q.Scale, s => (double)s), real.Rank, q.Axis).To(wide.DType);
        y = (y.Abs() + 0.5).Floor() * y.Sign();
        if (q.Zero.Any(z => z != 0))
            y += Along(Array.ConvertAll(q.Zero, z => (double)z), real.Rank, q.Axis).To(wide.DType);
        var (least, most) = type.IntegerRange;
        return y.Clamp((double)least, (double)most).To(type);
    }

    /// <summary>Values along one axis, so that they broadcast.</summary>
    public static Tensor Along(double[] values, int rank, int axis)
    {
        if (values.Length == 1)
            return Tensor.Scalar(values[0], DType.Float64);
        var shape = Enumerable.Repeat(1, rank).ToArray();
        if (axis < 0 || axis >= rank)
            throw new ShapeException($"scales along axis {axis} of {rank}");
        shape[axis] = values.Length;
        return Tensor.From(values, shape);
    }
}
