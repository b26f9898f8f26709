using Hebb.Cpu;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Rows added into a table by number: whoever shares out the work, and however unevenly the rows fall, each takes its values in their order.</summary>
public class ScatterThreadTests
{
    public static TheoryData<int, int, int, string> Cases => [.. from shape in ((int, int, int)[])[(1000, 512, 700), (50, 64, 3000), (300, 20_000, 9), (7, 33, 5000), (100_000, 8, 9000)]
                                                                  from spread in (string[])["even", "one", "few", "rare"]
                                                                  select (shape.Item1, shape.Item2, shape.Item3, spread)];

    [Theory, MemberData(nameof(Cases))]
    public void TheBitsDoNotDependOnThreads(int rows, int columns, int places, string spread)
    {
        var random = new Random(3);
        long[] which = [.. Enumerable.Range(0, places).Select(i => (long)(spread switch
        {
            "even" => random.Next(rows),
            "one" => rows - 1,
            "few" => random.Next(3),
            _ => (int)(rows * Math.Pow(random.NextDouble(), 6)),
        }))];
        var table = Tensor.Zeros([rows, columns]).RequireGrad();
        var g = Tensor.RandN([places, columns], rng: new Rng(4));
        float[] Gradient() => Autograd.Grad([table.Embedding(Tensor.From(which))], [table], [g])[0].ToArray<float>();
        float[] shared = Gradient(), alone, expected = new float[rows * columns], values = g.ToArray<float>();
        using (ParallelFor.Limit(1))
            alone = Gradient();
        for (int i = 0; i < values.Length; i++)
            expected[which[i / columns] * columns + i % columns] += values[i];
        Assert.Equal(expected, shared);
        Assert.Equal(expected, alone);
    }
}
