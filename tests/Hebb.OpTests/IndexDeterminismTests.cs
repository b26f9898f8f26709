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
}
