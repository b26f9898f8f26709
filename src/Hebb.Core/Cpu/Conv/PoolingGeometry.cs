namespace Hebb.Cpu;

/// <summary>
/// What a pooling joins: planes (batch times channels) of up to three spatial axes, x[planes, input…] and y[planes, output…], both contiguous.
/// </summary>
struct PoolingGeometry
{
    public long Planes;
    public Axes Input, Kernel, Stride, PadBegin, PadEnd, Dilation, Output;

    /// <summary>
    /// All spans have one entry an axis, one to three of them. With <paramref name="ceilMode"/> a last window that overhangs the padded
    /// input counts too, if it begins inside the input or the padding before it (PyTorch's rule).
    /// </summary>
    public static PoolingGeometry Create(
        long planes,
        ReadOnlySpan<long> input,
        ReadOnlySpan<long> kernel,
        ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padBegin,
        ReadOnlySpan<long> padEnd,
        ReadOnlySpan<long> dilation,
        bool ceilMode)
    {
        var g = new PoolingGeometry
        {
            Planes = planes,
            Input = Axes.From(input, 1),
            Kernel = Axes.From(kernel, 1),
            Stride = Axes.From(stride, 1),
            PadBegin = Axes.From(padBegin, 0),
            PadEnd = Axes.From(padEnd, 0),
            Dilation = Axes.From(dilation, 1),
        };
        for (int i = 0; i < Axes.Count; i++)
        {
            long stretch = (g.Dilation[i] * (g.Kernel[i] - 1)) + 1, step = g.Stride[i];
            long room = g.Input[i] + g.PadBegin[i] + g.PadEnd[i] - stretch + (ceilMode ? step - 1 : 0);
            long count = room < 0 ? 0 : (room / step) + 1;
            if (ceilMode && count > 0 && (count - 1) * step >= g.Input[i] + g.PadBegin[i])
                count--;
            g.Output[i] = count;
        }
        return g;
    }

    /// <summary>A convolution of one channel that meets the same elements; its padding after is whatever gives the same outputs.</summary>
    public readonly ConvGeometry AsConv()
    {
        var conv = new ConvGeometry
        {
            Batch = Planes,
            InChannels = 1,
            OutChannels = 1,
            Groups = 1,
            Input = Input,
            Kernel = Kernel,
            Stride = Stride,
            PadBegin = PadBegin,
            Dilation = Dilation,
        };
        for (int i = 0; i < Axes.Count; i++)
            conv.PadEnd[i] = ((Output[i] - 1) * Stride[i]) + (Dilation[i] * (Kernel[i] - 1)) + 1 - Input[i] - PadBegin[i];
        return conv;
    }
}
