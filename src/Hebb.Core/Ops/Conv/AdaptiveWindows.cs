using Hebb.Cpu;

namespace Hebb;

/// <summary>Windows that divide an axis of n elements into m: window i spans floor(i n / m) to ceil((i + 1) n / m), so that they may overlap.</summary>
internal static class AdaptiveWindows
{
    /// <summary>The shape that comes out; a size of -1 stands for the input's.</summary>
    /// <exception cref="ShapeException">The input has nothing along an axis.</exception>
    public static Shape Output(string op, in Shape x, ReadOnlySpan<int> size)
    {
        var y = x;
        for (int i = 0; i < size.Length; i++)
        {
            int axis = x.Rank - size.Length + i;
            if (x[axis] == 0)
                throw new ShapeException($"{op}: input {x} has no elements along axis {axis}");
            if (size[i] >= 0)
                y = y.With(axis, size[i]);
        }
        return y;
    }

    public static Axes Axes(in Shape shape, int axes)
    {
        Span<long> sizes = stackalloc long[axes];
        for (int i = 0; i < axes; i++)
            sizes[i] = shape[shape.Rank - axes + i];
        return Cpu.Axes.From(sizes, 1);
    }

    public static (int Begin, int End) Window(int i, int input, int output) => ((int)((long)i * input / output), (int)(((i + 1L) * input + output - 1) / output));

    /// <summary>What each element of an axis gives to each mean, [input, output].</summary>
    public static Tensor Shares(int input, int output, DType type)
    {
        var shares = new double[input * output];
        for (int o = 0; o < output; o++)
        {
            var (begin, end) = Window(o, input, output);
            for (int i = begin; i < end; i++)
                shares[i * output + o] = 1.0 / (end - begin);
        }
        return Tensor.From(shares, [input, output]).To(type);
    }
}
