using Hebb.Memory;

namespace Hebb.Core.Tests.Tensors;

/// <summary>What a scope hands back, what outlives it, and what is said of what did not.</summary>
[Collection(nameof(MemoryTests))]
public class ScopeTests
{
    [Theory, InlineData(4), InlineData(10_000), InlineData(1_000_000)]
    public void WhatIsMadeInsideGoesBack(int count)
    {
        Tensor lost, kept, view;
        using (var scope = TensorScope.Open())
        {
            lost = Tensor.Ones([count]);
            kept = scope.Keep(lost * 2);
            view = lost[1..];
        }
        Assert.Equal(2, kept[^1].Item<float>());
        foreach (var gone in new[] { lost, view })
        {
            string message = Assert.Throws<HebbException>(() => gone + 1).Message;
            Assert.Contains($"float32[{gone.Count}] was used after the TensorScope that owned it ended (opened at WhatIsMadeInsideGoesBack, ScopeTests.cs:", message);
            Assert.Contains("call scope.Keep on what must outlive it", message);
            Assert.Throws<HebbException>(() => gone.ToArray<float>());
            Assert.Throws<HebbException>(() => gone.ToString());
        }
    }

    [Fact]
    public void KeepingAViewKeepsItsMemory()
    {
        Tensor view;
        using (var scope = TensorScope.Open())
            view = scope.Keep(Tensor.Arange(5, DType.Float32)[2..]);
        Assert.Equal([2, 3, 4], view.ToArray<float>());
    }

    [Fact]
    public void GradientsOutliveScopesButNotTheStep()
    {
        var weight = Tensor.Ones([10_000]).RequireGrad();
        using (TensorScope.Open())
            (weight * 3).Sum().Backward();
        Assert.Equal(3, weight.Grad![0].Item());

        weight.Grad = null;
        Tensor gradient;
        using (TensorScope.OpenStep())
        {
            for (int part = 0; part < 2; part++)
            {
                using (TensorScope.Open())
                    (weight * 3).Sum().Backward();
            }
            gradient = weight.Grad!;
            Assert.Equal(6, gradient[0].Item());
            weight.Grad = null;
        }
        Assert.Contains("opened at GradientsOutliveScopesButNotTheStep", Assert.Throws<HebbException>(() => gradient[0].Item()).Message);
        Assert.Equal(1, weight[0].Item());
    }

    [Fact]
    public void KeptOnesPassToTheEnclosingScope()
    {
        Tensor inner, outer, escaped, both;
        using (var first = TensorScope.Open())
        {
            using (var second = TensorScope.Open())
            {
                inner = Tensor.Ones([3]);
                outer = second.Keep(Tensor.Ones([3]));
                escaped = TensorScope.Escape(Tensor.Ones([3]));
                both = first.Keep(second.Keep(Tensor.Ones([3])));
            }
            Assert.Throws<HebbException>(() => inner.ToArray<float>());
            Assert.Equal(3, outer.Sum().Item());
        }
        Assert.Contains("KeptOnesPassToTheEnclosingScope", Assert.Throws<HebbException>(() => outer.ToArray<float>()).Message);
        Assert.Equal([1, 1, 1], escaped.ToArray<float>());
        Assert.Equal([1, 1, 1], both.ToArray<float>());
    }

    [Fact]
    public void KeepingTwiceOrSomethingFromOutsideIsHarmless()
    {
        var before = Tensor.Ones([2]);
        Tensor kept;
        using (var scope = TensorScope.Open())
        {
            kept = scope.Keep(scope.Keep(before + 1));
            scope.Keep(before);
        }
        Assert.Equal([2, 2], kept.ToArray<float>());
        Assert.Equal([1, 1], before.ToArray<float>());
    }

    [Fact]
    public void ScopesEndInnermostFirst()
    {
        string message = "";
        var outer = TensorScope.Open();
        var inner = TensorScope.Open();
        try
        {
            outer.Dispose();
        }
        catch (HebbException e)
        {
            message = e.Message;
        }
        Assert.Equal("a TensorScope ended on another thread, or before one that was opened inside it", message);
        inner.Dispose();
        outer.Dispose();
    }

    [Fact]
    public void EndingTwiceDoesNotEndAnother()
    {
        var first = TensorScope.Open();
        first.Dispose();
        using var second = TensorScope.Open();
        var x = Tensor.Ones([3]);
        bool thrown = false;
        try
        {
            first.Dispose();
        }
        catch (HebbException)
        {
            thrown = true;
        }
        Assert.True(thrown);
        Assert.Equal(3, x.Sum().Item());
    }

    [Fact]
    public void TheScopeThatIsNamedIsTheOneThatOwnedIt()
    {
        Tensor lost;
        using (TensorScope.Open("First", "/a/One.cs", 11))
            lost = Tensor.Ones([100_000]);
        Assert.Contains("opened at First, One.cs:11", Assert.Throws<HebbException>(() => lost.ToArray<float>()).Message);
        using (TensorScope.Open("Second", "/a/Two.cs", 22))
        {
            Assert.Contains("opened at First, One.cs:11", Assert.Throws<HebbException>(() => lost.ToArray<float>()).Message);
            // The memory serves again: who had it before is no longer known, and nobody wrong is named.
            var again = Tensor.Ones([100_000]);
            Assert.Equal(1, again[0].Item());
            Assert.DoesNotContain("Two.cs", Assert.Throws<HebbException>(() => lost.ToArray<float>()).Message);
        }
        Assert.DoesNotContain("Two.cs", Assert.Throws<HebbException>(() => lost.ToArray<float>()).Message);
    }

    [Fact]
    public void SuspendedScopesAdoptNothing()
    {
        Tensor state;
        using (TensorScope.Open())
        {
            using (TensorScope.Suspend())
                state = Tensor.Ones([3]);
        }
        Assert.Equal(3, state.Sum().Item());
    }

    [Fact]
    public void GradientsOutliveTheStep()
    {
        var w = Tensor.Ones([3]).RequireGrad();
        for (int step = 0; step < 3; step++)
        {
            using var scope = TensorScope.Open();
            (w * w).Sum().Backward();
        }
        Assert.Equal([6, 6, 6], w.Grad!.ToArray<float>());
    }

    [Fact]
    public void BackwardAfterTheScopeSaysWhatIsMissing()
    {
        var w = Tensor.Ones([3]).RequireGrad();
        Tensor loss;
        using (var scope = TensorScope.Open())
            loss = scope.Keep((w * (w + 1)).Sum());
        Assert.Contains("was used after the TensorScope that owned it ended", Assert.Throws<HebbException>(() => loss.Backward()).Message);
    }

    [Fact]
    public void AnExceptionEndsTheScope()
    {
        Tensor? lost = null;
        Assert.Throws<ShapeException>(() =>
        {
            using var scope = TensorScope.Open();
            lost = Tensor.Ones([3]);
            lost.Reshape(2, 2);
        });
        Assert.Throws<HebbException>(() => lost!.ToArray<float>());
        Assert.Equal(3, Tensor.Ones([3]).Sum().Item());
    }

    [Fact]
    public void ManyScopesOnManyThreads()
    {
        var errors = new List<Exception>();
        var threads = Enumerable.Range(0, 4).Select(id => new Thread(() =>
        {
            try
            {
                for (int i = 0; i < 200; i++)
                {
                    using var scope = TensorScope.Open();
                    var x = Tensor.Full([id + 1, 40], id);
                    using (var inner = TensorScope.Open())
                        x = inner.Keep(x + i);
                    Assert.Equal(id + i, x[0, 0].Item());
                }
            }
            catch (Exception e)
            {
                lock (errors)
                    errors.Add(e);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        threads.ForEach(t => t.Join());
        Assert.Empty(errors);
    }
}
