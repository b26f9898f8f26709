namespace Hebb.Models;

/// <summary>
/// A small convolutional network for MNIST: [N, 1, 28, 28] to log-probabilities [N, 10]. Three 3x3 convolutions without margins or pooling, a batch norm, two linear layers, a batch norm.
/// Pixels of 0 to 1 are brought to mean 0 and deviation 1 before: (x - 0.1307) / 0.3081.
/// <para>State: <c>conv1</c> to <c>conv3</c>, <c>norm1</c>, <c>fc1</c>, <c>fc2</c>, <c>norm2</c>.</para>
/// </summary>
/// <param name="rng">Where first values come from; by default <see cref="Rng.Default"/>.</param>
public sealed partial class MnistCnn(Rng? rng = null) : Module
{
    public Conv2d Conv1 { get; } = new(1, 8, 3, rng: rng);

    public Conv2d Conv2 { get; } = new(8, 16, 3, rng: rng);

    public Conv2d Conv3 { get; } = new(16, 24, 3, rng: rng);

    public BatchNorm2d Norm1 { get; } = new(24);

    public Linear Fc1 { get; } = new(24 * 22 * 22, 32, rng: rng);

    public Linear Fc2 { get; } = new(32, 10, rng: rng);

    public BatchNorm1d Norm2 { get; } = new(10);

    protected override Tensor Forward(Tensor x)
    {
        x = Conv1.Call(x).Relu();
        x = Conv2.Call(x).Relu();
        x = Norm1.Call(Conv3.Call(x).Relu());
        x = Fc2.Call(Fc1.Call(x.Flatten(1)).Relu());
        return Norm2.Call(x).LogSoftmax(-1);
    }
}
