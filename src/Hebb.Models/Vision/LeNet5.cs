namespace Hebb.Models;

/// <summary>
/// LeNet-5 (LeCun et al., 1998) as it is built today: [N, 1, 32, 32] to log-probabilities [N, 10]. Three convolutions with ReLU, max pooling between them, two linear layers.
/// <para>State: <c>convnet.c1</c>, <c>convnet.c3</c>, <c>convnet.c5</c>, <c>fc.f6</c>, <c>fc.f7</c>, named after the layers of the paper. MNIST's 28x28 pictures get a margin of 2.</para>
/// </summary>
/// <param name="classes">The number of classes.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class LeNet5(int classes = 10, Rng? rng = null) : Module
{
    [StateName("convnet")]
    public LeNet5Features Features { get; } = new(rng);

    [StateName("fc")]
    public LeNet5Classifier Classifier { get; } = new(classes, rng);

    protected override Tensor Forward(Tensor x) => Classifier.Call(Features.Call(x).Flatten(1));
}

/// <summary>The convolutions of <see cref="LeNet5"/>: [N, 1, 32, 32] to [N, 120, 1, 1].</summary>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class LeNet5Features(Rng? rng = null) : Module
{
    public Conv2d C1 { get; } = new(1, 6, 5, rng: rng);

    public Conv2d C3 { get; } = new(6, 16, 5, rng: rng);

    public Conv2d C5 { get; } = new(16, 120, 5, rng: rng);

    protected override Tensor Forward(Tensor x)
    {
        x = C1.Call(x).Relu().MaxPool2d(2);
        x = C3.Call(x).Relu().MaxPool2d(2);
        return C5.Call(x).Relu();
    }
}

/// <summary>The linear layers of <see cref="LeNet5"/>: [N, 120] to log-probabilities.</summary>
/// <param name="classes">The number of classes.</param>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class LeNet5Classifier(int classes = 10, Rng? rng = null) : Module
{
    public Linear F6 { get; } = new(120, 84, rng: rng);

    public Linear F7 { get; } = new(84, classes, rng: rng);

    protected override Tensor Forward(Tensor x) => F7.Call(F6.Call(x).Relu()).LogSoftmax(-1);
}
