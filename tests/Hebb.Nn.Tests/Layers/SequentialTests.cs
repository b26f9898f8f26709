namespace Hebb.Nn.Tests;

public class SequentialTests
{
    [Fact]
    public void RunsItsLayersInOrder()
    {
        var chain = new Sequential(new Lambda(x => x + 1.0), new Lambda(x => x * 2.0));
        Assert.Equal(8, chain.Call(Tensor.Scalar(3)).Item());
        Assert.Equal(3, new Sequential().Call(Tensor.Scalar(3)).Item());
        Assert.Equal(3.5, chain.Append(new Lambda(x => x - 4.5)).Call(Tensor.Scalar(3)).Item());
        Assert.Equal(3, chain.Count);
        Assert.Equal(3.5, chain[1..].Call(Tensor.Scalar(4)).Item());
    }

    [Fact]
    public void TakesNamesOfItsOwn()
    {
        var net = new Sequential { { "conv", new Conv2d(1, 2, 3) }, new ReLU(), { "head", new Linear(3, 1, bias: false) } };
        Assert.Equal(["conv.weight", "conv.bias", "head.weight"], net.StateDict().Keys);
        Assert.Equal(["", "conv", "1", "head"], net.NamedModules().Select(m => m.Name));
        Check.Throws<HebbException>("Sequential: 'conv' can't name a layer: names are not empty, hold no dot, and differ", () => net.Add("conv", new ReLU()));
        Check.Throws<HebbException>("Sequential: 'a.b' can't name a layer: names are not empty, hold no dot, and differ", () => net.Add("a.b", new ReLU()));
    }

    [Fact]
    public void PrintsItsLayers() => Assert.Equal(
        "Sequential(\n  (0): Conv2d(1, 32, 3x3, stride: 2)\n  (1): Sequential(\n    (0): ReLU()\n  )\n  (2): Linear(?, 10)\n)",
        new Sequential(new Conv2d(1, 32, 3, stride: 2), new Sequential(new ReLU()), new Linear(10)).ToString());

    [Fact]
    public void ModulesOfOnesOwnPrintWhatIsInThem() => Assert.Equal(
        "TransformerEncoder(\n  (layers.0): TransformerEncoderLayer(4, 2, 8)\n  (norm): LayerNorm([4])\n)",
        new TransformerEncoder(() => new TransformerEncoderLayer(4, 2, 8), 1, new LayerNorm(4)).ToString());

    [Fact]
    public void ALayerUsedTwiceIsTrainedOnce()
    {
        var shared = new Linear(3, 3, rng: new Rng(1));
        var net = new Sequential(shared, new Tanh(), shared);
        Assert.Equal(["0.weight", "0.bias"], net.NamedParameters().Select(p => p.Name));
        var x = Check.Random(1, 2, 3);
        net.Call(x).Sum().Backward();
        var once = (shared.Weight.Value.Detach().RequireGrad(), shared.Bias!.Value.Detach().RequireGrad());
        (((x.MatMul(once.Item1.MT) + once.Item2).Tanh()).MatMul(once.Item1.MT) + once.Item2).Sum().Backward();
        Check.Close(once.Item1.Grad!, shared.Weight.Grad!, 1e-6, "gradient");
        var before = shared.Weight.Value.Detach().Clone();
        var optimizer = new SGD(1);
        optimizer.Bind(net);
        optimizer.Step();
        Check.Close(before - once.Item1.Grad!, shared.Weight.Value.Detach(), 1e-6, "weight after one step");
    }
}
