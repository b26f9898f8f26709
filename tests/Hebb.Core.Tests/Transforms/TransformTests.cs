namespace Hebb.Core.Tests.Transforms;

/// <summary>Functions to functions, alone and inside one another.</summary>
public class TransformTests
{
    private static readonly Tensor X = Tensor.From([0.3, -1.2, 2.0]);

    private static Tensor Cubes(Tensor x) => (x * x * x).Sum();

    [Fact]
    public void AGradientInsideATracedFunctionIsNotCutOff()
    {
        // A step of descent on x^4, then its derivative: 1 - 12 x^2 / 100.
        Tensor x = Tensor.From([0.7, -1.5, 2]), expected = 1 - x * x * 0.12;
        static Tensor Step(Tensor v) => v - Transform.Grad(w => w.Square().Square().Sum())(v) * 0.01;
        static Tensor Pulled(Tensor v) => v - Transform.Vjp(w => w.Square().Square(), v).Pullback(Tensor.Ones([3], DType.Float64)) * 0.01;
        foreach (var f in new Func<Tensor, Tensor>[]
        {
            Step, Transform.Checkpoint(Step), Transform.Compile(Step), Transform.Checkpoint(Pulled), Transform.Compile(Pulled),
            v => Control.Scan((c, _) => (Step(c), c), v, Tensor.Zeros([1])).Carry,
        })
            Assert.Equal(expected.ToArray<double>(), Transform.Grad(v => f(v).Sum())(x).ToArray<double>(), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void GradAndItsGrad()
    {
        Close(X.ToArray<double>().Select(v => 3 * v * v), Transform.Grad(Cubes)(X));
        Close(X.ToArray<double>().Select(v => 6 * v), Transform.Grad(x => Transform.Grad(Cubes)(x).Sum())(X));
        var (value, gradient) = Transform.ValueAndGrad(Cubes)(X);
        Close([X.ToArray<double>().Sum(v => v * v * v)], value);
        Close(X.ToArray<double>().Select(v => 3 * v * v), gradient);
        Assert.False(gradient.RequiresGrad);
        Close([0, 0, 0], Transform.Grad(_ => Tensor.Scalar(1, DType.Float64))(X));
    }

    [Fact]
    public void GradientsOfTransformsReachTheTape()
    {
        var x = X.Clone().RequireGrad();
        Transform.Grad(Cubes)(x).Sum().Backward();
        Close(X.ToArray<double>().Select(v => 6 * v), x.Grad!);
    }

    [Fact]
    public void JvpOfGradIsAHessianVectorProduct()
    {
        var v = Tensor.From([1.0, 10, 100]);
        var (gradient, product) = Transform.Jvp(xs => Transform.Grad(Cubes)(xs[0]), [X], [v]);
        Close(X.ToArray<double>().Select(a => 3 * a * a), gradient);
        Close(X.ToArray<double>().Zip(v.ToArray<double>(), (a, b) => 6 * a * b), product);
    }

    [Fact]
    public void GradOfJvp()
    {
        var v = Tensor.From([1.0, 10, 100]);
        var gradient = Transform.Grad(x => Transform.Jvp(xs => Cubes(xs[0]), [x], [v]).Tangent)(X);
        Close(X.ToArray<double>().Zip(v.ToArray<double>(), (a, b) => 6 * a * b), gradient);
    }

    [Fact]
    public void JvpOfJvp()
    {
        var one = Tensor.OnesLike(X);
        var (first, second) = Transform.Jvp(xs => Transform.Jvp(ys => ys[0].Exp(), [xs[0]], [one]).Tangent, [X], [one]);
        Close(X.ToArray<double>().Select(Math.Exp), first);
        Close(X.ToArray<double>().Select(Math.Exp), second);
    }

    [Fact]
    public void TangentsOfTheOuterDoNotLeakIntoTheInner()
    {
        // d/dx (x * d/dy (x + y)) = 1: perturbations of the two levels must not be confused.
        var one = Tensor.Scalar(1, DType.Float64);
        var (_, tangent) = Transform.Jvp(xs => xs[0] * Transform.Jvp(ys => xs[0] + ys[0], [one], [one]).Tangent, [one], [one]);
        Assert.Equal(1, tangent.Item());
    }

    [Fact]
    public void PerExampleGradients()
    {
        var weights = Tensor.From([1.0, -2]);
        var data = Tensor.From([1.0, 2, 3, 4, 5, 6], [3, 2]);
        var gradients = Transform.Vmap(x => Transform.Grad(w => (w * x).Sum().Square())(weights))(data);
        double[] d = data.ToArray<double>();
        Close(Enumerable.Range(0, 3).SelectMany(i => new[] { d[2 * i], d[2 * i + 1] }.Select(x => 2 * (d[2 * i] - 2 * d[2 * i + 1]) * x)), gradients);
    }

    [Fact]
    public void GradThroughVmap()
    {
        var x = Tensor.From([1.0, 2, 3, 4], [2, 2]);
        var gradient = Transform.Grad(a => Transform.Vmap(r => (r * r).Sum())(a).Sum())(x);
        Close(x.ToArray<double>().Select(v => 2 * v), gradient);
        var leaf = x.Clone().RequireGrad();
        Transform.Vmap(r => r.Exp())(leaf).Sum().Backward();
        Close(x.ToArray<double>().Select(Math.Exp), leaf.Grad!);
    }

    [Fact]
    public void HessianByVmapOverGrad()
    {
        var hessian = Transform.Vmap(v => Transform.Jvp(xs => Transform.Grad(Cubes)(xs[0]), [X], [v]).Tangent)(Tensor.Eye(3, dtype: DType.Float64));
        double[] x = X.ToArray<double>();
        Close([6 * x[0], 0, 0, 0, 6 * x[1], 0, 0, 0, 6 * x[2]], hessian);
    }

    [Fact]
    public void VmapOverChosenAxes()
    {
        var a = Tensor.Arange(6).Reshape(2, 3);
        var f = Transform.Vmap(xs => xs[0] + xs[1], [1, null], outAxis: 1);
        var y = f([a, Tensor.From([10L, 20])]);
        Assert.Equal([2, 3], y.Shape);
        Assert.Equal([10L, 11, 12, 23, 24, 25], y.ToArray<long>());
        Throws<ShapeException>("Vmap: input 1 has a batch of 3 along axis 0, an earlier one 2", () => Transform.Vmap(xs => xs[0] + xs[1])([Tensor.Ones([2]), Tensor.Ones([3])]));
        Throws<ShapeException>("Vmap: no input has a batch axis", () => Transform.Vmap(xs => xs[0], [null])([a]));
        Throws<ShapeException>("Vmap: 2 input axes for 1 inputs", () => Transform.Vmap(xs => xs[0], [0, 0])([a]));
    }

    [Fact]
    public void VmapErrorsAreAboutOneExample()
    {
        var x = Tensor.Ones([5, 2, 3]);
        Throws<ShapeException>("MatMul: [2, 3] x [2, 3]: inner dimensions 3 and 2 differ", () => Transform.Vmap(a => a.MatMul(a))(x));
    }

    [Fact]
    public void TensorsOfAClosedTransformAreRefused()
    {
        Tensor kept = null!;
        Transform.Vmap(x => kept = x)(Tensor.Ones([2, 2]));
        Throws<HebbException>("a tensor from inside Vmap was used after Vmap returned; return it from the function instead", () => _ = kept + 1);
        Throws<HebbException>("can't be read inside Vmap", () => Transform.Vmap(x => x * x.Sum().Item())(Tensor.Ones([2, 2])));
    }

    [Fact]
    public void TransformsStayOnTheirThread()
    {
        Exception? error = null;
        Transform.Vmap(x =>
        {
            var thread = new Thread(() => error = Record.Exception(() => x + 1));
            thread.Start();
            thread.Join();
            return x;
        })(Tensor.Ones([2]));
        Assert.Contains("a tensor inside Vmap was used on another thread; transforms do not flow across threads or awaits", Assert.IsType<HebbException>(error).Message);
    }

    [Fact]
    public void AnExceptionClosesTheTransform()
    {
        Assert.Throws<InvalidOperationException>(() => Transform.Vmap((Tensor _) => throw new InvalidOperationException())(Tensor.Ones([2])));
        Assert.Equal([2f, 2], Transform.Vmap(x => x + 1)(Tensor.Ones([2])).ToArray<float>());
    }

    [Fact]
    public void JvpChecksTangents()
    {
        Throws<ShapeException>("Jvp: tangent 0 is [2], its primal [3]", () => Transform.Jvp(xs => xs[0], [X], [Tensor.Ones([2], DType.Float64)]));
        var (_, tangent) = Transform.Jvp(_ => Tensor.Ones([2], DType.Float64), [X], [X]);
        Close([0, 0], tangent);
    }

    private static void Close(IEnumerable<double> expected, Tensor actual)
    {
        double[] e = [.. expected], a = actual.ToArray<double>();
        Assert.Equal(e.Length, a.Length);
        for (int i = 0; i < e.Length; i++)
            Assert.Equal(e[i], a[i], 1e-12);
    }

    private static void Throws<T>(string message, Action call) where T : Exception => Assert.Contains(message, Assert.Throws<T>(call).Message);
}
