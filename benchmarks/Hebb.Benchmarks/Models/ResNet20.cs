namespace Hebb.Benchmarks;

/// <summary>The residual network of 20 layers for 32x32 images (He et al., 2016); where the size changes, the shortcut is a 1x1 convolution.</summary>
internal static class ResNet20
{
    public static Sequential Make() => new(
        new Conv2d(3, 16, 3, padding: 1, bias: false), new BatchNorm2d(16), new ReLU(),
        new Residual(16, 16, 1), new Residual(16, 16, 1), new Residual(16, 16, 1),
        new Residual(16, 32, 2), new Residual(32, 32, 1), new Residual(32, 32, 1),
        new Residual(32, 64, 2), new Residual(64, 64, 1), new Residual(64, 64, 1),
        new AdaptiveAvgPool2d(1), new Flatten(), new Linear(64, 10));
}

internal sealed partial class Residual(int from, int to, int stride) : Module
{
    public Conv2d Conv1 { get; } = new(from, to, 3, stride, 1, bias: false);

    public BatchNorm2d Norm1 { get; } = new(to);

    public Conv2d Conv2 { get; } = new(to, to, 3, 1, 1, bias: false);

    public BatchNorm2d Norm2 { get; } = new(to);

    public Sequential Shortcut { get; } = from == to ? new() : new(new Conv2d(from, to, 1, stride, bias: false), new BatchNorm2d(to));

    protected override Tensor Forward(Tensor x)
    {
        var y = Norm2.Call(Conv2.Call(Norm1.Call(Conv1.Call(x)).Relu()));
        return (y + (Shortcut.Count == 0 ? x : Shortcut.Call(x))).Relu();
    }
}
