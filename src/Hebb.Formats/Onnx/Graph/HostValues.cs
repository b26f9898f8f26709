namespace Hebb.Onnx;

/// <summary>Values that decide shapes or what runs, read out of tensors.</summary>
internal static class HostValues
{
    public static long[] Longs(Tensor x)
    {
        if (!x.DType.IsInteger && x.DType != DType.Bool)
            throw new DTypeException($"integers are needed here, not {x.DType.Name}");
        return (x.DType == DType.Int64 ? x : x.To(DType.Int64)).ToArray<long>();
    }

    public static double[] Doubles(Tensor x) => (x.DType == DType.Float64 ? x : x.To(DType.Float64)).ToArray<double>();

    public static float[] Floats(Tensor x) => (x.DType == DType.Float32 ? x : x.To(DType.Float32)).ToArray<float>();

    public static bool Bool(Tensor x)
    {
        if (x.Count != 1)
            throw new ShapeException($"a condition is one value, not {x.Shape}");
        return x.To(DType.Bool).Reshape(1).ToArray<bool>()[0];
    }

    /// <summary>A size, or a position that may lie outside an axis: what does not fit an int is as good as its ends.</summary>
    public static int Clip(long value) => (int)Math.Clamp(value, -int.MaxValue, int.MaxValue);

    /// <exception cref="ShapeException">A number is no size.</exception>
    public static int[] Sizes(ReadOnlySpan<long> values)
    {
        var sizes = new int[values.Length];
        for (int i = 0; i < sizes.Length; i++)
            sizes[i] = values[i] is >= 0 and <= int.MaxValue ? (int)values[i] : throw new ShapeException($"{values[i]} is no size");
        return sizes;
    }

    /// <summary>Axes from 0 to rank - 1.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public static int[] Axes(ReadOnlySpan<long> axes, int rank)
    {
        var all = new int[axes.Length];
        for (int i = 0; i < all.Length; i++)
            all[i] = Axis(axes[i], rank);
        return all;
    }

    /// <exception cref="ShapeException">There is no such axis.</exception>
    public static int Axis(long axis, int rank)
    {
        long i = axis < 0 ? axis + rank : axis;
        return i >= 0 && i < Math.Max(rank, 1) ? (int)i : throw new ShapeException($"there is no axis {axis} of {rank}");
    }

    public static Tensor OfLongs(params ReadOnlySpan<long> values) => Tensor.From(values);

    public static Tensor OfLong(long value) => Tensor.From([value], Shape.Create([]));
}
