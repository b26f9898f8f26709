using Hebb.Transforms;

namespace Hebb.Core.Tests.ControlFlow;

public class CondTests
{
    private static Tensor D(params double[] values) => Tensor.From(values);

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public void UnderEveryTransform(int sign) => Everywhere.Same(
        v => Control.Cond(v[0].Sum() > 0, x => [x[0].Sin() * v[2], x[0] + 1], x => [x[0] * x[1], x[1].Exp().Sum() * x[0]], [v[0], v[1]]),
        v => Everywhere.Holds(v[0].Sum() > 0) ? [v[0].Sin() * v[2], v[0] + 1] : [v[0] * v[1], v[1].Exp().Sum() * v[0]],
        [D(0.3, 0.4) * sign, D(-0.2, 0.7), D(1.1, -0.6)],
        [D(0.1, 0.4) * -sign, D(-0.4, 0.3), D(1.5, -0.1)]);

    [Fact]
    public void OnlyTheBranchTakenRuns()
    {
        var x = Tensor.From([1f, 2]);
        int exps = 0;
        OpObserver.Current = p => exps += p.Name == "exp" ? 1 : 0;
        try
        {
            _ = Control.Cond(x.Sum() > 100, v => v.Exp(), v => v, x);
            // Seen while they are traced: once as given and once closed.
            int traced = exps;
            exps = 0;
            _ = Control.Cond(x.Sum() > 0, v => v.Exp(), v => v, x);
            Assert.Equal(traced + 1, exps);
        }
        finally
        {
            OpObserver.Current = null;
        }
    }

    [Fact]
    public void BranchesThatTakeNothing()
    {
        var w = Tensor.From([2.0, 3]).RequireGrad();
        var y = Control.Cond(w.Sum() > 0, () => w * w, () => w);
        y.Sum().Backward();
        Assert.Equal([4.0, 6], w.Grad!.ToArray<double>());
        var flag = Tensor.From([true], []);
        Assert.Equal(7f, Control.Cond(flag, () => Tensor.Scalar(7), () => Tensor.Scalar(8)).Item());
    }

    [Fact]
    public void OneCompiledFunctionTakesBothWays()
    {
        var f = Transform.Compile((Tensor x) => Control.Cond(x.Sum() > 0, v => v.Relu().MatMul(v), v => v, x), strict: true);
        var x = Tensor.RandN([4, 4], rng: new Rng(2)).Abs();
        Assert.Equal(x.Relu().MatMul(x).ToArray<float>(), f(x).ToArray<float>());
        Assert.Equal((-x).ToArray<float>(), f(-x).ToArray<float>());
        Assert.Equal(x.Relu().MatMul(x).ToArray<float>(), f(x).ToArray<float>());
    }

    [Fact]
    public void RandomNumbersInBranches()
    {
        var yes = Tensor.From([true], []);
        var rng = new Rng(1);
        Func<Tensor, Tensor> f = p => Control.Cond(p, () => Tensor.RandN([3], rng: rng), () => Tensor.Rand([3], rng: rng) + Tensor.Rand([3], rng: rng));
        float[] a = f(yes).ToArray<float>(), b = f(yes.LogicalNot()).ToArray<float>(), c = f(yes).ToArray<float>();
        Assert.Empty(a.Intersect(c));
        var compiled = Transform.Compile(f, strict: true);
        rng.State = new RngState(1, 0);
        Assert.Equal(a, compiled(yes).ToArray<float>());
        Assert.Equal(b, compiled(yes.LogicalNot()).ToArray<float>());
        Assert.Equal(c, compiled(yes).ToArray<float>());
    }

    [Fact]
    public void NestedInEveryOrder()
    {
        // A scan in a loop in a branch.
        Everywhere.Same(
            v => [Control.Cond(
                v[0].Sum() > 0,
                x => Control.While(
                    s => s.Sum() < 4,
                    s => Control.Scan((c, t) => (c * 0.9 + t.Sin() * v[2], c), s, v[1]).Carry + 0.6,
                    x,
                    maxIterations: 12),
                x => x * v[2],
                v[0])],
            v =>
            {
                if (!Everywhere.Holds(v[0].Sum() > 0))
                    return [v[0] * v[2]];
                var s = v[0];
                for (int i = 0; i < 12 && Everywhere.Holds(s.Sum() < 4); i++)
                {
                    for (int t = 0; t < 3; t++)
                        s = s * 0.9 + v[1][t].Sin() * v[2];
                    s += 0.6;
                }
                return [s];
            },
            [D(0.2, 0.3), Tensor.From([0.3, 0.8, -0.1, 0.2, 0.5, 0.1], [3, 2]), D(1.1, 0.4)],
            [D(-0.2, -0.3), Tensor.From([0.3, 0.8, -0.1, 0.2, 0.5, 0.1], [3, 2]), D(1.1, 0.4)]);
        // A branch in a scan, and a loop beside it.
        Everywhere.Same(
            v => [Control.Scan(
                (c, t) =>
                {
                    var next = Control.Cond(t.Sum() > c.Sum(), a => a * v[1] + t, a => a.Sin(), c);
                    return (Control.While(s => s.Sum() > 1, s => s * 0.5, next, maxIterations: 6), next);
                },
                v[0],
                v[2]).Outputs],
            v =>
            {
                var c = v[0];
                var ys = new Tensor[3];
                for (int t = 0; t < 3; t++)
                {
                    ys[t] = Everywhere.Holds(v[2][t].Sum() > c.Sum()) ? c * v[1] + v[2][t] : c.Sin();
                    c = ys[t];
                    for (int i = 0; i < 6 && Everywhere.Holds(c.Sum() > 1); i++)
                        c = c * 0.5;
                }
                return [Tensor.Stack(ys)];
            },
            [D(0.2, 0.3), D(0.7, 1.2), Tensor.From([0.9, 1.4, -0.1, 0.2, 0.5, 2.1], [3, 2])],
            [D(1.2, 0.3), D(0.6, 0.2), Tensor.From([0.3, 0.8, -0.1, 0.2, 0.5, 0.1], [3, 2])]);
    }

    [Fact]
    public void ThreadsAtOnce()
    {
        var f = Transform.Compile((Tensor x) => Control.Scan((c, v) => (Control.While(s => s.Sum() < 3, s => s * 1.5 + 0.1, c * 0.1 + v.Square()), c), x[0], x).Outputs, strict: true);
        var inputs = Enumerable.Range(0, 8).Select(i => Tensor.RandN([6, 5], rng: new Rng((ulong)i + 20))).ToArray();
        float[][] expected = Array.ConvertAll(inputs, x => f(x).ToArray<float>());
        Parallel.For(0, 64, i =>
        {
            float[] y = f(inputs[i % 8]).ToArray<float>();
            Assert.Equal(expected[i % 8], y);
        });
    }

    [Fact]
    public void InsideAScopeAndACheckpoint()
    {
        var x = D(0.4, 0.2);
        Tensor y, kept = D(0.1, 0.3);
        using (var outer = TensorScope.Open())
        {
            var a = x * 2;
            using (var inner = TensorScope.Open())
                y = inner.Keep(Control.Cond(a.Sum() > 0, v => v.Reshape(2), v => v + 1, a));
            // What the branch only passed on is still the outer scope's.
            Assert.Equal([0.8, 0.4], a.ToArray<double>());
            y = outer.Keep(y);
        }
        Assert.Equal([0.8, 0.4], y.ToArray<double>());
        Func<Tensor, Tensor> f = v => Control.Scan((c, s) => (c * s.Sin(), c), v, v.Expand([3, 2])).Carry;
        Everywhere.Bits([Transform.Grad(v => f(v).Sum())(x)], [Transform.Grad(v => Transform.Checkpoint(f)(v).Sum())(x)]);
    }

    [Fact]
    public void AViewKeptByAnInnerScopeStaysTheOuterOnes()
    {
        using var outer = TensorScope.Open();
        var a = D(0.4, 0.2) * 2;
        Tensor view, checkpointed;
        using (TensorScope.Open())
        {
            using var inner = TensorScope.Open();
            view = inner.Keep(a.Reshape(2, 1));
            checkpointed = Transform.Checkpoint(v => v.Reshape(2, 1))(a);
        }
        Assert.Equal([0.8, 0.4], a.ToArray<double>());
        Assert.Equal([0.8, 0.4], view.ToArray<double>());
        Assert.Equal([0.8, 0.4], checkpointed.ToArray<double>());
    }

    [Fact]
    public void PlannedBytesCountTheBodies()
    {
        // Each step needs a product of [64, 64] in Float32 beside its results.
        var f = Transform.Compile(xs => [Control.Scan((c, x) => (c + x.MatMul(x).Softmax(-1).Sum(), x[0]), Tensor.Scalar(0), xs[0]).Carry], strict: true);
        Assert.InRange(f.PlannedBytes(Tensor.Zeros([3, 64, 64]))!.Value, 64 * 64 * 4, 20 * 64 * 64 * 4);
    }

    [Fact]
    public void Errors()
    {
        var x = Tensor.Zeros([2]);
        var p = x.Sum() > 0;
        ScanTests.Says<DTypeException>("Control.Cond: the predicate is float32[2], not a bool scalar; compare it with something", () => Control.Cond(x, v => v, v => v, x));
        ScanTests.Says<ShapeException>("Control.Cond: the predicate is bool[2], not a bool scalar; reduce it with Any or All", () => Control.Cond(x > 0, v => v, v => v, x));
        ScanTests.Says<ShapeException>("Control.Cond: output 1 is float32[2] where the predicate is true, float32[1] where it is false", () => Control.Cond(p, v => [v[0], v[0]], v => [v[0], v[0][..1]], [x]));
        ScanTests.Says<DTypeException>("Control.Cond: output 0 is float32[2] where the predicate is true, float64[2] where it is false", () => Control.Cond(p, v => v, v => v.To(DType.Float64), x));
        ScanTests.Says<ShapeException>("Control.Cond: 1 tensors come out where the predicate is true, 2 where it is false", () => Control.Cond(p, v => [v[0]], v => [v[0], v[0]], [x]));
    }
}
