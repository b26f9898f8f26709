using Hebb.Tests;

namespace Hebb.Nn.Tests;

/// <summary>What layers start from: bounds, means and deviations of PyTorch's defaults; the same bits from the same seed.</summary>
[Collection(nameof(DefaultRng))]
public class InitialValueTests
{
    /// <summary>Uniform within a bound: nothing beyond, ends reached, the mean and deviation of that distribution.</summary>
    private static void IsUniform(Tensor values, double bound, string what)
    {
        double n = values.Count;
        Assert.True(values.Abs().Amax([]).Item() <= bound, $"{what}: beyond {bound}");
        Assert.True(values.Abs().Amax([]).Item() > bound * (1 - 12 / n), $"{what}: ends far from {bound}");
        Assert.True(Math.Abs(values.Mean().Item()) < 5 * bound / Math.Sqrt(3 * n), $"{what}: mean");
        Assert.InRange(values.Std().Item() / (bound / Math.Sqrt(3)), 1 - 4 / Math.Sqrt(n), 1 + 4 / Math.Sqrt(n));
    }

    private static void IsNormal(Tensor values, double std, string what)
    {
        double n = values.Count;
        Assert.True(Math.Abs(values.Mean().Item()) < 5 * std / Math.Sqrt(n), $"{what}: mean");
        Assert.InRange(values.Std().Item() / std, 1 - 4 / Math.Sqrt(n), 1 + 4 / Math.Sqrt(n));
    }

    [Fact]
    public void LayersStartAsPyTorchs()
    {
        var rng = new Rng(1);
        var linear = new Linear(64, 100, rng: rng);
        IsUniform(linear.Weight, 1.0 / 8, "Linear weight");
        IsUniform(linear.Bias!, 1.0 / 8, "Linear bias");
        var conv = new Conv2d(8, 64, (2, 4), groups: 2, rng: rng);
        IsUniform(conv.Weight, 1 / Math.Sqrt(4 * 8), "Conv2d weight");
        IsUniform(conv.Bias!, 1 / Math.Sqrt(4 * 8), "Conv2d bias");
        var transpose = new ConvTranspose1d(10, 64, 4, groups: 2, rng: rng);
        IsUniform(transpose.Weight, 1 / Math.Sqrt(32 * 4), "ConvTranspose1d weight");
        IsUniform(transpose.Bias!, 1 / Math.Sqrt(32 * 4), "ConvTranspose1d bias");
        IsUniform(new Bilinear(16, 10, 20, rng: rng).Weight, 1.0 / 4, "Bilinear weight");
        IsNormal(new Embedding(50, 40, rng: rng).Weight, 1, "Embedding");
        Assert.Equal(0, new Embedding(5, 4, paddingIndex: -2, rng).Weight.Value.Select(0, 3).Abs().Sum().Item());
        Assert.Equal(0.25, new PReLU(3).Weight.Value.Mean().Item());
        var norm = new BatchNorm2d(3);
        Assert.Equal([1f, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1], Tensor.Cat([norm.Weight!, norm.Bias!, norm.RunningMean!, norm.RunningVar!]).ToArray<float>());
    }

    [Fact]
    public void TheSeedDecides()
    {
        Tensor Weight(ulong seed)
        {
            var before = Rng.Default.State;
            Rng.SetSeed(seed);
            var weight = new Linear(3, 4).Weight.Value;
            Rng.Default.State = before;
            return weight;
        }
        Check.Same(Weight(5), Weight(5), "weight");
        Assert.NotEqual(Weight(5).Sum().Item(), Weight(6).Sum().Item());
    }

    [Fact]
    public void Distributions()
    {
        Tensor Fresh() => Tensor.Zeros([30, 20, 3]);
        var rng = new Rng(3);
        IsUniform(Init.XavierUniform(Fresh(), 2, rng), 2 * Math.Sqrt(6.0 / (60 + 90)), "XavierUniform");
        IsNormal(Init.XavierNormal(Fresh(), rng: rng), Math.Sqrt(2.0 / 150), "XavierNormal");
        IsUniform(Init.KaimingUniform(Fresh(), rng: rng), Math.Sqrt(6.0 / 60), "KaimingUniform");
        IsUniform(Init.KaimingUniform(Fresh(), Math.Sqrt(5), rng: rng), 1 / Math.Sqrt(60), "KaimingUniform, a = sqrt(5)");
        IsNormal(Init.KaimingNormal(Fresh(), mode: FanMode.FanOut, nonlinearity: Nonlinearity.ReLU, rng: rng), Math.Sqrt(2.0 / 90), "KaimingNormal");
        IsUniform(Init.Uniform(Fresh(), -3, 3, rng), 3, "Uniform");
        IsNormal(Init.Normal(Fresh(), 0, 0.02, rng), 0.02, "Normal");
        Assert.Equal(1800 * 1.5, Init.Constant(Fresh(), 1.5).Sum().Item());
        Assert.Equal(1800, Init.Ones(Fresh()).Sum().Item());
        Assert.Equal(0, Init.Zeros(Tensor.Ones([3])).Sum().Item());
    }

    [Fact]
    public void TruncatedNormalIsCut()
    {
        var values = Init.TruncatedNormal(Tensor.Zeros([20000]), mean: 1, std: 2, low: 0, high: 4, new Rng(1));
        Assert.InRange(values.Amin([]).Item(), 0, 0.01);
        Assert.InRange(values.Amax([]).Item(), 3.99, 4);
        // Of a normal cut at a = -0.5 and b = 1.5 deviations: mean + std (pdf(a) - pdf(b)) / (cdf(b) - cdf(a)).
        double mean = 1 + 2 * (0.3520653 - 0.1295176) / (0.9331928 - 0.3085375);
        Assert.Equal(mean, values.Mean().Item(), 0.03);
    }

    [Theory, InlineData(5, 8), InlineData(8, 5), InlineData(6, 6)]
    public void OrthogonalIsOrthogonal(int rows, int columns)
    {
        var w = Init.Orthogonal(Tensor.Zeros([rows, columns]), 2, new Rng(1));
        var product = rows < columns ? w.MatMul(w.MT) : w.MT.MatMul(w);
        Check.Close(Tensor.Eye(Math.Min(rows, columns)) * 4.0, product, 1e-5, "product");
    }

    [Fact]
    public void EyeAndDirac()
    {
        Assert.Equal([1f, 0, 0, 0, 1, 0], Init.Eye(Tensor.Full([2, 3], 5)).ToArray<float>());
        var x = Check.Random(1, 2, 6, 5, 4);
        Check.Same(x, x.Conv2d(Init.Dirac(Tensor.Ones([6, 6, 3, 3])), padding: 1), "handed on");
        // torch.nn.init.dirac_(torch.empty(4, 3, 2), groups=2)
        Assert.Equal([0f, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], Init.Dirac(Tensor.Ones([4, 3, 2]), 2).ToArray<float>());
        Check.Throws<ShapeException>("Eye: [3] is not a matrix", () => Init.Eye(Tensor.Zeros([3])));
        Check.Throws<ShapeException>("Dirac: [3, 3] are not the weights of a convolution, [out, in, …] with 1 to 3 axes more", () => Init.Dirac(Tensor.Zeros([3, 3])));
        Check.Throws<ShapeException>("Dirac: 2 groups do not divide the 3 channels of [3, 3, 3]", () => Init.Dirac(Tensor.Zeros([3, 3, 3]), 2));
    }

    [Fact]
    public void SparseColumnsHaveAsManyZeros()
    {
        var values = Init.Sparse(Tensor.Zeros([25, 300]), 0.33, 2, new Rng(1));
        var zeros = values.Equal(0.0).To(DType.Int64).Sum(0);
        Assert.All(zeros.ToArray<long>(), n => Assert.Equal(9, n));
        Assert.InRange(values.Square().Sum().Item() / (16 * 300), 3.7, 4.3);
        Assert.True(values.Equal(0.0).To(DType.Int64).Sum(1).ToArray<long>().All(n => n is > 50 and < 160));
        Check.Throws<HebbException>("Sparse: sparsity 2 is not from 0 to 1", () => Init.Sparse(Tensor.Zeros([3, 3]), 2));
    }

    [Fact]
    public void ARuleIsAppliedToAModel()
    {
        Sequential Net() => new(new Linear(64, 100), new LayerNorm(100), new Linear(100, 30));
        var net = Net();
        Init.Apply(net, (w, rng) => Init.XavierNormal(w, rng: rng), rng: new Rng(1));
        IsNormal(((Linear)net[0]).Weight, Math.Sqrt(2.0 / 164), "first");
        IsNormal(((Linear)net[2]).Weight, Math.Sqrt(2.0 / 130), "second");
        Assert.Equal(0, ((Linear)net[0]).Bias!.Value.Abs().Sum().Item());
        Assert.Equal(100, ((LayerNorm)net[1]).Weight!.Value.Sum().Item());
        var other = Net();
        Init.Apply(other, (w, rng) => Init.XavierNormal(w, rng: rng), (b, rng) => Init.Uniform(b, 1, 2, rng), new Rng(1));
        Check.Same(((Linear)net[2]).Weight.Value.Detach(), ((Linear)other[2]).Weight.Value.Detach(), "whatever others draw");
        Assert.InRange(((Linear)other[0]).Bias!.Value.Amin([]).Item(), 1, 1.2);
        var seen = new List<string>();
        Init.Apply(net, (name, parameter, rng) => seen.Add(name));
        Assert.Equal(net.NamedParameters().Select(p => p.Name), seen);
    }

    [Fact]
    public void ParametersAreWrittenInPlace()
    {
        var layer = new Linear(3, 2);
        var value = layer.Weight.Value;
        int version = layer.Weight.Version;
        Init.KaimingNormal(layer.Weight);
        Assert.Same(value, layer.Weight.Value);
        Assert.True(layer.Weight.Version > version);
        Assert.True(layer.Weight.RequiresGrad);
    }

    [Fact]
    public void Errors()
    {
        Check.Throws<ShapeException>("XavierUniform: [3] has no fans; it needs two axes or more, [out, in, …]", () => Init.XavierUniform(Tensor.Zeros([3])));
        Check.Throws<HebbException>("TruncatedNormal: std 1 must be above 0 and low 2 below high 2", () => Init.TruncatedNormal(Tensor.Zeros([3]), low: 2));
        Assert.Equal(Math.Sqrt(2 / 1.04), Init.Gain(Nonlinearity.LeakyReLU, 0.2));
    }
}
