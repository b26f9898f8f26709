namespace Hebb.OpTests;

/// <summary>Attention over scores that are no ordinary numbers, with few queries and with many.</summary>
public class AttentionExtremesTests
{
    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 4)]
    [InlineData(70, 2)]
    public void NaNStaysInItsQuery(int queries, int heads)
    {
        var (q, k, v) = Draw(queries, heads);
        var clean = Tensor.ScaledDotProductAttention(q, k, v);
        float[] numbers = q.ToArray<float>();
        numbers[3] = float.NaN;
        float[] result = Tensor.ScaledDotProductAttention(Tensor.From(numbers, q.Shape), k, v).ToArray<float>(), expected = clean.ToArray<float>();
        Assert.All(result[..16], x => Assert.True(float.IsNaN(x)));
        Assert.Equal(expected[16..], result[16..]);
    }

    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1)]
    [InlineData(3, 2)]
    [InlineData(8, 4)]
    [InlineData(70, 2)]
    public void WhatIsHiddenDoesNotComeThrough(int queries, int heads)
    {
        var (q, k, v) = Draw(queries, heads);
        bool[] seen = new bool[300];
        Array.Fill(seen, true, 10, 280);
        var mask = Tensor.From(seen, [1, 300]);
        float[] numbers = k.ToArray<float>();
        (numbers[5], numbers[16 + 2]) = (float.NaN, float.PositiveInfinity);
        Check.Same(Tensor.ScaledDotProductAttention(q, k, v, mask), Tensor.ScaledDotProductAttention(q, Tensor.From(numbers, k.Shape), v, mask), "hidden NaN");
    }

    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(70, 2)]
    public void RowsOfMinusInfinityGiveZeros(int queries, int heads)
    {
        var (q, k, v) = Draw(queries, heads);
        float[] bias = new float[queries * 300];
        Array.Fill(bias, float.NegativeInfinity, (queries - 1) * 300, 300);
        Tensor[] all = Golden.WithGradients([q, k, v], (Tensor[] x) => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], Tensor.From(bias, [queries, 300])));
        Assert.All(all[0].Select(2, queries - 1).Contiguous().ToArray<float>(), x => Assert.Equal(0, x));
        Assert.All(all, x => Assert.True(x.IsFinite().All().Item<bool>()));
    }

    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(70, 2)]
    public void HugeScoresPickTheirLargest(int queries, int heads)
    {
        var (q, k, v) = Draw(queries, heads);
        // 1e14 apart on the whole: one weight is 1, all others are 0.
        float[] expected = Tensor.ScaledDotProductAttention((q * 1e7).To(DType.Float64), (k * 1e7).To(DType.Float64), v.To(DType.Float64)).To(DType.Float32).ToArray<float>();
        Assert.Equal(expected, Tensor.ScaledDotProductAttention(q * 1e7, k * 1e7, v).ToArray<float>());
    }

    /// <summary>Queries that see nothing of the first keys, and then scores so low that powers of them alone would be 0.</summary>
    [Theory, Trait("Isa", "slice")]
    [InlineData(1, 1)]
    [InlineData(5, 2)]
    [InlineData(70, 2)]
    public void LowScoresCountWhereNothingElseIsSeen(int queries, int heads)
    {
        var (q, k, v) = Draw(queries, heads);
        (q, k) = (q.Abs() * 20, k.Abs() * -20);
        bool[] seen = new bool[queries * 300];
        for (int i = 0; i < queries; i++)
            Array.Fill(seen, true, i * 300 + (i % 2 == 0 ? 265 : 0), i % 2 == 0 ? 35 : 300);
        var mask = Tensor.From(seen, [queries, 300]);
        Tensor a = q.To(DType.Float64), b = k.To(DType.Float64).Expand(1, heads, 300, 16), c = v.To(DType.Float64).Expand(1, heads, 300, 16);
        var scores = Tensor.Where(mask, a.MatMul(b.Transpose(2, 3)) / 4, double.NegativeInfinity);
        Assert.True(scores.Amax().Item<double>() < -200);
        float[] expected = scores.Softmax(3).MatMul(c).To(DType.Float32).ToArray<float>(), actual = Tensor.ScaledDotProductAttention(q, k, v, mask).ToArray<float>();
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 5e-3);
    }

    private static (Tensor Query, Tensor Key, Tensor Value) Draw(int queries, int heads)
    {
        var rng = new Rng((ulong)(queries + heads));
        return (Tensor.RandN([1, heads, queries, 16], rng: rng), Tensor.RandN([1, 1, 300, 16], rng: rng), Tensor.RandN([1, 1, 300, 16], rng: rng));
    }
}
