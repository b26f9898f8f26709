using Hebb.Training.Explain;

namespace Hebb.Training.Tests.Explain;

public sealed class GaussLegendreTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(32)]
    [InlineData(301)]
    public void IntegratesPolynomialsExactly(int count)
    {
        var (nodes, weights) = GaussLegendre.Rule(count);
        Assert.Equal(1, weights.Sum(), 12);
        Assert.All(nodes.Zip(nodes.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        foreach (int degree in (int[])[1, 2 * count - 2, 2 * count - 1])
        {
            double integral = 0;
            for (int i = 0; i < count; i++) integral += weights[i] * Math.Pow(nodes[i], degree);
            Assert.Equal(1.0 / (degree + 1), integral, 12);
        }
    }

    [Fact]
    public void TwoPointsLieWhereTheTablesSay()
    {
        var (nodes, weights) = GaussLegendre.Rule(2);
        Assert.Equal((1 - 1 / Math.Sqrt(3)) / 2, nodes[0], 15);
        Assert.Equal([0.5, 0.5], weights.Select(w => Math.Round(w, 14)));
    }
}
