using Hebb.Data;
using Hebb.Training.Explain;

namespace Hebb.Training.Tests.Explain;

public sealed class IntegratedGradientsTests
{
    private static readonly Tensor Inputs = Tensor.From([1.0, 2.0, -3.0, 0.5, -1.5, 4.0], [2, 3]);

    private static readonly Tensor Baseline = Tensor.From([0.5, -1.0, 0.25], [3]);

    /// <summary>Two smooth outputs in which the inputs meet.</summary>
    private static Tensor Curved(Tensor x) => Tensor.Stack([(x[.., 0] * x[.., 1]).Tanh() + x[.., 2].Square(), (x[.., 0] - x[.., 2]).Sigmoid()], 1);

    [Fact]
    public void LinearFunctionGivesWeightTimesDifference()
    {
        var weights = Tensor.From([2.0, -1.0, 0.5, 1.0, 3.0, -2.0], [3, 2]);
        var explained = new IntegratedGradients(x => x.MatMul(weights), steps: 3).Explain(Inputs, Tensor.From([0L, 1L]), Baseline);
        Near([1.0, 1.5, -9.75, 0 * -1.0, -0.5 * 1.0, -2 * 3.75], explained.Values, 1e-12);
    }

    [Fact]
    public void ProductIsSharedEvenly()
    {
        // The integral of t x y over 0 to 1 is x y / 2 for each of the two.
        var explained = new IntegratedGradients(x => (x[.., 0] * x[.., 1]).Unsqueeze(1), steps: 4).Explain(Tensor.From([3.0, 5.0], [1, 2]), Tensor.From([0L]));
        Near([7.5, 7.5], explained.Values, 1e-12);
    }

    [Fact]
    public void ContributionsSumToWhatTheOutputGained()
    {
        var outputs = Tensor.From([0L, 1L]);
        var explained = new IntegratedGradients(Curved, steps: 40).Explain(Inputs, outputs, Baseline);
        var gained = Curved(Inputs) - Curved(Baseline.Expand([2, 3]));
        Near([gained[0, 0].Item(), gained[1, 1].Item()], explained.Values.Sum(1), 1e-9);
        Near([0, 0], explained.Gap, 1e-9);
    }

    [Fact]
    public void GapSaysThatThereAreTooFewSteps()
    {
        var outputs = Tensor.From([0L, 0L]);
        double coarse = new IntegratedGradients(Curved, steps: 2).Explain(Inputs, outputs).Gap.Abs().Max().Item();
        double fine = new IntegratedGradients(Curved, steps: 20).Explain(Inputs, outputs).Gap.Abs().Max().Item();
        Assert.True(coarse > 1e-3 && fine < coarse / 10, $"{coarse}, {fine}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    [InlineData(1000)]
    public void BatchSizeDoesNotMatter(int batchSize)
    {
        int largest = 0;
        Tensor Count(Tensor x)
        {
            largest = Math.Max(largest, x.Shape[0]);
            return Curved(x);
        }
        var outputs = Tensor.From([0L, 1L]);
        var expected = new IntegratedGradients(Curved, steps: 20).Explain(Inputs, outputs, Baseline);
        var explained = new IntegratedGradients(Count, steps: 20, batchSize).Explain(Inputs, outputs, Baseline);
        Near(expected.Values.ToArray<double>(), explained.Values, 1e-12);
        Assert.True(largest <= Math.Max(batchSize, 1), $"{largest} rows at once");
    }

    [Fact]
    public void WorksInsideNoGradAndLeavesTheInputAlone()
    {
        using var none = GradMode.NoGrad();
        var explained = new IntegratedGradients(Curved).Explain(Inputs, Tensor.From([0L, 1L]));
        Assert.False(explained.Values.RequiresGrad);
        Assert.False(Inputs.RequiresGrad);
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        var explain = new IntegratedGradients(Curved);
        Assert.Equal("IntegratedGradients: outputs are int64[3]; they must be int64[2], one for each of the inputs [2, 3]",
            Assert.Throws<ShapeException>(() => explain.Explain(Inputs, Tensor.From([0L, 1L, 0L]))).Message);
        Assert.Equal("IntegratedGradients: there is no output 2; the model has 2",
            Assert.Throws<DataException>(() => explain.Explain(Inputs, Tensor.From([0L, 2L]))).Message);
        Assert.Throws<ShapeException>(() => new IntegratedGradients(x => x[.., 0]).Explain(Inputs, Tensor.From([0L, 0L])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new IntegratedGradients(Curved, steps: 0));
    }

    private static void Near(double[] expected, Tensor actual, double tolerance)
    {
        double[] values = actual.To(DType.Float64).ToArray<double>();
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++) Assert.True(Math.Abs(expected[i] - values[i]) <= tolerance, $"[{i}]: {values[i]}, not {expected[i]}");
    }
}
