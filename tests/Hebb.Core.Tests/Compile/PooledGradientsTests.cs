using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Gradients of a ReLU before a maximum, taken where that is small, against the same graph as it was traced.</summary>
public class PooledGradientsTests
{
    [Fact]
    public void TheReluComesBeforeTheScatter()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            var graph = Check(true, dtype, x => (x.Relu().MaxPool2d(2) * 0.7).Sum(), [3, 2, 8, 10]);
            var relu = graph.Nodes.Single(n => n.Primitive.Name == "relu_grad");
            Assert.Equal([3, 2, 4, 5], relu.Outputs[0].Spec.Shape.ToArray());
            Assert.Equal("pool_scatter", graph.Nodes[^1].Primitive.Name);
        }
    }

    [Fact]
    public void WindowsThatOverlapReachOverOrLeaveGaps()
    {
        Check(true, DType.Float32, x => x.Relu().MaxPool2d(3, stride: 2, padding: 1).Square().Sum(), [2, 3, 9, 11]);
        Check(true, DType.Float32, x => x.Relu().MaxPool2d(2, stride: 3).Sin().Sum(), [2, 3, 9, 11]);
        Check(true, DType.Float32, x => x.Relu().MaxPool1d(4, stride: 1).Sin().Sum(), [2, 3, 12]);
        Check(true, DType.Float32, x => x.Relu().MaxPool3d(2, ceilMode: true).Sin().Sum(), [2, 3, 5, 5]);
    }

    [Fact]
    public void ZerosAndNumbersThatAreNone()
    {
        var graph = Traced(DType.Float32, x => (x.Relu().MaxPool1d(2) * x.Relu().MaxPool1d(2) - 1.0 / x.Relu().MaxPool1d(2)).Sum(), [1, 1, 10]);
        CpuPlan one = new(graph), other = new(PooledGradients.Shrink(graph));
        var x = Tensor.From([-0.0f, 0, float.NaN, -1, float.PositiveInfinity, 3, -2, float.NegativeInfinity, -5, 0.25f]).Reshape(1, 1, 10);
        GraphChecks.Same(GraphChecks.Run(one, [x]), GraphChecks.Run(other, [x]), "special values");
    }

    [Fact]
    public void WhatOthersNeedStays()
    {
        // The gradient of another function than the one that is pooled; a result that goes elsewhere too; other functions.
        Check(false, DType.Float32, x => x.MaxPool2d(2).Sum(), [2, 2, 4, 4]);
        Check(false, DType.Float32, x => (x.Relu() is var y ? y.MaxPool2d(2).Sum() + y.Square().Sum() : x), [2, 2, 4, 4]);
        Check(false, DType.Float32, x => x.Tanh().MaxPool2d(2).Sum(), [2, 2, 4, 4]);
        Check(false, DType.Float32, x => x.Relu().Exp().MaxPool2d(2).Sum(), [2, 2, 4, 4]);
    }

    [Fact]
    public void CompiledGradientsAreThoseOfTheOps()
    {
        Func<Tensor, Tensor, Tensor> f = (x, w) => x.Conv2d(w).Relu().MaxPool2d(2).Square().Sum();
        var gradient = Transform.Grad(f);
        Tensor x = Tensor.RandN([2, 3, 10, 10], rng: new Rng(1)), w = Tensor.RandN([4, 3, 3, 3], rng: new Rng(2));
        var compiled = Transform.Compile(xs => [gradient(xs[0], xs[1])], strict: true, verify: true);
        Assert.True(TensorBits.Equal(gradient(x, w), compiled.Call(x, w)[0]));
        Assert.True(TensorBits.Equal(gradient(x, w), compiled.Call(x, w)[0]));
    }

    private static Graph Check(bool changes, DType dtype, Func<Tensor, Tensor> f, Shape shape)
    {
        var graph = Traced(dtype, f, shape);
        var made = PooledGradients.Shrink(graph);
        Assert.Equal(changes, !ReferenceEquals(graph, made));
        GraphChecks.SameBits(graph, made);
        return made;
    }

    private static Graph Traced(DType dtype, Func<Tensor, Tensor> f, Shape shape)
    {
        var gradient = Transform.Grad(f);
        return Pipeline.Optimize(Tracing.Trace(xs => [gradient(xs[0])], [new TensorSpec(shape, dtype)]), null, fuses: false);
    }
}
