using System.Numerics;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Tensors from nothing and from arrays, and back to arrays.</summary>
public class CreationTests
{
    private static readonly DType[] Types = Enum.GetValues<DType>();

    [Fact]
    public void FillsOfEveryType()
    {
        foreach (var dtype in Types)
        {
            // Float8E8M0 has neither zero nor sign.
            double zero = dtype == DType.Float8E8M0 ? Math.Pow(2, -127) : 0;
            if (dtype.IsComplex)
            {
                Assert.Equal(new Complex(1, 0), Tensor.Ones([3, 5], dtype).To(DType.Complex128).ToArray<Complex>()[14]);
                continue;
            }
            Assert.Equal(Enumerable.Repeat(zero, 15), Values(Tensor.Zeros([3, 5], dtype)));
            Assert.Equal(Enumerable.Repeat(1.0, 15), Values(Tensor.Ones([3, 5], dtype)));
            if (dtype != DType.Float8E8M0)
                Assert.Equal([1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0], Values(Tensor.Eye(4, 3, dtype)));
            Assert.Equal(dtype, Tensor.Full([2], 1, dtype).DType);
        }
    }

    private static double[] Values(Tensor x) => x.To(DType.Float64).ToArray<double>();

    [Fact]
    public void Fills()
    {
        Assert.Equal([2.5f, 2.5f], Tensor.Full([2], 2.5).ToArray<float>());
        Assert.Equal([-3L], Tensor.Full([1], -3, DType.Int64).ToArray<long>());
        Assert.Equal(7, Tensor.Scalar(7, DType.UInt8).Item<byte>());
        Assert.Empty(Tensor.Ones([0, 4]).ToArray<float>());
        Assert.Equal([1, 1], Tensor.OnesLike(Tensor.Zeros([2], DType.Int32)).ToArray<int>());
        Assert.Equal([4, 4], Tensor.FullLike(Tensor.Zeros([2], DType.Int32), 4).ToArray<int>());
        Assert.Equal(Shape.Create([3]), Tensor.ZerosLike(Tensor.Zeros([3], DType.Int32)).Shape);
        Assert.Equal([1, 0, 0, 1], Tensor.Eye(2).ToArray<float>());
        Assert.Equal(0, Tensor.Eye(0).Count);
    }

    [Fact]
    public void Ranges()
    {
        Assert.Equal([0L, 1, 2], Tensor.Arange(3).ToArray<long>());
        Assert.Equal([2L, 5, 8], Tensor.Arange(2, 9, 3).ToArray<long>());
        Assert.Equal([5L, 3, 1], Tensor.Arange(5, 0, -2).ToArray<long>());
        Assert.Equal([long.MaxValue - 2, long.MaxValue - 1], Tensor.Arange(long.MaxValue - 2, long.MaxValue).ToArray<long>());
        Assert.Empty(Tensor.Arange(4, 4).ToArray<long>());
        Assert.Empty(Tensor.Arange(0).ToArray<long>());
        Assert.Equal([0, 0.5f, 1, 1.5f], Tensor.Arange(0.0, 1.6, 0.5).ToArray<float>());
        Assert.Equal([1, 0.75, 0.5], Tensor.Arange(1.0, 0.25, -0.25, DType.Float64).ToArray<double>());
        Assert.Equal([0, 1, 2], Tensor.Arange(3, DType.Float32).ToArray<float>());
        Assert.Equal(Enumerable.Range(0, 100_000), Tensor.Arange(100_000, DType.Int32).ToArray<int>());
    }

    [Fact]
    public void EvenlySpaced()
    {
        // Values of torch.linspace(-1, 2, 7), torch.linspace(3, 3, 1) and torch.logspace(-1, 2, 4, dtype=float64).
        Assert.Equal([-1, -0.5f, 0, 0.5f, 1, 1.5f, 2], Tensor.Linspace(-1, 2, 7).ToArray<float>());
        Assert.Equal([3f], Tensor.Linspace(3, 4, 1).ToArray<float>());
        Assert.Empty(Tensor.Linspace(3, 4, 0).ToArray<float>());
        Assert.Equal([0, 1, 2, 3, 5], Tensor.Linspace(0, 5, 5, DType.Int64).ToArray<long>());
        double[] ends = Tensor.Linspace(0.1, 0.7, 50_001, DType.Float64).ToArray<double>();
        Assert.Equal((0.1, 0.7), (ends[0], ends[^1]));
        Assert.True(ends.Zip(ends.Skip(1)).All(p => p.First < p.Second));
        double[] powers = Tensor.Logspace(-1, 2, 4, dtype: DType.Float64).ToArray<double>();
        Assert.Equal([0.1, 1, 10, 100], powers.Select(v => Math.Round(v, 12)));
        Assert.Equal([1f, 2, 4, 8], Tensor.Logspace(0, 3, 4, 2).ToArray<float>());
    }

    [Fact]
    public void Arrays()
    {
        var matrix = Tensor.From(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        Assert.Equal(Shape.Create([2, 3]), matrix.Shape);
        Assert.Equal(DType.Int32, matrix.DType);
        Assert.Equal(new[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } }, matrix.MT.ToArray2D<int>());
        Assert.Equal([[1, 2, 3], [4, 5, 6]], matrix.ToRows<int>());
        Assert.Equal([1, 2, 3, 4, 5, 6], Tensor.FromRows(new int[][] { [1, 2, 3], [4, 5, 6] }).ToArray<int>());
        var block = Tensor.FromRows(new double[][][] { [[1, 2]], [[3, 4]], [[5, 6]] });
        Assert.Equal(Shape.Create([3, 1, 2]), block.Shape);
        Assert.Equal(new double[,,] { { { 1, 2 } }, { { 3, 4 } }, { { 5, 6 } } }, block.ToArray3D<double>());
        Assert.Equal([1, 2, 3, 4, 5, 6], Tensor.From(new byte[,,,] { { { { 1, 2, 3 } } }, { { { 4, 5, 6 } } } }).ToArray<byte>());
        Assert.Equal(Shape.Create([0, 0]), Tensor.FromRows(Array.Empty<float[]>()).Shape);
        Assert.Equal(Shape.Create([0, 0, 0]), Tensor.FromRows(Array.Empty<float[][]>()).Shape);
        Assert.Equal([1.5f, 2.5f], ((Tensor)new[] { 1.5f, 2.5f }).ToArray<float>());
    }

    [Fact]
    public void Errors()
    {
        Throws<ShapeException>("From: 3 values do not fill [2, 2], which has 4 elements", () => Tensor.From<float>([1, 2, 3], [2, 2]));
        Throws<ShapeException>("FromRows: row 1 has 1 values, row 0 has 2", () => Tensor.FromRows(new int[][] { [1, 2], [3] }));
        Throws<ShapeException>("FromRows: matrix 1 is [2, 1], matrix 0 [1, 1]", () => Tensor.FromRows(new int[][][] { [[1]], [[1], [2]] }));
        Throws<ShapeException>("ToArray2D: [3] has 1 axes, not 2", () => Tensor.Zeros([3]).ToArray2D<float>());
        Throws<ShapeException>("ToArray3D: [3] has 1 axes, not 3", () => Tensor.Zeros([3]).ToArray3D<float>());
        Throws<ShapeException>("ToRows: [] has 0 axes, not 2", () => Tensor.Scalar(1).ToRows<float>());
        Throws<DTypeException>("ToArray: the elements are float32, not int32; convert with To(DType.Int32) first", () => Tensor.Zeros([3, 1]).ToRows<int>());
        Throws<ShapeException>("Arange: steps of 0 do not lead from 0 to 3", () => Tensor.Arange(0, 3, 0));
        Throws<ShapeException>("Arange: steps of -1 do not lead from 0 to 3", () => Tensor.Arange(0, 3, -1));
        Throws<ShapeException>("Arange: steps of 1 do not lead from 0 to -1", () => Tensor.Arange(-1));
        Throws<ShapeException>("Arange: steps of NaN do not lead from 0 to 1", () => Tensor.Arange(0.0, 1.0, double.NaN));
        Throws<ShapeException>("Arange: more values than the 2147483647 that an axis can have", () => Tensor.Arange(long.MinValue, long.MaxValue));
        Throws<ShapeException>("Arange: more values than the 2147483647 that an axis can have", () => Tensor.Arange(0.0, 1.0, 1e-12));
        Throws<ShapeException>("Linspace: -1 values", () => Tensor.Linspace(0, 1, -1));
        Throws<ShapeException>("a dimension can't be negative: [-1, -1]", () => Tensor.Eye(-1));
        Throws<DTypeException>("Slice: int4 elements share a byte; cast the tensor first", () => _ = Tensor.Zeros([4], DType.Int4)[1..]);
        Throws<DTypeException>("Permute: uint2 elements share a byte; cast the tensor first", () => _ = Tensor.Zeros([4, 2], DType.UInt2).MT);
        Throws<DTypeException>("a complex tensor does not convert to int4: take Real() or Abs() first", () => Ops.Copying.To(Tensor.Zeros([1], DType.Complex64), DType.Int4));
    }

    private static void Throws<T>(string message, Action action) where T : Exception
    {
        var error = Assert.Throws<T>(action);
        Assert.StartsWith(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
