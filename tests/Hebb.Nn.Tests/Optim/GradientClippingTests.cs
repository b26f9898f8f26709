namespace Hebb.Nn.Tests;

public class GradientClippingTests
{
    private static Parameter[] Parameters(params float[][] gradients) =>
        [.. gradients.Select(g => new Parameter(Tensor.Zeros([g.Length])) { Grad = Tensor.From(g) }), new Parameter(Tensor.Zeros([2]))];

    [Fact]
    public void TheCommonNormIsLimited()
    {
        var parameters = Parameters([3, 0], [0, -4, 12]);
        Assert.Equal(13, GradientClipping.ByNorm(parameters, 26).Item(), 5);
        Assert.Equal([0, -4, 12], parameters[1].Grad!.ToArray<float>());
        Assert.Equal(13, GradientClipping.ByNorm(parameters, 6.5).Item(), 5);
        Check.Close(Tensor.From([0, -2f, 6]), parameters[1].Grad!, 1e-6, "halved");
        Assert.Equal(6.5, GradientClipping.ByNorm(parameters, 100).Item(), 5);
        Assert.Null(parameters[2].Grad);
    }

    [Fact]
    public void OtherNorms()
    {
        Assert.Equal(12, GradientClipping.ByNorm(Parameters([3, 0], [0, -4, 12]), 100, double.PositiveInfinity).Item(), 5);
        Assert.Equal(19, GradientClipping.ByNorm(Parameters([3, 0], [0, -4, 12]), 100, 1).Item(), 5);
        var parameters = Parameters([3, 0], [0, -4, 12]);
        Assert.Equal(Math.Cbrt(27 + 64 + 1728), GradientClipping.ByNorm(parameters, 1, 3).Item(), 5);
        Assert.Equal(1, GradientClipping.ByNorm(parameters, 100, 3).Item(), 5);
    }

    [Fact]
    public void ValuesAreCut()
    {
        var parameters = Parameters([3, 0.5f], [-4]);
        GradientClipping.ByValue(parameters, 1);
        Assert.Equal([1, 0.5f], parameters[0].Grad!.ToArray<float>());
        Assert.Equal([-1f], parameters[1].Grad!.ToArray<float>());
    }

    [Fact]
    public void AGradientThatTwoParametersShareIsScaledOnce()
    {
        var (a, b) = (new Parameter(Tensor.Zeros([1])), new Parameter(Tensor.Zeros([1])));
        ((a.Value + b.Value) * 3.0).Sum().Backward();
        GradientClipping.ByNorm([a, b], Math.Sqrt(18) / 3);
        Assert.Equal(1, a.Grad!.Item(), 5);
        Assert.Equal(1, b.Grad!.Item(), 5);
    }

    [Fact]
    public void NormsThatAreNotFiniteAreGivenBack()
    {
        var parameters = Parameters([float.PositiveInfinity], [1]);
        Assert.Equal(double.PositiveInfinity, GradientClipping.ByNorm(parameters, 1).Item());
        Assert.Equal([1f], parameters[1].Grad!.ToArray<float>());
    }

    [Fact]
    public void HalvesAreMeasuredInFloat()
    {
        var parameter = new Parameter(Tensor.Zeros([2], DType.Float16)) { Grad = Tensor.Full([2], 60000, DType.Float16) };
        Assert.InRange(GradientClipping.ByNorm([parameter], 1e9).Item(), 84800, 84900);
    }

    [Fact]
    public void LimitsAreChecked()
    {
        Check.Throws<HebbException>("ByNorm: maxNorm 0 is not above 0", () => GradientClipping.ByNorm([], 0));
        Check.Throws<HebbException>("ByNorm: normType 0 is not above 0", () => GradientClipping.ByNorm([], 1, 0));
        Check.Throws<HebbException>("ByValue: limit -1 is not above 0", () => GradientClipping.ByValue([], -1));
    }
}
