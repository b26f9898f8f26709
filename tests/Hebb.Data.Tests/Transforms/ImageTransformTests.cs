namespace Hebb.Data.Tests;

public class ImageTransformTests
{
    private const long Seed = 11;

    private static Tensor Pictures(int count, int channels, int height, int width)
    {
        var random = new Random(count + height);
        return Tensor.From([.. Enumerable.Range(0, count * channels * height * width).Select(_ => random.NextSingle())], [count, channels, height, width]);
    }

    private static Tensor Apply(BatchTransform transform, Tensor images, int epoch = 0, int stream = 0)
    {
        int[] indices = [.. Enumerable.Range(0, images.Shape[0])];
        return transform.Apply(new Batch(images, Tensor.Zeros([images.Shape[0]])), new BatchContext(indices, Seed, epoch), stream).Inputs;
    }

    [Fact]
    public void AffineMatchesADirectComputation()
    {
        var images = Pictures(6, 2, 9, 12);
        var warped = Apply(new RandomAffine(degrees: 30, shift: 2, scale: 0.3f, shear: 15), images, epoch: 4, stream: 1);
        Assert.Equal(images.Shape, warped.Shape);
        var source = images.ToArray<float>();
        var result = warped.ToArray<float>();
        for (int n = 0; n < 6; n++)
        {
            var random = new SampleRandom(Seed, RandomDomain.Augmentation + 1, 4, n);
            double angle = random.Uniform(-30, 30) * Math.PI / 180, scale = Math.Pow(1.3f, random.Uniform(-1, 1));
            double slant = Math.Tan(random.Uniform(-15, 15) * Math.PI / 180), dx = random.Uniform(-2, 2), dy = random.Uniform(-2, 2);
            // Forward: shear, turn, scale (then shift); inverted as a matrix.
            double[,] forward = Multiply(new[,] { { scale * Math.Cos(angle), -scale * Math.Sin(angle) }, { scale * Math.Sin(angle), scale * Math.Cos(angle) } },
                new[,] { { 1, slant }, { 0, 1 } });
            double determinant = forward[0, 0] * forward[1, 1] - forward[0, 1] * forward[1, 0];
            for (int c = 0; c < 2; c++)
                for (int y = 0; y < 9; y++)
                    for (int x = 0; x < 12; x++)
                    {
                        double u = x - 5.5 - dx, v = y - 4.0 - dy;
                        double sx = (forward[1, 1] * u - forward[0, 1] * v) / determinant + 5.5, sy = (-forward[1, 0] * u + forward[0, 0] * v) / determinant + 4;
                        Assert.Equal(Mix(source.AsSpan((n * 2 + c) * 108, 108), 9, 12, sx, sy), result[((n * 2 + c) * 9 + y) * 12 + x], 2e-5);
                    }
        }
    }

    [Fact]
    public void NoRangeChangesNothing()
    {
        var images = Pictures(3, 1, 5, 6);
        Assert.Equal(images.ToArray<float>(), Apply(new RandomAffine(), images).ToArray<float>());
        Assert.Equal(images.ToArray<float>(), Apply(new RandomShift(0), images).ToArray<float>());
    }

    [Fact]
    public void ShiftMovesWholePixels()
    {
        var images = Pictures(40, 2, 5, 4);
        var shifted = Apply(new RandomShift(6), images).ToArray<float>();
        var source = images.ToArray<float>();
        var seen = new HashSet<(int, int)>();
        for (int n = 0; n < 40; n++)
        {
            var random = new SampleRandom(Seed, RandomDomain.Augmentation, 0, n);
            int dx = random.Next(13) - 6, dy = random.Next(13) - 6;
            seen.Add((Math.Sign(dx), Math.Sign(dy)));
            for (int c = 0; c < 2; c++)
                for (int y = 0; y < 5; y++)
                    for (int x = 0; x < 4; x++)
                    {
                        bool inside = x - dx is >= 0 and < 4 && y - dy is >= 0 and < 5;
                        float expected = inside ? source[((n * 2 + c) * 5 + y - dy) * 4 + x - dx] : 0;
                        Assert.Equal(expected, shifted[((n * 2 + c) * 5 + y) * 4 + x]);
                    }
        }
        Assert.True(seen.Count >= 6);
    }

    [Fact]
    public void RefusesWhatIsNoPicture()
    {
        Assert.Contains("[batch, channels, height, width]", Assert.Throws<ShapeException>(() => Apply(new RandomShift(1), Tensor.Zeros([2, 3]))).Message);
        Assert.Contains("float64", Assert.Throws<DTypeException>(() => Apply(new RandomAffine(5), Tensor.Zeros([1, 1, 2, 2], DType.Float64))).Message);
        Assert.Throws<DataException>(() => new RandomAffine(degrees: -1));
        Assert.Throws<DataException>(() => new RandomAffine(shift: float.NaN));
        Assert.Throws<DataException>(() => new RandomAffine(shear: 90));
        Assert.Throws<DataException>(() => new RandomShift(-1));
    }

    private static double[,] Multiply(double[,] a, double[,] b) => new[,]
    {
        { a[0, 0] * b[0, 0] + a[0, 1] * b[1, 0], a[0, 0] * b[0, 1] + a[0, 1] * b[1, 1] },
        { a[1, 0] * b[0, 0] + a[1, 1] * b[1, 0], a[1, 0] * b[0, 1] + a[1, 1] * b[1, 1] },
    };

    // Bilinear interpolation as a sum of triangle weights over the whole picture.
    private static double Mix(ReadOnlySpan<float> plane, int height, int width, double x, double y)
    {
        double sum = 0;
        for (int v = 0; v < height; v++)
            for (int u = 0; u < width; u++) sum += Math.Max(0, 1 - Math.Abs(u - x)) * Math.Max(0, 1 - Math.Abs(v - y)) * plane[v * width + u];
        return sum;
    }
}
