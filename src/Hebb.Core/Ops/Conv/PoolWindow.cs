using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>How a pooling window moves over the last axes of its input; all axes before them are planes of their own.</summary>
internal sealed class PoolWindow
{
    public int[] Kernel, Stride, PadBegin, PadEnd, Dilation;
    public bool CeilMode;

    public PoolWindow() => Kernel = Stride = PadBegin = PadEnd = Dilation = [];

    /// <exception cref="ShapeException">A number is out of range.</exception>
    public PoolWindow(string op, int axes, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? dilation, bool ceilMode)
    {
        Kernel = kernel.Sizes(op, "kernel", axes, 1);
        Stride = stride is { } given ? given.Sizes(op, "stride", axes, 1) : Kernel;
        Dilation = (dilation ?? 1).Sizes(op, "dilation", axes, 1);
        (PadBegin, PadEnd) = (padding ?? 0).Resolve(op, Kernel, Dilation);
        CeilMode = ceilMode;
        if (padding is { IsSame: true } && Array.Exists(Stride, s => s != 1))
            throw new ShapeException($"{op}: padding Same keeps the size, a stride of [{string.Join(", ", Stride)}] does not; give the padding in numbers");
        for (int i = 0; i < axes; i++)
        {
            int most = Math.Max(PadBegin[i], PadEnd[i]);
            if (most >= Span(i))
                throw new ShapeException($"{op}: padding {most} along spatial axis {i} must be smaller than the window, which spans {Span(i)}");
        }
    }

    public int Axes => Kernel.Length;

    public int Span(int axis) => checked(Dilation[axis] * (Kernel[axis] - 1) + 1);

    public void Describe(AttributeVisitor v)
    {
        v.Ints("kernel", ref Kernel);
        v.Ints("stride", ref Stride);
        v.Ints("pad_begin", ref PadBegin);
        v.Ints("pad_end", ref PadEnd);
        v.Ints("dilation", ref Dilation);
        v.Bool("ceil_mode", ref CeilMode);
    }

    [SkipLocalsInit]
    public PoolingGeometry Geometry(in Shape x)
    {
        int axes = Axes, lead = x.Rank - axes;
        Span<long> input = stackalloc long[axes], kernel = stackalloc long[axes], stride = stackalloc long[axes];
        Span<long> begin = stackalloc long[axes], end = stackalloc long[axes], dilation = stackalloc long[axes];
        for (int i = 0; i < axes; i++)
            (input[i], kernel[i], stride[i], begin[i], end[i], dilation[i]) = (x[lead + i], Kernel[i], Stride[i], PadBegin[i], PadEnd[i], Dilation[i]);
        return PoolingGeometry.Create(x[..lead].Count, input, kernel, stride, begin, end, dilation, CeilMode);
    }

    /// <exception cref="ShapeException">The window is larger than the padded input.</exception>
    public Shape Output(string op, in Shape x)
    {
        var geometry = Geometry(x);
        var y = x;
        for (int i = 0; i < Axes; i++)
        {
            int axis = x.Rank - Axes + i, length = checked((int)geometry.Output[Hebb.Cpu.Axes.Count - Axes + i]);
            if (length < 1)
                throw new ShapeException($"{op}: input {x}: along axis {axis} the window spans {Span(i)} elements, the padded input has {x[axis] + PadBegin[i] + PadEnd[i]}");
            y = y.With(axis, length);
        }
        return y;
    }

    /// <summary>The windows of x, [..., output…, kernel…], where <paramref name="outside"/> stands in the padding.</summary>
    public Tensor Windows(Tensor x, in Shape output, double outside)
    {
        int axes = Axes, lead = x.Rank - axes;
        var margin = new int[2 * axes];
        for (int i = 0; i < axes; i++)
        {
            int length = (output[lead + i] - 1) * Stride[i] + Span(i);
            (margin[2 * (axes - 1 - i)], margin[2 * (axes - 1 - i) + 1]) = (PadBegin[i], length - x.Shape[lead + i] - PadBegin[i]);
        }
        var windows = x.Pad(margin, PadMode.Constant, outside);
        for (int i = 0; i < axes; i++)
            windows = windows.Unfold(lead + i, Kernel[i], Stride[i], Dilation[i]);
        return windows;
    }

    /// <summary>The adjoint of <see cref="Windows"/> where all of a window has one value: each element of g [..., output…] is added to all that its window meets.</summary>
    public Tensor Spread(Tensor g, in Shape input)
    {
        int axes = Axes, lead = g.Rank - axes;
        var (single, windows) = (g.Shape, g.Shape);
        for (int i = 0; i < axes; i++)
        {
            single = single.Concat([1]);
            windows = windows.Concat([Kernel[i]]);
        }
        var x = g.Reshape(single).Expand(windows);
        var cut = new int[2 * axes];
        for (int i = axes - 1; i >= 0; i--)
        {
            int length = (g.Shape[lead + i] - 1) * Stride[i] + Span(i);
            x = Engine.Apply(new FoldOp(length, lead + i, Stride[i], Dilation[i]), x);
            (cut[2 * (axes - 1 - i)], cut[2 * (axes - 1 - i) + 1]) = (-PadBegin[i], input[lead + i] + PadBegin[i] - length);
        }
        return x.Pad(cut);
    }

    public PoolWindow WithoutPadding() => new() { Kernel = Kernel, Stride = Stride, Dilation = Dilation, PadBegin = new int[Axes], PadEnd = new int[Axes], CeilMode = CeilMode };

    /// <summary>The places of elements in their plane, counted row by row: Int64 [spatial sizes].</summary>
    public static Tensor Places(in Shape spatial) => Tensor.Arange(spatial.Count).Reshape(spatial);

    public static void Check(string op, DType type)
    {
        if (!type.IsFloat || type.IsStorageOnly)
            throw new DTypeException($"{op}: {type.Name} is not supported; the input must be floats");
    }

    public static string Name(string op, int axes) => (op, axes) switch
    {
        ("MaxPool", 1) => "MaxPool1d",
        ("MaxPool", 2) => "MaxPool2d",
        ("MaxPool", 3) => "MaxPool3d",
        ("AvgPool", 1) => "AvgPool1d",
        ("AvgPool", 2) => "AvgPool2d",
        ("AvgPool", 3) => "AvgPool3d",
        _ => $"{op}{axes}d",
    };
}
