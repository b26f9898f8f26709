using Hebb.Compile;
using Hebb.Cpu;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Products that do the ops after them, against the same graph node by node.</summary>
public class ProductFusionTests
{
    private static readonly Func<Tensor, Tensor>[] s_functions =
        [x => x.Relu(), x => x.Gelu(), x => x.Gelu(approximate: true), x => x.Silu(), x => x.Sigmoid(), x => x.Tanh(), x => x.LeakyRelu(0.2)];

    [Fact]
    public void EveryFunctionAfterALinearMap()
    {
        foreach (var dtype in new[] { DType.Float32, DType.Float64 })
        {
            foreach (var f in s_functions)
            {
                foreach (var (m, k, n) in new[] { (33, 20, 17), (1, 8, 40), (40, 8, 1), (5, 0, 3), (130, 64, 96) })
                {
                    var graph = Traced([new([m, k], dtype), new([n, k], dtype), new([n], dtype), new([m, n], dtype)], xs => [f(xs[0].Linear(xs[1], xs[2])), f(xs[0].Linear(xs[1])) + xs[3]]);
                    Assert.Equal(["fused_product", "fused_product"], Names(Fuse(graph)));
                    SameValues(graph);
                }
            }
        }
    }

    [Fact]
    public void GradientsOfFunctions()
    {
        foreach (var f in new Func<Tensor, Tensor>[] { x => x.Relu(), x => x.Sigmoid(), x => x.Tanh(), x => x.LeakyRelu(0.2) })
        {
            // The gradient of the map above reaches the function in the product that makes it.
            var graph = Traced(xs => Transform.Grad((x, w) => f(x).Linear(w).Square().Sum())(xs[0], xs[1]) is var g ? [g] : [], [31, 40], [24, 40]);
            Assert.Contains(Fuse(graph).Nodes, n => n.Primitive is FusedProduct && n.Origins.Count == 2 && n.Origins[1].Op.EndsWith("_grad", StringComparison.Ordinal));
            SameValues(graph);
        }
    }

    [Fact]
    public void FactorsAndSums()
    {
        var graph = Traced(xs => [(xs[0].MatMul(xs[1]) * 0.125 + xs[2]).Relu(), xs[2] + xs[0].MatMul(xs[1].Tanh())], [6, 30, 16], [16, 50], [6, 30, 50]);
        Assert.Equal(["fused_product", "tanh", "fused_product"], Names(Fuse(graph)));
        SameValues(graph);
        // Batches that no single stride walks through.
        var batches = Traced(xs => [(xs[0].MatMul(xs[1]) * 0.5 + xs[2]).Sigmoid()], [3, 1, 7, 5], [4, 5, 9], [3, 4, 7, 9]);
        Assert.Equal(["fused_product"], Names(Fuse(batches)));
        SameValues(batches);
        var rows = Traced(xs => [xs[0].Permute(1, 0, 2).Linear(xs[1]).Tanh() + xs[2]], [8, 5, 12], [7, 12], [5, 8, 7]);
        Assert.Equal(["permute", "fused_product"], Names(Fuse(rows)));
        SameValues(rows);
        var turned = Traced(xs => [xs[0].MatMul(xs[1]) + xs[2].MT], [20, 30], [30, 40], [40, 20]);
        SameValues(turned);
    }

    [Fact]
    public void WhatOthersNeedStays()
    {
        // The sum before the function is read again; a bias of one row is no tensor of the result's shape; a product that is returned.
        var graph = Traced(xs =>
        {
            var a = xs[0].MatMul(xs[1]);
            var b = xs[0].MatMul(xs[1].Exp()) + xs[2];
            var c = xs[0].MatMul(xs[1].Sin());
            return [a.Tanh() * a, b, c, c.Relu()];
        }, [9, 9], [9, 9], [9]);
        Assert.DoesNotContain("fused_product", Names(Fuse(graph)));
        SameValues(graph);
        // Of two products that are added one takes the sum; what is added comes after the product.
        var two = Traced(xs => [(xs[0].MatMul(xs[1]) + xs[1].MatMul(xs[0])).Tanh()], [9, 9], [9, 9]);
        Assert.Equal(["matmul", "fused_product"], Names(Fuse(two)));
        SameValues(two);
        var late = Traced(xs =>
        {
            var a = xs[0].MatMul(xs[1]);
            return [a + xs[0].MatMul(xs[1].Exp()).Softmax(1)];
        }, [9, 9], [9, 9]);
        SameValues(late);
        // So may a factor.
        var factor = Traced(xs =>
        {
            var a = xs[0].MatMul(xs[1]);
            return [a * xs[1].Softmax(1).Sin().Sum()];
        }, [9, 9], [9, 9]);
        Assert.Equal("fused_product", Names(Fuse(factor))[^1]);
        SameValues(factor);
        // Small products are left alone.
        Assert.DoesNotContain("fused_product", Names(ProductFusion.Fuse(factor)));
        var halves = Traced([new([4, 4], DType.BFloat16), new([4, 4], DType.BFloat16)], xs => [xs[0].MatMul(xs[1]).Relu()]);
        Assert.DoesNotContain("fused_product", Names(Fuse(halves)));
    }

    [Fact]
    public void ThreadsDoNotShowInTheBits()
    {
        var graph = Traced(xs => [(xs[0].Linear(xs[1], xs[2]).Gelu() + xs[3])], [300, 200], [160, 200], [160], [300, 160]);
        var plan = new CpuPlan(Fuse(graph));
        var inputs = GraphChecks.Inputs(graph, 3);
        var one = GraphChecks.Run(plan, inputs);
        using (ParallelFor.Limit(5))
            GraphChecks.Same(one, GraphChecks.Run(plan, inputs), "five threads");
        Parallel.For(0, 8, _ => GraphChecks.Same(one, GraphChecks.Run(plan, inputs), "eight callers"));
    }

    private static Graph Traced(Func<Tensor[], Tensor[]> f, params Shape[] shapes) => Traced([.. shapes.Select(s => new TensorSpec(s, DType.Float32))], f);

    private static Graph Traced(TensorSpec[] specs, Func<Tensor[], Tensor[]> f) => Pipeline.Optimize(Tracing.Trace(f, specs), null, fuses: false);

    // Whatever their size.
    private static Graph Fuse(Graph graph) => ProductFusion.Fuse(graph, least: 1);

    private static string[] Names(Graph graph) => [.. graph.Nodes.Select(n => n.Primitive.Name)];

    private static void SameValues(Graph graph) => GraphChecks.SameBits(graph, Fuse(graph));
}
