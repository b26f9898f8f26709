using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Values that are written where they would only be copied to, against the ops one by one.</summary>
public class PlacesTests
{
    [Fact]
    public void PartsAreWrittenWhereTheyAreJoined()
    {
        var plan = Checked(xs => [Tensor.Cat([xs[0].Exp(), xs[1].Softmax(1), xs[0].MatMul(xs[2])]).Sin().Softmax(0)], [16, 32], [8, 32], [32, 32]);
        Assert.DoesNotContain(plan.Steps, s => s.Primitive is null or CatOp);
        var stacked = Checked(xs => [Tensor.Stack([xs[0].Softmax(0), xs[0].MatMul(xs[0])])], [16, 16]);
        Assert.DoesNotContain(stacked.Steps, s => s.Primitive is null or CatOp);
        Assert.Equal(0, stacked.ArenaBytes);
    }

    [Fact]
    public void PartsThatOthersReadOrThatLieElsewhere()
    {
        // Read twice; returned too; an input; a view; one part twice; rows that start in the midst of a line; along the last axis.
        foreach (var f in new Func<Tensor[], Tensor[]>[]
        {
            xs => { var a = xs[0].Softmax(1); return [Tensor.Cat([a, xs[1].Softmax(1)]) * 2.0, a.Sum(0)]; },
            xs => { var a = xs[0].Softmax(1); return [Tensor.Cat([a, xs[1].Softmax(1)]), a]; },
            xs => [Tensor.Cat([xs[0], xs[1].Softmax(1)])],
            xs => [Tensor.Cat([xs[0].Softmax(1)[1..3], xs[1].Softmax(0)])],
            xs => { var a = xs[0].Softmax(1); return [Tensor.Cat([a, a])]; },
            xs => [Tensor.Cat([xs[0].Softmax(1), xs[1].Softmax(1)], 1)],
        })
        {
            Checked(f, [5, 16], [5, 16]);
        }
        // The second part would begin within a line of the cache.
        Assert.Contains(Checked(xs => [Tensor.Cat([xs[0].Softmax(1), xs[1].Softmax(1)])], [5, 3], [5, 3]).Steps, s => s.Primitive is null or CatOp);
        Checked(xs => [Tensor.Cat([xs[0].Softmax(1), xs[1].Softmax(1)]).To(DType.Float64), xs[2]], [4, 16], [4, 16], [1]);
    }

    [Fact]
    public void AttentionWritesWhereItIsRead()
    {
        foreach (int length in new[] { 64, 5, 130 })
        {
            var plan = Checked(Attend, [3, length, 96], [32, 32]);
            Assert.DoesNotContain(plan.Steps, s => s.Primitive is null or CatOp);
            var gradient = Checked(xs => [Transform.Grad((x, w) => Attend([x, w])[0].Square().Sum())(xs[0], xs[1])], [3, length, 96], [32, 32]);
            Assert.DoesNotContain(gradient.Steps, s => s.Primitive is CatOp);
            // One product needs its gradient as rows: no copy is left but that of nothing.
            Assert.True(gradient.Steps.Count(s => s.Primitive is null) <= 1);
        }
        // Several parts of one head's queries, whose sums are added up where they belong.
        Checked(xs => [Transform.Grad((x, w) => Attend([x, w])[0].Square().Sum())(xs[0], xs[1])], [1, 400, 96], [32, 32]);
        Checked(xs => [Transform.Grad((x, w) => Attend([x, w])[0].Square().Sum())(xs[0], xs[1])], [1, 1, 96], [32, 32]);

        static Tensor[] Attend(Tensor[] xs)
        {
            int n = xs[0].Shape[0], t = xs[0].Shape[1];
            var parts = xs[0].Reshape(n, t, 3, 2, 16).Permute(2, 0, 3, 1, 4).Unbind();
            var y = Tensor.ScaledDotProductAttention(parts[0], parts[1], parts[2], causal: true);
            return [y.Transpose(1, 2).Reshape(n, t, 32).MatMul(xs[1])];
        }
    }

    [Fact]
    public void EightThreadsReplayTheSame()
    {
        var graph = Tracing.Trace(xs => [Tensor.Cat([xs[0].Exp(), xs[1].Softmax(1)]).Square()], [new([16, 32], DType.Float32), new([8, 32], DType.Float32)]);
        var plan = new CpuPlan(graph);
        var inputs = GraphChecks.Inputs(graph, 1);
        var one = GraphChecks.Run(plan, inputs);
        Parallel.For(0, 8, _ => GraphChecks.Same(one, GraphChecks.Run(plan, inputs), "eight callers"));
    }

    /// <summary>The plan of a function, whose results are those of its ops.</summary>
    private static CpuPlan Checked(Func<Tensor[], Tensor[]> f, params Shape[] shapes)
    {
        var traced = Tracing.Trace(f, [.. shapes.Select(s => new TensorSpec(s, DType.Float32))]);
        var plan = new CpuPlan(Pipeline.Optimize(traced, null, fuses: false));
        for (int seed = 0; seed < 2; seed++)
        {
            var inputs = GraphChecks.Inputs(traced, seed);
            GraphChecks.Same(traced.Run(inputs), GraphChecks.Run(plan, inputs), $"{traced}");
        }
        return plan;
    }
}
