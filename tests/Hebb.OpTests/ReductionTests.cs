using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Reductions large enough to be cut into parts, in every layout: values, accuracy, and bits at any thread count.</summary>
public class ReductionTests
{
    public static IEnumerable<TheoryDataRow<int[], int[], int[]>> Layouts()
    {
        int[][] shapes = [[70001], [3, 33000], [33000, 3], [33, 70, 30], [2, 9, 700], [600, 110], [2, 3, 4, 5, 6]];
        foreach (int[] shape in shapes)
        {
            int rank = shape.Length;
            foreach (int[] order in new[] { Enumerable.Range(0, rank).ToArray(), Enumerable.Range(0, rank).Reverse().ToArray(), Enumerable.Range(0, rank).Select(i => (i + 1) % rank).ToArray() }.DistinctBy(o => string.Join(',', o)))
            {
                for (int mask = 1; mask < 1 << rank; mask++)
                {
                    int m = mask;
                    yield return new(shape, order, Enumerable.Range(0, rank).Where(i => (m >> i & 1) != 0).ToArray());
                }
            }
        }
    }

    [Theory, MemberData(nameof(Layouts)), Trait("Isa", "slice")]
    public void SumOfAnyLayout(int[] shape, int[] order, int[] axes)
    {
        // Whole numbers small enough that every type adds them exactly.
        var random = new Random(3);
        var x = Tensor.From(Enumerable.Range(0, (int)((Shape)shape).Count).Select(_ => (float)random.Next(-100, 200)).ToArray(), shape).Permute(order);
        var expected = Naive.Reduce(x, axes, false, v => v.Sum());
        foreach (var dtype in new[] { DType.Float32, DType.Float64, DType.Int16, DType.BFloat16 })
        {
            var typed = dtype == DType.Float32 ? x : x.Permute(order.Select((_, i) => Array.IndexOf(order, i)).ToArray()).To(dtype).Permute(order);
            Tensor one, three;
            using (ParallelFor.Limit(1))
                one = typed.Sum(axes, dtype: DType.Float64);
            using (ParallelFor.Limit(3))
                three = typed.Sum(axes);
            Check.Same(expected, one, $"sum of {dtype.Name}");
            Check.Close(expected, three, dtype == DType.BFloat16 ? 4e-3 : 0, $"sum of {dtype.Name} on three threads");
        }
        var fractions = x * 0.37;
        Tensor alone, together;
        using (ParallelFor.Limit(1))
            alone = fractions.Sum(axes);
        using (ParallelFor.Limit(3))
            together = fractions.Sum(axes);
        Check.Same(alone, together, "one thread and three");
    }

    /// <summary>Large tensors are read in several places at once; each row has the bits that it has by itself.</summary>
    [Theory, Trait("Isa", "slice")]
    [InlineData(1030, 1024)]
    [InlineData(300, 4096 + 64)]
    [InlineData(8, 140_000)]
    [InlineData(5, 8 << 15)]
    [InlineData(1400, 1001)]
    public void RowsOfLargeTensorsHoldTheirBits(int rows, int count)
    {
        var random = new Random(5);
        var x = Tensor.From(Enumerable.Range(0, rows * count).Select(_ => (float)(random.NextDouble() - 0.3)).ToArray(), [rows, count]);
        x.AsSpan<float>()[count + 7] = float.NaN;
        x.AsSpan<float>()[2 * count + 9] = float.PositiveInfinity;
        foreach (var op in new Func<Tensor, Tensor>[] { t => t.Sum(1), t => t.Amax(1), t => t.Mean(1), t => t.To(DType.Float64).Sum(1), t => (t * 1000.0).NanToNum().To(DType.Int64).Sum(1), t => t.Amin(1) })
        {
            Tensor alone, together;
            using (ParallelFor.Limit(1))
                alone = op(x);
            using (ParallelFor.Limit(3))
                together = op(x);
            Check.Same(alone, together, "one thread and three");
            for (int row = 0; row < rows; row += rows > 100 ? 7 : 1)
                Check.Same(op(x.Narrow(0, row, 1)), alone.Narrow(0, row, 1), $"row {row}");
        }
    }

    [Fact]
    public void LongSumsStayAccurate()
    {
        var x = Tensor.Full([1 << 22], 0.1);
        double exact = (1 << 22) * (double)0.1f;
        Assert.Equal(exact, x.Sum().Item<float>(), exact * 3e-6);
        Assert.Equal((float)exact, x.Reshape(-1, 8).Sum(0).Sum().Item<float>(), exact * 3e-6);
        // One term at a time, every 1 after the first would be lost.
        var hidden = Tensor.Cat([Tensor.Full([1], 1e9), Tensor.Full([1 << 20], 1.0)]);
        Assert.Equal(1e9 + (1 << 20), hidden.Sum().Item<float>(), 1e9 * 1e-6);
    }

    [Fact]
    public void InfinitiesAndNaNsComeThrough()
    {
        foreach (int at in new[] { 0, 5, 4999, 69999 })
        {
            foreach (var (value, expected) in new[] { (float.PositiveInfinity, float.PositiveInfinity), (float.NegativeInfinity, float.NegativeInfinity), (float.NaN, float.NaN) })
            {
                var values = new float[70000];
                values[at] = value;
                Assert.Equal(expected, Tensor.From(values).Sum().Item<float>());
                Assert.Equal(expected, Tensor.From(values, [35000, 2]).Sum(0).ToArray<float>()[at % 2]);
                Assert.Equal(expected, Tensor.From(values, [100, 700]).Sum(0).ToArray<float>()[at % 700]);
            }
        }
    }

    [Fact]
    public void ARepeatedAxisIsReadThroughItsStride()
    {
        var x = Tensor.From([1f, 2, 3], [3, 1]).Expand([3, 1000]);
        Check.Same(Tensor.From([1000f, 2000, 3000]), x.Sum(1), "along the repeated axis");
        Check.Same(Tensor.Full([1000], 6), x.Sum(0), "across it");
    }

    [Fact]
    public void HalvesAreAddedUpInFloat()
    {
        var x = Tensor.Full([70000], 2, DType.Float16);
        Assert.Equal(140000f, x.Sum(0, dtype: DType.Float32).Item<float>());
        Assert.Equal(2.0, x.Mean().Item());
        Assert.Equal(double.PositiveInfinity, x.Sum().Item());
    }
}
