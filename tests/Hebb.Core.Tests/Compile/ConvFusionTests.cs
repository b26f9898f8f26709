using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Convolutions that finish their outputs themselves, against the ops one by one: the same bits.</summary>
public class ConvFusionTests
{
    /// <summary>Input, channels out, kernel, stride, padding, dilation, groups: one for each kernel of the engine, with edges.</summary>
    public static TheoryData<int[], int, int, int, int, int, int> Convolutions => new()
    {
        { [2, 32, 7, 9], 24, 1, 1, 0, 1, 1 }, { [1, 8, 20, 20], 7, 1, 1, 0, 1, 1 }, { [2, 16, 15, 13], 40, 1, 2, 0, 1, 1 }, { [3, 6, 15, 13], 5, 1, 2, 0, 1, 1 },
        { [1, 64, 30, 30], 40, 1, 1, 0, 1, 2 }, { [1, 3, 19, 23], 20, 3, 2, 1, 1, 1 }, { [2, 40, 13, 13], 33, 3, 1, 1, 1, 1 }, { [1, 32, 21, 22], 48, 3, 1, 1, 1, 1 },
        { [2, 24, 15, 17], 24, 3, 1, 1, 1, 24 }, { [1, 24, 15, 17], 24, 3, 2, 1, 1, 24 }, { [1, 4, 5, 5], 6, 3, 1, 4, 4, 1 }, { [2, 2, 40], 9, 5, 1, 2, 1, 1 },
        { [1, 3, 6, 7, 8], 4, 3, 1, 1, 1, 1 }, { [1, 2, 30, 30], 1, 3, 1, 1, 1, 1 }, { [34, 6, 12, 12], 16, 5, 1, 0, 1, 1 },
    };

    [Theory, MemberData(nameof(Convolutions))]
    public void TakeInWhatFollows(int[] input, int channels, int kernel, int stride, int padding, int dilation, int groups)
    {
        int axes = input.Length - 2;
        var w = Draw(1, [channels, input[1] / groups, .. Enumerable.Repeat(kernel, axes)]);
        var b = Draw(2, channels);
        Tensor Conv(Tensor x, Tensor? bias) => axes switch
        {
            1 => x.Conv1d(w, bias, stride, padding, dilation, groups),
            2 => x.Conv2d(w, bias, stride, padding, dilation, groups),
            _ => x.Conv3d(w, bias, stride, padding, dilation, groups),
        };
        var shape = Conv(Draw(3, input), b).Shape;
        Check(["fused_conv"], Trace(xs => [Conv(xs[0], b).Relu()], input));
        Check(["fused_conv"], Trace(xs => [(Conv(xs[0], b) + xs[1]).Relu()], input, shape));
        Check(["fused_conv"], Trace(xs => [xs[1] + Conv(xs[0], null).Sigmoid()], input, shape));
        Check(["fused_conv"], Trace(xs => [Conv(xs[0], null) + xs[1]], input, shape));
    }

    [Fact]
    public void EveryFunctionKeepsItsBits()
    {
        var (w, low, high) = (Draw(1, 5, 3, 3, 3), Tensor.Scalar(-0.5f), Tensor.Scalar(0.75f));
        foreach (var f in new Func<Tensor, Tensor>[]
        {
            x => x.Relu(), x => x.LeakyRelu(0.3), x => x.Sigmoid(), x => x.Silu(), x => x.Hardswish(), x => x.Tanh(), x => x.Gelu(), x => x.Gelu(approximate: true),
            x => x.ClampMin(low), x => x.ClampMax(high), x => x.ClampMin(low).ClampMax(high),
        })
            Check(["fused_conv"], Trace(xs => [f(xs[0].Conv2d(w, padding: 1))], [2, 3, 9, 7]));
    }

    [Fact]
    public void TheLaterOfTwoConvolutionsAddsTheOther()
    {
        var (a, b) = (Draw(1, 8, 4, 3, 3), Draw(2, 8, 4, 1, 1));
        Check(["conv", "fused_conv"], Trace(xs => [(xs[0].Conv2d(a, padding: 1) + xs[0].Conv2d(b)).Relu()], [1, 4, 12, 12]));
    }

    [Fact]
    public void WhatIsReadElsewhereStays()
    {
        var w = Draw(1, 4, 3, 3, 3);
        Check(["conv", "relu"], Trace(xs => { var y = xs[0].Conv2d(w); return [y, y.Relu()]; }, [1, 3, 8, 8]));
        // A sum with a tensor of another shape, with itself; a function that no kernel takes in.
        Check(["conv", "add"], Trace(xs => [xs[0].Conv2d(w) + xs[1]], [1, 3, 8, 8], [6]));
        Check(["conv", "add"], Trace(xs => { var y = xs[0].Conv2d(w); return [y + y]; }, [1, 3, 8, 8]));
        Check(["conv", "erf"], Trace(xs => [xs[0].Conv2d(w).Erf()], [1, 3, 8, 8]));
    }

    [Fact]
    public void DepthwiseOnesReadShuffledChannelsWhereTheyStand()
    {
        // Small planes and wide ones, with and without steps, 3x3 and others.
        foreach (var (parts, channels, height, width, kernel, stride) in new[] { (4, 24, 7, 7, 3, 1), (2, 6, 15, 30, 3, 2), (3, 15, 14, 14, 5, 1), (8, 8, 9, 4, 3, 1) })
        {
            var (w, b) = (Draw(1, channels, 1, kernel, kernel), Draw(2, channels));
            Tensor Conv(Tensor x) => x.Conv2d(w, b, stride, kernel / 2, groups: channels);
            int[] input = [2, channels, height, width];
            var shape = Conv(Draw(3, input)).Shape;
            Check(["fused_conv"], Trace(xs => [Conv(Shuffle(xs[0], parts))], input));
            Check(["fused_conv"], Trace(xs => [(Conv(Shuffle(xs[0], parts)) + xs[1]).Relu()], input, shape));
        }
        // What is read elsewhere, channels that are joined, other orders and other types stay.
        var (each, all) = (Draw(1, 12, 1, 3, 3), Draw(2, 5, 12, 3, 3));
        string[] apart = ["reshape", "permute", "reshape"];
        Check([.. apart, "conv"], Trace(xs => { var y = Shuffle(xs[0], 4); return [y, y.Conv2d(each, groups: 12)]; }, [1, 12, 6, 6]));
        Check([.. apart, "conv"], Trace(xs => [Shuffle(xs[0], 4).Conv2d(all)], [1, 12, 6, 6]));
        Check([.. apart, "conv"], Trace(xs => [xs[0].Reshape(1, 4, 3, 6, 6).Permute(0, 2, 1, 4, 3).Reshape(1, 12, 6, 6).Conv2d(each, groups: 12)], [1, 12, 6, 6]));
        Check([.. apart, "conv"], Trace(xs => [xs[0].Reshape(4, 2, 12, 3, 3).Permute(0, 2, 1, 3, 4).Reshape(2, 12, 6, 6).Conv2d(each, groups: 12)], [2, 12, 6, 6]));
        // Turned from fewer axes, or for other kinds of convolution.
        var line = Draw(1, 1, 1, 3);
        Check([.. apart, "conv"], Trace(xs => [xs[0].Reshape(3, 4).Permute(1, 0).Reshape(1, 1, 12).Conv1d(line, padding: 1)], [12]));
        Check([.. apart, "conv"], Trace(xs => [xs[0].Reshape(4, 3, 3).Permute(2, 1, 0).Reshape(1, 1, 6, 6).Conv2d(Tensor.Ones([1, 1, 3, 3]))], [6, 6]));

        static Tensor Shuffle(Tensor x, int parts) => x.Reshape(x.Shape[0], parts, x.Shape[1] / parts, x.Shape[2], x.Shape[3]).Permute(0, 2, 1, 3, 4).Reshape(x.Shape);
    }

    [Fact]
    public void ABoundThatChangesIsReadAgain()
    {
        var (w, high) = (Draw(1, 4, 3, 3, 3), Tensor.Scalar(0.25f));
        var f = Transform.Compile((Tensor x) => x.Conv2d(w).ClampMax(high));
        var x = Draw(2, 1, 3, 8, 8);
        Assert.Equal(0.25, f(x).Amax().Item());
        InPlace.Fill(high, 0.125f);
        Assert.Equal(0.125, f(x).Amax().Item());
    }

    [Theory]
    [InlineData(DType.Float32), InlineData(DType.Float64)]
    public void ScalesByChannelGoIntoConstantWeights(DType dtype)
    {
        Tensor Of(int seed, params int[] sizes) => Tensor.RandN(sizes, dtype, rng: new Rng((ulong)seed));
        var (w, b, mean, variance, weight, bias, scale, shift) =
            (Of(1, 6, 4, 3, 3), Of(2, 6), Of(3, 6), Of(4, 6).Square() + 0.1, Of(5, 6), Of(6, 6), Of(7, 6, 1, 1), Of(8, 1, 6, 1, 1));
        Near(["conv"], [2, 4, 9, 8], x => x.Conv2d(w, b, padding: 1).BatchNorm(mean, variance, weight, bias));
        Near(["conv", "tanh"], [1, 4, 4, 4], x => (x.Conv2d(w).BatchNorm(mean, variance, weight, bias) * scale + shift).Tanh());
        Near(["conv", "erf"], [1, 4, 5, 4], x => ((shift + scale * x.Conv2d(w, b)) - shift * 0.5).Erf());
        Near(["mul", "add", "relu"], [2, 6, 5, 3], x => (x.BatchNorm(mean, variance, weight, bias) * scale - shift).Relu());
        // One value for each column is none for each channel.
        var columns = Of(9, 6);
        Near(["conv", "mul"], [1, 4, 8, 8], x => x.Conv2d(w) * columns);

        void Near(string[] names, int[] input, Func<Tensor, Tensor> f)
        {
            var graph = Fold(Tracing.Trace(xs => [f(xs[0])], [new(Shape.Create(input), dtype)], lines: false));
            var guards = new List<VersionGuard>();
            var folded = DeadCode.Remove(ChannelFolding.Fold(graph, guards));
            Assert.Equal(names, folded.Nodes.Select(n => n.Primitive.Name));
            Assert.Equal(folded == graph, guards.Count == 0);
            var inputs = GraphChecks.Inputs(graph, 1);
            var (expected, actual) = (GraphChecks.Run(new CpuPlan(graph), inputs)[0], GraphChecks.Run(new CpuPlan(folded), inputs)[0]);
            double tolerance = dtype == DType.Float64 ? 1e-13 : 1e-5;
            Assert.True((expected - actual).Abs().Amax().Item() <= tolerance * (1 + expected.Abs().Amax().Item()));
        }
    }

    private static Graph Fold(Graph graph) => DeadCode.Remove(CommonSubexpressions.Merge(ConstantFolding.Fold(graph, [])));

    private static Tensor Draw(int seed, params int[] sizes) => Tensor.RandN(sizes, rng: new Rng((ulong)seed));

    private static Graph Trace(Func<Tensor[], Tensor[]> f, params Shape[] shapes) =>
        Fold(Tracing.Trace(f, Array.ConvertAll(shapes, s => new TensorSpec(s, DType.Float32)), lines: false));

    private static void Check(string[] names, Graph graph)
    {
        var fused = ConvFusion.Fuse(graph, []);
        Assert.Equal(names, fused.Nodes.Select(n => n.Primitive.Name));
        GraphChecks.SameBits(graph, fused);
    }
}
