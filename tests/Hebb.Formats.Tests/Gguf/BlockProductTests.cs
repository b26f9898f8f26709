using Hebb.Cpu;

namespace Hebb.Formats.Tests.Gguf;

/// <summary>Products with blocks as they are stored, against loops in double precision over the values that the blocks stand for.</summary>
public class BlockProductTests
{
    public static IEnumerable<TheoryDataRow<GgufType>> Types => ((GgufType[])
        [GgufType.Q4_0, GgufType.Q4_1, GgufType.Q5_0, GgufType.Q5_1, GgufType.Q8_0, GgufType.Q2_K, GgufType.Q3_K, GgufType.Q4_K, GgufType.Q5_K, GgufType.Q6_K, GgufType.F16, GgufType.F32]).Select(t => new TheoryDataRow<GgufType>(t));

    [Theory, MemberData(nameof(Types))]
    public void IsTheProductWithTheirValues(GgufType type)
    {
        // Rows of one whole chunk and a part of one, where blocks allow it.
        int inputs = type.BlockSize == 256 ? 512 : 352, outputs = 133;
        var weight = GgufTensor.Pack(Tensor.Normal(0, 0.3, [outputs, inputs], rng: new Rng(2)) + 0.1, type);
        var bias = Tensor.RandN([outputs], rng: new Rng(3));
        var layer = new GgufLinear(weight, bias);
        double[] w = weight.ToTensor().To(DType.Float64).ToArray<double>(), b = bias.To(DType.Float64).ToArray<double>();
        foreach (int rows in (int[])[1, 3, 31, 33])
        {
            var x = Tensor.RandN([rows, inputs], rng: new Rng((ulong)rows));
            double[] values = x.To(DType.Float64).ToArray<double>();
            var y = layer.Call(x);
            Assert.Equal([rows, outputs], y.Shape.ToArray());
            float[] found = y.ToArray<float>();
            for (int r = 0; r < rows; r++)
            {
                for (int o = 0; o < outputs; o++)
                {
                    double sum = b[o], size = 0;
                    for (int i = 0; i < inputs; i++)
                    {
                        double product = values[r * inputs + i] * w[o * inputs + i];
                        sum += product;
                        size += Math.Abs(product);
                    }
                    Assert.True(Math.Abs(found[r * outputs + o] - sum) <= 1e-6 * (size + 1), $"{rows} rows, [{r}, {o}]: {found[r * outputs + o]} for {sum}");
                }
            }
            // The same bits with one thread.
            if (rows == 3)
            {
                using var one = ParallelFor.Limit(1);
                Assert.Equal(found, layer.Call(x).ToArray<float>());
            }
        }
    }

    [Fact]
    public void GradientsReachTheInput()
    {
        var weight = GgufTensor.Pack(Tensor.RandN([7, 64], rng: new Rng(4)), GgufType.Q5_1);
        var x = Tensor.RandN([2, 64], rng: new Rng(5)).RequireGrad();
        new GgufLinear(weight).Call(x).Square().Sum().Backward();
        var again = x.Detach().Clone().RequireGrad();
        again.Linear(weight.ToTensor()).Square().Sum().Backward();
        Assert.True(x.Grad!.IsClose(again.Grad!, 1e-4, 1e-4).All().Item() != 0);
    }

    [Fact]
    public void RefusesWhatDoesNotFit()
    {
        Assert.Equal("GgufLinear: blocks of the type Q8_K are not multiplied", Assert.Throws<DTypeException>(() => new GgufLinear(GgufTensor.Pack(Tensor.Zeros([2, 256]), GgufType.Q8_K))).Message);
        Assert.Contains("they must be [out, in] and [out]", Assert.Throws<ShapeException>(() => new GgufLinear(GgufTensor.Pack(Tensor.Zeros([2, 32]), GgufType.Q8_0), Tensor.Zeros([3]))).Message, StringComparison.Ordinal);
        Assert.Contains("takes 32 inputs", Assert.Throws<ShapeException>(() => new GgufLinear(GgufTensor.Pack(Tensor.Zeros([2, 32]), GgufType.Q8_0)).Call(Tensor.Zeros([1, 31]))).Message, StringComparison.Ordinal);
        var layer = new GgufLinear(GgufTensor.Pack(Tensor.Zeros([2, 32]), GgufType.Q8_0));
        Assert.Equal(["weight"], layer.StateDict().Keys);
        Assert.Equal(DType.UInt8, layer.StateDict()["weight"].DType);
    }
}
