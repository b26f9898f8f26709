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
    /// <summary>Bytes from which runs are read four at a time.</summary>
    private const long ManyBytes = 4 << 20;

    private readonly bool _fours = InFours(outputs * count);

    private readonly long _perBlock = (InFours(outputs * count) ? 4 : 1) * (parts > 1 ? 1 : Math.Max(1, blockSize / count));

    private static bool InFours(long elements) => !TOp.HasShift && elements * sizeof(T) >= ManyBytes;

    public long Blocks => ((parts > 1 ? parts * outputs : outputs) + _perBlock - 1) / _perBlock;

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
        long start = block * _perBlock, end = Math.Min(start + _perBlock, parts > 1 ? parts * outputs : outputs);
        if (parts > 1)
            Parts<V>(start, end);
        else
            Rows<V>(start, end);
    }

    private void Parts<V>(long start, long end) where V : unmanaged, ISimd<V, T>
    {
        (long row, long part) = Math.DivRem(start, parts);
        if (_fours && (part + 4) * blockSize <= count)
        {
            RowReduction<TOp, T>.PlainFour<V>(op, x + row * count + part * blockSize, blockSize, blockSize, partials + 2 * start);
            return;
        }
        for (long i = start; i < end; i++)
        {
            (row, part) = Math.DivRem(i, parts);
            long from = part * blockSize;
            partials[2 * i] = RowReduction<TOp, T>.Plain<V>(op, x + row * count + from, Math.Min(blockSize, count - from), TOp.HasShift ? shifts[row] : default, out partials[2 * i + 1]);
        }
    }

    private void Rows<V>(long start, long end) where V : unmanaged, ISimd<V, T>
    {
        if (_fours && count % (4 * V.Count) == 0)
        {
            T* results = stackalloc T[8];
            long quarter = (end - start) / 4;
            for (long row = start; row < start + quarter; row++)
            {
                RowReduction<TOp, T>.PlainFour<V>(op, x + row * count, quarter * count, count, results);
                for (int i = 0; i < 4; i++)
                    y[row + i * quarter] = TOp.IsSum ? Reductions.Total(results[2 * i], results[2 * i + 1]) : results[2 * i];
            }
            start += 4 * quarter;
        }
        for (; start < end; start++)
        {
            T total = RowReduction<TOp, T>.Plain<V>(op, x + start * count, count, TOp.HasShift ? shifts[start] : default, out T lost);
            y[start] = TOp.IsSum ? Reductions.Total(total, lost) : total;
        }
    }
}
