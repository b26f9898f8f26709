using System.Numerics;

namespace Hebb.OpTests;

/// <summary>Comparisons that say where and by how much.</summary>
public static class Check
{
    /// <summary>|actual - expected| &lt;= tolerance * (1 + |expected|), everywhere; NaN equals NaN, infinities themselves.</summary>
    public static void Close(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Assert.True(expected.Shape == actual.Shape, $"{what}: expected shape {expected.Shape}, got {actual.Shape}");
        if (expected.DType.IsComplex || actual.DType.IsComplex)
        {
            CloseComplex(expected, actual, tolerance, what);
            return;
        }
        double[] e = expected.To(DType.Float64).ToArray<double>(), a = actual.To(DType.Float64).ToArray<double>();
        for (int i = 0; i < e.Length; i++)
        {
            bool same = double.IsNaN(e[i]) ? double.IsNaN(a[i]) : e[i] == a[i] || Math.Abs(a[i] - e[i]) <= tolerance * (1 + Math.Abs(e[i]));
            Assert.True(same, $"{what}: element {i} of {expected.Shape}: expected {e[i]:R}, got {a[i]:R} (off by {Math.Abs(a[i] - e[i]):g3}, allowed {tolerance:g3} x (1 + |expected|))");
        }
    }

    private static void CloseComplex(Tensor expected, Tensor actual, double tolerance, string what)
    {
        Complex[] e = expected.To(DType.Complex128).ToArray<Complex>(), a = actual.To(DType.Complex128).ToArray<Complex>();
        for (int i = 0; i < e.Length; i++)
            Assert.True((e[i] - a[i]).Magnitude <= tolerance * (1 + e[i].Magnitude), $"{what}: element {i}: expected {e[i]}, got {a[i]}");
    }

    /// <summary>Same shape, type and bits.</summary>
    public static void Same(Tensor expected, Tensor actual, string what)
    {
        Assert.True(expected.Spec == actual.Spec, $"{what}: expected {expected.Spec}, got {actual.Spec}");
        Assert.True(Bytes(expected).AsSpan().SequenceEqual(Bytes(actual)), $"{what}: the bits differ\nexpected {expected}\ngot {actual}");
    }

    private static unsafe byte[] Bytes(Tensor x)
    {
        x = x.Detach().Contiguous();
        var bytes = new ReadOnlySpan<byte>(x.Pointer, checked((int)x.DType.BytesFor(x.Count))).ToArray();
        GC.KeepAlive(x);
        return bytes;
    }
}
