namespace Hebb.Cpu;

/// <summary>
/// What a convolution joins: x[batch, in channels, input…], w[out channels, in channels / groups, kernel…], y[batch, out channels, output…],
/// all contiguous, with one to three spatial axes.
/// </summary>
/// <remarks>
/// y[n, o, p] = bias[o] + sum over i, t of w[o, i, t] x[n, i, p * stride + t * dilation - padBegin], where x is 0 outside its bounds. It is
/// the cross-correlation that deep learning calls convolution.
/// </remarks>
struct ConvGeometry
{
    public long Batch, InChannels, OutChannels, Groups;
    public Axes Input, Kernel, Stride, PadBegin, PadEnd, Dilation;

    /// <summary>All spans have one entry an axis, one to three of them.</summary>
    public static ConvGeometry Create(
        long batch,
        long inChannels,
        long outChannels,
        long groups,
        ReadOnlySpan<long> input,
        ReadOnlySpan<long> kernel,
        ReadOnlySpan<long> stride,
        ReadOnlySpan<long> padBegin,
        ReadOnlySpan<long> padEnd,
        ReadOnlySpan<long> dilation) => new()
        {
            Batch = batch,
            InChannels = inChannels,
            OutChannels = outChannels,
            Groups = groups,
            Input = Axes.From(input, 1),
            Kernel = Axes.From(kernel, 1),
            Stride = Axes.From(stride, 1),
            PadBegin = Axes.From(padBegin, 0),
            PadEnd = Axes.From(padEnd, 0),
            Dilation = Axes.From(dilation, 1),
        };

    /// <summary>How many kernel positions fit along an axis.</summary>
    public readonly long OutputLength(int axis)
    {
        long room = Input[axis] + PadBegin[axis] + PadEnd[axis] - (Dilation[axis] * (Kernel[axis] - 1)) - 1;
        return room < 0 || Input[axis] < 0 ? 0 : (room / Stride[axis]) + 1;
    }

    public readonly Axes Output
    {
        get
        {
            Axes output = default;
            for (int i = 0; i < Axes.Count; i++)
                output[i] = OutputLength(i);
            return output;
        }
    }

    public readonly long GroupIn => InChannels / Groups;

    public readonly long GroupOut => OutChannels / Groups;

    /// <summary>Each output is a matrix product over channels at its own place.</summary>
    public readonly bool IsPointwise
    {
        get
        {
            bool pointwise = true;
            for (int i = 0; i < Axes.Count; i++)
                pointwise &= Kernel[i] == 1 && Stride[i] == 1 && PadBegin[i] == 0 && PadEnd[i] == 0;
            return pointwise;
        }
    }

    /// <summary>A kernel of one place that never meets the padding: each output is a matrix product over channels at one cell.</summary>
    public readonly bool IsSampled
    {
        get
        {
            bool sampled = Output.Product > 0;
            for (int i = 0; i < Axes.Count; i++)
                sampled &= Kernel[i] == 1 && PadBegin[i] == 0 && (OutputLength(i) - 1) * Stride[i] < Input[i];
            return sampled;
        }
    }
}
