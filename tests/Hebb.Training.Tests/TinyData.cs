using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Small problems and models, the same every time.</summary>
internal static class TinyData
{
    /// <summary>Points of 4 numbers whose class, 0 to 2, is where the largest of the first three stands.</summary>
    public static TensorDataset Classes(int count = 50, ulong seed = 7)
    {
        var inputs = Tensor.Normal(0, 1, [count, 4], key: new Rng(seed).NextKey());
        var targets = inputs[.., ..3].Contiguous().ArgMax(1);
        return new TensorDataset(inputs, targets, new DatasetInfo { Name = "tiny", Labels = ["a", "b", "c"] });
    }

    public static Sequential Model(ulong seed = 1)
    {
        Rng.SetSeed(seed);
        return new Sequential(new Linear(16), new Tanh(), new Dropout(0.1), new Linear(3));
    }

    public static float[] Weights(Module model) => [.. model.StateDict().Values.Where(t => t.DType == DType.Float32).SelectMany(t => t.ToArray<float>())];
}
