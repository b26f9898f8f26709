using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>What is tried on pictures: a linear model of the pixels, and a small residual network.</summary>
internal static class PictureCandidates
{
    // So many pictures are looked at in all: fewer passes where there are more of them.
    private const int Looks = 80_000, FewestEpochs = 8, MostEpochs = 60;

    public static IReadOnlyList<FitCandidate> For(TensorDataset train, int? epochs)
    {
        int channels = train.Inputs.Shape[1], height = train.Inputs.Shape[2], width = train.Inputs.Shape[3], classes = train.Info.Labels!.Count;
        int batch = train.Count < 2000 ? 32 : 64, passes = epochs ?? Math.Clamp(Looks / train.Count, FewestEpochs, MostEpochs);
        double side = Math.Min(height, width);
        return
        [
            new FitCandidate
            {
                Name = "linear model",
                Description = "logistic regression of the pixels",
                Build = _ => new Sequential(new Flatten(), new Linear(channels * height * width, classes)),
                Loss = Losses.CrossEntropy,
                Epochs = epochs ?? 30,
                Patience = 4,
                BatchSize = batch,
                LearningRate = 1e-3,
                WeightDecay = 1e-2,
                Metric = new Accuracy(),
            },
            new FitCandidate
            {
                Name = "residual network",
                Description = "a small residual network (He et al., 2016) on pictures that are turned, shifted, scaled and slanted a little in training",
                Build = _ => Network(channels, Math.Max(height, width), classes),
                Loss = Losses.CrossEntropy,
                Epochs = passes,
                Patience = passes,
                BatchSize = batch,
                LearningRate = 3e-3,
                WeightDecay = 1e-2,
                Schedule = new CosineSchedule(warmupEpochs: Math.Min(1, passes / 4.0)),
                Augment = new RandomAffine(degrees: 8, shift: (float)(0.07 * side), scale: 0.1f, shear: 6),
                Metric = new Accuracy(),
            },
        ];
    }

    /// <summary>Halves the picture until it is small, widening as it goes; then the mean over what is left of it.</summary>
    private static Sequential Network(int channels, int side, int classes)
    {
        var layers = new List<Module> { Convolution(channels, 24, side > 32 ? 2 : 1), new ReLU() };
        if (side > 32) side = (side + 1) / 2;
        // Most arithmetic then happens on small maps: a third of it in all, for the same accuracy.
        if (side > 16)
        {
            layers.Add(new MaxPool2d(2));
            side /= 2;
        }
        int width = 24;
        layers.Add(new ResidualBlock(width, width, 1));
        foreach (int next in (int[])[48, 96])
        {
            layers.Add(new ResidualBlock(width, next, side >= 8 ? 2 : 1));
            layers.Add(new ResidualBlock(next, next, 1));
            (width, side) = (next, (side + 1) / 2);
        }
        return new Sequential([.. layers, new AdaptiveAvgPool2d(1), new Flatten(), new Dropout(0.2), new Linear(width, classes)]);
    }

    internal static Sequential Convolution(int from, int to, int stride) => new(new Conv2d(from, to, 3, stride: stride, padding: 1, bias: false), new BatchNorm2d(to));
}
