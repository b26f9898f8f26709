namespace Hebb;

/// <summary>Convolution (as in PyTorch a cross-correlation) of [N, C, L] or [C, L]. See <see cref="Convolution"/>.</summary>
/// <param name="inChannels">The number of channels of the input.</param>
/// <param name="outChannels">The number of channels of the output.</param>
/// <param name="kernel">The size of the kernel: <c>3</c>, or one number an axis.</param>
/// <param name="stride">Places from one output to the next; by default 1.</param>
/// <param name="padding">The margin on both sides of each axis, or <see cref="Padding.Same"/>; by default none.</param>
/// <param name="dilation">Places from one kernel element to the next; by default 1.</param>
/// <param name="groups">Into how many groups channels fall; each group of outputs sees only its group of inputs.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="paddingMode">What stands in the margin; by default zeros.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
/// <exception cref="ShapeException">A size is out of its range, or channels don't fall into equal groups.</exception>
public sealed class Conv1d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
    PadMode paddingMode = PadMode.Constant, Rng? rng = null)
    : Convolution(1, inChannels, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public static Conv1d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
        PadMode paddingMode = PadMode.Constant, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.Conv1d(Weight, Bias?.Value, Stride, padding, Dilation, Groups);
}

/// <summary>Convolution (as in PyTorch a cross-correlation) of [N, C, H, W] or [C, H, W]. See <see cref="Convolution"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv2d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
    PadMode paddingMode = PadMode.Constant, Rng? rng = null)
    : Convolution(2, inChannels, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public static Conv2d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
        PadMode paddingMode = PadMode.Constant, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.Conv2d(Weight, Bias?.Value, Stride, padding, Dilation, Groups);
}

/// <summary>Convolution (as in PyTorch a cross-correlation) of [N, C, D, H, W] or [C, D, H, W]. See <see cref="Convolution"/>.</summary>
/// <inheritdoc cref="Conv1d"/>
public sealed class Conv3d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
    PadMode paddingMode = PadMode.Constant, Rng? rng = null)
    : Convolution(3, inChannels, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="Conv1d"/>
    public static Conv3d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int groups = 1, bool bias = true,
        PadMode paddingMode = PadMode.Constant, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, dilation, groups, bias, paddingMode, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.Conv3d(Weight, Bias?.Value, Stride, padding, Dilation, Groups);
}
