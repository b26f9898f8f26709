using Hebb.Compile;
using Hebb.Modules;
using Hebb.Tests;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Compiled functions beyond single ops: kinds of inputs, guards, memory, threads, transforms around them.</summary>
[Collection(nameof(DefaultRng))]
public partial class CompiledFunctionTests
{
    // Of an instance: made before a test begins, not where a transform or a trace first touches it.
    private Tensor X { get; } = Tensor.RandN([4, 8], rng: new Rng(5));

    [Fact]
    public void OnceForEachKindOfInputs()
    {
        int traces = 0;
        var f = Transform.Compile(xs =>
        {
            traces++;
            return new[] { xs[0].Exp() + xs[0].Shape[0] };
        });
        foreach (var x in new[] { X, X * 2, X[..2], X.To(DType.Float64), X, X[1..3] })
            Assert.Equal((x.Exp() + x.Shape[0]).To(DType.Float64).ToArray<double>(), f.Call(x)[0].To(DType.Float64).ToArray<double>());
        Assert.Equal(3, traces);
        Assert.Null(f.FallbackReason);
    }

    [Fact]
    public void AModuleInBothModesAfterItsParametersChanged()
    {
        var model = new Switching();
        var f = Transform.Compile(model);
        Assert.Equal(model.Call(X).ToArray<float>(), f.Call(X)[0].ToArray<float>());
        model.Eval();
        Assert.Equal(model.Call(X).ToArray<float>(), f.Call(X)[0].ToArray<float>());
        model.Inner.HeadWeight.Assign(Tensor.RandN([3, 16], rng: new Rng(9)));
        Assert.Equal(model.Call(X).ToArray<float>(), f.Call(X)[0].ToArray<float>());
        model.Train();
        Assert.Equal(model.Call(X).ToArray<float>(), f.Call(X)[0].ToArray<float>());
    }

    [Fact]
    public void HooksAreCalledInEveryCall()
    {
        var model = new TwoLayers();
        var f = Transform.Compile(model);
        f.Call(X);
        Assert.Null(f.FallbackReason);
        int calls = 0;
        using (model.RegisterForwardHook((_, _, y) =>
        {
            calls++;
            return null;
        }))
        {
            f.Call(X);
            f.Call(X);
            // One trace in vain.
            Assert.InRange(calls, 2, 3);
            Assert.Contains("a module has hooks, which replays would not call", f.FallbackReason);
            Assert.Null(ModulePath.Current);
        }
    }

    [Fact]
    public void ConstantsThatChangeInPlaceAreReadAgain()
    {
        var scale = Tensor.From([1f, 2, 3]);
        int traces = 0;
        var f = Transform.Compile(xs =>
        {
            traces++;
            return new[] { xs[0] * (scale * 2) };
        });
        var one = Tensor.Ones([3]);
        Assert.Equal([2f, 4, 6], f.Call(one)[0].ToArray<float>());
        for (int i = 1; i < 5; i++)
        {
            InPlace.Fill(scale, i);
            Assert.Equal(2f * i, f.Call(one)[0].ToArray<float>()[2]);
        }
        // Once folded, and when that did not hold once more for good.
        Assert.Equal(2, traces);
    }

    [Fact]
    public void TransformsSeeTheFunctionItself()
    {
        var f = Transform.Compile((Tensor x) => (x * 2).Sin().Sum());
        Assert.Equal(((X * 2).Cos() * 2).ToArray<float>(), Transform.Grad(f)(X).ToArray<float>());
        Assert.Equal(((X * 2).Sin().Sum(1)).ToArray<float>(), Transform.Vmap(f, 0)(X).ToArray<float>());
        var leaf = X.Clone().RequireGrad();
        f(leaf).Backward();
        Assert.Equal(((X * 2).Cos() * 2).ToArray<float>(), leaf.Grad!.ToArray<float>());
        var model = new TwoLayers();
        Transform.Compile(model).Call(X)[0].Sum().Backward();
        float[] gradient = model.HeadWeight.Grad!.ToArray<float>();
        model.ZeroGrad();
        model.Call(X).Sum().Backward();
        Assert.Equal(model.HeadWeight.Grad!.ToArray<float>(), gradient);
        using var noGrad = GradMode.NoGrad();
        Assert.False(Transform.Compile(model).Call(X)[0].RequiresGrad);
    }

    [Fact]
    public void AGradientIsCompiledWhole()
    {
        var model = new TwoLayers();
        var gradient = Transform.Grad(model, batch => model.Call(batch[0]).Square().Mean());
        var f = Transform.Compile(gradient, model, strict: true);
        Assert.Equal(gradient([X]).Select(g => g.ToArray<float>()), f.Call(X).Select(g => g.ToArray<float>()));
        Assert.All(f.Call(X), g => Assert.False(g.RequiresGrad));
        Assert.All(model.Parameters(), p => Assert.Null(p.Grad));
    }

    [Fact]
    public void RandomNumbersAreFreshInEveryCall()
    {
        var f = Transform.Compile((Tensor x) => x + Tensor.Rand([8]));
        Rng.SetSeed(3);
        float[][] compiled = [f(X).ToArray<float>(), f(X).ToArray<float>()];
        Rng.SetSeed(3);
        Assert.Equal(compiled[0], (X + Tensor.Rand([8])).ToArray<float>());
        Assert.NotEqual(compiled[0], compiled[1]);
    }

    [Fact]
    public void WhatCannotBeCompiledRunsAndSaysWhy()
    {
        var f = Transform.Compile(xs => new[] { xs[0] * xs[0].Sum().Item() });
        var said = new List<string>();
        f.FellBack += said.Add;
        Assert.Equal((X * X.Sum().Item()).ToArray<float>(), f.Call(X)[0].ToArray<float>());
        f.Call(X[..2]);
        Assert.Contains("can't be read inside Trace", Assert.Single(said));
        Assert.Equal(said[0], f.FallbackReason);
        Assert.Throws<TraceException>(() => Transform.Compile(xs => new[] { xs[0] * xs[0].Sum().Item() }, strict: true).Call(X));
    }

    [Fact]
    public void ChangesInPlaceHappenInEveryCall()
    {
        var count = Tensor.Zeros([]);
        var filled = Tensor.Zeros([2]);
        var counting = Transform.Compile(xs =>
        {
            InPlace.Copy(count + 1, count);
            return new[] { xs[0] * 2 };
        });
        var filling = Transform.Compile(xs =>
        {
            filled.Fill(xs[0].Shape[0]);
            return new[] { xs[0] * 2 };
        });
        for (int i = 1; i <= 3; i++)
        {
            counting.Call(X);
            Assert.Equal(i, count.Item());
            filled.Fill(0);
            filling.Call(X);
            Assert.Equal([4f, 4], filled.ToArray<float>());
        }
        Assert.Null(counting.FallbackReason);
        Assert.Null(filling.FallbackReason);
    }

    [Fact]
    public void IntoOutputsOfTheCaller()
    {
        var f = Transform.Compile(xs => new[] { xs[0].Exp(), xs[0].Exp(), xs[0], xs[0][1..] });
        Tensor[] outputs = [Tensor.Zeros([4, 8]), Tensor.Zeros([4, 8]), Tensor.Zeros([4, 8]), Tensor.Zeros([8, 8])[2..5]];
        int version = outputs[0].Storage.Version;
        f.CallInto([X], outputs);
        foreach (var (expected, actual) in new[] { X.Exp(), X.Exp(), X, X[1..] }.Zip(outputs))
            Assert.Equal(expected.ToArray<float>(), actual.ToArray<float>());
        Assert.NotEqual(version, outputs[0].Storage.Version);
        Throws<ShapeException>("the function gives 4 tensors, 1 are to take them", () => f.CallInto([X], [X]));
        Throws<ShapeException>("output 3 is [3, 8], the tensor to take it [4, 8]", () => f.CallInto([X], [.. outputs[..3], X]));
        Throws<DTypeException>("output 0 is float32, the tensor to take it float64", () => f.CallInto([X], [X.To(DType.Float64), .. outputs[1..]]));
    }

    [Fact]
    public void EightThreadsAtOnceGetTheBitsOfOne()
    {
        var model = new TwoLayers().Eval();
        // Chains that become one kernel, before and after a reduction, beside products.
        Tensor Function(Tensor x) => (model.Call((x * 0.5 + 1).Tanh()).Exp() * 3 - 1).Softmax(1).Sqrt() + 0.25;
        var f = Transform.Compile(xs => new[] { Function(xs[0]) }, model);
        Assert.Contains("fused", f.Describe(X), StringComparison.Ordinal);
        Tensor[] inputs = [.. Enumerable.Range(0, 8).Select(i => X * (1 + i))];
        float[][] expected = Array.ConvertAll(inputs, x => f.Call(x)[0].ToArray<float>());
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(Function(inputs[i]).ToArray<float>(), expected[i]);
        int wrong = 0;
        Thread[] threads = [.. inputs.Select((x, i) => new Thread(() =>
        {
            using var noGrad = GradMode.NoGrad();
            for (int round = 0; round < 200; round++)
            {
                if (!f.Call(x)[0].ToArray<float>().AsSpan().SequenceEqual(expected[i]))
                    Interlocked.Increment(ref wrong);
            }
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.Equal(0, wrong);
    }

    [Fact]
    public void MemoryIsSharedByWhatIsNeverAliveTogether()
    {
        static Tensor Chain(Tensor x, Func<Tensor, Tensor> link)
        {
            for (int i = 0; i < 20; i++)
                x = link(x * 1.01f);
            return x;
        }
        var x = Tensor.Ones([64, 64]);
        var f = Transform.Compile(xs => new[] { Chain(xs[0], y => y.Softmax(1)) });
        Assert.Equal(Chain(x, y => y.Softmax(1)).ToArray<float>(), f.Call(x)[0].ToArray<float>());
        Assert.InRange(f.PlannedBytes(x)!.Value, 1, 2 * 64 * 64 * 4);
        // One element after the other: all in the memory of the result.
        f = Transform.Compile(xs => new[] { Chain(xs[0], y => y.Sin()) });
        Assert.Equal(Chain(x, y => y.Sin()).ToArray<float>(), f.Call(x)[0].ToArray<float>());
        Assert.Equal(0, f.PlannedBytes(x));
    }

    [Fact]
    public void RepetitionsRunOnce()
    {
        var graph = CommonSubexpressions.Merge(Tracing.Trace(xs => [xs[0].Exp() + xs[0].Exp().Detach(), xs[0].Exp().Sin()], [X.Spec]));
        Assert.Equal(["exp", "add", "sin"], graph.Nodes.Select(n => n.Primitive.Name));
        var kept = CommonSubexpressions.Merge(Tracing.Trace(xs => [xs[0].Sum(0), xs[0].Sum(1), Tensor.Rand([2]), Tensor.Rand([2])], [X.Spec]));
        Assert.Equal(4, kept.Nodes.Count);
    }

    [Fact]
    public void AnErrorNamesTheModuleAndTheNextCallWorks()
    {
        var model = new Picking();
        var f = Transform.Compile(model);
        var x = Tensor.From([0L, 2]);
        Assert.Equal(model.Call(x).ToArray<float>(), f.Call(x)[0].ToArray<float>());
        string eager = Assert.ThrowsAny<HebbException>(() => model.Call(Tensor.From([0L, 9]))).Message;
        Assert.Equal(eager, Assert.ThrowsAny<HebbException>(() => f.Call(Tensor.From([0L, 9]))).Message);
        Assert.Equal(model.Call(x).ToArray<float>(), f.Call(x)[0].ToArray<float>());
    }

    private static void Throws<T>(string message, Action call) where T : Exception => Assert.Contains(message, Assert.Throws<T>(call).Message);

    private sealed partial class Switching : Module
    {
        public TwoLayers Inner { get; } = new();

        protected override Tensor Forward(Tensor x) => Training ? Inner.Call(x) * 2 : Inner.Call(x);
    }

    private sealed partial class Picking : Module
    {
        [Buffer]
        public Tensor Table { get; set; } = Tensor.From([1f, 2, 3]);

        protected override Tensor Forward(Tensor x) => Table.IndexSelect(0, x);
    }
}
