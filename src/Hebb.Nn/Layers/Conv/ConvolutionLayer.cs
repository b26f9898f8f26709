namespace Hebb;

/// <summary>What convolutions and their transposes share: a kernel for each pair of channels, found at every place.</summary>
public abstract partial class ConvolutionLayer : Module
{
    /// <summary>In place of a number of channels: that of the first input.</summary>
    private protected const int Unknown = int.MinValue;

    private readonly InitialValues _initial;
    private readonly int _axes;
    private readonly bool _transposed;

    private protected ConvolutionLayer(int axes, bool transposed, int inChannels, int outChannels, PerAxis kernel, PerAxis? stride, PerAxis? dilation, int groups, bool bias, Rng? rng)
    {
        (_axes, _transposed, OutChannels, Groups) = (axes, transposed, outChannels, groups);
        Kernel = Sizes("kernel", kernel);
        (Stride, Dilation) = (stride ?? 1, dilation ?? 1);
        Sizes("stride", Stride);
        Sizes("dilation", Dilation);
        if (groups < 1 || outChannels < 0 || outChannels % groups != 0 || (inChannels != Unknown && (inChannels < 0 || inChannels % groups != 0)))
            throw new ShapeException($"{GetType().Name}: {(inChannels == Unknown ? "" : $"{inChannels} and ")}{outChannels} channels don't fall into {groups} equal groups");
        _initial = new InitialValues(rng);
        int input = inChannels == Unknown ? -1 : transposed ? inChannels : inChannels / groups;
        Weight = Parameter.Lazy(transposed ? [input, outChannels / groups, .. Kernel] : [outChannels, input, .. Kernel]);
        Bias = bias ? Parameter.Lazy([outChannels]) : null;
        if (inChannels != Unknown)
            Materialize(inChannels);
    }

    /// <summary>[out, in / groups, kernel…]; of a transposed convolution [in, out / groups, kernel…].</summary>
    public Parameter Weight { get; }

    /// <summary>[out]; null without.</summary>
    public Parameter? Bias { get; }

    /// <summary>The number of channels of the input; null until the first call where it is inferred.</summary>
    public int? InChannels => !Weight.IsMaterialized ? null : _transposed ? Weight.Shape[0] : Weight.Shape[1] * Groups;

    /// <summary>The number of channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>The size of the kernel along each axis.</summary>
    public IReadOnlyList<int> Kernel { get; }

    /// <summary>Places from one position of the kernel to the next.</summary>
    public PerAxis Stride { get; }

    /// <summary>Places from one kernel element to the next.</summary>
    public PerAxis Dilation { get; }

    /// <summary>Into how many groups channels fall.</summary>
    public int Groups { get; }

    // PyTorch's fan counts the weight's second axis, which for a transposed convolution is that of outputs.
    private void Materialize(int inChannels)
    {
        long places = Kernel.Aggregate(1L, (product, size) => product * size), fan = (_transposed ? OutChannels : inChannels) / Groups * places;
        Weight.Materialize(() => _initial.FanIn(0, _transposed ? [inChannels, OutChannels / Groups, .. Kernel] : [OutChannels, inChannels / Groups, .. Kernel], fan));
        Bias?.Materialize(() => _initial.FanIn(1, [OutChannels], fan));
    }

    protected sealed override Tensor Forward(Tensor x)
    {
        if (x.Rank != _axes + 1 && x.Rank != _axes + 2)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} has {x.Rank} axes, not {_axes + 1} or {_axes + 2}");
        int channels = x.Shape[-_axes - 1];
        if (!Weight.IsMaterialized && channels % Groups != 0)
            throw new ShapeException($"{GetType().Name}: input {x.Shape}: {channels} channels don't fall into {Groups} equal groups");
        if (!Weight.IsMaterialized || Bias is { IsMaterialized: false })
            Materialize(channels);
        if (channels != InChannels)
            throw new ShapeException($"{GetType().Name}: input {x.Shape} has {channels} channels, the layer takes {InChannels}");
        return Compute(x);
    }

    private protected abstract Tensor Compute(Tensor x);

    private protected int[] Sizes(string what, PerAxis sizes)
    {
        if (sizes.Count != 1 && sizes.Count != _axes)
            throw new ShapeException($"{GetType().Name}: {what} {sizes} has {sizes.Count} numbers for {_axes} {(_axes == 1 ? "axis" : "axes")}");
        int[] all = [.. Enumerable.Range(0, _axes).Select(i => sizes[i])];
        return all.All(s => s > 0) ? all : throw new ShapeException($"{GetType().Name}: {what} {sizes} must be at least 1");
    }

    public override string ToString() =>
        $"{GetType().Name}({InChannels?.ToString() ?? "?"}, {OutChannels}, {string.Join("x", Kernel)}{(Stride == 1 ? "" : $", stride: {Stride}")}{(Groups == 1 ? "" : $", groups: {Groups}")})";
}

/// <summary>
/// Every output a weighted sum of a window of the input (LeCun et al., 1989), the same weights at every place. Weights and bias start uniform within
/// 1 / sqrt(channels of a group * kernel size), as PyTorch's.
/// </summary>
public abstract class Convolution : ConvolutionLayer
{
    private readonly Padding? _padding;
    private readonly PadMode _mode;

    private protected Convolution(
        int axes, int inChannels, int outChannels, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? dilation, int groups, bool bias, PadMode paddingMode, Rng? rng)
        : base(axes, transposed: false, inChannels, outChannels, kernel, stride, dilation, groups, bias, rng) => (_padding, _mode) = (padding, paddingMode);

    private protected sealed override Tensor Compute(Tensor x)
    {
        if (_padding is not { } padding || _mode == PadMode.Constant)
            return Convolve(x, _padding);
        var (begin, end) = padding.Resolve([.. Kernel], Sizes("dilation", Dilation));
        int[] pairs = [.. Enumerable.Range(1, begin.Length).SelectMany(i => new[] { begin[^i], end[^i] })];
        return Convolve(x.Pad(pairs, _mode), null);
    }

    private protected abstract Tensor Convolve(Tensor x, Padding? padding);
}

/// <summary>
/// The adjoint of a <see cref="Convolution"/>, which makes images larger where that makes them smaller (Zeiler et al., 2010). Weights and bias start as PyTorch's.
/// </summary>
public abstract class TransposedConvolution : ConvolutionLayer
{
    private readonly Padding? _padding;

    private protected TransposedConvolution(
        int axes, int inChannels, int outChannels, PerAxis kernel, PerAxis? stride, Padding? padding, PerAxis? outputPadding, int groups, bool bias, PerAxis? dilation, Rng? rng)
        : base(axes, transposed: true, inChannels, outChannels, kernel, stride, dilation, groups, bias, rng) => (_padding, OutputPadding) = (padding, outputPadding);

    /// <summary>What is added to the end of each axis of the output; null for nothing.</summary>
    public PerAxis? OutputPadding { get; }

    private protected sealed override Tensor Compute(Tensor x) => Convolve(x, _padding);

    private protected abstract Tensor Convolve(Tensor x, Padding? padding);
}
