namespace Hebb.OpTests;

/// <summary>The type in which operands meet, against torch.promote_types and torch.result_type.</summary>
public class PromotionTests
{
    private static readonly DType[] Types =
    [
        DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.Bool, DType.Complex64, DType.Complex128,
    ];

    [Fact]
    public void TypesMeetAsInPyTorch() => CheckAll("promote_types", DTypes.Promote);

    [Fact]
    public void TensorsMeetAsInPyTorch() => CheckAll("tensors", (a, b) => (Tensor.Ones([1], a) + Tensor.Ones([1], b)).DType);

    [Fact]
    public void ZeroDimensionalTensorsMeetAsInPyTorch() => CheckAll("zero_dim", (a, b) => (Tensor.Ones([], a) + Tensor.Ones([], b)).DType);

    [Fact]
    public void TensorsOutweighZeroDimensionalOnesAsInPyTorch()
    {
        CheckAll("tensor_with_zero_dim", (a, b) => (Tensor.Ones([1], a) + Tensor.Ones([], b)).DType);
        CheckAll("tensor_with_zero_dim", (a, b) => (Tensor.Ones([], b) + Tensor.Ones([1], a)).DType);
        CheckAll("tensor_with_zero_dim", (a, b) => DTypes.Promote([new([], b), new([1], a), new([], b)]));
    }

    [Theory, InlineData("numbers", 1), InlineData("numbers_zero_dim", 0)]
    public void NumbersMeetTensorsAsInPyTorch(string name, int rank)
    {
        long[] expected = Golden.Load("promotion", name).Outputs[0].ToArray<long>();
        for (int i = 0; i < Types.Length; i++)
        {
            var x = Tensor.Ones(rank == 0 ? [] : [1], Types[i]);
            Assert.Equal(Types[expected[2 * i]], (x + 2).DType);
            Assert.Equal(Types[expected[2 * i]], (2 * x).DType);
            Assert.Equal(Types[expected[2 * i + 1]], (x + 2.5).DType);
            Assert.Equal(Types[expected[2 * i + 1]], (2.5 * x).DType);
        }
    }

    [Theory]
    [InlineData(DType.Int32, DType.Int64, DType.Float32)]
    [InlineData(DType.Bool, DType.Int64, DType.Float32)]
    [InlineData(DType.Float16, DType.Float16, DType.Float16)]
    public void OperatorsWithNumbersKeepIntegersWhereTheyCan(DType dtype, DType whole, DType real)
    {
        if (dtype == DType.Int32)
            whole = DType.Int32;
        var x = Tensor.Ones([3], dtype);
        Tensor[] wholes = dtype == DType.Bool ? [x + 2, x * 2, 2 * x] : [x + 2, x - 2, 2 - x, x * 2, x % 2, 7 % x, x.Maximum(2), x.Pow(2), x.Clamp(0, 1)];
        Tensor[] reals = [x * 0.5, x + 0.5, x / 2, 1.0 / x, 1 / x, x.Pow(2.0), x.Sqrt(), Tensor.Pow(2.0, x)];
        Assert.All(wholes, y => Assert.Equal(whole, y.DType));
        Assert.All(reals, y => Assert.Equal(real, y.DType));
        Assert.Equal(DType.Bool, (x > 0.5).DType);
        Assert.Equal([true, true, true], (0 < x).ToArray<bool>());
    }

    [Theory, InlineData(DType.Float16), InlineData(DType.BFloat16)]
    public void NumbersAreNotRoundedToHalvesFirst(DType dtype)
    {
        var x = Tensor.From([1f, 3, 7, 300]);
        var y = x.To(dtype) * 0.1;
        Assert.Equal(dtype, y.DType);
        Check.Same((x * 0.1).To(dtype), y, "a number beside 16-bit floats");
    }

    private static void CheckAll(string name, Func<DType, DType, DType> promote)
    {
        long[] expected = Golden.Load("promotion", name).Outputs[0].ToArray<long>();
        for (int a = 0; a < Types.Length; a++)
        {
            for (int b = 0; b < Types.Length; b++)
            {
                // -1: PyTorch has no complex type for that float type.
                if (expected[a * Types.Length + b] is var e and >= 0)
                    Assert.True(Types[e] == promote(Types[a], Types[b]), $"{Types[a].Name} and {Types[b].Name}: expected {Types[e].Name}, got {promote(Types[a], Types[b]).Name}");
            }
        }
    }
}
