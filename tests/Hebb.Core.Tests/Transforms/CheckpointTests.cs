using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Transforms;

/// <summary>Rematerialised functions: the same derivatives, of which only the inputs are kept.</summary>
public class CheckpointTests
{
    private static readonly Tensor X = Tensor.From([0.3, -1.2, 2.0, 0.1], [2, 2]);
    private static readonly Tensor W = Tensor.From([0.5, -0.4, 0.2, 0.9], [2, 2]);

    private static Tensor Block(Tensor x) => x.MatMul(W).Tanh().MatMul(W).Sin();

    [Fact]
    public void SameBitsAsWithout()
    {
        Same(Block(X), Transform.Checkpoint(Block)(X));
        Same(Transform.Grad(x => Block(Block(x)).Sum())(X), Transform.Grad(x => Transform.Checkpoint(Block)(Transform.Checkpoint(Block)(x)).Sum())(X));
        Same(Transform.Grad(x => Block(Block(x)).Sum())(X), Transform.Grad(x => Transform.Checkpoint(y => Transform.Checkpoint(Block)(Block(y)))(x).Sum())(X));
    }

    [Fact]
    public void OnlyTheInputsAreKept()
    {
        var x = X.Clone().RequireGrad();
        var w = W.Clone().RequireGrad();
        var y = Transform.Checkpoint(v => v.MatMul(w).Tanh().Exp().Sin())(x);
        Assert.IsType<CheckpointOp>(y.Node!.Primitive);
        Assert.All(y.Node.Edges, e => Assert.True(e.Value == x || e.Value == w));
        int tanhs = 0;
        OpObserver.Current = p => tanhs += p.Name == "tanh" ? 1 : 0;
        try
        {
            y.Sum().Backward();
        }
        finally
        {
            OpObserver.Current = null;
        }
        Assert.Equal(1, tanhs);
        var (a, b) = (X.Clone().RequireGrad(), W.Clone().RequireGrad());
        a.MatMul(b).Tanh().Exp().Sin().Sum().Backward();
        Same(a.Grad!, x.Grad!);
        Same(b.Grad!, w.Grad!);
    }

    [Fact]
    public void HigherDerivativesAndForwardMode()
    {
        var v = Tensor.From([1.0, 2, -1, 0.5], [2, 2]);
        var f = Transform.Checkpoint(Block);
        Close(Transform.Hessian(x => Block(x).Sum())(X), Transform.Hessian(x => f(x).Sum())(X));
        Close(Transform.Jvp(Block, X, v).Tangent, Transform.Jvp(f, X, v).Tangent);
        Close(Transform.Grad(x => Transform.Jvp(Block, x, v).Tangent.Sum())(X), Transform.Grad(x => Transform.Jvp(f, x, v).Tangent.Sum())(X));
        Close(
            Transform.Grad(x => Transform.Grad(y => Transform.Grad(z => Block(z).Sum())(y).Square().Sum())(x).Sum())(X),
            Transform.Grad(x => Transform.Grad(y => Transform.Grad(z => f(z).Sum())(y).Square().Sum())(x).Sum())(X));
    }

    [Fact]
    public void InsideAndAroundVmap()
    {
        var xs = Tensor.Stack([X, X * 2, X - 1]);
        var expected = Transform.Vmap(x => Transform.Grad(y => Block(y).Sum())(x), 0)(xs);
        Close(expected, Transform.Vmap(x => Transform.Grad(y => Transform.Checkpoint(Block)(y).Sum())(x), 0)(xs));
        Close(expected, Transform.Grad(all => Transform.Checkpoint(Transform.Vmap(Block, 0))(all).Sum())(xs));
        // The function also uses a tensor that is inside Vmap itself.
        Close(
            Transform.Vmap((x, s) => Transform.Grad(y => (Block(y) * s).Sum())(x))(xs, Tensor.From([1.0, 2, 3])),
            Transform.Vmap((x, s) => Transform.Grad(y => Transform.Checkpoint(z => Block(z) * s)(y).Sum())(x))(xs, Tensor.From([1.0, 2, 3])));
    }

    [Fact]
    public void RandomOpsDrawTheSameNumbersAgain()
    {
        var x = Tensor.Ones([64], DType.Float64).RequireGrad();
        var y = Transform.Checkpoint(v => (v * 3).Dropout(0.5))(x);
        y.Sum().Backward();
        Assert.Contains(0.0, y.ToArray<double>());
        Same(y.Detach(), x.Grad!);
        Assert.NotEqual(y.ToArray<double>(), Transform.Checkpoint(v => (v * 3).Dropout(0.5))(x).ToArray<double>());
    }

    [Fact]
    public void OutputsThatAreInputsOrStandTwice()
    {
        var x = X.Clone().RequireGrad();
        var outputs = Transform.CheckpointMany(xs =>
        {
            var y = xs[0].Exp();
            return [xs[0], y, y];
        })([x]);
        (outputs[0] * 2 + outputs[1] * 3 + outputs[2] * 5).Sum().Backward();
        Close((X.Exp() * 8) + 2, x.Grad!);
    }

    [Fact]
    public void WhatCannotBeTracedIsSaid()
    {
        Assert.Contains("can't be read inside Trace", Assert.Throws<HebbException>(() => Transform.Checkpoint(x => x * x.Sum().Item())(X)).Message);
        Assert.Contains("depends on values", Assert.Throws<TraceException>(() => Transform.Checkpoint(x => x.Nonzero())(X)).Message);
    }

    [Fact]
    public void AGraphHasTheOpsInside()
    {
        var graph = Tracing.Trace(xs => [Transform.Checkpoint(Block)(xs[0])], [X.Spec]);
        Assert.Equal(["matmul", "tanh", "matmul", "sin"], graph.Nodes.Select(n => n.Primitive.Name));
        Same(Block(X), graph.Run(X)[0]);
    }

    [Fact]
    public void APlanComputesAgainInsteadOfKeeping()
    {
        static Tensor Deep(Tensor x)
        {
            for (int i = 0; i < 4; i++)
                x = x.Tanh().MatMul(Tensor.Eye(64)).Sin();
            return x;
        }
        var x = Tensor.Uniform(-1, 1, [64, 64], key: new Rng(1).NextKey());
        var plain = Transform.Compile(Transform.GradMany(xs => Deep(Deep(Deep(Deep(xs[0])))).Sum()));
        var f = Transform.Checkpoint(Deep);
        var rematerialised = Transform.Compile(Transform.GradMany(xs => f(f(f(f(xs[0])))).Sum()));
        Assert.Equal(plain.Call(x)[0].ToArray<float>(), rematerialised.Call(x)[0].ToArray<float>());
        Assert.True(rematerialised.PlannedBytes(x) < 0.6 * plain.PlannedBytes(x)!, $"{rematerialised.PlannedBytes(x)} for {plain.PlannedBytes(x)}");
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.ToArray<double>(), actual.ToArray<double>());
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToArray<double>().Zip(actual.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }
}
