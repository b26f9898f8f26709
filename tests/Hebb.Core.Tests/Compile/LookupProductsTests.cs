using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Products with rows that were looked up, computed from the table, against the same graph as it was traced.</summary>
public class LookupProductsTests
{
    // Made before a trace begins.
    private readonly Tensor _numbers = (Tensor.Rand([6, 10], rng: new Rng(3)) * 9).To(DType.Int64);

    [Fact]
    public void ProductsGoBeforeLookups()
    {
        var one = Check(["matmul", "embedding"], xs => [xs[0].Embedding(_numbers).MatMul(xs[1])], [9, 40], [40, 50]);
        Assert.Equal(9, one.Nodes[0].Outputs[0].Spec.Shape[0]);
        Check(["permute", "linear", "embedding"], xs => [xs[0].Embedding(_numbers, paddingIndex: 2).Linear(xs[1].MT, xs[2])], [9, 40], [40, 50], [50]);
        // Of another shape than the numbers have.
        Check(["matmul", "embedding", "reshape"], xs => [xs[0].Embedding(_numbers).Reshape(60, 40).MatMul(xs[1])], [9, 40], [40, 50]);
        // What was looked up is needed beside.
        Check(["embedding", "matmul", "embedding"], xs => [xs[0].Embedding(_numbers), xs[0].Embedding(_numbers).MatMul(xs[1])], [9, 40], [40, 50]);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void GradientsAreSumsByRowBeforeProducts(bool linear)
    {
        // The gradient of what is looked up, of the weights, and the sum that a bias gets.
        Func<Tensor, Tensor, Tensor, Tensor> f = linear
            ? (e, w, b) => (e.Embedding(_numbers).Linear(w.MT, b).Sin() * 0.1).Sum()
            : (e, w, b) => ((e.Embedding(_numbers).MatMul(w) + b).Sin() * 0.1).Sum();
        var gradient = Transform.GradMany((Tensor[] xs) => f(xs[0], xs[1], xs[2]));
        var graph = Check(null, xs => gradient(xs), [9, 40], [40, 50], [50]);
        Assert.Single(graph.Nodes, n => n.Primitive.Name == "index_scatter");
        Assert.All(graph.Nodes.Where(n => n.Primitive.Name is "matmul" or "linear"), n => Assert.DoesNotContain(60, n.Inputs[0].Spec.Shape.Concat(n.Inputs[1].Spec.Shape).ToArray()));
        Assert.All(graph.Nodes.Where(n => n.Primitive.Name is "matmul" or "linear"), n => Assert.Equal((2, 2), (n.Inputs[0].Spec.Shape.Rank, n.Inputs[1].Spec.Shape.Rank)));
        Assert.All(graph.Nodes.Where(n => n.Primitive.Name == "sum"), n => Assert.Equal([9, 50], n.Inputs[0].Spec.Shape.ToArray()));
    }

    [Fact]
    public void WhatWouldNotPayStays()
    {
        // As many rows as numbers, few columns, whole numbers, a row that gets no gradient.
        Unchanged(xs => [xs[0].Embedding(_numbers).MatMul(xs[1])], [20, 40], [40, 50]);
        Unchanged(xs => [xs[0].Embedding(_numbers).MatMul(xs[1])], [9, 20], [20, 50]);
        var padded = Traced(xs => Transform.GradMany((Tensor[] x) => x[0].Embedding(_numbers, paddingIndex: 1).MatMul(x[1]).Sin().Sum())(xs), [9, 40], [40, 50]);
        Assert.Contains(LookupProducts.Shrink(padded).Nodes, n => n.Primitive.Name == "index_scatter" && n.Inputs[0].Spec.Shape[^1] == 40);
        SameValues(padded);
    }

    [Fact]
    public void VerificationSeesTheValuesThatWereTraced()
    {
        var gradient = Transform.GradMany((Tensor[] x) => (x[0].Embedding(_numbers).MatMul(x[1]).Sin() * 0.1).Sum());
        var compiled = Transform.Compile(gradient, strict: true, verify: true);
        Tensor[] inputs = [Tensor.RandN([9, 40], rng: new Rng(1)), Tensor.RandN([40, 50], rng: new Rng(2))];
        Assert.Equal(2, compiled.Call(inputs).Length);
    }

    private static Graph Check(string[]? names, Func<Tensor[], Tensor[]> f, params Shape[] shapes)
    {
        var graph = Traced(f, shapes);
        SameValues(graph);
        var shrunk = LookupProducts.Shrink(graph);
        if (names is not null)
            Assert.Equal(names, shrunk.Nodes.Select(n => n.Primitive.Name));
        return shrunk;
    }

    private static void Unchanged(Func<Tensor[], Tensor[]> f, params Shape[] shapes)
    {
        var graph = Traced(f, shapes);
        Assert.Same(graph, LookupProducts.Shrink(graph));
    }

    private static void SameValues(Graph graph)
    {
        CpuPlan one = new(graph), other = new(LookupProducts.Shrink(graph));
        var inputs = GraphChecks.Inputs(graph, 1);
        Tensor[] expected = GraphChecks.Run(one, inputs), actual = GraphChecks.Run(other, inputs);
        for (int i = 0; i < expected.Length; i++)
            Assert.True((expected[i] - actual[i]).Abs().Max().Item() <= 1e-12 * (1 + expected[i].Abs().Max().Item()), $"output {i}\n{graph}");
    }

    private static Graph Traced(Func<Tensor[], Tensor[]> f, params Shape[] shapes) =>
        Pipeline.Optimize(Tracing.Trace(f, [.. shapes.Select(s => new TensorSpec(s, DType.Float64))]), null, fuses: false);
}
