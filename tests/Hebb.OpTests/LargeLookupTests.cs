using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Rows by number where the result goes past the caches, and sums of many rows: against loops, on 1 and on 3 threads.</summary>
public class LargeLookupTests
{
    [Theory, Trait("Isa", "slice")]
    [InlineData(300, 515, 8300)]
    [InlineData(40, 1024, 4200)]
    public void EqualsALoop(int rows, int columns, int count)
    {
        var rng = new Rng(3);
        Tensor table = Tensor.RandN([rows, columns], rng: rng), ids = Tensor.RandInt(0, rows, [count], rng: rng), dy = Tensor.RandN([count, columns], rng: rng);
        (Tensor Result, Tensor Gradient) Run(int threads)
        {
            using var limit = ParallelFor.Limit(threads);
            var leaf = table.Detach().RequireGrad();
            var y = leaf.Embedding(ids);
            y.Backward(dy);
            return (y.Detach(), leaf.Grad!);
        }
        var (one, gradient) = Run(1);
        float[] from = table.ToArray<float>(), slopes = dy.ToArray<float>(), expected = new float[count * columns];
        double[] sums = new double[rows * columns];
        long[] which = ids.To(DType.Int64).ToArray<long>();
        for (int i = 0; i < count; i++)
        {
            Array.Copy(from, which[i] * columns, expected, i * columns, columns);
            for (int j = 0; j < columns; j++)
                sums[which[i] * columns + j] += slopes[i * columns + j];
        }
        Assert.True(expected.AsSpan().SequenceEqual(one.ToArray<float>()));
        Check.Close(Tensor.From(sums, [rows, columns]), gradient.To(DType.Float64), 1e-4, "gradient");
        var (again, other) = Run(3);
        Check.Same(one, again, "result");
        Check.Same(gradient, other, "gradient");
    }
}
