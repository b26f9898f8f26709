using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Transforms;

/// <summary>Ops that get their inputs in the type that suits them.</summary>
public class AutocastTests
{
    private static readonly Tensor X = Tensor.Uniform(-1, 1, [8, 16], key: new Rng(1).NextKey());
    private static readonly Tensor W = Tensor.Uniform(-1, 1, [16, 16], key: new Rng(2).NextKey());

    [Fact]
    public void EveryPolicyIsOfAnOpThatThereIs() => Assert.All(AutocastState.Named, name => Assert.True(PrimitiveRegistry.Contains(name), name));

    [Fact]
    public void TypesFollowThePolicies()
    {
        Assert.Null(Autocast.Current);
        using (Autocast.Open())
        {
            Assert.Equal(DType.BFloat16, Autocast.Current);
            var y = X.MatMul(W);
            Assert.Equal(DType.BFloat16, y.DType);
            Assert.Equal(DType.BFloat16, X.Linear(W).DType);
            Assert.Equal(DType.BFloat16, y.Relu().DType);
            Assert.Equal(DType.Float32, y.Softmax(1).DType);
            Assert.Equal(DType.Float32, y.Sum().DType);
            Assert.Equal(DType.Float32, y.Mean(1).DType);
            Assert.Equal(DType.Float32, (y + X).DType);
            Assert.Equal(DType.Float32, Tensor.Where(X > 0, y, X).DType);
            Assert.Equal(DType.BFloat16, W.Embedding(Tensor.From([0L, 3])).DType);
            Assert.Equal(DType.Float32, X.Relu().DType);
            Assert.Equal(DType.Float64, X.To(DType.Float64).MatMul(W.To(DType.Float64)).DType);
            using (Autocast.Off())
                Assert.Equal(DType.Float32, X.MatMul(W).DType);
            using (Autocast.Open(DType.Float16))
                Assert.Equal(DType.Float16, X.MatMul(W).DType);
            Assert.Equal(DType.BFloat16, Autocast.Current);
        }
        Assert.Equal(DType.Float32, X.MatMul(W).DType);
        Assert.Throws<DTypeException>(() => Autocast.Open(DType.Float32));
    }

    private static Tensor Net(Tensor x, Tensor w) => (x.MatMul(w).Tanh().MatMul(w) + x).Square().Mean();

    /// <summary>What <see cref="Net"/> is under autocast, the casts written out.</summary>
    private static Tensor Cast(Tensor x, Tensor w)
    {
        const DType Half = DType.BFloat16;
        var y = x.To(Half).MatMul(w.To(Half)).Tanh().MatMul(w.To(Half));
        return (y + x).Square().Mean();
    }

    [Fact]
    public void GradientsComeInTheTypeOfTheParameters()
    {
        var (a, b) = (W.Clone().RequireGrad(), W.Clone().RequireGrad());
        Tensor loss;
        using (Autocast.Open())
            loss = Net(X, a);
        loss.Backward();
        var expected = Cast(X, b);
        expected.Backward();
        Assert.Equal(expected.ToArray<float>(), loss.ToArray<float>());
        Assert.Equal(DType.Float32, a.Grad!.DType);
        Assert.Equal(b.Grad!.ToArray<float>(), a.Grad.ToArray<float>());
        // Not far from single precision, and not it.
        var exact = Transform.Grad((w, x) => Net(x, w))(W, X).ToArray<float>();
        Assert.NotEqual(exact, a.Grad.ToArray<float>());
        double size = Math.Sqrt(exact.Average(v => v * v));
        Assert.All(exact.Zip(a.Grad.ToArray<float>()), p => Assert.True(Math.Abs(p.First - p.Second) < 0.05 * size));
    }

    [Fact]
    public void CompiledInAndOut()
    {
        var f = Transform.Compile(xs => [Net(xs[0], W)], strict: true);
        float plain = f.Call(X)[0].Item<float>(), cast;
        using (Autocast.Open())
        {
            cast = f.Call(X)[0].Item<float>();
            Assert.Equal(Net(X, W).Item<float>(), cast);
        }
        Assert.NotEqual(plain, cast);
        Assert.Equal(plain, f.Call(X)[0].Item<float>());
        var inside = Transform.Compile(xs =>
        {
            using var _ = Autocast.Open();
            return [Net(xs[0], W)];
        }, strict: true);
        Assert.Equal(cast, inside.Call(X)[0].Item<float>());
    }

    [Fact]
    public void ThroughOtherTransforms()
    {
        Tensor Loss(Tensor w, Tensor x)
        {
            using var _ = Autocast.Open();
            return Net(x, w);
        }
        Tensor Again(Tensor w, Tensor x)
        {
            using var _ = Autocast.Open();
            return Transform.Checkpoint(v => Net(v, w))(x);
        }
        Assert.Equal(Transform.Grad((x, w) => Loss(w, x))(X, W).ToArray<float>(), Transform.Grad((x, w) => Again(w, x))(X, W).ToArray<float>());
        var xs = Tensor.Stack([X, X * 2]);
        var each = Transform.Vmap(Transform.Grad((w, x) => Loss(w, x)), null, 0)(W, xs);
        for (int i = 0; i < 2; i++)
            Assert.All(Transform.Grad((w, x) => Loss(w, x))(W, xs[i]).ToArray<float>().Zip(each[i].ToArray<float>()), p => Assert.Equal(p.First, p.Second, 2e-3f));
    }
}
