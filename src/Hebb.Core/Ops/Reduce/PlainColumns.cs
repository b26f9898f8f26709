using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Reductions over the first axes of a small contiguous tensor, such as gradients of biases: most of their time would go into finding out how the axes lie.
/// The order is that of <see cref="ColumnReduction{TOp,T}"/>, so the bits are too.
/// </summary>
internal static unsafe class PlainColumns
{
    /// <summary>Sums of more rows are compensated.</summary>
    private const long MostRows = ColumnReduction.RowsPerFlush;

    private const long MostElements = 16 << 10;

    /// <summary>Does it if the axes lie that way and there is little to do.</summary>
    public static bool TryRun<TOp, T>(TOp op, Tensor x, ReadOnlySpan<int> axes, DType compute, T* y)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        ref readonly var sizes = ref x.Sizes;
        if (TOp.HasShift || !x.IsContiguous || x.DType != compute || axes.IsEmpty || axes[^1] != axes.Length - 1)
            return false;
        (long rows, long width) = (1, 1);
        for (int i = 0; i < sizes.Rank; i++)
        {
            if (i < axes.Length)
                rows *= sizes[i];
            else
                width *= sizes[i];
        }
        return TryRun(op, x.Data<T>(), rows, width, y);
    }

    /// <summary>The same for the rows of a contiguous matrix.</summary>
    public static bool TryRun<TOp, T>(TOp op, T* x, long rows, long width, T* y)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        if (rows is < 2 or > MostRows || width is < 2 or > MostElements || rows * width > MostElements)
            return false;
        var kernel = new Kernel<TOp, T>(op, x, rows, width, y);
        Isa.Dispatch<Kernel<TOp, T>, T>(ref kernel);
        return true;
    }

    private readonly struct Kernel<TOp, T>(TOp op, T* x, long rows, long width, T* y) : ISimdKernel<T>
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        [SkipLocalsInit]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            long side = Reductions.SideBySide(width, rows), tall = rows / side;
            if (side == 1)
            {
                Sums<V>(x, rows, width, y);
                return;
            }
            T* pieces = stackalloc T[Reductions.Wide];
            Sums<V>(x, tall, side * width, pieces);
            Reductions.JoinPieces(op, pieces, side, width, y);
            if (rows == tall * side)
                return;
            Sums<V>(x + (tall * side * width), rows - (tall * side), width, pieces);
            Reductions.Combine(op, y, pieces, width);
        }

        [MethodImpl(Jit.Full)]
        private void Sums<V>(T* from, long count, long across, T* to) where V : unmanaged, ISimd<V, T>
        {
            long j = 0;
            for (; j <= across - V.Count; j += V.Count)
                Sum<V>(from + j, count, across, V.Count).Store(to + j);
            if (j < across)
                Sum<V>(from + j, count, across, (int)(across - j)).StorePartial(to + j, (int)(across - j));
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Sum<V>(T* p, long count, long step, int n) where V : unmanaged, ISimd<V, T>
        {
            V sum = V.Create(op.Identity);
            for (; count >= 8; count -= 8, p += 8 * step)
            {
                T* q = p + (4 * step);
                sum = EightRows<TOp, V, T>.Combine(op, sum, At<V>(p, n), At<V>(p + step, n), At<V>(p + (2 * step), n), At<V>(p + (3 * step), n),
                    At<V>(q, n), At<V>(q + step, n), At<V>(q + (2 * step), n), At<V>(q + (3 * step), n));
            }
            for (; count > 0; count--, p += step)
                sum = op.Combine(sum, At<V>(p, n));
            return sum;
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V At<V>(T* p, int n) where V : unmanaged, ISimd<V, T> => op.Map(n == V.Count ? V.Load(p) : V.LoadPartial(p, n), V.Zero);
    }
}
