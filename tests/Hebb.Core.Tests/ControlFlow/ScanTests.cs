using Hebb.Transforms;

namespace Hebb.Core.Tests.ControlFlow;

public class ScanTests
{
    private static Tensor D(Shape shape, ulong seed) => Tensor.RandN(shape, dtype: DType.Float64, rng: new Rng(seed)) * 0.5;

    private static (Tensor H, Tensor Y) Cell(Tensor h, Tensor x, Tensor w, Tensor u)
    {
        h = (h.MatMul(w) + x.MatMul(u)).Tanh();
        return (h, (h * h).Sum(1));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ARecurrentNetworkIsItsUnrolledForm(bool reverse)
    {
        // h0 [2, 3], xs [4, 2, 5], the weights closed over.
        Everywhere.Same(
            v =>
            {
                var (h, ys) = Control.Scan((h, x) => Cell(h, x, v[2], v[3]), v[0], v[1], reverse);
                return [h, ys];
            },
            v =>
            {
                var h = v[0];
                var ys = new Tensor[4];
                for (int i = 0; i < 4; i++)
                {
                    int t = reverse ? 3 - i : i;
                    (h, ys[t]) = Cell(h, v[1][t], v[2], v[3]);
                }
                return [h, Tensor.Stack(ys)];
            },
            [D([2, 3], 1), D([4, 2, 5], 2), D([3, 3], 3), D([5, 3], 4)]);
    }

    [Fact]
    public void SeveralStatesWithAnIntegerAmongThem()
    {
        // Carries: a counter, a product, a sum; the results: two of different rank.
        Everywhere.Same(
            v =>
            {
                var (carry, ys) = Control.Scan(
                    (c, x) =>
                    {
                        var next = c[1] * x[0].Sin() + c[0].To(DType.Float64);
                        return ([c[0] + 1, next, c[2] + x[1].Sum() * next], [next.Exp(), x[1] * c[2]]);
                    },
                    [Tensor.Scalar(0, DType.Int64), v[0], v[1]],
                    [v[2], v[3]]);
                return [carry[1], carry[2], .. ys];
            },
            v =>
            {
                Tensor p = v[0], s = v[1];
                List<Tensor> a = [], b = [];
                for (int t = 0; t < 3; t++)
                {
                    var next = p * v[2][t].Sin() + t;
                    a.Add(next.Exp());
                    b.Add(v[3][t] * s);
                    s += v[3][t].Sum() * next;
                    p = next;
                }
                return [p, s, Tensor.Stack(a.ToArray()), Tensor.Stack(b.ToArray())];
            },
            [D([], 1), D([], 2), D([3], 3), D([3, 2], 4)]);
    }

    [Fact]
    public void NoStepsNoInputsNoResults()
    {
        var w = D([2], 1);
        var (carry, outputs) = Control.Scan((c, x) => ([c[0] * w], [x[0] + c[0]]), [D([2], 2)], [Tensor.Zeros([0, 2], DType.Float64)]);
        Everywhere.Bits([D([2], 2)], carry);
        Assert.Equal([0, 2], outputs[0].Shape);
        var g = Transform.GradMany(v => Control.Scan((c, x) => ([c[0] * v[1]], [x[0] + c[0]]), [v[0]], [v[2]]).Carry[0].Sum())([D([2], 2), w, Tensor.Zeros([0, 2], DType.Float64)]);
        Assert.Equal([1.0, 1, 0, 0], g[0].ToArray<double>().Concat(g[1].ToArray<double>()));
        Assert.Equal([0, 2], g[2].Shape);

        Everywhere.Same(
            v => Control.Scan((c, _) => ([c[0] * v[1] + 1], []), [v[0]], [], length: 3).Carry,
            v => [((v[0] * v[1] + 1) * v[1] + 1) * v[1] + 1],
            [D([2], 2), D([2], 3)]);
        // A cumulative product of inputs alone.
        Everywhere.Same(
            v => Control.Scan((_, x) => ([], [x[0].Square()]), [], [v[0]]).Outputs,
            v => [v[0].Square()],
            [D([4, 3], 2)]);
    }

    [Fact]
    public void StepsDrawRandomNumbersOfTheirOwn()
    {
        var rng = new Rng(3);
        Func<Tensor, Tensor> f = x => Control.Scan((c, v) => (c, v * Tensor.RandN([3], dtype: DType.Float64, rng: rng)), Tensor.Scalar(0), x).Outputs;
        var x = Tensor.Ones([5, 3], DType.Float64);
        double[] first = f(x).ToArray<double>(), second = f(x).ToArray<double>();
        Assert.Equal(15, first.Distinct().Count());
        Assert.Empty(first.Intersect(second));
        var compiled = Transform.Compile(f, strict: true);
        rng.State = new RngState(3, 0);
        Assert.Equal(first, compiled(x).ToArray<double>());
        Assert.Equal(second, compiled(x).ToArray<double>());
        // The derivative of a product with random numbers is those numbers, drawn once.
        rng.State = new RngState(3, 0);
        Assert.Equal(first, Transform.Grad(v => f(v).Sum())(x).ToArray<double>());
        rng.State = new RngState(3, 0);
        var (value, gradient) = Transform.ValueAndGrad((Tensor v) => f(v).Square().Sum() * 0.5)(x);
        Assert.Equal(first.Sum(v => v * v / 2), value.Item(), 12);
        Assert.Equal(first.Select(v => v * v), gradient.ToArray<double>().Select(v => v), (a, b) => Math.Abs(a - b) < 1e-12);
        // Examples of a batch too.
        double[] each = Transform.Vmap(f, 0)(Tensor.Ones([2, 5, 3], DType.Float64)).ToArray<double>();
        Assert.Equal(30, each.Distinct().Count());
    }

    [Fact]
    public void ParametersOfAModuleGetGradients()
    {
        var model = new TinyCell();
        var x = Tensor.RandN([6, 2, 3], rng: new Rng(2));
        Tensor Loss() => Control.Scan((h, v) => (model.Step(h, v), h), Tensor.Zeros([2, 3]), x).Outputs.Square().Sum();
        Loss().Backward();
        float[] gradient = model.W.Grad!.ToArray<float>();
        model.ZeroGrad();
        var h = Tensor.Zeros([2, 3]);
        Tensor sum = Tensor.Scalar(0);
        for (int t = 0; t < 6; t++)
        {
            sum += h.Square().Sum();
            h = model.Step(h, x[t]);
        }
        sum.Backward();
        Assert.Equal(model.W.Grad!.ToArray<float>().Select(v => (double)v), gradient.Select(v => (double)v), (a, b) => Math.Abs(a - b) < 1e-4 * (1 + Math.Abs(a)));
        model.ZeroGrad();
        // Compiled, with parameters that change between calls.
        var compiled = Transform.Compile(_ => [Loss()], model, strict: true);
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Loss().Item(), compiled.Call()[0].Item());
            model.W.Assign(model.W.Value * 0.9);
        }
    }

    [Fact]
    public void AcrossANamedBatch()
    {
        var x = D([3, 4], 1);
        var y = Transform.Vmap(v => Control.Scan((c, s) => (c + NamedAxis.Mean(s, "b"), c), Tensor.Scalar(0, DType.Float64), v).Carry, 0, axisName: "b")(x);
        Everywhere.Near([x.Mean(0).Sum().Expand([3])], [y]);
    }

    [Fact]
    public void HalvesAndSmallTypes()
    {
        foreach (var dtype in new[] { DType.Float16, DType.BFloat16, DType.Int8, DType.UInt8, DType.Int32 })
        {
            var x = Tensor.Arange(15).Reshape(5, 3).To(dtype);
            Func<Tensor[], Tensor[]> f = v =>
            {
                var (c, y) = Control.Scan((c, s) => (c + s, c * s), v[0][0], v[0]);
                return [c, y];
            };
            var c = x[0];
            var ys = new Tensor[5];
            for (int t = 0; t < 5; t++)
                (ys[t], c) = (c * x[t], c + x[t]);
            Everywhere.Bits([c, Tensor.Stack(ys)], f([x]));
            Everywhere.Bits([c, Tensor.Stack(ys)], Transform.Compile(f, strict: true).Call(x));
        }
    }

    [Fact]
    public void Errors()
    {
        var x = Tensor.Zeros([4, 2]);
        Says<DTypeException>("Control.Scan: carry 0 goes into the body as float32[2] and comes out as float64[2]", () => Control.Scan((c, v) => (c.To(DType.Float64), v), Tensor.Zeros([2]), x));
        Says<ShapeException>("Control.Scan: carry 0 goes into the body as float32[2] and comes out as float32[1, 2]", () => Control.Scan((c, v) => (c.Unsqueeze(0), v), Tensor.Zeros([2]), x));
        Says<ShapeException>("Control.Scan: input 1 is float32[3], 3 steps long, where an earlier one has 4", () => Control.Scan((c, v) => (c, []), [], [x, Tensor.Zeros([3])]));
        Says<ShapeException>("Control.Scan: there are no inputs to go along; give the number of steps as length", () => Control.Scan((c, v) => (c, []), [x], []));
        Says<ShapeException>("Control.Scan: input 0 is float32[], which has no axis to go along", () => Control.Scan((c, v) => (c, v), x, Tensor.Scalar(1)));
        Says<ShapeException>("Control.Scan: the body takes 1 tensors of carry and gives 2", () => Control.Scan((c, v) => ([c[0], c[0]], []), [x], [x]));
        Assert.Throws<Hebb.Compile.TraceException>(() => Control.Scan((c, v) => { InPlace.Fill(x, 3); return (c, v); }, x, x));
        Assert.Contains("can't be read", Assert.Throws<HebbException>(() => Control.Scan((c, v) => (c * v.Sum().Item(), v), Tensor.Zeros([2]), x)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatBackwardReadsIsKept()
    {
        var x = D([7, 3], 1).RequireGrad();
        // Of the first step function tanh, which the state before it and the result come in; of a checkpoint the state alone.
        var (h, ys) = Control.Scan((c, v) => ((c + v).Tanh(), (c * v).Exp()), Tensor.Zeros([3], DType.Float64), x);
        Assert.IsType<ScanOp>(h.Node!.Primitive);
        Assert.Equal([null, [7, 3], [7, 3], [7, 3]], h.Node.Saved!.Select(s => s?.Shape.ToArray()));
        Func<Tensor[], Tensor[]> step = Transform.CheckpointMany(a => [(a[0] + a[1]).Tanh(), (a[0] * a[1]).Exp().Sin()]);
        var (last, all) = Control.Scan((c, v) => step([c, v]) is [var next, var y] ? (next, y) : default, Tensor.Zeros([3], DType.Float64), x);
        Assert.Equal([null, [7, 3], [7, 3]], last.Node!.Saved!.Select(s => s?.Shape.ToArray()));
        (h.Sum() + ys.Sum()).Backward();
        double[] first = x.Grad!.ToArray<double>();
        x.Grad = null;
        var (a, b) = Control.Scan((c, v) => ((c + v).Tanh(), (c * v).Exp().Sin()), Tensor.Zeros([3], DType.Float64), x);
        (a.Sum() + b.Sum()).Backward();
        double[] second = x.Grad!.ToArray<double>();
        x.Grad = null;
        (last.Sum() + all.Sum()).Backward();
        Assert.Equal(second, x.Grad!.ToArray<double>());
        Assert.NotEqual(first, second);
    }

    [Fact]
    public void PlansWithoutBackwardKeepNothing()
    {
        var w = new Parameter(D([3, 3], 3));
        var f = Transform.Compile(v => [Control.Scan((c, x) => { c = (c.MatMul(w) + x).Tanh(); return (c, c.Sum()); }, v[0], v[1]).Outputs]);
        using var noGrad = GradMode.NoGrad();
        f.Call(D([2, 3], 1), D([4, 2, 3], 2));
        Assert.Null(f.FallbackReason);
        Assert.All(f.Report(D([2, 3], 1), D([4, 2, 3], 2))!.ToString().Split('\n').Where(l => l.Contains(" scan ", StringComparison.Ordinal)), l => Assert.Contains("scan  float64[2, 3], float64[4]  ", System.Text.RegularExpressions.Regex.Replace(l, " {2,}", "  "), StringComparison.Ordinal));
    }

    internal static void Says<T>(string message, Action act) where T : Exception => Assert.Equal(message, Assert.Throws<T>(act).Message);
}

internal sealed partial class TinyCell : Module
{
    public Parameter W { get; } = new(Tensor.RandN([3, 3], rng: new Rng(11)) * 0.5);

    public Tensor Step(Tensor h, Tensor x) => (h.MatMul(W) + x).Tanh();

    protected override Tensor Forward(Tensor x) => Step(x, x);
}
