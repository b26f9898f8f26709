using Hebb.Compile;

namespace Hebb.Core.Tests.ControlFlow;

public class WhileTests
{
    private static Tensor D(params double[] values) => Tensor.From(values);

    [Fact]
    public void NewtonsIteration()
    {
        // The square root of each input's sum, as many steps as it takes: examples of a batch take different numbers.
        static Tensor[] Root(Tensor[] v) => Control.While(
            s => (s[0].Square() - v[0].Sum()).Abs() > 1e-13,
            s => [s[0] - (s[0].Square() - v[0].Sum()) / (s[0] * 2)],
            [Tensor.Scalar(1, DType.Float64)],
            maxIterations: 40);
        Tensor[] inputs = [D(0.3, 40, 5)];
        Assert.Equal(Math.Sqrt(45.3), Root(inputs)[0].Item(), 12);
        Everywhere.Near([D(0.5, 0.5, 0.5) / Math.Sqrt(45.3)], Transform.GradMany(v => Root(v)[0])(inputs));
        var batch = Tensor.From([1.0, 3, 500, 400, 0.25, 0.2], [3, 2]);
        Everywhere.Near([batch.Sum(1).Sqrt()], [Transform.Vmap(v => Root([v])[0], 0)(batch)]);
        Everywhere.Near([(0.5 / batch.Sum(1).Sqrt()).Unsqueeze(1).Expand([3, 2])], [Transform.Vmap(Transform.Grad(v => Root([v])[0]), 0)(batch)]);
    }

    [Fact]
    public void UnderEveryTransform() => Everywhere.Same(
        v => Control.While(
            s => s[1].Sum() < 6,
            s => [s[0] * v[2].Sin() + s[1], s[1] + (v[1] * v[1] + 0.7)],
            [v[0], v[1]],
            maxIterations: 25),
        v =>
        {
            Tensor a = v[0], b = v[1];
            for (int i = 0; i < 25 && Everywhere.Holds(b.Sum() < 6); i++)
                (a, b) = (a * v[2].Sin() + b, b + (v[1] * v[1] + 0.7));
            return [a, b];
        },
        [D(0.3, -0.4), D(0.1, 0.9), D(1.3, 0.4)],
        [D(0.7, 0.2), D(1.5, 1.2), D(0.3, 0.8)]);

    [Fact]
    public void TheBoundEndsIt()
    {
        Everywhere.Same(
            v => Control.While(s => s[0].Sum() < 1e9, s => [s[0] * v[1] + 1], [v[0]], maxIterations: 3),
            v => [((v[0] * v[1] + 1) * v[1] + 1) * v[1] + 1],
            [D(0.4, 0.2), D(0.5, -0.8)]);
        Assert.Equal(2.0, Control.While(s => s < 9, s => s + 1, Tensor.Scalar(2, DType.Float64), maxIterations: 0).Item());
        Assert.Equal(9.0, Control.While(s => s < 9, s => s + 1, Tensor.Scalar(2, DType.Float64)).Item());
        Assert.Equal(20.0, Control.While(s => s < 9, s => s + 1, Tensor.Scalar(20, DType.Float64)).Item());
    }

    [Fact]
    public void WithoutABoundForwardModeWorksAndReverseSaysWhatIsMissing()
    {
        static Tensor F(Tensor x) => Control.While(s => s < 100, s => s * s, x);
        var x = Tensor.Scalar(1.5, DType.Float64);
        // 1.5^16 is the first past 100.
        var (value, tangent) = Transform.Jvp(F, x, Tensor.Scalar(1, DType.Float64));
        Assert.Equal(Math.Pow(1.5, 16), value.Item(), 9);
        Assert.Equal(16 * Math.Pow(1.5, 15), tangent.Item(), 9);
        ScanTests.Says<GradientException>(
            "Control.While: reverse mode needs the states of all iterations, and nothing bounds their number; pass maxIterations, or use forward mode (Transform.Jvp)",
            () => Transform.Grad(F)(x));
        Assert.Equal([81.0 * 81, Math.Pow(1.5, 16), 101], Transform.Vmap(F, 0)(D(3, 1.5, 101)).ToArray<double>().Select(v => Math.Round(v, 9)), (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Equal(16 * Math.Pow(1.5, 15), Transform.Vmap(v => Transform.Jvp(F, v, Tensor.Scalar(1, DType.Float64)).Tangent, 0)(D(3, 1.5))[1].Item(), 9);
    }

    [Fact]
    public void IntegersAndRandomNumbers()
    {
        // How many coins until three heads: the same in a compiled function.
        var rng = new Rng(8);
        Tensor[] Coins() => Control.While(
            s => s[1] < 3,
            s => [s[0] + 1, s[1] + (Tensor.Rand([], rng: rng) < 0.5).To(DType.Int32)],
            [Tensor.Scalar(0, DType.Int32), Tensor.Scalar(0, DType.Int32)]);
        int[] counts = [.. Enumerable.Range(0, 40).Select(_ => Coins()[0].ToArray<int>()[0])];
        Assert.InRange(counts.Average(), 4, 8.5);
        Assert.True(counts.Distinct().Count() > 3);
        var compiled = Transform.Compile(_ => Coins(), strict: true);
        rng.State = new RngState(8, 0);
        Assert.Equal(counts, Enumerable.Range(0, 40).Select(_ => compiled.Call()[0].ToArray<int>()[0]));
        Assert.True(Transform.Vmap(v => Coins()[0] + v, 0)(Tensor.Zeros([20], DType.Int32)).ToArray<int>().Distinct().Count() > 3);
    }

    [Fact]
    public void Errors()
    {
        var x = Tensor.Zeros([2]);
        ScanTests.Says<DTypeException>("Control.While: what the condition gives is float32[2], not a bool scalar; compare it with something", () => Control.While(s => s, s => s, x));
        ScanTests.Says<ShapeException>("Control.While: what the condition gives is bool[2], not a bool scalar; reduce it with Any or All", () => Control.While(s => s < 1, s => s, x));
        ScanTests.Says<ShapeException>("Control.While: state 1 goes into the body as float32[2] and comes out as float32[1]", () => Control.While(s => s[0].Sum() < 1, s => [s[0], s[1][..1]], [x, x]));
        Assert.Throws<TraceException>(() => Control.While(s => Tensor.Rand([]) < 1, s => s, x));
        Assert.Throws<ArgumentOutOfRangeException>(() => Control.While(s => s.Sum() < 1, s => s, x, maxIterations: -1));
    }
}
