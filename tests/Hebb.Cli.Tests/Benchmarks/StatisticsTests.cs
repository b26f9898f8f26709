using Hebb.Benchmarks;

namespace Hebb.Cli.Tests.Benchmarks;

/// <summary>What the tables state, against numbers worked out by hand.</summary>
public sealed class StatisticsTests
{
    [Theory]
    [InlineData(3.0, new[] { 5.0, 1, 3 })]
    [InlineData(4.5, new[] { 9.0, 2, 7, 1 })]
    [InlineData(7.0, new[] { 7.0 })]
    public void MedianIsTheMiddle(double expected, double[] values)
    {
        double[] before = [.. values];
        Assert.Equal(expected, Statistics.Median(values));
        Assert.Equal(before, values);
    }

    [Fact]
    public void QuantilesInterpolate()
    {
        double[] values = [40, 0, 10, 30, 20];
        Assert.Equal(0, Statistics.Quantile(values, 0));
        Assert.Equal(4, Statistics.Quantile(values, 0.1), 12);
        Assert.Equal(36, Statistics.Quantile(values, 0.9), 12);
        Assert.Equal(40, Statistics.Quantile(values, 1));
        Assert.Throws<ArgumentException>(() => Statistics.Quantile([], 0.5));
    }

    [Fact]
    public void GeometricMeanIsTheRootOfTheProduct()
    {
        Assert.Equal(4, Statistics.GeometricMean([2, 8]), 12);
        Assert.Equal(1, Statistics.GeometricMean([0.5, 1, 2]), 12);
        Assert.Throws<ArgumentException>(() => Statistics.GeometricMean([]));
    }

    [Fact]
    public void ARowHoldsTheMedianOfTheRatiosOfItsRounds()
    {
        // The ratios are 2, 1 and 3; the ratio of the medians would be 1.5.
        var row = BenchRow.Of("c", 2, "p", [1000, 2000, 3000], [2000, 2000, 9000]);
        Assert.Equal((2.0, 2.0, 2.0), (row.HebbMicroseconds, row.PeerMicroseconds, row.Ratio));
        Assert.Equal(1.2, row.Low, 12);
        Assert.Equal(2.8, row.High, 12);
    }

    [Fact]
    public void MeansAreOverThePeersOwnRowsAndOverTheBestOfEachCase()
    {
        BenchRow Row(string name, string? peer, double ratio) => new(name, 1, peer, 1, ratio, ratio, ratio, ratio);
        var result = new SuiteResult("s", "avx2", [Row("a", "x", 2), Row("a", "y", 1), Row("b", "x", 8), Row("c", null, 0)], new Dictionary<string, string>(), [], true);
        var means = result.GeometricMeans().ToDictionary(m => m.Peer, m => m.Mean);
        Assert.Equal(4, means["x"], 12);
        Assert.Equal(1, means["y"], 12);
        Assert.Equal(Math.Sqrt(8), means[SuiteResult.Best], 12);
        Assert.Equal(3, means.Count);
    }

    [Fact]
    public void ADifferenceIsFoundInTheOutputThatHasIt()
    {
        float[][] ours = [[1, 2], [100]];
        Assert.Null(Bench.Difference(ours, [1, 2.0001f, 100], 1e-3));
        Assert.StartsWith("output 0 by 0.5", Bench.Difference(ours, [1, 2.5f, 100], 1e-3));
        Assert.StartsWith("output 1 by ", Bench.Difference(ours, [1, 2, float.NaN], 1e-3));
        Assert.Equal("2 numbers, not 3", Bench.Difference(ours, [1, 2], 1e-3));
    }
}
