using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>What rows can't say of convolution and pooling: threads, batching without loops, the sizes a user writes.</summary>
public class ConvTests
{
    [Fact]
    public void SizesAreWrittenInManyWays()
    {
        PerAxis one = 3, two = (3, 5), three = (1, 2, 3), list = [3, 5], array = new[] { 3, 5 };
        Assert.Equal(two, list);
        Assert.Equal(two, array);
        Assert.NotEqual(one, two);
        Assert.Equal(3, one[1]);
        Assert.Equal(5, two[1]);
        Assert.Equal(3, three[2]);
        Assert.Equal([1, 2, 3], three);
        Assert.Equal("3", one.ToString());
        Assert.Equal("[3, 5]", two.ToString());
        Assert.Throws<ArgumentOutOfRangeException>(() => two[2]);
        Assert.Throws<ShapeException>(() => (PerAxis)(int[])[]);

        Padding even = 1, pair = [1, 2], same = Padding.Same;
        Assert.Equal(Padding.Sides(1, 1), even);
        Assert.Equal(Padding.Sides((1, 2), (1, 2)), pair);
        Assert.Equal(default, Padding.Valid);
        Assert.NotEqual(same, Padding.Valid);
        Assert.Equal("same", same.ToString());
        Assert.Equal("1 to 2", Padding.Sides(1, 2).ToString());
        var (begin, end) = same.Resolve([4, 3], [1, 2]);
        Assert.Equal([1, 2], begin);
        Assert.Equal([2, 2], end);
    }

    [Theory, InlineData(1), InlineData(2), InlineData(5)]
    public void BitsAreTheSameAtAnyThreadCount(int threads)
    {
        var x = Tensor.Linspace(-1, 1, 9 * 3 * 20 * 21).Sin().Reshape(9, 3, 20, 21);
        var w = Tensor.Linspace(-2, 2, 40 * 3 * 9).Cos().Reshape(40, 3, 3, 3);
        var v = Tensor.Linspace(-3, 3, 40 * 12 * 4).Sin().Reshape(40, 12, 2, 2);
        var b = Tensor.Linspace(-1, 1, 40);
        var expected = Step(3);
        var actual = Step(threads);
        for (int i = 0; i < expected.Length; i++)
            Check.Same(expected[i], actual[i], $"result {i} with {threads} threads");

        Tensor[] Step(int count)
        {
            using var _ = Cpu.ParallelFor.Limit(count);
            Tensor[] leaves = [x.Detach().RequireGrad(), w.Detach().RequireGrad(), v.Detach().RequireGrad(), b.Detach().RequireGrad()];
            var h = leaves[0].Conv2d(leaves[1], leaves[3], padding: 1).MaxPool2d(2);
            h = h.ConvTranspose2d(leaves[2], stride: 2).AvgPool2d(3, 2, 1) + h.AdaptiveAvgPool2d(10).Narrow(1, 0, 12);
            h = h.AdaptiveMaxPool2d((4, 3));
            var gradients = Autograd.Grad([h.Square().Sum()], leaves);
            return [h.Detach(), .. gradients];
        }
    }

    [Fact]
    public void PerExampleGradientsNeedNoLoop()
    {
        var x = Tensor.Linspace(-1, 1, 4 * 2 * 6 * 6, DType.Float64).Sin().Reshape(4, 2, 6, 6);
        var w = Tensor.Linspace(-2, 2, 3 * 2 * 9, DType.Float64).Cos().Reshape(3, 2, 3, 3);
        Tensor Loss(Tensor image, Tensor weight) => image.Conv2d(weight, padding: 1, stride: 2).MaxPool2d(2, stride: 1).Square().Sum();
        long loops = BatchRule.LoopCount;
        var all = Transform.VmapMany(t => [Transform.Grad(weight => Loss(t[0], weight))(t[1])], [0, null])([x, w])[0];
        Assert.Equal(loops, BatchRule.LoopCount);
        for (int i = 0; i < 4; i++)
        {
            var leaf = w.Detach().RequireGrad();
            Loss(x.Select(0, i), leaf).Backward();
            Check.Close(leaf.Grad!, all.Select(0, i), 1e-12, $"gradient of example {i}");
        }
    }

    [Fact]
    public void ABatchOfNoExamplesIsEmpty()
    {
        var w = Tensor.Ones([3, 2, 3, 3]);
        var y = Transform.Vmap(x => x.Conv2d(w).MaxPool2d(2).ConvTranspose2d(w))(Tensor.Zeros([0, 1, 2, 6, 6]));
        Assert.Equal([0, 1, 2, 4, 4], y.Shape);
    }

    [Theory, InlineData(1), InlineData(3)]
    public void WithoutInputChannelsOnlyTheBiasIsLeft(int kernel)
    {
        Tensor x = Tensor.Zeros([2, 0, 4, 4]).RequireGrad(), w = Tensor.Zeros([3, 0, kernel, kernel]).RequireGrad(), b = Tensor.From<float>([1, 2, 3]).RequireGrad();
        var y = x.Conv2d(w, b, padding: Padding.Same);
        Check.Close(b.Detach().Reshape(1, 3, 1, 1).Expand([2, 3, 4, 4]), y, 0, "value");
        y.Sum().Backward();
        Check.Close(Tensor.Full([3], 32), b.Grad!, 0, "gradient of the bias");
        Assert.Equal(w.Shape, w.Grad!.Shape);
        var none = Tensor.Zeros([2, 3, 4, 4]).Conv2d(Tensor.Zeros([0, 3, kernel, kernel]));
        Assert.Equal(0, none.Count);
        var back = none.ConvTranspose2d(Tensor.Zeros([0, 3, kernel, kernel]), b);
        Check.Close(b.Detach().Reshape(1, 3, 1, 1).Expand(back.Shape), back, 0, "transposed");
    }

    [Fact]
    public void MaximaKeepNoIndicesWithoutGradients()
    {
        var seen = new List<Primitive>();
        OpObserver.Current = seen.Add;
        try
        {
            var x = Tensor.Ones([1, 1, 4, 4]);
            x.MaxPool2d(2);
            x.RequireGrad().MaxPool2d(2);
            using (GradMode.NoGrad())
                x.MaxPool2d(2);
        }
        finally
        {
            OpObserver.Current = null;
        }
        Assert.Equal([1, 2, 1], seen.Where(p => p.Name == "max_pool").Select(p => p.Outputs));
    }

    [Fact]
    public void PowerMeansAreFlatAtZero()
    {
        var x = Tensor.From<double>([0, 0, 3, 4], [1, 1, 4]).RequireGrad();
        x.LpPool1d(2, 2).Sum().Backward();
        Check.Close(Tensor.From<double>([0, 0, 0.6, 0.8], [1, 1, 4]), x.Grad!, 1e-12, "gradient");
    }
}
