using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Reductions that compute what they read, against the same ops one by one.</summary>
public class ReductionFusionTests
{
    private static readonly int[][] Shapes = [[40000], [9, 4099], [64, 513], [3, 7, 2001], [65, 3, 600], [70001, 1], [5, 33000], [2, 40, 16, 32]];

    [Fact]
    public void SumsMeansExtremesAndNorms()
    {
        foreach (int[] shape in Shapes)
        {
            foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.BFloat16, DType.Int32 })
            {
                for (int axis = -1; axis < shape.Length; axis++)
                {
                    int at = axis;
                    Check([new(shape, dtype), new(shape[^1..], dtype)], dtype, xs =>
                    {
                        var (a, b) = (xs[0] * xs[1], xs[0] + xs[1]);
                        return dtype.IsFloat && at % 2 == 0
                            ? [at < 0 ? a.Mean() : a.Mean(at, keepDim: true), at < 0 ? b.Amax() : b.Amin(at)]
                            : [at < 0 ? a.Sum() : a.Sum(at), at < 0 ? b.Amin() : b.Amax(at)];
                    });
                }
            }
        }
    }

    [Fact]
    public void AChainAndItsOtherResults()
    {
        var graph = Traced([new([257, 601], DType.Float32), new([257, 1], DType.Float32)], xs =>
        {
            var a = (xs[0] - xs[1]).Tanh();
            return [(a * 0.5 + 1.0).Square().Sum(1), a];
        });
        var fused = Fused(graph);
        Assert.Equal(["fused_reduction"], fused.Nodes.Select(n => n.Primitive.Name));
        Assert.Equal(["sub", "tanh", "mul", "add", "square", "sum"], fused.Nodes[0].Origins.Select(o => o.Op));
        GraphChecks.SameBits(graph, fused);
        var plan = new CpuPlan(fused);
        var inputs = GraphChecks.Inputs(graph, 3);
        var one = GraphChecks.Run(plan, inputs);
        using (Cpu.ParallelFor.Limit(5))
            GraphChecks.Same(one, GraphChecks.Run(plan, inputs), "five threads");
    }

    [Fact]
    public void WhatOthersReadIsWritten()
    {
        foreach (var graph in new[]
        {
            Traced([new([257, 601], DType.Float32)], xs => { var a = xs[0].Exp(); return [a.Sum(), a]; }),
            Traced([new([257, 601], DType.Float32)], xs => { var a = xs[0].Exp(); return [a.Sum(0), a.Sum(1)]; }),
            // Two passes over its input.
            Traced([new([257, 601], DType.Float32)], xs => [xs[0].Exp().Var(1)]),
            // Few elements; short runs, of one result and of neighbouring ones.
            Traced([new([30, 30], DType.Float32)], xs => [xs[0].Exp().Sum()]),
            Traced([new([12, 4, 64, 32], DType.Float32)], xs => [xs[0].Exp().Sum(-1)]),
            Traced([new([40000, 3], DType.Float32)], xs => [xs[0].Exp().Sum(0)]),
        })
            Assert.Same(graph, ReductionFusion.Fuse(graph));
    }

    private static void Check(TensorSpec[] specs, DType dtype, Func<Tensor[], Tensor[]> f)
    {
        var graph = Traced(specs, f);
        GraphChecks.SameBits(graph, Fused(graph), $"{string.Join(", ", specs)} {dtype}");
    }

    private static Graph Traced(TensorSpec[] specs, Func<Tensor[], Tensor[]> f) => Pipeline.Optimize(Tracing.Trace(f, specs, lines: false), null, fuses: false);

    private static Graph Fused(Graph graph) => ReductionFusion.Fuse(ElementwiseFusion.Fuse(graph));
}
