namespace Hebb.Onnx;

/// <summary>How a kernel moves over the axes after the first two: the attributes that convolutions and poolings share.</summary>
internal sealed class WindowAttributes
{
    /// <param name="c">The call.</param>
    /// <param name="input">The shape of the input.</param>
    /// <param name="kernel">The kernel's sizes, where a weight gives them; else the attribute does.</param>
    /// <exception cref="FormatException">A number is missing or out of range.</exception>
    public WindowAttributes(NodeCall c, in Shape input, int[]? kernel = null)
    {
        Axes = input.Rank - 2;
        if (Axes < 1)
            throw new ShapeException($"an input of at least three axes is needed, not {input}");
        Kernel = c.Ints("kernel_shape") is { } given ? Each("kernel_shape", given, 1) : kernel ?? throw new FormatException($"{c.Node.OpType} needs the attribute 'kernel_shape'");
        Strides = c.Ints("strides") is { } strides ? Each("strides", strides, 1) : Ones();
        Dilations = c.Ints("dilations") is { } dilations ? Each("dilations", dilations, 1) : Ones();
        Mode = c.Text("auto_pad", "NOTSET");
        Begin = new int[Axes];
        End = new int[Axes];
        if (Mode is "NOTSET" or "")
        {
            if (c.Ints("pads") is not { } pads)
                return;
            if (pads.Length != 2 * Axes)
                throw new FormatException($"there are {pads.Length} pads for {Axes} axes");
            for (int i = 0; i < Axes; i++)
                (Begin[i], End[i]) = (checked((int)pads[i]), checked((int)pads[Axes + i]));
        }
        else if (Mode is "SAME_UPPER" or "SAME_LOWER")
        {
            for (int i = 0; i < Axes; i++)
            {
                int size = input[2 + i], windows = (size + Strides[i] - 1) / Strides[i];
                Share(i, Math.Max((windows - 1) * Strides[i] + Span(i) - size, 0));
            }
        }
        else if (Mode != "VALID")
        {
            throw new FormatException($"there is no auto_pad '{Mode}'");
        }
    }

    /// <summary>The number of axes that the kernel moves over.</summary>
    public int Axes { get; }

    public int[] Kernel { get; }

    public int[] Strides { get; }

    public int[] Dilations { get; }

    /// <summary>The value of auto_pad.</summary>
    public string Mode { get; }

    /// <summary>Elements added before the first along each axis.</summary>
    public int[] Begin { get; }

    /// <summary>Elements added after the last along each axis.</summary>
    public int[] End { get; }

    public Padding Padding => Padding.Sides(Begin, End);

    /// <summary>The elements from the first of the kernel to its last.</summary>
    public int Span(int axis) => checked(Dilations[axis] * (Kernel[axis] - 1) + 1);

    /// <summary>Shares what is added along an axis between its ends: an odd element goes to the end, or to the start for SAME_LOWER.</summary>
    public void Share(int axis, int total)
    {
        int half = total / 2;
        (Begin[axis], End[axis]) = Mode == "SAME_LOWER" ? (total - half, half) : (half, total - half);
    }

    private int[] Ones() => [.. Enumerable.Repeat(1, Axes)];

    private int[] Each(string name, long[] values, int least)
    {
        if (values.Length != Axes || values.Any(v => v < least || v > int.MaxValue))
            throw new FormatException($"{name} is [{string.Join(", ", values)}]; it must be {Axes} numbers of at least {least}");
        return Array.ConvertAll(values, v => (int)v);
    }
}
