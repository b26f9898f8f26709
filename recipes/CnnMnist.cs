using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>
/// Five convolutions on MNIST. The first pooling comes early: most of the arithmetic then happens on 14x14 maps, which is what lets two
/// cores train it in minutes.
/// </summary>
internal sealed class CnnMnist : Recipe
{
    public override string Name => "cnn-mnist";

    public override string Description => "a convolutional network on the MNIST digits, with augmentation";

    public override string Dataset => "mnist";

    public override double Reference => 0.994;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 10, batch: 128, lr: 4e-3, weightDecay: 2e-2, smoothing: 0.05, warmup: 1, validation: 0.05),
        new("dropout", 0.2, "share of the last features dropped while training", 0, 0.99),
        new("turn", 10, "augmentation: degrees to either side", 0, 180),
        new("shift", 2, "augmentation: pixels along each axis", 0, 28),
        new("scale", 0.1, "augmentation: change of size", 0, 10),
        new("shear", 8, "augmentation: degrees to either side", 0, 80),
    ];

    public override (TensorDataset Train, TensorDataset Test) Load(DataStore store) => Catalog.Mnist(store);

    public override Module Build(Settings settings, TensorDataset train) => new Sequential(
        Convolution(1, 32), new MaxPool2d(2),
        Convolution(32, 48), Convolution(48, 48), new MaxPool2d(2),
        Convolution(48, 96), Convolution(96, 96), new MaxPool2d(2),
        new Flatten(), new Dropout(settings["dropout"]), new Linear(96 * 3 * 3, 10));

    public override BatchTransform Augment(Settings settings) =>
        new RandomAffine((float)settings["turn"], (float)settings["shift"], (float)settings["scale"], (float)settings["shear"]);

    private static Sequential Convolution(int from, int to) => new(new Conv2d(from, to, 3, padding: 1, bias: false), new BatchNorm2d(to), new ReLU());
}
