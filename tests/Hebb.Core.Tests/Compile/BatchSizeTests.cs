using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

public class BatchSizeTests
{
    [Theory]
    [InlineData(0, 12, "12")]
    [InlineData(0, -1, "-1")]
    [InlineData(1, 0, "batch")]
    [InlineData(6, 0, "6*batch")]
    [InlineData(6, 1, "6*batch+1")]
    [InlineData(-1, -2, "-1*batch-2")]
    public void WritesAndReads(int scale, int offset, string text)
    {
        var size = new BatchSize(scale, offset);

        Assert.Equal(text, size.ToString());
        Assert.True(BatchSize.TryParse(text, out var read));
        Assert.Equal(size, read);
    }

    [Theory]
    [InlineData("")]
    [InlineData("bat")]
    [InlineData("*batch")]
    [InlineData("0*batch")]
    [InlineData("2batch")]
    [InlineData("batch1")]
    [InlineData("batch+")]
    [InlineData("batch+1.5")]
    [InlineData("batchbatch")]
    [InlineData("99999999999*batch")]
    public void RefusesOtherText(string text) => Assert.False(BatchSize.TryParse(text, out _));

    [Fact]
    public void GoesThroughTwoPoints()
    {
        Assert.Equal(new BatchSize(6, 1), BatchSize.Fit(5, 31, 7, 43));
        Assert.Equal(new BatchSize(0, 4), BatchSize.Fit(5, 4, 7, 4));
        Assert.Null(BatchSize.Fit(5, 2, 7, 3));
        Assert.Equal(31, new BatchSize(6, 1).At(5));
    }

    [Fact]
    public void SaysThatASizeIsTooLarge() =>
        Assert.Equal("6*batch is 6000000000 for a batch of 1000000000, too large for a size", Assert.Throws<ShapeException>(() => new BatchSize(6, 0).At(1000000000)).Message);
}
