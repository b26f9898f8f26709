using Hebb.Transforms;

namespace Hebb.Core.Tests.Transforms;

/// <summary>The tape: gradients of leaves, accumulation, hooks, what is freed, who records.</summary>
public class BackwardTests
{
    private static Tensor Leaf(params double[] values) => Tensor.From(values).RequireGrad();

    [Fact]
    public void GradientsReachEveryLeaf()
    {
        Tensor a = Leaf(1, 2, 3), b = Leaf(4);
        ((a * b).Sum() + b.Sum()).Backward();
        Assert.Equal([4, 4, 4], a.Grad!.ToArray<double>());
        Assert.Equal([7], b.Grad!.ToArray<double>());
        Assert.False(a.Grad.RequiresGrad);
    }

    [Fact]
    public void GradientsAccumulateUntilTheyAreTakenAway()
    {
        var x = Leaf(3);
        (x * x).Sum().Backward();
        (x * 2).Sum().Backward();
        Assert.Equal(8, x.Grad!.Item());
        x.Grad = null;
        (x * 2).Sum().Backward();
        Assert.Equal(2, x.Grad!.Item());
    }

    [Fact]
    public void AValueUsedTwiceGathersBothGradients()
    {
        var x = Leaf(2);
        var y = x * x;
        (y * y + y).Sum().Backward();
        Assert.Equal(4 * 8 + 4, x.Grad!.Item());
    }

    [Fact]
    public void AGradientIsGivenForAnOutputOfSeveralElements()
    {
        var x = Leaf(1, 2);
        (x * x).Backward(Tensor.From([10.0, 100]));
        Assert.Equal([20, 400], x.Grad!.ToArray<double>());
        Throws<GradientException>("Backward: a gradient must be given for an output of 2 elements, [2]; reduce it to one first, with Sum or Mean", () => (x * x).Backward());
        Throws<ShapeException>("Backward: the gradient is [3], the output [2]", () => (x * x).Backward(Tensor.Zeros([3], DType.Float64)));
        Throws<GradientException>("Backward: nothing that this float64[] was computed from requires a gradient", () => Tensor.Scalar(1, DType.Float64).Backward());
    }

    [Fact]
    public void AGraphIsFreedUnlessRetained()
    {
        var x = Leaf(2);
        var y = x.Exp().Sum();
        y.Backward(retainGraph: true);
        y.Backward();
        Assert.Equal(2 * Math.Exp(2), x.Grad!.Item(), 1e-12);
        Throws<GradientException>("was freed by an earlier backward; pass retainGraph: true to the first", () => y.Backward());
    }

    [Fact]
    public void NothingIsRecordedUnderNoGrad()
    {
        var x = Leaf(2);
        using (GradMode.NoGrad())
        {
            Assert.False(GradMode.IsEnabled);
            Assert.False((x * x).RequiresGrad);
            using (GradMode.Enable())
                Assert.True((x * x).RequiresGrad);
            Assert.False((x * x).RequiresGrad);
        }
        Assert.True((x * x).RequiresGrad);
    }

    [Fact]
    public void GradientModeStaysOnItsThread()
    {
        var x = Leaf(2);
        using var _ = GradMode.NoGrad();
        bool elsewhere = false;
        var thread = new Thread(() => elsewhere = (x * x).RequiresGrad);
        thread.Start();
        thread.Join();
        Assert.True(elsewhere);
    }

    [Fact]
    public void DetachCutsTheGraphAndSharesMemory()
    {
        var x = Leaf(2, 3);
        var y = x * x;
        var cut = y.Detach();
        Assert.False(cut.RequiresGrad);
        Assert.True(cut.IsLeaf);
        (cut * x).Sum().Backward();
        Assert.Equal([4, 9], x.Grad!.ToArray<double>());
        cut.AsSpan<double>()[0] = -1;
        Assert.Equal(-1, y.ToArray<double>()[0]);
    }

    [Fact]
    public void HooksSeeAndReplaceGradients()
    {
        var x = Leaf(1, 2);
        var y = x * 3;
        double[]? seen = null;
        var first = y.RegisterHook(g =>
        {
            seen = g.ToArray<double>();
            return g * 10;
        });
        using var second = x.RegisterHook(g => g + 1);
        y.Sum().Backward();
        Assert.Equal([1, 1], seen!);
        Assert.Equal([31, 31], x.Grad!.ToArray<double>());
        first.Dispose();
        x.Grad = null;
        (x * 3).Sum().Backward();
        Assert.Equal([4, 4], x.Grad!.ToArray<double>());
        Throws<GradientException>("RegisterHook: this tensor requires no gradient", () => Tensor.Ones([1]).RegisterHook(g => g));
    }

    [Fact]
    public void OnlyFloatLeavesCanRequireGradients()
    {
        Throws<GradientException>("RequiresGrad: int64 tensors have no gradients; only float and complex ones do", () => Tensor.Arange(3).RequireGrad());
        var y = Leaf(1) * 2;
        Throws<GradientException>("RequiresGrad: this tensor came out of a recorded op; call Detach() instead", () => y.RequiresGrad = false);
        Throws<GradientException>("Grad: only a leaf that requires a gradient holds one", () => y.Grad = Tensor.Ones([1], DType.Float64));
        var x = Leaf(1);
        Throws<ShapeException>("Grad: the gradient is float64[2], the tensor float64[1]", () => x.Grad = Tensor.Ones([2], DType.Float64));
        x.RequiresGrad = false;
        Assert.False((x * 2).RequiresGrad);
    }

    [Fact]
    public void SavedValuesMustNotChange()
    {
        var x = Leaf(1, 2);
        var factor = Tensor.From([3.0, 4]);
        var y = (x * factor).Sum();
        factor.Fill(0);
        Throws<GradientException>("Mul: input 1, float64[2], was changed in place after it was used; backward needs its former values", () => y.Backward());
    }

    [Fact]
    public void GradAsksWithoutTouchingLeaves()
    {
        Tensor x = Leaf(2), z = Leaf(5), unused = Leaf(1, 1);
        var y = x * x * z;
        var gradients = Autograd.Grad([y], [x, z, y, unused]);
        Assert.Equal([20, 4, 1, 0, 0], gradients.SelectMany(g => g.ToArray<double>()));
        Assert.Null(x.Grad);
        Throws<GradientException>("Grad: an input, float64[1], requires no gradient", () => Autograd.Grad([x * x], [Tensor.From([1.0])]));
    }

    [Fact]
    public void GradWeighsSeveralOutputs()
    {
        var x = Leaf(2);
        var gradient = Autograd.Grad([x * x, x * 3], [x], [Tensor.From([10.0]), Tensor.From([1.0])]);
        Assert.Equal(43, gradient[0].Item());
    }

    [Fact]
    public void DerivativesOfAnyOrder()
    {
        var x = Leaf(0.7);
        var y = x.Sin();
        double[] expected = [Math.Cos(0.7), -Math.Sin(0.7), -Math.Cos(0.7), Math.Sin(0.7), Math.Cos(0.7)];
        foreach (double value in expected)
        {
            y = Autograd.Grad(y.Sum(), x, createGraph: true);
            Assert.Equal(value, y.Item(), 1e-12);
        }
    }

    [Fact]
    public void BackwardThroughAGradient()
    {
        // A gradient penalty: d/dx of (dy/dx)².
        var x = Leaf(3);
        var slope = Autograd.Grad((x * x * x).Sum(), x, createGraph: true);
        slope.Square().Sum().Backward();
        Assert.Equal(2 * 27 * 18, x.Grad!.Item());
    }

    [Fact]
    public void GraphsMayBeBuiltByOneThreadAndWalkedByAnother()
    {
        var x = Leaf(1.5);
        Tensor half = null!;
        var builder = new Thread(() =>
        {
            half = x;
            for (int i = 0; i < 50; i++)
                half = half * 1.01;
        });
        builder.Start();
        builder.Join();
        // This thread has made fewer nodes than the other.
        var whole = half * half;
        var walker = new Thread(() => whole.Sum().Backward());
        walker.Start();
        walker.Join();
        Assert.Equal(2 * 1.5 * Math.Pow(1.01, 100), x.Grad!.Item(), 1e-9);
    }

    [Fact]
    public void ManyThreadsGatherIntoGraphsOfTheirOwn()
    {
        var w = Tensor.From([2.0, 3]);
        var gradients = new double[8][];
        Parallel.For(0, 8, i =>
        {
            var x = Tensor.From([i + 1.0, 2]).RequireGrad();
            for (int step = 0; step < 20; step++)
                (x * w * x).Sum().Backward();
            gradients[i] = x.Grad!.ToArray<double>();
        });
        for (int i = 0; i < 8; i++)
            Assert.Equal([20 * 4.0 * (i + 1), 20 * 12.0], gradients[i]);
    }

    [Fact]
    public void DeepGraphsDoNotOverflowTheStack()
    {
        var x = Leaf(1);
        var y = x;
        for (int i = 0; i < 100_000; i++)
            y = y + 1;
        y.Sum().Backward();
        Assert.Equal(1, x.Grad!.Item());
    }

    [Fact]
    public void HalfPrecisionLeavesGetHalfPrecisionGradients()
    {
        var x = Tensor.From([1f, 2]).To(DType.BFloat16).RequireGrad();
        (x * Tensor.From([3f, 4])).Sum().Backward();
        Assert.Equal(DType.BFloat16, x.Grad!.DType);
        Assert.Equal([3f, 4], x.Grad.To(DType.Float32).ToArray<float>());
    }

    private static void Throws<T>(string message, Action call) where T : Exception => Assert.Contains(message, Assert.Throws<T>(call).Message);
}
