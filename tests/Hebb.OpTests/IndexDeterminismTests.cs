using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Sums at repeated places: the same bits with any number of threads, and the sum in the order of the indices.</summary>
public class IndexDeterminismTests
{
    [Theory, InlineData(1, 300, 400, 5000), InlineData(1, 5000, 16, 40_000), InlineData(1, 7, 1, 100_000), InlineData(9, 50, 33, 700)]
    public void BitsDoNotDependOnThreads(int before, int places, int after, int count)
    {
        var random = new Random(1);
        var index = Tensor.From(Enumerable.Range(0, count).Select(_ => (long)random.Next(places)).ToArray());
        var values = Tensor.From(Enumerable.Range(0, before * count * after).Select(_ => random.NextSingle() - 0.5f).ToArray(), [before, count, after]);
        var sums = new[] { 1, 2, 3, 7 }.Select(threads =>
        {
            using var _ = ParallelFor.Limit(threads);
            return IndexScatterOp.Apply(values, [index], [before, places, after], 1);
        }).ToArray();
        float[] v = values.ToArray<float>(), expected = new float[before * places * after];
        long[] at = index.ToArray<long>();
        for (int b = 0; b < before; b++)
            for (int m = 0; m < count; m++)
                for (int i = 0; i < after; i++)
                    expected[(b * places + at[m]) * after + i] += v[(b * count + m) * after + i];
        foreach (var sum in sums)
            Check.Same(Tensor.From(expected, sum.Shape), sum, "sums by index");
    }

    [Theory, InlineData(300, 400, 500, false), InlineData(40, 16, 20_000, true), InlineData(300, 400, 500, true), InlineData(5, 1, 100_000, false)]
    public void ScatterBitsDoNotDependOnThreads(int places, int columns, int count, bool shared)
    {
        var random = new Random(2);
        var index = Tensor.From(Enumerable.Range(0, count * (shared ? 1 : columns)).Select(_ => (long)random.Next(places)).ToArray(), [count, shared ? 1 : columns]).Expand([count, columns]);
        var values = Tensor.From(Enumerable.Range(0, count * columns).Select(_ => random.NextSingle() - 0.5f).ToArray(), [count, columns]);
        var expected = new float[places * columns];
        (float[] v, long[] at) = (values.ToArray<float>(), index.ToArray<long>());
        for (int n = 0; n < v.Length; n++)
            expected[at[n] * columns + n % columns] += v[n];
        foreach (int threads in new[] { 1, 2, 5 })
        {
            using var _ = ParallelFor.Limit(threads);
            Check.Same(Tensor.From(expected, [places, columns]), Tensor.Zeros([places, columns]).ScatterAdd(0, index, values), "sums by index");
            // Along the other axis too.
            Check.Same(Tensor.From(expected, [places, columns]), Tensor.Zeros([columns, places]).ScatterAdd(1, index.MT, values.MT).MT, "sums by index along the last axis");
        }
    }
}
