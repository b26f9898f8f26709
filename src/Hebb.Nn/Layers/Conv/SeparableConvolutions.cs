namespace Hebb;

/// <summary>
/// A convolution in two steps (Chollet, 2017): every channel filtered by itself (<c>depthwise</c>), then channels mixed at each place (<c>pointwise</c>). Of [N, C, L] or [C, L].
/// </summary>
public sealed partial class SeparableConv1d : Module
{
    /// <param name="inChannels">The number of channels of the input.</param>
    /// <param name="outChannels">The number of channels of the output.</param>
    /// <param name="kernel">The size of the kernel: <c>3</c>, or one number an axis.</param>
    /// <param name="stride">Places from one output to the next; by default 1.</param>
    /// <param name="padding">The margin on both sides of each axis, or <see cref="Padding.Same"/>; by default none.</param>
    /// <param name="dilation">Places from one kernel element to the next; by default 1.</param>
    /// <param name="depthMultiplier">How many filters each channel goes through.</param>
    /// <param name="bias">Whether the second step adds a bias.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    public SeparableConv1d(
        int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int depthMultiplier = 1, bool bias = true, Rng? rng = null)
    {
        Depthwise = new Conv1d(inChannels, inChannels * depthMultiplier, kernel, stride, padding, dilation, inChannels, bias: false, rng: rng);
        Pointwise = new Conv1d(inChannels * depthMultiplier, outChannels, 1, bias: bias, rng: rng);
    }

    public Conv1d Depthwise { get; }

    public Conv1d Pointwise { get; }

    protected override Tensor Forward(Tensor x) => Pointwise.Call(Depthwise.Call(x));

    public override string ToString() => $"SeparableConv1d({Depthwise.InChannels}, {Pointwise.OutChannels}, {string.Join("x", Depthwise.Kernel)})";
}

/// <summary>
/// A convolution in two steps (Chollet, 2017): every channel filtered by itself (<c>depthwise</c>), then channels mixed at each place (<c>pointwise</c>). Of [N, C, H, W] or [C, H, W].
/// </summary>
public sealed partial class SeparableConv2d : Module
{
    /// <inheritdoc cref="SeparableConv1d(int, int, PerAxis, PerAxis?, Padding?, PerAxis?, int, bool, Rng)"/>
    public SeparableConv2d(
        int inChannels, int outChannels, PerAxis kernel, PerAxis? stride = null, Padding? padding = null, PerAxis? dilation = null, int depthMultiplier = 1, bool bias = true, Rng? rng = null)
    {
        Depthwise = new Conv2d(inChannels, inChannels * depthMultiplier, kernel, stride, padding, dilation, inChannels, bias: false, rng: rng);
        Pointwise = new Conv2d(inChannels * depthMultiplier, outChannels, 1, bias: bias, rng: rng);
    }

    public Conv2d Depthwise { get; }

    public Conv2d Pointwise { get; }

    protected override Tensor Forward(Tensor x) => Pointwise.Call(Depthwise.Call(x));

    public override string ToString() => $"SeparableConv2d({Depthwise.InChannels}, {Pointwise.OutChannels}, {string.Join("x", Depthwise.Kernel)})";
}
