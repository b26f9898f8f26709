using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Values that kernels write where they are joined.</summary>
public class JoinTests
{
    [Fact]
    public void DenseBlocksCopyNothing()
    {
        var weights = Enumerable.Range(0, 4).Select(i => Draw(i, 16, 16 * (i + 1), 3, 3)).ToArray();
        var plan = Check(xs =>
        {
            var x = xs[0].Relu();
            foreach (var w in weights)
                x = Tensor.Cat([x, x.Tanh().Conv2d(w, padding: 1)], 1);
            return [x.Sigmoid()];
        }, [1, 16, 4, 4]);
        Assert.DoesNotContain("cat", plan);
        Assert.DoesNotContain("copy", plan);
    }

    [Fact]
    public void WhatBelongsElsewhereIsCopied()
    {
        // An input, a constant, the same part twice, a view of a part, a result that is itself returned.
        var constant = Draw(1, 1, 16, 4);
        Assert.DoesNotContain("cat", Check(xs => [Tensor.Cat([xs[0].Exp(), xs[0], constant], 1).Tanh()], [1, 16, 4]));
        Assert.DoesNotContain("cat", Check(xs => { var y = xs[0].Exp(); return [Tensor.Cat([y, y], 1).Tanh()]; }, [1, 16, 4]));
        Check(xs => { var y = xs[0].Exp(); return [Tensor.Cat([y.Narrow(1, 3, 5), y, y.Transpose(1, 2).Contiguous().Reshape(1, 16, 4)], 1).Tanh()]; }, [1, 16, 4]);
        Check(xs => { var y = xs[0].Exp(); return [Tensor.Cat([y, xs[0].Sin()], 1).Tanh(), y]; }, [1, 16, 4]);
        Check(xs => [Tensor.Cat([xs[0].Exp(), xs[0].Sin()], 1)], [1, 16, 4]);
        // Parts that do not begin at lines of the cache, or lie apart in the result.
        Check(xs => [Tensor.Cat([xs[0].Exp(), xs[0].Sin(), xs[0].Cos()], 0).Tanh()], [3, 5]);
        Assert.Contains("cat", Check(xs => [Tensor.Cat([xs[0].Exp(), xs[0].Sin()], 1).Tanh()], [2, 16, 4]));
    }

    [Fact]
    public void PartsThatOthersReadLaterStayAsTheyWere()
    {
        Check(xs =>
        {
            var (a, b) = (xs[0].Exp(), xs[0].Sin());
            var joined = Tensor.Cat([a, b], 1);
            var more = Tensor.Cat([joined, (joined * 2.0).Cos()], 1);
            return [(a + b).MatMul(xs[1]), more.Sum(1), (b * a).MatMul(xs[1])];
        }, [1, 16, 4], [4, 4]);
    }

    [Fact]
    public void RandomNetsOfJoins()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            Check(xs =>
            {
                var random = new Random(seed);
                List<Tensor> values = [xs[0], xs[0].Exp()];
                for (int i = 0; i < 12; i++)
                {
                    Tensor a = values[random.Next(values.Count)], b = values[random.Next(values.Count)];
                    values.Add(random.Next(4) switch
                    {
                        0 => a.Tanh(),
                        1 => a.Narrow(1, 0, 8) * b.Narrow(1, 0, 8),
                        2 when a.Shape[1] > 8 => a.Narrow(1, 8, a.Shape[1] - 8).Sin(),
                        _ => a.Shape[1] + b.Shape[1] <= 200 ? Tensor.Cat(random.Next(2) == 0 ? [a, b] : [b, a, b.Narrow(1, 0, 1)], 1) : a.Cos(),
                    });
                }
                return [.. values.TakeLast(4).Select(v => v.Sum(1))];
            }, [1, 8, 4]);
        }
    }

    /// <returns>The plan.</returns>
    private static string Check(Func<Tensor[], Tensor[]> f, params Shape[] shapes)
    {
        using var none = GradMode.NoGrad();
        var inputs = shapes.Select((s, i) => Draw(90 + i, s.Dims.ToArray())).ToArray();
        var compiled = Transform.Compile(f, strict: true);
        var expected = f(inputs);
        // The second run finds what the first has left in the arena.
        for (int run = 0; run < 2; run++)
            GraphChecks.Same(expected, compiled.Call(inputs), "compiled");
        GraphChecks.Same(expected, Transform.Compile(f, verify: true).Call(inputs), "verified");
        return compiled.Describe(inputs)!;
    }

    private static Tensor Draw(int seed, params int[] sizes) => Tensor.RandN(sizes, rng: new Rng((ulong)seed));
}
