using Hebb.Cpu;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Small contiguous matrices, reduced along their columns by a way of their own: the bits of the general one.</summary>
public class PlainColumnTests
{
    public static TheoryData<int, int> Sizes => new() { { 2, 2 }, { 7, 3 }, { 32, 10 }, { 32, 32 }, { 33, 31 }, { 64, 17 }, { 64, 200 }, { 65, 10 }, { 9, 1500 }, { 1, 5 }, { 5, 1 } };

    [Theory, MemberData(nameof(Sizes))]
    public void SumsAndExtremes(int rows, int width)
    {
        var x = Tensor.RandN([rows, width], rng: new Rng(1));
        // The same elements with a gap between rows, where narrow rows are not taken side by side, and computed where they are read, where they are.
        var apart = Tensor.Zeros([rows, width + 3]);
        apart.Narrow(1, 1, width).CopyFrom(x);
        apart = apart.Narrow(1, 1, width);
        if (width > 32 || rows * width < 1024)
        {
            Same(x.Sum(0), apart.Sum(0));
            Same(x.Mean(0), apart.Mean(0));
        }
        Same(x.Amax([0]), apart.Amax([0]));
        Same((x * 2).Sum(0), Transform.Compile(xs => new[] { (xs[0] * 2).Sum(0) }).Call(x)[0]);
        using var one = ParallelFor.Limit(1);
        Same(x.To(DType.Float64).Sum(0).To(DType.Float32), x.Sum(0), 1e-5);
    }

    [Theory, InlineData(300_000, 1), InlineData(40_001, 7), InlineData(20_003, 128), InlineData(1_100, 1_024), InlineData(700, 1_500), InlineData(130, 5_000)]
    public void ManyElements(int rows, int width)
    {
        var x = Tensor.RandN([rows, width], rng: new Rng(2));
        Same(x.To(DType.Float64).Sum(0).To(DType.Float32), x.Sum(0), 2e-4);
        Same(x.To(DType.Float64).Amax([0]).To(DType.Float32), x.Amax([0]));
        Same((x * 2).Sum(0), Transform.Compile(xs => new[] { (xs[0] * 2).Sum(0) }).Call(x)[0]);
    }

    private static void Same(Tensor expected, Tensor actual, double tolerance = 0)
    {
        float[] x = expected.ToArray<float>(), y = actual.ToArray<float>();
        for (int i = 0; i < x.Length; i++)
            Assert.InRange(y[i], x[i] - tolerance, x[i] + tolerance);
    }
}
