using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>Two hidden layers on MNIST: what can be done without any knowledge of pictures but for small shifts and turns of the training rows.</summary>
internal sealed class MlpMnist : Recipe
{
    public override string Name => "mlp-mnist";

    public override string Description => "a multilayer perceptron with two hidden layers on the MNIST digits";

    public override string Dataset => "mnist";

    public override double Reference => 0.983;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 15, batch: 128, lr: 2e-3, weightDecay: 2e-2, smoothing: 0.05, warmup: 1, validation: 0.05),
        new("hidden", 512, "width of the two hidden layers", 1, 65_536, IsWhole: true),
        new("dropout", 0.2, "share of the hidden features dropped while training", 0, 0.99),
        new("turn", 7, "augmentation: degrees to either side", 0, 180),
        new("shift", 1.5, "augmentation: pixels along each axis", 0, 28),
        new("scale", 0.08, "augmentation: change of size", 0, 10),
    ];

    public override (TensorDataset Train, TensorDataset Test) Load(DataStore store) => Catalog.Mnist(store);

    public override Module Build(Settings settings, TensorDataset train)
    {
        int hidden = settings.Whole("hidden");
        return new Sequential(
            new Flatten(),
            new Linear(28 * 28, hidden), new ReLU(), new Dropout(settings["dropout"]),
            new Linear(hidden, hidden), new ReLU(), new Dropout(settings["dropout"]),
            new Linear(hidden, 10));
    }

    public override BatchTransform Augment(Settings settings) =>
        new RandomAffine((float)settings["turn"], (float)settings["shift"], (float)settings["scale"]);
}
