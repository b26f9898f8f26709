using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>What is left out because it changes nothing, and what stays because it does.</summary>
public class AlgebraTests
{
    [Fact]
    public void WhatChangesNothingGoes()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.BFloat16 })
        {
            var graph = Graph([new([3, 4], dtype)], xs => [xs[0] * 1.0, 1.0 * xs[0].Exp(), xs[0] / 1.0, xs[0] - 0.0, -0.0 + xs[0], xs[0].Neg().Neg().Sin()]);
            Check(["exp", "sin"], graph);
        }
        Check(["square"], Graph([new([3, 4], DType.Int32)], xs => [xs[0] + 0, xs[0] * 1, (xs[0] - 0).Square()]));
    }

    [Fact]
    public void WhatMayChangeABitStays()
    {
        // -0 + 0 is 0, and -0 - -0 too.
        Check(["add"], Graph([new([3], DType.Float32)], xs => [xs[0] + 0.0]));
        Check(["sub"], Graph([new([3], DType.Float32)], xs => [xs[0] - -0.0]));
        // The constant decides shape or type of the result.
        Check(["mul"], Graph([new([], DType.Float32)], xs => [xs[0] * Tensor.Ones([2, 2])]));
        Check(["mul"], Graph([new([3], DType.Int32)], xs => [xs[0] * Tensor.Ones([1])]));
        // Rounded on the way.
        Check(["cast", "cast"], Graph([new([3], DType.Float32)], xs => [xs[0].To(DType.Float16).To(DType.Float32)]));
        Check(["cast", "cast"], Graph([new([3], DType.Int64)], xs => [xs[0].To(DType.Float32).To(DType.Float64)]));
    }

    [Fact]
    public void OneViewForSeveral()
    {
        Check(["sin", "cos", "permute", "exp"], Graph([new([2, 3, 4], DType.Float32)], xs => [xs[0].Permute(2, 0, 1).Permute(1, 2, 0).Sin().Cos(), xs[0].Permute(1, 2, 0).Permute(1, 2, 0).Exp()]));
        Check(["reshape", "exp"], Graph([new([2, 6], DType.Float32)], xs => [xs[0].Reshape(3, 4).Reshape(12).Exp()]));
        Check([], Graph([new([2, 6], DType.Float32)], xs => [xs[0].Reshape(3, 4).Reshape(2, 6), xs[0].MT.MT]));
        Check(["expand"], Graph([new([1, 1, 6], DType.Float32)], xs => [xs[0].Expand(1, 5, 6).Expand(4, 5, 6)]));
    }

    [Fact]
    public void OneCastForTwo()
    {
        Check(["cast"], Graph([new([9], DType.Float16)], xs => [xs[0].To(DType.Float32).To(DType.Float64)]));
        Check([], Graph([new([9], DType.BFloat16)], xs => [xs[0].To(DType.Float32).To(DType.BFloat16)]));
        Check(["cast"], Graph([new([9], DType.Int8)], xs => [xs[0].To(DType.Int32).To(DType.Float32)]));
        Check(["cast"], Graph([new([9], DType.Bool)], xs => [xs[0].To(DType.UInt8).To(DType.Float32)]));
    }

    [Fact]
    public void CopiesOfWhatLiesInOrder()
    {
        Check(["exp"], Graph([new([4, 5], DType.Float32)], xs => [xs[0].Clone(), xs[0].Exp().Clone()]));
        Check(["permute", "contiguous"], Graph([new([4, 5], DType.Float32)], xs => [xs[0].MT.Contiguous().Clone()]));
    }

    [Fact]
    public void AConstantThatStopsBeingNeutralIsReadAgain()
    {
        var scale = Tensor.From([1f]);
        var f = Transform.Compile((Tensor x) => x * scale);
        var x = Tensor.From([2f, 3]);
        Assert.Equal([2f, 3], f(x).ToArray<float>());
        InPlace.Fill(scale, 5);
        Assert.Equal([10f, 15], f(x).ToArray<float>());
    }

    [Theory]
    [InlineData(DType.Float32, true), InlineData(DType.Float32, false), InlineData(DType.Float64, true)]
    public void NormsOfTheEvaluationGoIntoTheWeights(DType dtype, bool biased)
    {
        Tensor Draw(int seed, params int[] sizes) => Tensor.RandN(sizes, dtype, rng: new Rng((ulong)seed));
        var (w, b, mean, variance, weight, bias) = (Draw(1, 6, 4, 3, 3), biased ? Draw(2, 6) : null, Draw(3, 6), Draw(4, 6).Square(), Draw(5, 6), Draw(6, 6));
        var graph = Graph([new([2, 4, 17, 19], dtype)], xs => [xs[0].Conv2d(w, b, stride: 2, padding: 1).BatchNorm(mean, variance, weight, bias).Relu()]);
        Near(graph, "channel_linear");
        var (m, c) = (Draw(7, 6, 5), biased ? Draw(8, 6) : null);
        Near(Graph([new([33, 5], dtype)], xs => [xs[0].Linear(m, c).BatchNorm(mean, variance, weight, bias)]), "channel_linear");
    }

    [Fact]
    public void NormsThatAreNotFolded()
    {
        var (w, mean, variance) = (Tensor.RandN([6, 4, 3, 3]), Tensor.RandN([6]), Tensor.Ones([6]));
        // Somebody else reads the product; there are more weights than activations; the statistics are the batch's.
        foreach (var graph in new[]
        {
            Graph([new([2, 4, 17, 19], DType.Float32)], xs => { var y = xs[0].Conv2d(w); return [y.BatchNorm(mean, variance), y]; }),
            Graph([new([1, 4, 4, 4], DType.Float32)], xs => [xs[0].Conv2d(w).BatchNorm(mean, variance)]),
            Graph([new([2, 4, 17, 19], DType.Float32)], xs => [xs[0].Conv2d(w).BatchNormTraining().Output]),
        })
            Assert.Same(graph, NormFolding.Fold(graph));
    }

    private static void Near(Graph graph, string gone)
    {
        var folded = NormFolding.Fold(graph);
        Assert.DoesNotContain(gone, folded.Nodes.Select(n => n.Primitive.Name));
        Assert.Contains(folded.Nodes, n => n.IsReassociated && n.Origins.Count == 2);
        var inputs = GraphChecks.Inputs(graph, 1);
        var (expected, actual) = (GraphChecks.Run(new CpuPlan(graph), inputs)[0], GraphChecks.Run(new CpuPlan(folded), inputs)[0]);
        double tolerance = expected.DType == DType.Float64 ? 1e-13 : 3e-6;
        Assert.True((expected - actual).Abs().Amax().Item() <= tolerance * (1 + expected.Abs().Amax().Item()));
    }

    private static Graph Graph(TensorSpec[] specs, Func<Tensor[], Tensor[]> f)
    {
        var graph = CommonSubexpressions.Merge(ConstantFolding.Fold(Tracing.Trace(f, specs, lines: false), []));
        return DeadCode.Remove(graph);
    }

    private static void Check(string[] expected, Graph graph)
    {
        var simple = DeadCode.Remove(Algebra.Simplify(graph, []));
        Assert.Equal(expected, simple.Nodes.Select(n => n.Primitive.Name));
        GraphChecks.SameBits(graph, simple);
    }
}
