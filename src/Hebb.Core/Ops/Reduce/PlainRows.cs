using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Reductions over the last axes of a contiguous tensor: every output is made of neighbours. The most common layout, spared what others need.</summary>
internal static class PlainRows
{
    /// <summary>Whether a tensor's sorted axes are reduced that way, without converting elements.</summary>
    public static bool Lie(Tensor x, ReadOnlySpan<int> axes, DType compute, out long outputs, out long count)
    {
        (outputs, count) = (1, 1);
        ref readonly var sizes = ref x.Sizes;
        int kept = sizes.Rank - axes.Length;
        if (!x.IsContiguous || x.DType != compute || axes.IsEmpty || axes[0] != kept)
            return false;
        for (int i = 0; i < sizes.Rank; i++)
        {
            if (i < kept)
                outputs *= sizes[i];
            else
                count *= sizes[i];
        }
        return outputs > 0 && count > 0;
    }
}

/// <inheritdoc cref="PlainRows"/>
internal readonly unsafe struct PlainRows<TOp, T>(TOp op, T* x, long outputs, long count, long parts, long blockSize, T* y, T* shifts, T* partials) : IBlockBody
    where TOp : struct, IReducer<T>
    where T : unmanaged, INumber<T>
{
    private readonly long _perBlock = parts > 1 ? 1 : Math.Max(1, blockSize / count);

    public long Blocks => parts > 1 ? parts * outputs : (outputs + _perBlock - 1) / _perBlock;

    public void Invoke(long block)
    {
        var kernel = new Kernel(this, block);
        Isa.Dispatch<Kernel, T>(ref kernel);
    }

    private readonly struct Kernel(PlainRows<TOp, T> owner, long block) : ISimdKernel<T>
    {
        public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Run<V>(block);
    }

    private void Run<V>(long block) where V : unmanaged, ISimd<V, T>
    {
        if (parts > 1)
        {
            (long row, long part) = Math.DivRem(block, parts);
            long start = part * blockSize;
            partials[2 * block] = RowReduction<TOp, T>.Plain<V>(op, x + row * count + start, Math.Min(blockSize, count - start), TOp.HasShift ? shifts[row] : default, out partials[2 * block + 1]);
            return;
        }
        for (long row = block * _perBlock, end = Math.Min(row + _perBlock, outputs); row < end; row++)
        {
            T total = RowReduction<TOp, T>.Plain<V>(op, x + row * count, count, TOp.HasShift ? shifts[row] : default, out T lost);
            y[row] = TOp.IsSum ? Reductions.Total(total, lost) : total;
        }
    }
}
