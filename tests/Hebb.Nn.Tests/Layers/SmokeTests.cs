namespace Hebb.Nn.Tests.Layers;

/// <summary>A small network learns.</summary>
public class SmokeTests
{
    [Fact]
    public void LearnsExclusiveOr()
    {
        var rng = new Rng(3);
        var model = new Sequential(new Linear(16, rng: rng), new Tanh(), new Linear(2, rng: rng));
        var (x, y) = (Tensor.From(new float[,] { { 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1 } }), Tensor.From([0L, 1, 1, 0]));
        var optimizer = new AdamW(lr: 0.05);
        optimizer.Bind(model);
        for (int i = 0; i < 200; i++)
        {
            optimizer.ZeroGrad();
            Losses.CrossEntropy(model.Call(x), y).Backward();
            optimizer.Step();
        }
        Assert.Equal([0L, 1, 1, 0], model.Call(x).ArgMax(1).ToArray<long>());
        Assert.True(Losses.CrossEntropy(model.Call(x), y).Item() < 0.01);
    }
}
