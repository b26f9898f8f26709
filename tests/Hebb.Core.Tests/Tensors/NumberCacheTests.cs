using Hebb.Transforms;
using Xunit;

namespace Hebb.Core.Tests.Tensors;

/// <summary>C# numbers in expressions are tensors that are made once: they outlive scopes, and no two numbers are taken for one.</summary>
public sealed class NumberCacheTests
{
    [Fact]
    public void NumbersOutliveTheScopeThatMadeThem()
    {
        var x = Tensor.From([1f, 2f]);
        for (int i = 0; i < 3; i++)
        {
            using var scope = TensorScope.Open();
            Assert.Equal([1234.5f, 2469f], (x * 1234.5).ToArray<float>());
        }
        Assert.Equal([1235.5f, 1236.5f], (x + 1234.5).ToArray<float>());
    }

    [Fact]
    public void AsManyNumbersAsThereAreKeepTheirValues()
    {
        var x = Tensor.From([1.0, 3.0]);
        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < 1000; i++)
            {
                double value = (i - 500) / 7.0;
                Assert.Equal([1.0 * value, 3.0 * value], (x * value).ToArray<double>());
            }
        }
    }

    [Fact]
    public void ZerosDifferBySignAndNaNsAreNaN()
    {
        var x = Tensor.From([1f, -1f]);
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity], (x / 0.0).ToArray<float>());
        Assert.Equal([float.NegativeInfinity, float.PositiveInfinity], (x / -0.0).ToArray<float>());
        Assert.All((x + double.NaN).ToArray<float>(), y => Assert.True(float.IsNaN(y)));
    }

    [Fact]
    public void ANumberBesideEachTypeIsOfThatType()
    {
        Assert.Equal([3.0], (Tensor.From([1.5]) * 2.0).ToArray<double>());
        Assert.Equal([3f], (Tensor.From([1.5f]) * 2.0).ToArray<float>());
        Assert.Same(EngineThread.Current.Numbers.Get(2, DType.Float32), EngineThread.Current.Numbers.Get(2, DType.Float32));
        Assert.NotSame(EngineThread.Current.Numbers.Get(2, DType.Float32), EngineThread.Current.Numbers.Get(2, DType.Float64));
    }

    [Fact]
    public void AGradientMayPassThroughANumberTwice()
    {
        for (int i = 0; i < 2; i++)
        {
            using var scope = TensorScope.Open();
            var x = Tensor.From([2f, 3f]).RequireGrad();
            (x * 2.5 - 2.5).Sum().Backward();
            Assert.Equal([2.5f, 2.5f], x.Grad!.ToArray<float>());
        }
    }
}
