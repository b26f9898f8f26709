using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Compile;

/// <summary>Compiled functions that do more than give results: they change tensors, gather gradients, end early.</summary>
public class CompiledEffectTests
{
    private static Tensor Numbers(params float[] values) => Tensor.From(values);

    private static void Same(Func<Tensor, Tensor[]> f, Tensor[] state, int calls = 4)
    {
        var before = Array.ConvertAll(state, s => s.ToArray<float>());
        var x = Numbers(0.5f, -1.25f, 3);
        var expected = new List<float[]>();
        for (int i = 0; i < calls; i++)
            expected.AddRange(f(x * (i + 1)).Concat(state).Select(t => t.ToArray<float>()));
        for (int i = 0; i < state.Length; i++)
            state[i].CopyFrom(Tensor.From(before[i]));
        var compiled = Transform.Compile(xs => f(xs[0]), strict: true);
        var actual = new List<float[]>();
        for (int i = 0; i < calls; i++)
        {
            int[] versions = Array.ConvertAll(state, s => s.Storage.Version);
            actual.AddRange(compiled.Call(x * (i + 1)).Concat(state).Select(t => t.ToArray<float>()));
            for (int s = 0; s < state.Length; s++)
                Assert.NotEqual(versions[s], state[s].Storage.Version);
        }
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void TheNewValueIsReadAfterwards()
    {
        var a = Numbers(1, 2, 3);
        Same(x =>
        {
            var before = a * x;
            a.CopyFrom(a * 0.5 + x);
            var after = a * x;
            a.CopyFrom(a.Tanh());
            return [before, after, a * 1];
        }, [a]);
    }

    [Fact]
    public void TwoTensorsChangePlaces()
    {
        var (a, b) = (Numbers(1, 2, 3), Numbers(4, 5, 6));
        Same(x =>
        {
            // Old values are handles of their own: in eager mode a copy is needed, in a compiled function it costs nothing.
            var (oldA, oldB) = (a.Clone(), b.Clone());
            a.CopyFrom(oldB);
            b.CopyFrom(oldA);
            return [x];
        }, [a, b]);
    }

    [Fact]
    public void AnAverageReadByWhatComesLater()
    {
        var (mean, weight) = (Numbers(0, 0, 0), Numbers(1, 2, 3));
        Same(x =>
        {
            var y = mean.Exp() * weight;
            mean.CopyFrom(mean * 0.9 + x * 0.1);
            weight.CopyFrom(weight - y * 0.01 * mean);
            return [y.Sum()];
        }, [mean, weight]);
    }

    [Fact]
    public void ValuesOfOtherShapesAndTypesAreFitted()
    {
        var a = Numbers(1, 2, 3);
        Same(x =>
        {
            a.CopyFrom(x.Sum().To(DType.Float64));
            return [a.Reshape(3, 1) + a];
        }, [a]);
    }

    [Fact]
    public void TensorsOfTheFunctionItselfBeginAnewInEveryCall()
    {
        var f = Transform.Compile(xs =>
        {
            var sum = Tensor.Zeros([3]);
            for (int i = 0; i < 3; i++)
                sum.CopyFrom(sum + xs[0]);
            return [sum * 1];
        }, strict: true);
        for (int i = 0; i < 3; i++)
            Assert.Equal([3f, 6, 9], f.Call(Numbers(1, 2, 3))[0].ToArray<float>());
    }

    [Fact]
    public void PartsOfTensorsAreWritten()
    {
        var places = Tensor.From(new long[] { 3, 0, 3 });
        foreach (var (copies, write) in new (int, Action<Tensor, Tensor>)[]
        {
            (0, (a, x) => a[1..3] = x),
            (0, (a, x) => a[^1, 1..] = x[0, 1..] * 2.0),
            (0, (a, x) => { a[0] = 7f; a[2, ^1] = x.Sum(); }),
            (0, (a, x) => a[places] = Tensor.Cat([x, x[..1]])),
            (0, (a, x) => a[x.Sum(1).ArgMax()] = x[1]),
            (0, (a, x) => a[a > 0.5] = -1f),
            // The old value is read after the new one is made.
            (1, (a, x) => { var old = a * 1.0; a[1] = x[0]; a.CopyFrom(a + old); }),
        })
        {
            Tensor one = Tensor.RandN([4, 3], rng: new Rng(1)), other = one.Clone();
            var f = Transform.Compile(xs =>
            {
                write(other, xs[0]);
                return [other.Sum(1)];
            }, strict: true);
            for (int i = 0; i < 3; i++)
            {
                var x = Tensor.RandN([2, 3], rng: new Rng((ulong)i + 5));
                write(one, x);
                Assert.Equal(one.Sum(1).ToArray<float>(), f.Call(x)[0].ToArray<float>());
                Assert.Equal(one.ToArray<float>(), other.ToArray<float>());
            }
            Assert.InRange(f.Report(Tensor.Zeros([2, 3]))!.Rows.Count(r => r.Op == "copy" && r.Place == "in place"), 0, copies);
        }
    }

    [Fact]
    public void ViewsFromOutsideAreWrittenAndRead()
    {
        foreach (var run in new Func<Tensor, Tensor[], Tensor, Tensor>[]
        {
            (a, views, x) => { a.CopyFrom(x.Sum(0)); return views[0] * 1.0; },
            (a, views, x) => { a.CopyFrom(x.Sum(0)); views[0].CopyFrom(x[0, 0]); views[1].CopyFrom(x[0] * 3.0); return a + views[1]; },
            (a, views, x) => { views[1].CopyFrom(views[1] * 2.0 + x[1]); return views[1].Sum(); },
            (a, views, x) => { views[2].CopyFrom(views[2] + x.Sum()); return a * 2.0 + views[0].Sum(); },
            // More than was changed before is read or changed.
            (a, views, x) => { views[0].CopyFrom(x.Sum()); return a * 1.0; },
            (a, views, x) => { views[0].CopyFrom(x.Sum()); a.CopyFrom(x.Sum(0)); return views[1] * 1.0; },
            (a, views, x) => { views[0].CopyFrom(x.Sum()); a.CopyFrom(a + x.Sum(0)); views[1].CopyFrom(x[1]); return views[0] * 1.0; },
            (a, views, x) => { views[0].CopyFrom(x[0, 0]); views[1].CopyFrom(views[1] + x[0] * 3.0); return views[0] + x[1]; },
        })
        {
            (Tensor Whole, Tensor[] Views) Make()
            {
                var a = Tensor.RandN([4, 3], rng: new Rng(1));
                return (a, [a[1..], a[.., 1][..3], a.MT]);
            }
            var (one, views) = Make();
            var (other, same) = Make();
            var f = Transform.Compile(xs => [run(other, same, xs[0])], strict: true);
            for (int i = 0; i < 3; i++)
            {
                var x = Tensor.RandN([2, 3], rng: new Rng((ulong)i + 5));
                Assert.Equal(run(one, views, x).ToArray<float>(), f.Call(x)[0].ToArray<float>());
                Assert.Equal(one.ToArray<float>(), other.ToArray<float>());
            }
        }
    }

    [Fact]
    public void WhatCannotBeToldApartRunsOpByOp()
    {
        var a = Tensor.Zeros([4]);
        var complex = Tensor.Zeros([4], DType.Complex64);
        var parts = complex.ViewAsReal();
        var x = Numbers(1, 2);
        foreach (var (why, f) in new (string, Func<Tensor[], Tensor[]>)[]
        {
            ("a view of memory that it changes", xs => { parts.CopyFrom(xs[0].Sum()); return [complex.Real() * 1]; }),
            ("a part of memory that the function changes otherwise too", xs => { parts.CopyFrom(xs[0].Sum()); complex.CopyFrom(xs[0].Sum()); return [xs[0]]; }),
            ("whose values the function also reads", xs => { double n = a.ToArray<float>()[0]; a.CopyFrom(xs[0].Sum() + n); return [xs[0]]; }),
            ("which it changes in place", xs => { a.CopyFrom(xs[0].Sum()); return [xs[0] * a.ToArray<float>()[0]]; }),
        })
        {
            var compiled = Transform.Compile(f);
            a.Fill(0);
            float[] once = compiled.Call(x)[0].ToArray<float>();
            Assert.Contains(why, compiled.FallbackReason);
            float[] values = a.ToArray<float>();
            a.Fill(0);
            Assert.Equal(f([x])[0].ToArray<float>(), once);
            Assert.Equal(a.ToArray<float>(), values);
        }
    }

    [Fact]
    public void ValuesReadOnTheHostAreWatched()
    {
        var a = Numbers(2);
        int traces = 0;
        var f = Transform.Compile(xs =>
        {
            traces++;
            return new[] { a.Item() > 1 ? xs[0].Exp() : xs[0].Sin() };
        }, strict: true);
        var x = Numbers(1, 2);
        Assert.Equal(x.Exp().ToArray<float>(), f.Call(x)[0].ToArray<float>());
        f.Call(x);
        Assert.Equal(1, traces);
        a.Fill(0);
        Assert.Equal(x.Sin().ToArray<float>(), f.Call(x)[0].ToArray<float>());
        Assert.Equal(2, traces);
    }

    [Fact]
    public void GradientsAreGatheredAsOpByOp()
    {
        var w = Numbers(1, -2, 3).RequireGrad();
        var compiled = Transform.Compile(xs =>
        {
            var loss = (w * xs[0]).Tanh().Sum();
            loss.Backward();
            return [loss];
        }, strict: true);
        var x = Numbers(0.1f, 0.2f, 0.3f);
        var loss = (w * x).Tanh().Sum();
        loss.Backward();
        float[] expected = w.Grad!.ToArray<float>();
        w.Grad = null;
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(loss.Item(), compiled.Call(x)[0].Item());
            Assert.Equal(expected, w.Grad!.ToArray<float>());
            Assert.Null(w.Grad!.Tracer);
            w.Grad = null;
        }
        // A gradient from before would have to be added to.
        w.Grad = Numbers(1, 1, 1);
        Throws<TraceException>("had a gradient before the function ran", () => compiled.Call(x));
        Assert.Equal([1f, 1, 1], w.Grad!.ToArray<float>());
    }

    [Fact]
    public void AGradientFromOutsideGoesWhereTheFunctionLeavesNone()
    {
        var w = Numbers(1, 2, 3);
        w.RequiresGrad = true;
        var step = Transform.Compile(xs =>
        {
            w.Grad = null;
            var y = (w * xs[0]).Sum();
            y.Backward();
            var g = w.Grad! * 2;
            w.Grad = null;
            return [g];
        }, strict: true);
        for (int i = 0; i < 3; i++)
        {
            Assert.Equal([2f, 4f, 6f], step.Call(Numbers(1, 2, 3))[0].ToArray<float>());
            Assert.Null(w.Grad);
            w.Grad = Numbers(7, 8, 9);
        }
    }

    [Fact]
    public void NothingHasChangedWhereAGateEndsACall()
    {
        var (count, a) = (Tensor.Zeros([]), Numbers(1, 2));
        var f = Transform.Compile(xs =>
        {
            count.CopyFrom(count + 1);
            Transform.RequireFinite(xs[0].Sum(), "the sum");
            a.CopyFrom(a + xs[0]);
            return [a * 2];
        }, strict: true);
        Assert.Equal([4f, 8], f.Call(Numbers(1, 2))[0].ToArray<float>());
        Throws<NotFiniteException>("the sum is infinite", () => f.Call(Numbers(1, float.PositiveInfinity)));
        Assert.Equal(1, count.Item());
        Assert.Equal([2f, 4], a.ToArray<float>());
        f.Call(Numbers(1, 1));
        Assert.Equal(2, count.Item());
        Assert.Equal([3f, 5], a.ToArray<float>());
    }

    [Fact]
    public void WeightsThatAreRearrangedForAKernelAreThoseOfEachCall()
    {
        var rng = new Rng(1);
        var (weight, filter) = (Tensor.RandN([64, 512], rng: rng), Tensor.RandN([16, 8, 3, 3], rng: rng));
        Tensor[] Run(Tensor[] xs)
        {
            var (x, image) = (xs[0], xs[1]);
            // Weights that were computed, and such that change between two uses.
            var (computed, before, picture) = (x.MatMul(weight.Tanh()), x.MatMul(weight) + (x * 2).MatMul(weight) + (x * 3).MatMul(weight), image.Conv2d(filter, padding: 1));
            weight.CopyFrom(weight * 0.5 + x.Sum(0).Unsqueeze(-1));
            filter.CopyFrom(filter * -0.5);
            return [computed, before, picture, x.MatMul(weight), image.Conv2d(filter, padding: 1)];
        }
        Tensor[][] inputs = [.. Enumerable.Range(0, 8).Select(i => new[] { Tensor.RandN([8, 64], rng: rng), Tensor.RandN([1, 8, 14, 14], rng: rng) })];
        var (weightBefore, filterBefore) = (weight.Clone(), filter.Clone());
        float[][][] expected = Array.ConvertAll(inputs, xs => Array.ConvertAll(Run(xs), y => y.ToArray<float>()));
        weight.CopyFrom(weightBefore);
        filter.CopyFrom(filterBefore);
        var compiled = Transform.Compile(Run, strict: true);
        for (int i = 0; i < inputs.Length; i++)
            Assert.Equal(expected[i], Array.ConvertAll(compiled.Call(inputs[i]), y => y.ToArray<float>()));
    }

    [Fact]
    public void ManyThreadsChangeOneTensorInTurn()
    {
        var count = Tensor.Zeros([64]);
        var f = Transform.Compile(xs =>
        {
            count.CopyFrom(count + xs[0]);
            return [];
        }, strict: true);
        var one = Tensor.Ones([64]);
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(_ => new Thread(() =>
        {
            using var noGrad = GradMode.NoGrad();
            for (int i = 0; i < 250; i++)
                f.Call(one);
        }))];
        foreach (var thread in threads)
            thread.Start();
        foreach (var thread in threads)
            thread.Join();
        Assert.All(count.ToArray<float>(), c => Assert.Equal(2000, c));
    }

    [Fact]
    public void AnInputThatTheFunctionChanges()
    {
        var a = Numbers(1, 2);
        var f = Transform.Compile(xs =>
        {
            a.CopyFrom(a + xs[0]);
            return [xs[0] * 1];
        }, strict: true);
        f.Call(Numbers(1, 1));
        // Op by op: the input is the very memory.
        Assert.Equal([4f, 6], f.Call(a)[0].ToArray<float>());
        Assert.Equal([4f, 6], a.ToArray<float>());
    }

    private static void Throws<T>(string message, Action action) where T : Exception => Assert.Contains(message, Assert.Throws<T>(action).Message);
}
