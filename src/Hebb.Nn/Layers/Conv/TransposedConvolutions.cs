namespace Hebb;

/// <summary>Transposed convolution of [N, C, L] or [C, L]. See <see cref="TransposedConvolution"/>.</summary>
/// <param name="inChannels">The number of channels of the input.</param>
/// <param name="outChannels">The number of channels of the output.</param>
/// <param name="kernel">The size of the kernel: <c>3</c>, or one number an axis.</param>
/// <param name="stride">Places in the output from one input to the next; by default 1.</param>
/// <param name="padding">By how much each side of the output is cut; by default nothing.</param>
/// <param name="outputPadding">What is added to the end of each axis of the output, of several sizes that give this input size; by default 0.</param>
/// <param name="groups">Into how many groups channels fall; each group of outputs sees only its group of inputs.</param>
/// <param name="bias">Whether a bias is added.</param>
/// <param name="dilation">Places from one kernel element to the next; by default 1.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
/// <exception cref="ShapeException">A size is out of its range, or channels don't fall into equal groups.</exception>
public sealed class ConvTranspose1d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
    PerAxis? dilation = null, Rng? rng = null)
    : TransposedConvolution(1, inChannels, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public static ConvTranspose1d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
        PerAxis? dilation = null, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.ConvTranspose1d(Weight, Bias?.Value, Stride, padding, OutputPadding, Groups, Dilation);
}

/// <summary>Transposed convolution of [N, C, H, W] or [C, H, W]. See <see cref="TransposedConvolution"/>.</summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose2d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
    PerAxis? dilation = null, Rng? rng = null)
    : TransposedConvolution(2, inChannels, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public static ConvTranspose2d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
        PerAxis? dilation = null, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.ConvTranspose2d(Weight, Bias?.Value, Stride, padding, OutputPadding, Groups, Dilation);
}

/// <summary>Transposed convolution of [N, C, D, H, W] or [C, D, H, W]. See <see cref="TransposedConvolution"/>.</summary>
/// <inheritdoc cref="ConvTranspose1d"/>
public sealed class ConvTranspose3d(
    int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
    PerAxis? dilation = null, Rng? rng = null)
    : TransposedConvolution(3, inChannels, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng)
{
    /// <summary>A layer that takes as many channels as the first input that it sees has.</summary>
    /// <inheritdoc cref="ConvTranspose1d"/>
    public static ConvTranspose3d Lazy(
        int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? outputPadding = null, int groups = 1, bool bias = true,
        PerAxis? dilation = null, Rng? rng = null) =>
        new(Unknown, outChannels, kernel, stride, padding, outputPadding, groups, bias, dilation, rng);

    private protected override Tensor Convolve(Tensor x, Padding? padding) => x.ConvTranspose3d(Weight, Bias?.Value, Stride, padding, OutputPadding, Groups, Dilation);
}
