namespace Hebb.OpTests;

/// <summary>Batch normalisation of sizes that its rows in the table are too small for, against plain loops in double.</summary>
public class BatchNormTests
{
    [Theory]
    [InlineData(4, 9, 77, 0.0)]       // a channel at a time, rows that do not fill vectors
    [InlineData(3, 10, 64, 1000.0)]   // a mean far from zero
    [InlineData(2, 8, 5003, -3.0)]    // sums that are flushed within a row
    [InlineData(300, 8, 70, 0.5)]     // and across rows
    [InlineData(4, 9, 40, 0.0)]       // short rows, few channels, long channels: passes over the whole tensor
    [InlineData(4, 3, 90, 0.0)]
    [InlineData(2, 8, 70000, 0.0)]
    public void MatchesPlainLoops(int n, int c, int s, double center)
    {
        var random = new Random(n + c + s);
        float[] x = Numbers(n * c * s, center), g = Numbers(n * c * s, 0.1), w = Numbers(c, 1), b = Numbers(c, 0);
        Tensor tx = Tensor.From(x, [n, c, s]), tw = Tensor.From(w), tb = Tensor.From(b), tg = Tensor.From(g, [n, c, s]);
        var (y, mean, var) = tx.BatchNormTraining(tw, tb, 0.01);
        var grads = Transform.GradMany(t => (t[0].BatchNormTraining(t[1], t[2], 0.01).Output * tg).Sum())([tx, tw, tb]);
        float[] gotY = y.ToArray<float>(), gotX = grads[0].ToArray<float>(), gotW = grads[1].ToArray<float>(), gotB = grads[2].ToArray<float>();
        for (int k = 0; k < c; k++)
        {
            int channel = k;
            int[] places = [.. Enumerable.Range(0, n * s).Select(i => ((i / s * c) + channel) * s + (i % s))];
            double m = places.Average(p => (double)x[p]), v = places.Average(p => Math.Pow(x[p] - m, 2)), r = 1 / Math.Sqrt(v + 0.01);
            double plain = places.Sum(p => (double)g[p]), moment = places.Sum(p => g[p] * (x[p] - m) * r);
            Near(m, mean.ToArray<float>()[k], 1 + Math.Abs(m), "mean");
            Near(v, var.ToArray<float>()[k], 1 + v + Math.Abs(m), "variance");
            Near(plain, gotB[k], 1 + Math.Sqrt(n * s), "bias");
            Near(moment, gotW[k], 1 + Math.Sqrt(n * s) + Math.Abs(m) * (1 + 0.1 * Math.Abs(plain)), "weight");    // the mean is kept in float
            foreach (int p in places)
            {
                double h = (x[p] - m) * r;
                Near(h * w[k] + b[k], gotY[p], 3 + Math.Abs(m), "y");
                Near(r * w[k] * (g[p] - plain / places.Length - h * moment / places.Length), gotX[p], 3 + Math.Abs(m), "x");
            }
        }

        float[] Numbers(int count, double around) => [.. Enumerable.Range(0, count).Select(_ => (float)(around + random.NextDouble() * 2 - 1))];
    }

    [Fact]
    public void NoExamplesGiveNoNumbers()
    {
        var (y, mean, var) = Tensor.Zeros([0, 8, 64]).BatchNormTraining();
        Assert.Equal(0, y.Count);
        Assert.All(mean.ToArray<float>().Concat(var.ToArray<float>()), v => Assert.True(float.IsNaN(v)));
    }

    private static void Near(double want, double got, double scale, string what) =>
        Assert.True(Math.Abs(want - got) <= 3e-6 * scale, $"{what}: {got}, not {want}");
}
