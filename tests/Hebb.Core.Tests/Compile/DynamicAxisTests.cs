using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Compiled functions with dynamic axes: a few traces serve all sizes.</summary>
public class DynamicAxisTests
{
    private static readonly DynamicAxis Batch = new("batch", 0, 0), Time = new("time", 0, 1);

    private static Tensor R(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)shape.Sum() + 1));

    /// <summary>Calls a function at many sizes; the values are those of the function, which was traced so many times.</summary>
    private static void Same(Func<Tensor[], Tensor[]> f, DynamicAxis[] axes, IEnumerable<Tensor[]> calls, int traces, Module? module = null)
    {
        int runs = 0;
        var compiled = Transform.Compile(
            xs =>
            {
                runs++;
                return f(xs);
            },
            module,
            strict: true,
            dynamic: axes);
        foreach (var inputs in calls)
        {
            Tensor[] expected = f(inputs), actual = compiled.Call(inputs);
            Assert.Equal(expected.Length, actual.Length);
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i].Shape, actual[i].Shape);
                Assert.Equal(expected[i].To(DType.Float64).ToArray<double>(), actual[i].To(DType.Float64).ToArray<double>());
            }
        }
        Assert.Null(compiled.FixedReason);
        Assert.Equal(traces, runs);
    }

    [Fact]
    public void AModelAtEveryBatchSize()
    {
        var model = new TwoLayers();
        Same(xs => [model.Call(xs[0])], [Batch], Enumerable.Range(2, 39).Select(n => new[] { R(n, 8) }), 3, model);
        // Once more each for 1 and for 0, which might be exceptions.
        Same(xs => [model.Call(xs[0])], [Batch], new[] { 7, 1, 1, 0, 0, 9, 1 }.Select(n => new[] { R(n, 8) }), 5, model);
    }

    [Fact]
    public void TwoNamesAndTheirProducts()
    {
        // Attention over [batch, time, 3 * 2 * 4]: batch * heads, time * time, batch * time.
        static Tensor[] F(Tensor[] xs)
        {
            int b = xs[0].Shape[0], t = xs[0].Shape[1];
            var qkv = xs[0].Reshape(b * t, 24).Relu().Reshape(b, t, 3, 2, 4).Transpose(1, 3);
            Tensor q = qkv.Select(2, 0), k = qkv.Select(2, 1), v = qkv.Select(2, 2);
            var scores = (q.MatMul(k.MT) * 0.5).Reshape(2 * b, t * t).Softmax(-1).Reshape(b, 2, t, t);
            var y = scores.MatMul(v).Transpose(1, 2).Reshape(b, t, 8);
            return [y, y.Sum() / (b * t), Tensor.Zeros([t, t]) + scores.Sum(0), y * (1.0 / t) + xs[1].Unsqueeze(-1)];
        }
        var calls = from b in Enumerable.Range(2, 4) from t in Enumerable.Range(2, 6) select new[] { R(b, t, 24), R(b, t) };
        Same(F, [Batch, Time, new("batch", 1, 0), new("time", 1, -1)], calls, 3);
    }

    [Fact]
    public void GradientsAndLoops()
    {
        var w = R(4, 4) * 0.3;
        // The gradient of the mean of a recurrence over a dynamic number of steps of a dynamic batch.
        Tensor[] F(Tensor[] xs) => Transform.GradMany(v => Control.Scan(
            (h, x) => ((h.MatMul(v[1]) + x).Tanh(), h), Tensor.Zeros([v[0].Shape[1], 4]), v[0]).Outputs.Mean())([xs[0], w]);
        Same(F, [Time with { Axis = 0 }, Batch with { Axis = 1 }], from t in Enumerable.Range(2, 5) from b in Enumerable.Range(2, 3) select new[] { R(t, b, 4) }, 3);
    }

    [Fact]
    public void StepsThatChangeParameters()
    {
        static (float[][] Weights, int Runs) Train(bool compile)
        {
            var model = new TwoLayers();
            int runs = 0;
            Tensor[] Step(Tensor[] xs)
            {
                runs++;
                var (loss, gradients) = Transform.ValueAndGrad(model, b => -model.Call(b[0]).Select(1, 0).Sum() / b[0].Shape[0])(xs);
                using var noGrad = GradMode.NoGrad();
                foreach (var (parameter, gradient) in model.Parameters().Zip(gradients))
                    InPlace.Copy(parameter.Value - gradient * 0.1, parameter.Value);
                return [loss];
            }
            Func<Tensor, Tensor[]> step = x => Step([x]);
            if (compile)
            {
                var compiled = Transform.Compile(Step, model, strict: true, dynamic: [Batch]);
                step = x => compiled.Call(x);
            }
            var losses = new[] { 4, 6, 3, 9, 4, 7 }.Select(n => step(R(n, 8))[0].ToArray<float>()).ToArray();
            return ([.. losses, .. model.Parameters().Select(p => p.Value.ToArray<float>())], runs);
        }
        var (eager, _) = Train(compile: false);
        var (compiled, runs) = Train(compile: true);
        Assert.Equal(3, runs);
        Assert.Equal(eager.Length, compiled.Length);
        for (int i = 0; i < eager.Length; i++)
            Assert.Equal(eager[i], compiled[i]);
    }

    [Fact]
    public void RandomNumbersOfTheSize()
    {
        var rng = new Rng(5);
        var f = Transform.Compile(xs => [xs[0] + Tensor.RandN(xs[0].Shape, rng: rng)], strict: true, dynamic: [Batch]);
        foreach (int n in new[] { 3, 6, 3, 8 })
        {
            var state = rng.State;
            float[] expected = (R(n, 2) + Tensor.RandN([n, 2], rng: rng)).ToArray<float>();
            rng.State = state;
            Assert.Equal(expected, f.Call(R(n, 2))[0].ToArray<float>());
        }
        Assert.Null(f.FixedReason);
    }

    [Fact]
    public void WhatCannotBeWorkedOutIsTracedForEverySize()
    {
        foreach (var (f, why) in new (Func<Tensor[], Tensor[]>, string)[]
        {
            (xs => [xs[0] * Tensor.Arange(xs[0].Shape[0]).Unsqueeze(1)], "reads a constant whose values follow from the size of batch"),
            (xs => [xs[0].Unbind(0).Aggregate((a, b) => a + b)], "the function depends on the size of batch"),
            (xs => [xs[0].Shape[0] > 10 ? xs[0].Exp() : xs[0].Sin()], "Exp"),
            (xs => [xs[0].Reshape(-1, 4, 2)], "Reshape"),
        })
        {
            int runs = 0;
            string? told = null;
            var compiled = Transform.Compile(
                xs =>
                {
                    runs++;
                    return f(xs);
                },
                strict: true,
                dynamic: [Batch]);
            compiled.FellBack += reason => told = told is null ? reason : "twice";
            foreach (int n in new[] { 4, 12, 8, 4, 12 })
                Assert.Equal(f([R(n, 2)])[0].ToArray<float>(), compiled.Call(R(n, 2))[0].ToArray<float>());
            Assert.Contains(why, compiled.FixedReason, StringComparison.OrdinalIgnoreCase);
            Assert.StartsWith("every size is traced for itself: ", told);
            Assert.InRange(runs, 4, 6);
            Assert.Null(compiled.FallbackReason);
        }
    }

    [Fact]
    public void OneIsNoExceptionUnlessTheFunctionMakesItOne()
    {
        static Tensor[] F(Tensor[] xs) => [xs[0].Shape[0] == 1 ? xs[0].Exp() : xs[0].Sin()];
        int runs = 0;
        var f = Transform.Compile(
            xs =>
            {
                runs++;
                return F(xs);
            },
            strict: true,
            dynamic: [Batch]);
        foreach (int n in new[] { 3, 1, 4, 1, 5, 6 })
            Assert.Equal(F([R(n, 2)])[0].ToArray<float>(), f.Call(R(n, 2))[0].ToArray<float>());
        Assert.Equal(4, runs);
    }

    [Fact]
    public void ModesAndConstantsAreStillLookedAt()
    {
        var model = new TwoModes();
        var scale = Tensor.From([1f, 2, 3]);
        var f = Transform.Compile(xs => [model.Call(xs[0]) * scale], model, strict: true, dynamic: [Batch]);
        foreach (int n in new[] { 2, 3, 4, 5 })
        {
            Assert.Equal((model.Call(R(n, 8)) * scale).ToArray<float>(), f.Call(R(n, 8))[0].ToArray<float>());
            if (model.Training)
                model.Eval();
            else
                model.Train();
            InPlace.Fill(scale, n);
            Assert.Equal((model.Call(R(n, 8)) * scale).ToArray<float>(), f.Call(R(n, 8))[0].ToArray<float>());
        }
    }

    [Fact]
    public void Errors()
    {
        var f = Transform.Compile(xs => [xs[0] + xs[1]], strict: true, dynamic: [Batch, new("batch", 1, 0)]);
        Assert.Equal("Compile: the dynamic axis 'batch' is 3 long in input 0, 4 in input 1", Assert.Throws<ShapeException>(() => f.Call(R(3, 2), R(4, 2))).Message);
        Assert.Equal("Compile: the dynamic axis 'batch' is one of input 1; there are 1 inputs", Assert.Throws<ShapeException>(() => f.Call(R(3, 2))).Message);
        var g = Transform.Compile(xs => [xs[0]], strict: true, dynamic: [new("time", 0, 2)]);
        Assert.Equal("Compile: the dynamic axis 'time' is axis 2 of input 0, which is float32[3, 2]", Assert.Throws<ShapeException>(() => g.Call(R(3, 2))).Message);
    }
}

internal sealed partial class TwoModes : Module
{
    public TwoLayers Inner { get; } = new();

    protected override Tensor Forward(Tensor x) => Training ? Inner.Call(x) * 2 : Inner.Call(x);
}
