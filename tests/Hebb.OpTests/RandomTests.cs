using Hebb.Cpu;
using Hebb.Tests;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Streams of keys, what distributions look like, and how keys go with transforms.</summary>
[Collection(nameof(DefaultRng))]
public class RandomTests
{
    [Fact]
    public void AStreamGoesOnFromItsState()
    {
        var rng = new Rng(5);
        var first = Tensor.Rand([10], rng: rng);
        var state = rng.State;
        Assert.Equal(new RngState(5, 1), state);
        var second = Tensor.RandN([10], rng: rng);
        rng.State = state;
        Check.Same(second, Tensor.RandN([10], rng: rng), "after going back");
        Check.Same(second, Tensor.RandN([10], rng: new Rng(state)), "from a saved state");
        Check.Same(first, Tensor.Rand([10], rng: new Rng(5)), "from the seed");
        Assert.NotEqual(first.ToArray<float>(), Tensor.Rand([10], rng: new Rng(6)).ToArray<float>());
    }

    [Fact]
    public void ForksDifferAndStay()
    {
        var rng = new Rng(5);
        var fork = Tensor.Rand([8], rng: rng.Fork(1)).ToArray<float>();
        rng.NextKey();
        Assert.Equal(fork, Tensor.Rand([8], rng: rng.Fork(1)).ToArray<float>());
        Assert.NotEqual(fork, Tensor.Rand([8], rng: rng.Fork(2)).ToArray<float>());
        Assert.NotEqual(fork, Tensor.Rand([8], rng: new Rng(5)).ToArray<float>());
    }

    [Fact]
    public void ManyThreadsGetEachKeyOnce()
    {
        var rng = new Rng(1);
        var seen = new System.Collections.Concurrent.ConcurrentBag<(uint, uint)>();
        Parallel.For(0, 8, _ =>
        {
            for (int i = 0; i < 500; i++)
            {
                uint[] key = rng.NextKey().ToArray<uint>();
                seen.Add((key[0], key[1]));
            }
        });
        Assert.Equal(4000, seen.Distinct().Count());
        Assert.Equal(4000ul, rng.State.Position);
    }

    [Fact]
    public void MomentsAreRight()
    {
        var rng = new Rng(11);
        const int N = 400_000;
        double Error(double sigmas) => sigmas / Math.Sqrt(N);
        var uniform = Tensor.Uniform(-1, 3, [N], DType.Float64, rng);
        Assert.Equal(1, uniform.Mean().Item(), Error(5 * 1.16));
        Assert.Equal(16.0 / 12, uniform.Var().Item(), Error(5 * 1.2));
        Assert.True(uniform.Amin().Item() >= -1 && uniform.Amax().Item() < 3);
        var normal = Tensor.Normal(2, 3, [N], DType.Float64, rng);
        Assert.Equal(2, normal.Mean().Item(), Error(15));
        Assert.Equal(9, normal.Var().Item(), Error(5 * 9 * 1.42));
        Assert.Equal(3, ((normal - 2.0) * (1.0 / 3)).Pow(4.0).Mean().Item(), Error(5 * 9.8));
        var counts = Tensor.RandInt(0, 10, [N], rng: rng).ToArray<long>().GroupBy(v => v).Select(g => g.Count()).ToArray();
        Assert.Equal(10, counts.Length);
        Assert.True(counts.Sum(c => Math.Pow(c - N / 10.0, 2) / (N / 10.0)) < 40);
        Assert.Equal(0.3, Tensor.Bernoulli(0.3, [N], rng).To(DType.Float64).Mean().Item(), Error(5 * 0.46));
        Assert.Equal(1, Tensor.Ones([N], DType.Float64).Dropout(0.2, rng: rng).Mean().Item(), Error(5 * 0.5));
        var alpha = Tensor.RandN([N], DType.Float64, rng).AlphaDropout(0.3, rng: rng);
        Assert.Equal(0, alpha.Mean().Item(), Error(6));
        Assert.Equal(1, alpha.Var().Item(), 0.02);
    }

    [Fact]
    public void MultinomialFollowsItsWeights()
    {
        var weights = Tensor.From([1.0, 0, 3, 4]);
        double[] Shares(Tensor drawn) => Enumerable.Range(0, 4).Select(i => drawn.ToArray<long>().Count(v => v == i) / (double)drawn.Count).ToArray();
        double[] with = Shares(Tensor.Multinomial(weights, 200_000, replacement: true, rng: new Rng(3)));
        Assert.Equal(0, with[1]);
        Assert.Equal(0.125, with[0], 0.004);
        Assert.Equal(0.5, with[3], 0.006);
        // The first of two draws without replacement goes by the weights, the second by those that are left.
        var pairs = Tensor.Multinomial(weights.Unsqueeze(0).Expand([20_000, 4]), 2, rng: new Rng(4));
        double[] first = Shares(pairs.Select(1, 0)), second = Shares(pairs.Select(1, 1));
        Assert.Equal(0.375, first[2], 0.015);
        Assert.Equal(0.125 * 3 / 7 + 0.5 * 3 / 4, second[2], 0.015);
        Assert.False(pairs.Select(1, 0).Equal(pairs.Select(1, 1)).Any().Item<bool>());
    }

    [Fact]
    public void PermutationsAreUniform()
    {
        var counts = new Dictionary<string, int>();
        var rng = new Rng(8);
        for (int i = 0; i < 6000; i++)
        {
            string order = string.Join(',', Tensor.RandPerm(3, rng: rng).ToArray<long>());
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(6, counts.Count);
        Assert.True(counts.Values.Sum(c => Math.Pow(c - 1000, 2) / 1000) < 25);
        Assert.Equal(Enumerable.Range(0, 1000).Select(i => (long)i), Tensor.RandPerm(1000, rng: rng).ToArray<long>().Order());
    }

    [Fact]
    public void ThreadsDoNotChangeTheBits()
    {
        Tensor[] Draw() => [Tensor.RandN([300_000], key: RandomKey.FromSeed(1)), Tensor.Ones([300_000]).Dropout(key: RandomKey.FromSeed(2)), Tensor.RandInt(0, 1000, [300_000], DType.Int32, key: RandomKey.FromSeed(3))];
        Tensor[] one, three;
        using (ParallelFor.Limit(1))
            one = Draw();
        using (ParallelFor.Limit(3))
            three = Draw();
        for (int i = 0; i < one.Length; i++)
            Check.Same(one[i], three[i], $"draw {i}");
    }

    [Fact]
    public void OneKeyUnderVmapServesAllExamplesAndManyKeysEachItsOwn()
    {
        var x = Tensor.Ones([3, 6], DType.Float64);
        var key = RandomKey.FromSeed(9);
        var shared = Transform.Vmap(xs => xs[0].Dropout(0.5, key: key), [0])([x]);
        for (int b = 1; b < 3; b++)
            Check.Same(shared.Select(0, 0).Contiguous(), shared.Select(0, b).Contiguous(), "one key");
        var keys = RandomKey.Split(key, 3);
        var own = Transform.Vmap(xs => xs[0].Dropout(0.5, key: xs[1]) + Tensor.Rand([6], DType.Float64, key: RandomKey.FoldIn(xs[1], 1)), [0, 0])([x, keys]);
        for (int b = 0; b < 3; b++)
            Check.Same(x.Select(0, b).Dropout(0.5, key: keys.Select(0, b)) + Tensor.Rand([6], DType.Float64, key: RandomKey.FoldIn(keys.Select(0, b), 1)), own.Select(0, b).Contiguous(), "a key each");
    }

    [Fact]
    public void TheDefaultStreamCanBeSeeded()
    {
        var before = Rng.Default.State;
        try
        {
            Rng.SetSeed(123);
            Assert.Equal(123ul, Rng.Default.State.Seed);
        }
        finally
        {
            Rng.Default.State = before;
        }
    }
}
