using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>What ops that walk along one axis share: contiguous tensors seen as [outer, n, inner].</summary>
internal static unsafe class Scans
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <summary>Sizes before, of and behind an axis. A scalar has one element along axis 0.</summary>
    public static (long Outer, long Length, long Inner) Split(in Shape shape, int axis) =>
        shape.Rank == 0 ? (1, 1, 1) : (shape[..axis].Count, shape[axis], shape[(axis + 1)..].Count);

    /// <summary>Moves elements along an axis by one, towards larger indices or (-1) smaller ones; what enters is <paramref name="fill"/>.</summary>
    public static Tensor Shift(Tensor x, int axis, int by, double fill)
    {
        if (x.Rank == 0)
            return Tensor.Full([], fill, x.DType);
        int n = x.Shape[axis];
        if (n == 0)
            return x;
        var end = Tensor.Full(x.Shape.With(axis, 1), fill, x.DType);
        return by > 0 ? Tensor.Cat([end, x.Narrow(axis, 0, n - 1)], axis) : Tensor.Cat([x.Narrow(axis, 1, n - 1), end], axis);
    }

    /// <summary>A walk along one line: element i stands at i * step.</summary>
    public interface ILine
    {
        void Walk(long first, long step, long length);
    }

    /// <summary>Walks every line along an axis, several at a time on different threads.</summary>
    public static void Lines<TLine>(in Shape shape, int axis, bool reverse, in TLine line) where TLine : struct, ILine
    {
        var (outer, length, inner) = Split(shape, axis);
        if (length == 0)
            return;
        var body = new Body<TLine>(line, length, inner, reverse);
        ParallelFor.Ranges(outer * inner, Math.Max(1, BlockSize / length), body);
    }

    private readonly struct Body<TLine>(TLine line, long length, long inner, bool reverse) : IRangeBody where TLine : struct, ILine
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long outer, long column) = Math.DivRem(i, inner);
                long first = outer * length * inner + column;
                if (reverse)
                    line.Walk(first + (length - 1) * inner, -inner, length);
                else
                    line.Walk(first, inner, length);
            }
        }
    }
}

/// <summary>Running sums in <typeparamref name="TSum"/>.</summary>
internal readonly unsafe struct SumLine<T, TSum>(T* x, T* y) : Scans.ILine
    where T : unmanaged, INumber<T>
    where TSum : unmanaged, INumber<TSum>
{
    public void Walk(long first, long step, long length)
    {
        TSum sum = TSum.Zero;
        for (long i = 0, at = first; i < length; i++, at += step)
        {
            sum += TSum.CreateTruncating(x[at]);
            y[at] = T.CreateTruncating(sum);
        }
    }
}

/// <summary>Running products in <typeparamref name="TProduct"/>.</summary>
internal readonly unsafe struct ProductLine<T, TProduct>(T* x, T* y) : Scans.ILine
    where T : unmanaged, INumber<T>
    where TProduct : unmanaged, INumber<TProduct>
{
    public void Walk(long first, long step, long length)
    {
        TProduct product = TProduct.One;
        for (long i = 0, at = first; i < length; i++, at += step)
        {
            product *= TProduct.CreateTruncating(x[at]);
            y[at] = T.CreateTruncating(product);
        }
    }
}
