namespace Hebb.Ops;

/// <summary>What the transforms do with axes, lengths and types before they run.</summary>
internal static class FftShapes
{
    /// <summary>The axis from 0 to rank - 1.</summary>
    /// <exception cref="ShapeException">The tensor is a scalar or has no such axis.</exception>
    public static int Axis(string op, Tensor x, int axis)
    {
        if (x.Rank == 0)
            throw new ShapeException($"{op}: a scalar has no axis to transform");
        return x.Shape.Axis(axis, op);
    }

    /// <exception cref="ShapeException">There is no point.</exception>
    public static void CheckLength(string op, in Shape shape, int axis, int n)
    {
        if (n < 1)
            throw new ShapeException($"{op}: {n} points along axis {axis} of {shape}; at least 1 is needed");
    }

    /// <summary>Crops an axis at its end, or pads it with zeros there.</summary>
    public static Tensor Fit(Tensor x, int axis, int n)
    {
        int size = x.Shape[axis];
        if (size == n)
            return x;
        return size > n ? x.Narrow(axis, 0, n) : Tensor.Cat([x, Tensor.Zeros(x.Shape.With(axis, n - size), x.DType)], axis);
    }

    /// <summary>Complex numbers of the tensor's precision; integers and halves become single precision.</summary>
    public static Tensor ToComplex(Tensor x) => x.DType.IsComplex ? x : x.To(x.DType == DType.Float64 ? DType.Complex128 : DType.Complex64);

    /// <summary>Float32 for integers and Bool.</summary>
    /// <exception cref="DTypeException">The tensor is complex.</exception>
    public static Tensor ToReal(string op, Tensor x)
    {
        if (x.DType.IsComplex)
            throw new DTypeException($"{op}: {x.DType.Name} is not real; use Fft, or take Real() first");
        return x.DType.IsFloat ? x : x.To(DType.Float32);
    }

    /// <summary>
    /// The axes of an n-dimensional transform, normalised, and the points along each. Where no axes are given: as many of the last as there
    /// are sizes, or all.
    /// </summary>
    /// <exception cref="ShapeException">An axis is missing or named twice, or the counts differ.</exception>
    public static (int[] Axes, int?[] Sizes) Axes(string op, Tensor x, int[]? axes, int[]? sizes)
    {
        if (axes is not null && sizes is not null && axes.Length != sizes.Length)
            throw new ShapeException($"{op}: {axes.Length} axes and {sizes.Length} sizes");
        int count = axes?.Length ?? sizes?.Length ?? x.Rank;
        if (count > x.Rank)
            throw new ShapeException($"{op}: {count} sizes for the {x.Rank} axes of {x.Shape}");
        var result = new int[count];
        for (int i = 0; i < count; i++)
        {
            result[i] = axes is null ? x.Rank - count + i : Axis(op, x, axes[i]);
            if (Array.IndexOf(result, result[i], 0, i) >= 0)
                throw new ShapeException($"{op}: axis {result[i]} of {x.Shape} is named twice");
        }
        var points = new int?[count];
        for (int i = 0; i < count && sizes is not null; i++)
            points[i] = sizes[i];
        return (result, points);
    }
}
