using System.Numerics;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Text of tensors: the layout is PyTorch's, the frame our own.</summary>
public class PrintingTests
{
    private static readonly Dictionary<string, string> Golden = Load();

    private static Dictionary<string, string> Load()
    {
        using var reader = new StreamReader(typeof(PrintingTests).Assembly.GetManifestResourceStream("printing.golden.txt")!);
        return reader.ReadToEnd().Split("=== ", StringSplitOptions.RemoveEmptyEntries).ToDictionary(c => c[..c.IndexOf('\n')], c => c[(c.IndexOf('\n') + 1)..].TrimEnd('\n').Replace("\r", ""));
    }

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Keys.Select(n => new TheoryDataRow<string>(n));

    private static Tensor Make(string name)
    {
        var i = Tensor.Arange(2000);
        var r = Tensor.From(Enumerable.Range(0, 2000).Select(n => (n * 7919 % 1000 - 500) / 64.0).ToArray());
        return name switch
        {
            "scalar" => Tensor.Scalar(3.5),
            "whole" => Tensor.From<float>([1, 2, 3]),
            "decimals" => Tensor.From<float>([1.5f, -2.25f, 1000]),
            "small" => Tensor.From<float>([1e-5f, 1]),
            "ratio" => Tensor.From<float>([0.5f, 501]),
            "whole ratio" => Tensor.From<float>([1, 2000]),
            "large" => Tensor.From<float>([1e9f, -2.5e9f]),
            "largest fixed" => Tensor.From<float>([1e8f]),
            "tiny" => Tensor.From<float>([1e-45f]),
            "huge" => Tensor.From([1.5e300, -1e-300]),
            "not finite" => Tensor.From<float>([float.NaN, 1.5f, float.PositiveInfinity, float.NegativeInfinity, 1000.25f]),
            "bool" => Tensor.From(new[,] { { true, false }, { false, true } }),
            "ints" => Tensor.From<long>([1, -200, 3]),
            "bytes" => Tensor.From(new byte[,] { { 1, 255 }, { 30, 4 } }),
            "matrix" => r[..12].Reshape(3, 4),
            "block" => Tensor.Arange(24, DType.Float32).Reshape(2, 3, 4),
            "four axes" => Tensor.Arange(16).Reshape(2, 2, 2, 2),
            "column" => Tensor.Arange(4, DType.Float32).Reshape(2, 2, 1),
            "ones" => Tensor.Zeros([1, 1, 1]),
            "long line" => r[..40],
            "long rows" => r[..60].Reshape(2, 30),
            "summary" => i,
            "summary of decimals" => r,
            "summary of a matrix" => r.Reshape(40, 50) + 8,
            "summary of rows" => r.Reshape(2, 1000),
            "summary of a block" => r.Reshape(10, 10, 20),
            "summary of a long column" => r[..1500].Reshape(1500, 1),
            "half" => Tensor.From<float>([1.5f, -65504, 0.1f]).To(DType.Float16),
            "brain" => Tensor.From<float>([1.5f, 3e38f, -0.1f]).To(DType.BFloat16),
            _ => throw new InvalidOperationException(name),
        };
    }

    [Theory, MemberData(nameof(Names))]
    public void LaidOutAsInPyTorch(string name)
    {
        var x = Make(name);
        string shape = x.Count > 1000 ? $", shape={x.Shape}" : "";
        Assert.Equal($"tensor({Golden[name]}{shape}, {x.DType.Name})", x.ToString());
        // Views print what they show.
        if (x.Rank > 0)
            Assert.Equal(x.ToString(), Tensor.Stack([x, x], x.Rank)[TensorIndex.Ellipsis, 1].ToString());
    }

    [Fact]
    public void NumbersThatAreNotFiniteAreAlignedToo() =>
        Assert.Equal("tensor([[ nan,   1.],\n        [-inf,   0.]], float32)", Tensor.From(new[,] { { float.NaN, 1 }, { float.NegativeInfinity, 0 } }).ToString());

    [Fact]
    public void Complex()
    {
        Assert.Equal("tensor([ 1.0000+2.i, -3.2500-4.i], complex128)", Tensor.From<Complex>([new(1, 2), new(-3.25, -4)]).ToString());
        Assert.Equal("tensor(1.-0.5000i, complex64)", Tensor.From<Complex64>([new(1, -0.5f)], []).ToString());
        Assert.Equal("tensor([nan+infi,  1.-infi], complex128)", Tensor.From<Complex>([new(double.NaN, double.PositiveInfinity), new(1, double.NegativeInfinity)]).ToString());
    }

    [Fact]
    public void EmptyTensorsSayTheirShape()
    {
        Assert.Equal("tensor([], shape=[0], float32)", Tensor.Zeros([0]).ToString());
        Assert.Equal("tensor([], shape=[2, 0], int32)", Tensor.Zeros([2, 0], DType.Int32).ToString());
    }

    [Fact]
    public void Integers()
    {
        Assert.Equal("tensor([18446744073709551615], uint64)", Tensor.From([ulong.MaxValue]).ToString());
        Assert.Equal("tensor([-9223372036854775808,                   -1], int64)", Tensor.From([long.MinValue, -1]).ToString());
    }

    [Theory, InlineData(DType.Int4, "tensor([[-8, -1,  0],\n        [ 1,  7,  7]], int4)"), InlineData(DType.UInt4, "tensor([[ 0,  0,  0],\n        [ 1,  7, 15]], uint4)")]
    [InlineData(DType.Int2, "tensor([[-2, -1,  0],\n        [ 1,  1,  1]], int2)"), InlineData(DType.UInt2, "tensor([[0, 0, 0],\n        [1, 3, 3]], uint2)")]
    [InlineData(DType.Float4E2M1, "tensor([[-6., -1.,  0.],\n        [ 1.,  6.,  6.]], float4_e2m1)"), InlineData(DType.Float8E4M3FN, "tensor([[-11.,  -1.,   0.],\n        [  1.,   7.,  16.]], float8_e4m3fn)")]
    [InlineData(DType.Float8E5M2, "tensor([[-12.,  -1.,   0.],\n        [  1.,   7.,  16.]], float8_e5m2)")]
    public void TypesForStorage(DType dtype, string expected)
    {
        var x = Tensor.From(new[,] { { -11, -1, 0 }, { 1, 7, 16 } }).To(dtype);
        Assert.Equal(expected, x.ToString());
        // Back through a type that computes, and there again.
        Assert.Equal(expected, x.To(DType.Float32).To(dtype).ToString());
        Assert.Equal(expected, x.Reshape(6).Reshape(2, 3).ToString());
    }

    [Fact]
    public void LargeStoredTensorsAreSummarised()
    {
        var x = Tensor.Arange(100_001).To(DType.UInt4);
        Assert.Equal("tensor([ 0,  1,  2,  ..., 15, 15, 15], shape=[100001], uint4)", x.ToString());
        long[] back = x.To(DType.Int64).ToArray<long>();
        Assert.Equal(Enumerable.Range(0, 100_001).Select(i => Math.Min(15L, i)), back);
    }

    [Fact]
    public void GradientsAreTold()
    {
        var x = Tensor.From<float>([1, 2]).RequireGrad();
        Assert.Equal("tensor([1., 2.], float32, requiresGrad)", x.ToString());
        Assert.Equal("tensor([2., 4.], float32, from Mul)", (x * 2).ToString());
    }

    [Fact]
    public void Options()
    {
        var x = Tensor.From([1 / 3.0, 2 / 3.0, 1, 4 / 3.0, 5 / 3.0]);
        Assert.Equal("tensor([0.33, 0.67, 1.00, 1.33, 1.67], float64)", x.ToString(new PrintOptions { Precision = 2 }));
        Assert.Equal("tensor([0.3333,  ..., 1.6667], shape=[5], float64)", x.ToString(new PrintOptions { EdgeItems = 1, Threshold = 4 }));
        Assert.Equal("tensor([0.3333, 0.6667,\n        1.0000, 1.3333,\n        1.6667], float64)", x.ToString(new PrintOptions { LineWidth = 24 }));
    }

    [Fact]
    public void InsideATransformOnlyTheSpecIsKnown()
    {
        string text = "";
        Hebb.Transform.Vmap((Tensor x) =>
        {
            text = x.ToString();
            return x;
        })(Tensor.Zeros([2, 3]));
        Assert.Equal("tensor(float32[3], inside Vmap)", text);
    }
}
