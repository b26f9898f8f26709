namespace Hebb.Data.Tests;

public class DatasetTests
{
    /// <summary>n samples of inputs [2] = (i, -i) and target i % 3.</summary>
    internal static TensorDataset Numbers(int count, int first = 0, DatasetInfo? info = null) => new(
        Tensor.From([.. Enumerable.Range(first, count).SelectMany(i => new float[] { i, -i })], [count, 2]),
        Tensor.From([.. Enumerable.Range(first, count).Select(i => (long)(i % 3))]), info);

    [Fact]
    public void ReadsRowsOfTensors()
    {
        var data = Numbers(5);
        Assert.Equal(5, data.Count);
        Assert.Equal([3f, -3], data[3].Input.ToArray<float>());
        Assert.Equal(Shape.Create([2]), data[3].Input.Shape);
        Assert.Equal(0, data[3].Target.ToArray<long>()[0]);
        Assert.Equal(0, data[3].Target.Rank);
        Assert.Throws<ArgumentOutOfRangeException>(() => data[5]);
        Assert.Throws<ArgumentOutOfRangeException>(() => data[-1]);
    }

    [Fact]
    public void ReadsViewsAndOtherTypes()
    {
        var inputs = Tensor.From<byte>([1, 2, 3, 4, 5, 6], [2, 3]).Transpose(0, 1);
        var data = new TensorDataset(inputs, Tensor.From<double>([0.5, 1.5, 2.5]));
        Assert.Equal([2, 5], data[1].Input.ToArray<byte>());
        Assert.Equal([2.5], data[2].Target.ToArray<double>());
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        var two = Tensor.Zeros([2, 3]);
        Assert.Equal("TensorDataset: 2 inputs ([2, 3]) for 3 targets ([3])",
            Assert.Throws<ShapeException>(() => new TensorDataset(two, Tensor.Zeros([3], DType.Int64))).Message);
        Assert.Throws<ShapeException>(() => new TensorDataset(two, Tensor.Scalar(1)));
        var info = new DatasetInfo { Name = "toy", Labels = ["a", "b"] };
        Assert.Equal("toy: the target of sample 1 is 2, outside 0 to 1",
            Assert.Throws<DataException>(() => new TensorDataset(two, Tensor.From<long>([1, 2]), info)).Message);
        Assert.Equal("toy: the target of sample 0 is -1, outside 0 to 1",
            Assert.Throws<DataException>(() => new TensorDataset(two, Tensor.From<long>([-1, 0]), info)).Message);
        Assert.Equal(2, new TensorDataset(two, Tensor.From<float>([7, 9]), info).Count); // values, not classes
    }

    [Fact]
    public void CutsJoinsAndMaps()
    {
        var info = new DatasetInfo { Name = "numbers" };
        var data = Numbers(10, info: info);
        Assert.Equal([4f, 0, 4], Firsts(data.Subset([4, 0, 4])));
        Assert.Equal([0f, 1, 2], Firsts(data.Take(3)));
        Assert.Equal([8f, 9], Firsts(data.Skip(8)));
        Assert.Equal(0, data.Skip(99).Count);
        Assert.Equal(10, data.Take(99).Count);
        Assert.Equal([9f, 20, 21, 3], Firsts(new Concat<Sample>(data.Skip(9), Numbers(0), Numbers(2, 20), data.Subset([3]))));
        Assert.Equal([0f, 2], Firsts(data.Take(2).Map(s => new Sample(Tensor.From([s.Input.AsSpan<float>()[0] * 2]), s.Target))));
        Assert.All<IDataset<Sample>>([data.Take(2), data.Take(1).Concat(data), data.Map(s => s)], d => Assert.Same(info, d.Info));
        Assert.Equal("Subset: index 10 is outside 0 to 9", Assert.Throws<DataException>(() => data.Subset([10])).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => data.Take(2).Concat(data)[12]);
    }

    [Fact]
    public void SplitsAreDisjointCompleteAndRepeatable()
    {
        var data = Numbers(100);
        var (first, second) = data.Split(0.8, seed: 5);
        Assert.Equal((80, 20), (first.Count, second.Count));
        Assert.Equal(Enumerable.Range(0, 100), first.Indices.ToArray().Concat(second.Indices.ToArray()).Order());
        Assert.Equal(first.Indices, data.Split(0.8, seed: 5).First.Indices);
        Assert.NotEqual(first.Indices.ToArray(), data.Split(0.8, seed: 6).First.Indices.ToArray());
        Assert.NotEqual(Enumerable.Range(0, 80), first.Indices.ToArray());
        Assert.Equal([10, 0, 5], data.Split([10, 0, 5], 1).Select(p => p.Count));
        Assert.Throws<DataException>(() => data.Split(1.5));
        Assert.Throws<DataException>(() => data.Split([60, 41]));
        Assert.Throws<DataException>(() => data.Split([-1]));
    }

    private static float[] Firsts(IDataset<Sample> data) => [.. Enumerable.Range(0, data.Count).Select(i => data[i].Input.ToArray<float>()[0])];
}
