namespace Hebb.Nn.Tests;

/// <summary>Small networks learn.</summary>
public class SmokeTests
{
    [Fact]
    public void LearnsExclusiveOr()
    {
        var rng = new Rng(3);
        var model = new Sequential(new Linear(16, rng: rng), new Tanh(), new Linear(2, rng: rng));
        var (x, y) = (Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }), Tensor.From([0L, 1, 1, 0]));
        Assert.Equal(4, Train(model, x, y, 200));
        Assert.True(Losses.CrossEntropy(model.Call(x), y).Item() < 0.01);
    }

    /// <summary>A transformer reverses sequences: it must look at other places and know its own.</summary>
    [Fact]
    public void ATransformerLearnsToReverse()
    {
        var rng = new Rng(5);
        var model = new Sequential(
            new Embedding(6, 16, rng: rng), new PositionEmbedding(5, 16, 1, rng), new TransformerEncoderLayer(16, 2, 32, 0, batchFirst: true, normFirst: true, rng: rng), new Linear(16, 6, rng: rng));
        var x = Tensor.RandInt(0, 6, [64, 5], rng: rng);
        var y = x.Flip(1);
        var optimizer = new AdamW(lr: 0.01);
        optimizer.Bind(model);
        for (int i = 0; i < 120; i++)
        {
            optimizer.ZeroGrad();
            Losses.SequenceCrossEntropy(model.Call(x), y).Backward();
            optimizer.Step();
        }
        Assert.True(model.Call(x).ArgMax(-1).Equal(y).To(DType.Float32).Mean().Item() > 0.99);
    }

    /// <summary>The README's model tells where a bright spot is.</summary>
    [Fact]
    public void LearnsPlaces()
    {
        var rng = new Rng(4);
        var model = new Sequential(new Conv2d(1, 8, 3, padding: 1, rng: rng), new BatchNorm2d(8), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(4, rng: rng));
        var x = Check.Random(5, 32, 1, 8, 8) * 0.1;
        long[] y = [.. Enumerable.Range(0, 32).Select(i => (long)(i % 4))];
        for (int i = 0; i < 32; i++)
            x[i, 0, (int)(y[i] / 2 * 4 + i % 3), (int)(y[i] % 2 * 4 + i % 2)] = 2f;
        Assert.Equal(32, Train(model, x, Tensor.From(y), 30));
        model.Eval();
        Assert.Equal(y, model.Call(x).ArgMax(1).ToArray<long>());
    }

    private static int Train(Module model, Tensor x, Tensor y, int steps)
    {
        var optimizer = new AdamW(lr: 0.05);
        optimizer.Bind(model);
        for (int i = 0; i < steps; i++)
        {
            optimizer.ZeroGrad();
            Losses.CrossEntropy(model.Call(x), y).Backward();
            optimizer.Step();
        }
        return (int)model.Call(x).ArgMax(1).Equal(y).Sum().Item();
    }
}
