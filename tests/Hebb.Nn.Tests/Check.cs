namespace Hebb.Nn.Tests;

/// <summary>Comparisons that say where and by how much.</summary>
internal static class Check
{
    /// <summary>|actual - expected| &lt;= tolerance * (1 + |expected|), everywhere; NaN equals NaN, infinities themselves.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.True(expected.Shape == actual.Shape, $"{what}: expected shape {expected.Shape}, got {actual.Shape}");
        double[] e = expected.To(DType.Float64).ToArray<double>(), a = actual.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < e.Length; i++)
        {
            bool same = double.IsNaN(e[i]) ? double.IsNaN(a[i]) : e[i] == a[i] || Math.Abs(a[i] - e[i]) <= tolerance * (1 + Math.Abs(e[i]));
            Assert.True(same, $"{what}: element {i} of {expected.Shape}: expected {e[i]:R}, got {a[i]:R} (off by {Math.Abs(a[i] - e[i]):g3}, allowed {tolerance:g3} x (1 + |expected|))");
        }
    }

    /// <summary>Same shape, type and bits.</summary>
    public static void Same(Tensor expected, Tensor actual, string what)
    {
        Assert.True(expected.Shape == actual.Shape && expected.DType == actual.DType, $"{what}: expected {expected.DType.Name}{expected.Shape}, got {actual.DType.Name}{actual.Shape}");
        Assert.True(Bits(expected).SequenceEqual(Bits(actual)), $"{what}: the bits differ\nexpected {expected}\ngot {actual}");
    }

    private static IEnumerable<long> Bits(Tensor x) => x.DType.IsFloat
        ? x.Detach().To(DType.Float64).ToArray<double>().Select(BitConverter.DoubleToInt64Bits)
        : x.To(DType.Int64).ToArray<long>();

    public static T Throws<T>(string message, Action action) where T : Exception
    {
        var error = Assert.Throws<T>(action);
        Assert.Equal(message, error.Message);
        return error;
    }

    /// <summary>Normally distributed, the same in every run.</summary>
    public static Tensor Random(ulong seed, params int[] shape) => Tensor.RandN(shape, key: RandomKey.FromSeed(seed));
}
