using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Tensors compared by their bits: NaN equals NaN, -0 differs from 0.</summary>
internal static class TensorBits
{
    public static bool Equal(Tensor a, Tensor b)
    {
        if (ReferenceEquals(a, b))
            return true;
        if (a.Shape != b.Shape || a.DType != b.DType)
            return false;
        (a, b) = (Copying.Contiguous(a), Copying.Contiguous(b));
        bool equal = true;
        long bytes = a.DType.BytesFor(a.Count);
        for (long at = 0; at < bytes && equal; at += 1 << 30)
            equal = Bytes(a, at, bytes).SequenceEqual(Bytes(b, at, bytes));
        GC.KeepAlive(a);
        GC.KeepAlive(b);
        return equal;
    }

    /// <summary>Whether all elements are the same, and there is one.</summary>
    public static bool IsUniform(Tensor x)
    {
        if (x.Count == 0 || x.DType.Bits < 8)
            return false;
        x = Copying.Contiguous(x);
        int size = x.DType.Bits / 8;
        long bytes = x.DType.BytesFor(x.Count);
        bool uniform = true;
        // Every byte is that of the element before.
        for (long at = 0; at < bytes - size && uniform; at += 1 << 30)
            uniform = Bytes(x, at, bytes - size).SequenceEqual(Bytes(x, at + size, bytes));
        GC.KeepAlive(x);
        return uniform;
    }

    /// <summary>The first element, a scalar.</summary>
    public static Tensor First(Tensor x)
    {
        x = Copying.Contiguous(x);
        return Copying.Contiguous(new Tensor(x, [], null, x.Offset));
    }

    /// <summary>A scalar repeated.</summary>
    public static Tensor Fill(Tensor scalar, in Shape shape) => TensorScope.Escape(Copying.Contiguous(Copying.Expand(scalar, shape)));

    private static unsafe ReadOnlySpan<byte> Bytes(Tensor x, long at, long end) => new(x.Pointer + at, (int)Math.Max(0, Math.Min(1 << 30, end - at)));
}
