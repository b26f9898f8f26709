namespace Hebb.Core.Tests.Transforms;

/// <summary>Whole derivatives against formulas and finite differences; JAX's classic checks among them.</summary>
public class JacobianTests
{
    private static readonly Tensor X = Tensor.From([0.3, -1.2, 2.0], [3]);
    private static readonly Tensor A = Tensor.From([1.0, 2, 3, 4, 5, 6], [2, 3]);

    [Theory]
    [InlineData(DerivativeMode.Reverse)]
    [InlineData(DerivativeMode.Forward)]
    public void OfAMap(DerivativeMode mode)
    {
        var jacobian = Transform.Jacobian(x => A.MatMul(x).Sin(), mode)(X);
        Assert.Equal([2, 3], jacobian.Shape);
        Close((A.MatMul(X).Cos().Unsqueeze(1) * A), jacobian);
        Assert.Equal([2, 2, 3, 1], Transform.Jacobian(x => x.MatMul(Tensor.Ones([1, 2], DType.Float64)).Sum(0).Expand(2, 2), mode)(Tensor.Ones([3, 1], DType.Float64)).Shape);
        Assert.Equal([0, 3], Transform.Jacobian(x => x[..0], mode)(X).Shape);
    }

    [Theory]
    [InlineData(DerivativeMode.Reverse)]
    [InlineData(DerivativeMode.Forward)]
    public void OfSeveralTensors(DerivativeMode mode)
    {
        var b = Tensor.From([2.0, -1], [2]);
        var jacobians = Transform.JacobianMany(xs => [xs[0].Sum() * xs[1], xs[0] * 2], mode)([X, b]);
        Close(b.Unsqueeze(1).Expand(2, 3), jacobians[0][0]);
        Close(Tensor.Eye(2, dtype: DType.Float64) * X.Sum(), jacobians[0][1]);
        Close(Tensor.Eye(3, dtype: DType.Float64) * 2, jacobians[1][0]);
        Close(Tensor.Zeros([3, 2], DType.Float64), jacobians[1][1]);

        // One tensor in two places is two arguments, and one result in two places two results.
        var twice = Transform.JacobianMany(xs =>
        {
            var y = xs[0] * 2 + xs[1] * 5;
            return [y, y];
        }, mode)([b, b]);
        Assert.All(twice, row => Close(Tensor.Eye(2, dtype: DType.Float64) * 2, row[0]));
        Assert.All(twice, row => Close(Tensor.Eye(2, dtype: DType.Float64) * 5, row[1]));
        Close(
            Tensor.Eye(2, dtype: DType.Float64) * 2,
            Transform.Grad(s => Transform.JacobianMany(xs =>
            {
                var y = xs[0] * s * 2;
                return [y, y];
            }, mode)([b])[1][0].Sum() / 2)(b).Unsqueeze(0) * Tensor.Eye(2, dtype: DType.Float64) * 2);
    }

    [Fact]
    public void HessiansOfOneAndOfSeveral()
    {
        Close(Tensor.Eye(3, dtype: DType.Float64) * X * 6, Transform.Hessian(x => (x * x * x).Sum())(X));
        var b = Tensor.From([2.0, -1], [2]);
        var hessians = Transform.HessianMany(xs => xs[0].Square().Sum() * xs[1].Sum())([X, b]);
        Close(Tensor.Eye(3, dtype: DType.Float64) * 2 * b.Sum(), hessians[0][0]);
        Close((X * 2).Unsqueeze(1).Expand(3, 2), hessians[0][1]);
        Close((X * 2).Unsqueeze(0).Expand(2, 3), hessians[1][0]);
        Close(Tensor.Zeros([2, 2], DType.Float64), hessians[1][1]);
    }

    [Fact]
    public void HessianVectorProductsOfAnMlpAgainstFiniteDifferences()
    {
        var random = new Random(3);
        Tensor Fixed(params int[] shape) => Tensor.From(Enumerable.Range(0, (int)((Shape)shape).Count).Select(_ => random.NextDouble() - 0.5).ToArray(), shape);
        Tensor data = Fixed(5, 4), first = Fixed(4, 6), second = Fixed(6, 1), v = Fixed(4, 6);
        Tensor Loss(Tensor w) => data.MatMul(w).Tanh().MatMul(second).Square().Mean();
        var product = Transform.HessianVectorProduct(Loss, first, v);
        const double Step = 1e-5;
        var differences = (Transform.Grad(Loss)(first + v * Step) - Transform.Grad(Loss)(first - v * Step)) / (2 * Step);
        Assert.All(differences.ToArray<double>().Zip(product.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-8));
        Close(product, Transform.Hessian(Loss)(first).Reshape(24, 24).MatMul(v.Reshape(24)).Reshape(4, 6));
    }

    [Fact]
    public void GradFiveDeepOnTanh()
    {
        Func<Tensor, Tensor> f = x => x.Tanh();
        for (int i = 0; i < 5; i++)
            f = Transform.Grad(f);
        foreach (double at in new[] { -0.9, 0.0, 0.4, 1.7 })
        {
            double t = Math.Tanh(at);
            double fifth = (1 - t * t) * (16 - 120 * t * t + 120 * t * t * t * t);
            Assert.Equal(fifth, f(Tensor.Scalar(at, DType.Float64)).Item(), 1e-10);
        }
    }

    [Fact]
    public void ATensorOfTheClosureKeepsItsGradient()
    {
        var a = Tensor.Scalar(3, DType.Float64);
        Close(X.Cos().Sum(), Transform.Grad(s => Transform.Grad(x => (x.Sin() * s).Sum())(X).Sum())(a));
        Close(X.Cos().Sum(), Transform.Grad(s => Transform.Vjp(x => x.Sin() * s, X).Pullback(Tensor.OnesLike(X)).Sum())(a));
        Assert.False(Transform.Grad(x => (x * 2).Sum())(X).RequiresGrad);
    }

    [Fact]
    public void APullbackMayBeCalledAgainAndDifferentiated()
    {
        var (value, pullback) = Transform.Vjp(x => x.Exp(), X);
        Close(X.Exp(), value);
        Close(X.Exp() * 2, pullback(Tensor.Full([3], 2, DType.Float64)));
        Close(X.Exp(), pullback(Tensor.OnesLike(X)));
        Close(X.Exp(), Transform.Grad(g => pullback(g).Sum())(X));
        Assert.Contains("Vjp: gradient 0 is [2], its value [3]", Assert.Throws<ShapeException>(() => pullback(Tensor.Ones([2], DType.Float64))).Message);
        var (values, many) = Transform.Vjp(xs => [xs[0].ArgMax(0), xs[0] * xs[1]], [X, X + 1]);
        Assert.Equal(2, values[0].Item());
        Close(X, many([values[0], Tensor.OnesLike(X)])[1]);
        Assert.Contains("Vjp: 1 gradients for 2 values", Assert.Throws<ShapeException>(() => many([X])).Message);
    }

    [Fact]
    public void OfSeveralArguments()
    {
        var gradients = Transform.GradMany(xs => (xs[0] * xs[1] * xs[2]).Sum(), [2, 0])([X, X + 1, X + 2]);
        Close(X * (X + 1), gradients[0]);
        Close((X + 1) * (X + 2), gradients[1]);
        Close(X + 1, Transform.Grad((x, y) => (x * y).Sum())(X, X + 1));
        Assert.Contains("there is no argument 1 among 1", Assert.Throws<ArgumentOutOfRangeException>(() => Transform.GradMany(xs => xs[0].Sum(), [1])([X])).Message);
        // Per-example gradients as in JAX.
        var rows = Transform.Vmap(Transform.Grad((w, x) => (w * x).Sum().Square()), null, 0)(X, Tensor.Stack([X, X * 2]));
        Close(Tensor.Stack([X * X.Square().Sum() * 2, X * X.Square().Sum() * 8]), rows);
    }

    private static void Close(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToArray<double>().Zip(actual.ToArray<double>()), p => Assert.Equal(p.First, p.Second, 1e-12));
    }
}
