namespace Hebb.Models;

/// <summary>
/// The residual networks for CIFAR-10 (He et al., 2015, section 4.2): [N, 3, 32, 32] to logits [N, 10]. Three stages of 16, 32 and 64 channels; shortcuts have no parameters: where the size
/// changes they take every second pixel, and zeros for the further channels.
/// <para>State: <c>conv1</c>, <c>bn1</c>, <c>layer1.0.conv1</c> … <c>layer3.2.bn2</c>, <c>linear</c>. Pixels of 0 to 1 are normalised by the mean (0.485, 0.456, 0.406) and the deviation
/// (0.229, 0.224, 0.225).</para>
/// </summary>
public sealed partial class CifarResNet : Module
{
    /// <param name="depth">The number of layers with weights, 6n + 2: 20, 32, 44, 56, 110 in the paper.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="HebbException">The depth is not 6n + 2.</exception>
    public CifarResNet(int depth = 20, int classes = 10, Rng? rng = null)
    {
        if (depth < 8 || (depth - 2) % 6 != 0)
            throw new HebbException($"CifarResNet: depth {depth} is not 6n + 2, such as 20, 32, 44, 56 or 110");
        int blocks = (depth - 2) / 6;
        Conv1 = new Conv2d(3, 16, 3, padding: 1, bias: false, rng: rng);
        Layer1 = Stage(16, 16, 1);
        Layer2 = Stage(16, 32, 2);
        Layer3 = Stage(32, 64, 2);
        Linear = new Linear(64, classes, rng: rng);

        Sequential Stage(int from, int to, int stride) =>
            new([.. Enumerable.Range(0, blocks).Select(i => (Module)new CifarResNetBlock(i == 0 ? from : to, to, i == 0 ? stride : 1, rng))]);
    }

    public Conv2d Conv1 { get; }

    public BatchNorm2d Bn1 { get; } = new(16);

    public Sequential Layer1 { get; }

    public Sequential Layer2 { get; }

    public Sequential Layer3 { get; }

    public Linear Linear { get; }

    protected override Tensor Forward(Tensor x)
    {
        x = Bn1.Call(Conv1.Call(x)).Relu();
        x = Layer3.Call(Layer2.Call(Layer1.Call(x)));
        return Linear.Call(x.Mean([2, 3]));
    }
}

/// <summary>Two 3x3 convolutions with a shortcut around them: the block of <see cref="CifarResNet"/>.</summary>
/// <param name="from">Channels of the input.</param>
/// <param name="to">Channels of the result.</param>
/// <param name="stride">The step of the first convolution.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class CifarResNetBlock(int from, int to, int stride = 1, Rng? rng = null) : Module
{
    public Conv2d Conv1 { get; } = new(from, to, 3, stride: stride, padding: 1, bias: false, rng: rng);

    public BatchNorm2d Bn1 { get; } = new(to);

    public Conv2d Conv2 { get; } = new(to, to, 3, padding: 1, bias: false, rng: rng);

    public BatchNorm2d Bn2 { get; } = new(to);

    protected override Tensor Forward(Tensor x)
    {
        var y = Bn2.Call(Conv2.Call(Bn1.Call(Conv1.Call(x)).Relu()));
        return (y + Shortcut(x)).Relu();
    }

    private Tensor Shortcut(Tensor x)
    {
        if (stride != 1)
            x = x[.., .., TensorIndex.Step(stride), TensorIndex.Step(stride)];
        int missing = to - from;
        return missing == 0 ? x : x.Pad([0, 0, 0, 0, missing / 2, missing - missing / 2]);
    }
}
