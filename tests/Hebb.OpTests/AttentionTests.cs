using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Attention over several tiles of queries and keys: gradients against the decomposition, bits at any thread count.</summary>
public class AttentionTests
{
    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1, 1, 130, 300, false, 0.0)]
    [InlineData(2, 4, 2, 70, 270, true, 0.0)]
    [InlineData(1, 6, 3, 65, 257, true, 0.2)]
    public void GradientsOverTilesEqualTheDecompositions(int batch, int heads, int groups, int queries, int keys, bool causal, double dropout)
    {
        var rng = new Rng(4);
        Tensor[] inputs = [Tensor.RandN([batch, heads, queries, 5], DType.Float64, rng), Tensor.RandN([batch, groups, keys, 5], DType.Float64, rng), Tensor.RandN([batch, groups, keys, 3], DType.Float64, rng)];
        var mask = Tensor.Bernoulli(0.8, [batch, 1, queries, keys], rng);
        Tensor[] extra = dropout > 0 ? [mask, rng.NextKey()] : [mask];
        var op = new AttentionOp(new(0.4, dropout, causal, keys - queries, Masked: true));
        // The logarithms of sums have a gradient only where the backward pass itself is differentiated: then the definition runs.
        foreach (double logarithms in (ReadOnlySpan<double>)[0, 0.1])
        {
            Tensor[] fused = Run(xs => Engine.ApplyAll(op, [.. xs, .. extra]), logarithms), parts = Run(xs => op.Decompose([.. xs, .. extra]), logarithms);
            for (int i = 0; i < fused.Length; i++)
                Check.Close(parts[i], fused[i], 1e-11, $"{(i < 2 ? "output" : "gradient")} {i}");
        }

        Tensor[] Run(Func<Tensor[], Tensor[]> f, double logarithms)
        {
            var leaves = Array.ConvertAll(inputs, x => x.Detach().RequireGrad());
            var outputs = f(leaves);
            var sum = (outputs[0] * Tensor.Linspace(-1, 1, (int)outputs[0].Count, DType.Float64).Reshape(outputs[0].Shape)).Sum();
            (logarithms > 0 ? sum + outputs[1].Sum() * logarithms : sum).Backward();
            return [.. outputs, .. leaves.Select(x => x.Grad!)];
        }
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        var rng = new Rng(5);
        Tensor q = Tensor.RandN([2, 4, 150, 16], rng: rng), k = Tensor.RandN([2, 2, 300, 16], rng: rng), v = Tensor.RandN([2, 2, 300, 16], rng: rng), key = rng.NextKey();
        Tensor[] Run() => Golden.WithGradients([q, k, v], (Tensor[] x) => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true, pastLength: 150, dropout: 0.1, dropoutKey: key));
        Tensor[] one, three;
        using (ParallelFor.Limit(1))
            one = Run();
        using (ParallelFor.Limit(3))
            three = Run();
        for (int i = 0; i < one.Length; i++)
            Check.Same(one[i], three[i], $"result {i}");
    }

    [Fact]
    public void QueriesThatSeeNothingGetZerosAndSendNoGradient()
    {
        var q = Tensor.RandN([1, 1, 3, 4], DType.Float64, new Rng(6)).RequireGrad();
        var k = Tensor.RandN([1, 1, 5, 4], DType.Float64, new Rng(7)).RequireGrad();
        var seen = Tensor.From([true, false, true], [3, 1]).Expand([3, 5]);
        var y = Tensor.ScaledDotProductAttention(q, k, k, seen);
        y.Sum().Backward();
        Assert.All(y.Select(2, 1).Contiguous().ToArray<double>(), v => Assert.Equal(0, v));
        Assert.All(q.Grad!.Select(2, 1).Contiguous().ToArray<double>(), v => Assert.Equal(0, v));
        Assert.True(k.Grad!.IsFinite().All().Item<bool>());
    }

    [Fact]
    public void LargeScoresDoNotOverflow()
    {
        var q = Tensor.Full([1, 1, 2, 4], 1000);
        var y = Tensor.ScaledDotProductAttention(q, q, Tensor.From([1f, 3], [1, 1, 2, 1]));
        Assert.Equal([2f, 2], y.ToArray<float>());
    }

    [Fact]
    public void MemoryGrowsWithTheLengthNotItsSquare()
    {
        using var limit = ParallelFor.Limit(1);
        long Held(int length)
        {
            // A thread of its own starts with no scratch; the outer scope keeps what is taken until it was read.
            long held = 0;
            var thread = new Thread(() =>
            {
                using var one = ParallelFor.Limit(1);
                using var scratch = Scratch.Open();
                var x = Tensor.RandN([1, 1, length, 8], rng: new Rng(1)).RequireGrad();
                Tensor.ScaledDotProductAttention(x, x, x, causal: true).Sum().Backward();
                held = Scratch.HeldByThisThread;
            });
            thread.Start();
            thread.Join();
            return held;
        }
        // The scores alone would be 64 and 256 MiB; the sums of 16 parts are 2 x 8 x 16 x 4 bytes a key.
        long half = Held(4096), full = Held(8192);
        Assert.InRange(full, 1, 16L << 20);
        Assert.InRange(full - half, 0, 4096 * 1024 * 5 / 4);
    }
}
