namespace Hebb.Models.Tests;

/// <summary>Published weights of PyTorch models in Hebb's: they load by name and do what they were trained for.</summary>
public class PublishedDigitsTests
{
    private const int Count = 2000;

    private static double Accuracy(Tensor scores, long[] digits)
    {
        long[] predicted = scores.ArgMax(-1).ToArray<long>();
        return predicted.Zip(digits).Count(p => p.First == p.Second) / (double)digits.Length;
    }

    private static MnistCnn Cnn(string file = "pytorch/mnist-cnn.pt")
    {
        var model = new MnistCnn();
        Assert.True(model.LoadPretrained(RealFiles.Model(file)).IsComplete);
        model.Eval();
        return model;
    }

    private static Tensor Normalised(Tensor pixels) => (pixels - 0.1307) / 0.3081;

    [Theory, InlineData("pytorch/mnist-cnn.pt"), InlineData("pytorch/mnist-cnn.safetensors")]
    public void CnnReadsDigits(string file)
    {
        var model = Cnn(file);
        var (images, digits) = RealFiles.Mnist(Count);
        Assert.InRange(Accuracy(model.Call(Normalised(images)), digits), 0.98, 1);
    }

    [Fact]
    public void LeNetReadsDigits()
    {
        var model = new LeNet5();
        Assert.True(model.LoadPretrained(RealFiles.Model("pytorch/mnist-lenet.pth")).IsComplete);
        model.Eval();
        var (images, digits) = RealFiles.Mnist(Count);
        Assert.InRange(Accuracy(model.Call(images.Pad([2, 2, 2, 2])), digits), 0.98, 1);
    }

    [Fact]
    public void VaeMakesDigitsThatTheCnnReads()
    {
        var vae = new MlpVae();
        Assert.True(vae.LoadPretrained(RealFiles.Model("pytorch/mnist-vae.pth")).IsComplete);
        vae.Eval();
        var (images, digits) = RealFiles.Mnist(500);
        var again = vae.Call(images.Reshape(500, 784)).Reshape(500, 1, 28, 28);
        Assert.InRange(Accuracy(Cnn().Call(Normalised(again)), digits), 0.9, 1);
        var free = vae.Decode(Tensor.Normal(0, 1, [200, 20], rng: new Rng(3))).Reshape(200, 1, 28, 28);
        AssertRecognised(free, sure: 0.7);
    }

    [Fact]
    public void GanMakesDigitsThatTheCnnReads()
    {
        var gan = new MlpGenerator();
        Assert.True(gan.LoadPretrained(RealFiles.Model("pytorch/mnist-gan-generator.ckpt")).IsComplete);
        gan.Eval();
        var made = gan.Call(Tensor.Normal(0, 1, [200, 64], rng: new Rng(4))).Reshape(200, 1, 28, 28);
        AssertRecognised((made + 1) / 2, sure: 0.8);
    }

    /// <summary>The classifier is sure of most pictures, and sees most of the ten digits among them. Noise fails both.</summary>
    private static void AssertRecognised(Tensor pictures, double sure)
    {
        var scores = Cnn().Call(Normalised(pictures)).Exp();
        float[] best = scores.Max(-1).Values.ToArray<float>();
        Assert.InRange(best.Count(p => p > 0.5) / (double)best.Length, sure, 1);
        Assert.InRange(scores.ArgMax(-1).ToArray<long>().Distinct().Count(), 7, 10);
    }
}
