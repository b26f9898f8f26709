namespace Hebb.Data.Tests;

public class ImageTests
{
    [Fact]
    public void ChecksItsSizes()
    {
        Assert.Equal("Image: 2x2x3 needs 12 bytes, not 11", Assert.Throws<DataException>(() => new Image(2, 2, 3, new byte[11])).Message);
        Assert.Throws<DataException>(() => new Image(0, 1, 1, []));
        Assert.Throws<DataException>(() => new Image(1, 1, 5, new byte[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Image(2, 1, 1)[2, 0]);
        Assert.Equal(7, new Image(2, 1, 2, [1, 2, 3, 7])[1, 0, 1]);
        Assert.Equal(new Image(1, 1, 1, [4]), new Image(1, 1, 1, [4]));
        Assert.NotEqual(new Image(1, 1, 1, [4]), new Image(1, 1, 1, [5]));
    }

    [Fact]
    public void ConvertsColourModels()
    {
        Assert.Equal([76, 150, 29, 255], new Image(4, 1, 3, [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255]).ToGray().Pixels); // BT.601, rounded
        Assert.Equal([9, 9, 9, 40, 40, 40], new Image(2, 1, 1, [9, 40]).ToRgb().Pixels);
        Assert.Equal([100, 50, 0], new Image(3, 1, 2, [100, 255, 100, 128, 100, 0]).ToGray().Pixels);
        Assert.Equal([255, 155, 205], new Image(1, 1, 4, [255, 55, 155, 128]).WithoutAlpha(255).Pixels);
    }

    [Theory]
    [InlineData(28, 28, 8, 8)]
    [InlineData(5, 3, 11, 7)]
    [InlineData(64, 1, 8, 8)]
    [InlineData(9, 9, 1, 1)]
    [InlineData(13, 40, 20, 13)]
    public void ResizeMatchesTheDirectSum(int width, int height, int newWidth, int newHeight)
    {
        var image = new Image(width, height, 3);
        new Random(width).NextBytes(image.Pixels);
        var resized = image.Resize(newWidth, newHeight);
        for (int y = 0; y < newHeight; y++)
            for (int x = 0; x < newWidth; x++)
                for (int c = 0; c < 3; c++)
                    Assert.InRange(resized[x, y, c] - Direct(image, x, y, c, newWidth, newHeight), -0.5001, 0.5001);
    }

    [Fact]
    public void ResizeKeepsUniformPictures()
    {
        var image = new Image(30, 20, 1);
        image.Pixels.AsSpan().Fill(201);
        Assert.All(image.Resize(7, 45).Pixels, p => Assert.Equal(201, p));
        Assert.Throws<DataException>(() => image.Resize(0, 4));
    }

    // The triangle filter written as one two-dimensional weighted mean over the whole picture.
    private static double Direct(Image image, int x, int y, int channel, int newWidth, int newHeight)
    {
        double sum = 0, total = 0;
        for (int v = 0; v < image.Height; v++)
            for (int u = 0; u < image.Width; u++)
            {
                double weight = Triangle(u, x, image.Width, newWidth) * Triangle(v, y, image.Height, newHeight);
                sum += weight * image[u, v, channel];
                total += weight;
            }
        return sum / total;
    }

    private static double Triangle(int source, int target, int from, int to)
    {
        double scale = (double)from / to;
        return Math.Max(0, 1 - Math.Abs(source + 0.5 - (target + 0.5) * scale) / Math.Max(1, scale));
    }
}
