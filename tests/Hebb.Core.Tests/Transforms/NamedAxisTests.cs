using Hebb.Tests;

namespace Hebb.Core.Tests.Transforms;

/// <summary>Ops across a named batch, and keys of each example's own.</summary>
[Collection(nameof(DefaultRng))]
public class NamedAxisTests
{
    private static readonly Tensor X = Tensor.From([1.0, 2, 3, 4, 5, 7], [3, 2]);

    [Fact]
    public void AcrossTheExamples()
    {
        Close(X - X.Mean(0), Transform.Vmap(x => x - NamedAxis.Mean(x, "batch"), 0, axisName: "batch")(X));
        Close(X.Max(0).Values.Unsqueeze(0).Expand(3, 2), Transform.Vmap(x => NamedAxis.Max(x, "b"), 0, axisName: "b")(X));
        Close(X.Min(0).Values.Unsqueeze(0).Expand(3, 2), Transform.Vmap(x => NamedAxis.Min(x, "b"), 0, axisName: "b")(X));
        Close(X.Unsqueeze(0).Expand(3, 3, 2), Transform.Vmap(x => NamedAxis.Gather(x, "b"), 0, axisName: "b")(X));
        Assert.Equal([0L, 1, 2], Transform.Vmap(x => NamedAxis.Index("b"), 0, axisName: "b")(X).ToArray<long>());
        Assert.Equal(3, Transform.Vmap(x => x * NamedAxis.Size("b"), 0, axisName: "b")(Tensor.Ones([3]))[0].Item());
        // What does not depend on the batch counts once an example.
        Close(Tensor.Full([3], 6, DType.Float64), Transform.Vmap(x => NamedAxis.Sum(Tensor.Scalar(2, DType.Float64), "b") + x * 0, 0, axisName: "b")(X[.., 0]));
    }

    [Fact]
    public void NestedNames()
    {
        var both = Transform.Vmap(r => Transform.Vmap(x => x / NamedAxis.Sum(NamedAxis.Sum(x, "column"), "row"), 0, axisName: "column")(r), 0, axisName: "row")(X);
        Close(X / X.Sum(), both);
        var rows = Transform.Vmap(r => Transform.Vmap(x => x / NamedAxis.Sum(x, "row"), 0, axisName: "column")(r), 0, axisName: "row")(X);
        Close(X / X.Sum(0), rows);
        Close(X, Transform.Vmap(r => Transform.Vmap(x => NamedAxis.Gather(x, "row")[NamedAxis.Index("row")], 0, axisName: "column")(r), 0, axisName: "row")(X));
    }

    [Fact]
    public void Derivatives()
    {
        // Around Vmap: the function of all examples. Inside: the gradient of the sum of their results.
        static Tensor Normalised(Tensor x) => (x / NamedAxis.Sum(x, "b")).Square().Sum();
        var around = Transform.Grad(all => Transform.Vmap(Normalised, 0, axisName: "b")(all).Sum())(X);
        Close(Transform.Grad(all => (all / all.Sum(0)).Square().Sum())(X), around);
        Close(around, Transform.Vmap(x => Transform.Grad(Normalised)(x), 0, axisName: "b")(X));
        var v = X.Sin();
        Close(
            Transform.Jvp(all => (all / all.Sum(0)).Square().Sum(1), X, v).Tangent,
            Transform.Vmap((x, t) => Transform.Jvp(Normalised, x, t).Tangent, axisName: "b")(X, v));
        static Tensor Spread(Tensor x) => (NamedAxis.Gather(x, "b") - x).Exp().Sum();
        Close(
            Transform.Grad(all => (all.Unsqueeze(0) - all.Unsqueeze(1)).Exp().Sum())(X),
            Transform.Vmap(x => Transform.Grad(Spread)(x), 0, axisName: "b")(X));
        Close(
            Transform.Grad(s => Transform.Vmap(x => Transform.Grad(y => (NamedAxis.Sum(y * y, "b") * s).Sum())(x), 0, axisName: "b")(X).Sum())(Tensor.Scalar(2, DType.Float64)),
            X.Sum() * 6);
    }

    [Fact]
    public void AResultThatIsTheSameForAllNeedsNoAxis()
    {
        var outputs = Transform.VmapMany(xs => [NamedAxis.Sum(xs[0], "b") * 2, xs[0]], outAxes: [null, 1], axisName: "b")([X]);
        Close(X.Sum(0) * 2, outputs[0]);
        Close(X.Permute(1, 0), outputs[1]);
        Throws<ShapeException>("Vmap: output 0 differs from one example to the next; it needs a batch axis", () => Transform.VmapMany(xs => [xs[0]], outAxes: [null])([X]));
        Throws<ShapeException>("Vmap: 2 output axes for 1 outputs", () => Transform.VmapMany(xs => [xs[0]], outAxes: [0, 0])([X]));
    }

    [Fact]
    public void UnknownNamesAreSaid()
    {
        Throws<HebbException>("NamedAxis: no batch is called 'b' here", () => NamedAxis.Sum(X, "b"));
        Throws<HebbException>("NamedAxis: no batch is called 'b' here", () => Transform.Vmap(x => NamedAxis.Sum(x, "b"), 0, axisName: "a")(X));
    }

    [Fact]
    public void EveryExampleDrawsItsOwnNumbers()
    {
        Tensor[] Draw()
        {
            Rng.SetSeed(5);
            return [Transform.Vmap(x => x + Tensor.Rand([4], DType.Float64), 0)(Tensor.Zeros([3, 4], DType.Float64)),
                Transform.Vmap(r => Transform.Vmap(x => x * 0 + Tensor.Rand([4], DType.Float64), 0)(r), 0)(X)];
        }
        var first = Draw();
        Assert.Equal(12, first[0].ToArray<double>().Distinct().Count());
        Assert.Equal([3, 2, 4], first[1].Shape);
        Assert.Equal(24, first[1].ToArray<double>().Distinct().Count());
        Assert.Equal(first.SelectMany(t => t.ToArray<double>()), Draw().SelectMany(t => t.ToArray<double>()));
        // A key from outside is shared.
        var key = RandomKey.FromSeed(1);
        Assert.Equal(4, Transform.Vmap(x => x + Tensor.Rand([4], DType.Float64, key: key), 0)(Tensor.Zeros([3, 4], DType.Float64)).ToArray<double>().Distinct().Count());
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToArray<double>().Zip(actual.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }

    private static void Throws<T>(string message, Action call) where T : Exception => Assert.Contains(message, Assert.Throws<T>(call).Message);
}
