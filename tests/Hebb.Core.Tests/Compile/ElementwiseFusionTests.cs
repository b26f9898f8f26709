using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Fused elementwise ops against the same graph, node by node.</summary>
public class ElementwiseFusionTests
{
    [Fact]
    public void AChainIsOneNodeThatKeepsItsOrigins()
    {
        var graph = Traced(xs => [((xs[0] * xs[1] + 1.0).Tanh() - xs[0]).Sigmoid()], [5, 7], [7]);
        var fused = Fused(graph);
        Assert.Equal(["fused"], Names(fused));
        Assert.Equal(["mul", "add", "tanh", "sub", "sigmoid"], fused.Nodes[0].Origins.Select(o => o.Op));
        Assert.All(fused.Nodes[0].Origins, o => Assert.Contains("ElementwiseFusionTests.cs", o.Line));
        SameValues(graph);
    }

    [Fact]
    public void ValuesThatOthersReadAreOutputs()
    {
        var graph = Traced(xs =>
        {
            var a = xs[0].Exp();
            var b = a * 2.0 + a;
            return [a.MatMul(xs[1]), b, (b - 1.0).Square()];
        }, [4, 6], [6, 3]);
        var fused = Fused(graph);
        Assert.Equal(["fused", "matmul"], Names(fused));
        Assert.Equal(3, fused.Nodes[0].Outputs.Count);
        SameValues(graph);
    }

    [Fact]
    public void NoPathLeadsOutAndBack()
    {
        // The last product reads the first op both at once and by way of the matrix product.
        var graph = Traced(xs =>
        {
            var a = xs[0].Exp();
            return [a.MatMul(xs[1]) * a + 1.0];
        }, [5, 5], [5, 5]);
        Assert.Equal(["exp", "matmul", "fused"], Names(Fused(graph)));
        SameValues(graph);
        // Each of two groups that merge reads what comes of the other.
        var crossed = Traced(xs =>
        {
            var a = xs[0].Exp();
            var c = a.MatMul(xs[1]).Tanh();
            var b = xs[1].Sin();
            var d = b.MatMul(xs[0]).Cos();
            return [a + d, b + c];
        }, [3, 3], [3, 3]);
        SameValues(crossed);
    }

    [Fact]
    public void WaitingForALaterReaderMustNotKeepMoreMemory()
    {
        // The mask is a quarter of what it is made of: made late, it would keep that alive past the products.
        var graph = Traced(xs =>
        {
            var h = xs[0].MatMul(xs[0]);
            var mask = h > 0.0;
            var y = xs[0];
            for (int i = 0; i < 3; i++)
                y = y.MatMul(xs[0]);
            return [Tensor.Where(mask, y, 0.0)];
        }, [8, 8]);
        Assert.DoesNotContain("fused", Names(Fused(graph)));
        SameValues(graph);
    }

    [Fact]
    public void InAndOutOfHalves()
    {
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16 })
        {
            var graph = Traced([new([33, 65], dtype), new([65], dtype), new([33, 1], DType.Float32)], xs =>
            {
                var a = (xs[0] * xs[1]).Gelu();
                return [a + 1.0, (a.To(DType.Float32) * xs[2]).To(DType.Float16), a > 0.0];
            });
            Assert.Equal(["fused"], Names(Fused(graph)));
            SameValues(graph);
        }
    }

    [Fact]
    public void IntegersBoolsAndCasts()
    {
        foreach (var dtype in new[] { DType.Int8, DType.UInt8, DType.Int16, DType.UInt16, DType.Int32, DType.UInt32, DType.Int64, DType.UInt64, DType.Float64 })
        {
            var graph = Traced([new([129, 9], dtype), new([9], dtype), new([129, 1], DType.Bool)], xs =>
            {
                var a = xs[0] * xs[1] + xs[0];
                var chosen = Tensor.Where(xs[2], a, xs[1]);
                return [chosen, (a > xs[1]).LogicalAnd(xs[2]), a.To(DType.Float32) * 0.5, chosen.Equal(a).To(DType.Int32) + 3];
            });
            Assert.Equal(["fused"], Names(Fused(graph)));
            SameValues(graph);
        }
    }

    [Fact]
    public void BroadcastsStridesAndEmptyShapes()
    {
        foreach (int[] shape in new int[][] { [], [1], [0, 4], [3, 0], [1, 1], [17], [1025], [33, 1023], [2, 3, 129], [3, 5, 1, 7] })
        {
            var spec = new TensorSpec(shape, DType.Float32);
            var last = new TensorSpec(shape.Length == 0 ? [] : [shape[^1]], DType.Float32);
            var ones = new TensorSpec(shape.Select((s, i) => i % 2 == 0 ? 1 : s).ToArray(), DType.Float32);
            var graph = Traced([spec, last, ones, new([], DType.Float32)], xs => [(xs[0] * xs[1]).Maximum(xs[2]) / (xs[3].Abs() + 1.0), xs[2] - xs[0] * xs[3]]);
            SameValues(graph);
        }
        var turned = Traced(xs => [(xs[0].MT * xs[1]).Relu() + xs[1].Flip(0) * xs[2][..1]], [40, 30], [30, 40], [4, 40]);
        SameValues(turned);
    }

    [Fact]
    public void LargeTensorsOnAnyNumberOfThreads()
    {
        var graph = Traced(xs => [(xs[0] + xs[1]).Sigmoid() * xs[0], xs[0].Square() - xs[1]], [1030, 1027], [1027]);
        SameValues(graph);
        var plan = new CpuPlan(Fused(graph));
        var inputs = Inputs(graph, 3);
        var one = Run(plan, inputs);
        using (Cpu.ParallelFor.Limit(7))
            Check(one, Run(plan, inputs), "seven threads");
    }

    [Fact]
    public void BeyondTheCaches()
    {
        var graph = Traced(xs => [(xs[0] * 2.0 + xs[1]).Abs()], [2049, 2051], [2051]);
        SameValues(graph);
    }

    /// <summary>Programs of random ops on random shapes; more of them where HEBB_TEST_ALL is set.</summary>
    [Fact]
    public void RandomPrograms()
    {
        int count = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" ? 2000 : 60;
        for (int seed = 0; seed < count; seed++)
            SameValues(RandomGraphs.Elementwise(seed), $"seed {seed}");
    }

    [Fact]
    public void ManyNodesInShortTime()
    {
        // More candidates than are looked at together.
        var graph = Traced(xs =>
        {
            var x = xs[0];
            for (int i = 0; i < 1500; i++)
                x = i % 50 == 49 ? x.Softmax(-1) : (x + xs[1]) * 0.5;
            return [x];
        }, [4, 8], [8]);
        var fused = Fused(graph);
        Assert.InRange(fused.Nodes.Count, 60, 130);
        SameValues(graph);
    }

    private static Graph Traced(Func<Tensor[], Tensor[]> f, params Shape[] shapes) => Traced([.. shapes.Select(s => new TensorSpec(s, DType.Float32))], f);

    private static Graph Traced(TensorSpec[] specs, Func<Tensor[], Tensor[]> f) => Pipeline.Optimize(Tracing.Trace(f, specs), null, fuses: false);

    private static Graph Fused(Graph graph) => ElementwiseFusion.Fuse(graph);

    private static string[] Names(Graph graph) => [.. graph.Nodes.Select(n => n.Primitive.Name)];

    private static void SameValues(Graph graph, string what = "") => GraphChecks.SameBits(graph, Fused(graph), what);

    private static Tensor[] Inputs(Graph graph, int seed) => GraphChecks.Inputs(graph, seed);

    private static Tensor[] Run(CpuPlan plan, Tensor[] inputs) => GraphChecks.Run(plan, inputs);

    private static void Check(Tensor[] expected, Tensor[] actual, string what) => GraphChecks.Same(expected, actual, what);
}
