using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>
/// The quickstart: four small convolutions on the 8x8 digits. The augmentation was chosen on contiguous quarters of the training rows,
/// whose writers differ as those of the test rows do.
/// </summary>
internal sealed class CnnDigits : Recipe
{
    public override string Name => "cnn-digits";

    public override string Description => "a small convolutional network on the 8x8 handwritten digits that ship with Hebb";

    public override string Dataset => "digits";

    public override double Reference => 0.98;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 40, batch: 64, lr: 3e-3, weightDecay: 1e-2, smoothing: 0.05, warmup: 2, validation: 0.1),
        new("dropout", 0.2, "share of the last features dropped while training", 0, 0.99),
        new("turn", 12, "augmentation: degrees to either side", 0, 180),
        new("shift", 0.7, "augmentation: pixels along each axis", 0, 8),
        new("scale", 0.12, "augmentation: change of size", 0, 10),
        new("shear", 10, "augmentation: degrees to either side", 0, 80),
    ];

    public override (TensorDataset Train, TensorDataset Test) Load(DataStore store) => Catalog.Digits();

    public override Module Build(Settings settings, TensorDataset train) => new Sequential(
        Convolution(1, 24), Convolution(24, 24), new MaxPool2d(2),
        Convolution(24, 48), Convolution(48, 48), new MaxPool2d(2),
        new Flatten(), new Dropout(settings["dropout"]), new Linear(48 * 2 * 2, 10));

    public override BatchTransform Augment(Settings settings) =>
        new RandomAffine((float)settings["turn"], (float)settings["shift"], (float)settings["scale"], (float)settings["shear"]);

    private static Sequential Convolution(int from, int to) => new(new Conv2d(from, to, 3, padding: 1, bias: false), new BatchNorm2d(to), new ReLU());
}
