using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb;

/// <summary>How a kernel moves over its input: the attributes that a convolution and its derivatives share.</summary>
/// <remarks>y[n, o, p] = sum over i, t of w[o, i, t] x[n, i, p * stride + t * dilation - padBegin] for the channels i of o's group. A negative end of padding leaves out input.</remarks>
internal sealed class ConvWindow
{
    public int[] Stride, PadBegin, PadEnd, Dilation;
    public int Groups;

    public ConvWindow() => Stride = PadBegin = PadEnd = Dilation = [];

    public ConvWindow(int[] stride, int[] padBegin, int[] padEnd, int[] dilation, int groups)
    {
        Stride = stride;
        PadBegin = padBegin;
        PadEnd = padEnd;
        Dilation = dilation;
        Groups = groups;
    }

    public int Axes => Stride.Length;

    public ConvWindow WithGroups(int groups) => new(Stride, PadBegin, PadEnd, Dilation, groups);

    public void Describe(AttributeVisitor v)
    {
        v.Ints("stride", ref Stride);
        v.Ints("pad_begin", ref PadBegin);
        v.Ints("pad_end", ref PadEnd);
        v.Ints("dilation", ref Dilation);
        v.Int("groups", ref Groups);
    }

    /// <summary>Elements from the first to the last that a kernel meets.</summary>
    public int Span(int axis, int kernel) => checked(Dilation[axis] * (kernel - 1) + 1);

    /// <summary>x [N, C, input…], w [O, C / groups, kernel…], y [N, O, output…]: what the kernels work on.</summary>
    [SkipLocalsInit]
    public ConvGeometry Geometry(in Shape x, in Shape w, in Shape y)
    {
        int axes = Axes;
        Span<long> input = stackalloc long[axes], kernel = stackalloc long[axes], stride = stackalloc long[axes];
        Span<long> begin = stackalloc long[axes], end = stackalloc long[axes], dilation = stackalloc long[axes];
        for (int i = 0; i < axes; i++)
        {
            (input[i], kernel[i], stride[i], begin[i], dilation[i]) = (x[i + 2], w[i + 2], Stride[i], PadBegin[i], Dilation[i]);
            // Exactly what the last output meets, so that the output's length is y's.
            end[i] = (y[i + 2] - 1L) * stride[i] + Span(i, w[i + 2]) - input[i] - begin[i];
        }
        return ConvGeometry.Create(x[0], x[1], w[0], Groups, input, kernel, stride, begin, end, dilation);
    }

    /// <summary>The output of a convolution.</summary>
    /// <exception cref="ShapeException">The kernel is larger than the padded input.</exception>
    public Shape Output(string op, in Shape x, in Shape w)
    {
        var y = x.With(1, w[0]);
        for (int i = 0; i < Axes; i++)
        {
            int padded = checked(x[i + 2] + PadBegin[i] + PadEnd[i]), span = Span(i, w[i + 2]);
            if (span > padded)
                throw new ShapeException($"{op}: input {x}, weight {w}: along axis {i + 2} the kernel spans {span} elements, the padded input has {padded}");
            y = y.With(i + 2, (padded - span) / Stride[i] + 1);
        }
        return y;
    }

    /// <summary>Checks element types and the forms of input, weight and bias.</summary>
    public void Check(string op, ReadOnlySpan<TensorSpec> inputs, bool transposed)
    {
        var (x, w) = (inputs[0], inputs[1]);
        if (x.Shape.Rank != Axes + 2)
            throw new ShapeException($"{op}: input {x.Shape} must be {Form(Axes, "N, C")}");
        CheckWeight(op, w.Shape, Axes, transposed);
        if (Groups < 1)
            throw new ShapeException($"{op}: {Groups} groups; there must be at least 1");
        if (w.Shape[0] % Groups != 0)
            throw new ShapeException($"{op}: weight {w.Shape} has {w.Shape[0]} {(transposed ? "input" : "output")} channels, no multiple of {Groups} groups");
        int takes = transposed ? w.Shape[0] : w.Shape[1] * Groups, gives = transposed ? w.Shape[1] * Groups : w.Shape[0];
        if (x.Shape[1] != takes)
            throw new ShapeException($"{op}: input {x.Shape} has {x.Shape[1]} channels, weight {w.Shape} takes {takes} (groups {Groups})");
        if (inputs.Length > 2 && inputs[2].Shape != [gives])
            throw new ShapeException($"{op}: bias {inputs[2].Shape} for {gives} output channels; it must be [{gives}]");
        if (!x.DType.IsFloat || x.DType.IsStorageOnly)
            throw new DTypeException($"{op}: {x.DType.Name} is not supported; inputs must be floats");
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].DType != x.DType)
                throw new DTypeException($"{op}: input of {x.DType.Name}, {(i == 1 ? "weight" : "bias")} of {inputs[i].DType.Name}; both must be of one type");
        }
    }

    /// <exception cref="ShapeException">The weight has the wrong number of axes, or a kernel without elements.</exception>
    public static void CheckWeight(string op, in Shape w, int axes, bool transposed)
    {
        if (w.Rank != axes + 2)
            throw new ShapeException($"{op}: weight {w} must be {Form(axes, transposed ? "in channels, out channels / groups" : "out channels, in channels / groups")}");
        for (int i = 2; i < w.Rank; i++)
        {
            if (w[i] == 0)
                throw new ShapeException($"{op}: weight {w} has a kernel without elements");
        }
    }

    /// <summary>Whether <paramref name="x"/> is a single image, without a batch axis.</summary>
    /// <exception cref="ShapeException">It has too few or too many axes.</exception>
    public static bool IsSingle(string op, Tensor x, int axes)
    {
        if (x.Rank != axes + 1 && x.Rank != axes + 2)
            throw new ShapeException($"{op}: input {x.Shape} must be {Form(axes, "N, C")} or {Form(axes, "C")}");
        return x.Rank == axes + 1;
    }

    /// <summary>The gradient of a bias: [C] of [N, C, …].</summary>
    public static Tensor SumOfChannels(Tensor g)
    {
        Span<int> axes = stackalloc int[g.Rank - 1];
        for (int i = 1; i < axes.Length; i++)
            axes[i] = i + 1;
        return g.Sum(axes);
    }

    public static string Form(int axes, string front) => axes switch { 1 => $"[{front}, L]", 2 => $"[{front}, H, W]", _ => $"[{front}, D, H, W]" };

    public static string Name(string op, int axes) => (op, axes) switch
    {
        ("Conv", 1) => "Conv1d",
        ("Conv", 2) => "Conv2d",
        ("Conv", 3) => "Conv3d",
        ("ConvTranspose", 1) => "ConvTranspose1d",
        ("ConvTranspose", 2) => "ConvTranspose2d",
        ("ConvTranspose", 3) => "ConvTranspose3d",
        _ => $"{op}{axes}d",
    };
}
