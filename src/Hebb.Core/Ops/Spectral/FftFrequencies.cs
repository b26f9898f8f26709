using Hebb.Ops;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>
    /// The frequencies of the coefficients of <see cref="Fft(int?, int, FftNorm)"/>: [0, 1, …, -2, -1] / (n d), for samples d apart.
    /// </summary>
    /// <exception cref="ShapeException">n is below 1.</exception>
    public static Tensor FftFrequencies(int n, double d = 1, DType dtype = DType.Float32) =>
        Frequencies("FftFrequencies", n, n, (n + 1) / 2, d, dtype);

    /// <summary>The frequencies of the coefficients of <see cref="Rfft"/>: [0, 1, …, n / 2] / (n d), for samples d apart.</summary>
    /// <exception cref="ShapeException">n is below 1.</exception>
    public static Tensor RfftFrequencies(int n, double d = 1, DType dtype = DType.Float32) =>
        Frequencies("RfftFrequencies", n, n / 2 + 1, n / 2 + 1, d, dtype);

    /// <summary>Moves the coefficient of frequency zero to the middle of the axes: of all where none is named.</summary>
    /// <exception cref="ShapeException">There is no such axis, or it is named twice.</exception>
    public Tensor FftShift(params int[] axes) => RollHalf("FftShift", axes, up: false);

    /// <summary>The inverse of <see cref="FftShift"/>.</summary>
    /// <exception cref="ShapeException">There is no such axis, or it is named twice.</exception>
    public Tensor IfftShift(params int[] axes) => RollHalf("IfftShift", axes, up: true);

    private static Tensor Frequencies(string op, int n, int count, int positive, double d, DType dtype)
    {
        if (n < 1)
            throw new ShapeException($"{op}: {n} points; at least 1 is needed");
        var values = new double[count];
        for (int i = 0; i < count; i++)
            values[i] = (i < positive ? i : i - n) / (n * d);
        return From(values).To(dtype);
    }

    private Tensor RollHalf(string op, int[] axes, bool up)
    {
        var x = this;
        foreach (int axis in FftShapes.Axes(op, this, axes.Length == 0 ? null : axes, null).Axes)
        {
            int size = Shape[axis], first = up ? size / 2 : (size + 1) / 2;
            if (size > 1)
                x = Cat([x.Narrow(axis, first, size - first), x.Narrow(axis, 0, first)], axis);
        }
        return x;
    }
}
