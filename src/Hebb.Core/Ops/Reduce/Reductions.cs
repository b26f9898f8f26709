using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Reduces tensors of any layout without copying them. Work is cut into parts of a fixed size; the results of parts are combined in their order, so
/// the bits do not depend on the number of threads.
/// </summary>
internal static unsafe class Reductions
{
    /// <summary>Elements that a thread takes at once.</summary>
    private const long BlockSize = 32 << 10;

    /// <summary>The same at most, where columns are so long that as many blocks remain as there are fewest parts.</summary>
    private const long LargestBlock = 256 << 10, FewestParts = 64;

    /// <summary>Elements that narrow rows side by side have together, at most: of many elements, more than a cache's, so many that eight such rows are eight places of memory.</summary>
    public const int Wide = 64, Widest = 2048;

    /// <summary>What counts as many.</summary>
    private const long ManyElements = 256 << 10;

    /// <summary>Scratch slots of <see cref="CpuContext"/> that reductions use; the other two are free to ops.</summary>
    private const int PartSlot = 2, FoldSlot = 3;

    /// <summary>
    /// Reduces sorted axes of <paramref name="x"/> into <paramref name="y"/>, contiguous, one element an output (two for complex). Elements are converted to
    /// <paramref name="compute"/>, the type of <typeparamref name="T"/>; Bool counts as bytes of 0 and 1. <paramref name="shifts"/>, one an output, go to the reducer's map.
    /// </summary>
    public static void Run<TOp, T>(CpuContext c, TOp op, Tensor x, ReadOnlySpan<int> axes, DType compute, T* y, T* shifts = null)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        if (!c.Source.IsOpen && PlainRows.Lie(x, axes, compute, out long outputs, out long count))
        {
            PlainSums(c, op, x.Data<T>(), outputs, count, y, shifts);
        }
        else if (c.Source.IsOpen || !PlainColumns.TryRun(op, x, axes, compute, y))
        {
            var plan = ReducePlan.Create(x, axes);
            Run(c, op, plan, compute, y, shifts);
        }
        GC.KeepAlive(x);
    }

    /// <summary>Adds up the rows of a contiguous matrix: the sums over the first axis of a tensor of that shape, bit for bit.</summary>
    public static void SumRows<T>(CpuContext c, T* x, long rows, long width, T* y)
        where T : unmanaged, INumber<T>
    {
        SumReducer<T> op = default;
        if (PlainColumns.TryRun(op, x, rows, width, y))
            return;
        var dtype = typeof(T) == typeof(double) ? DType.Float64 : DType.Float32;
        var plan = new ReducePlan { Data = (byte*)x, DType = dtype, Outputs = width, Count = rows };
        plan.Kept.Add(width, 1);
        plan.Reduced.Add(rows, width);
        Run(c, op, plan, dtype, y, null);
    }

    private static void PlainSums<TOp, T>(CpuContext c, TOp op, T* x, long outputs, long count, T* y, T* shifts)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        long parts = (count + BlockSize - 1) / BlockSize;
        T* partials = parts == 1 ? null : c.Scratch<T>(PartSlot, 2 * parts * outputs);
        var body = new PlainRows<TOp, T>(op, x, outputs, count, parts, BlockSize, y, shifts, partials);
        ParallelFor.Run(body.Blocks, body);
        if (parts > 1)
            Join<TOp, T>(op, outputs, parts, partials, y);
    }

    private static void Run<TOp, T>(CpuContext c, TOp op, in ReducePlan plan, DType compute, T* y, T* shifts)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        if (plan.Outputs == 0)
            return;
        if (plan.Count == 0)
        {
            for (long i = 0; i < plan.Outputs; i++)
                y[i] = op.Identity;
        }
        else if (plan.IsInner)
        {
            Rows(c, op, plan, compute, y, shifts);
        }
        else if (!TryFolding(c, op, plan, compute, y))
        {
            Columns(c, op, plan, compute, y, shifts);
        }
    }

    private static void Rows<TOp, T>(CpuContext c, TOp op, in ReducePlan plan, DType compute, T* y, T* shifts)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        long parts = (plan.Count + BlockSize - 1) / BlockSize;
        T* partials = parts == 1 ? null : c.Scratch<T>(PartSlot, 2 * parts * plan.Outputs);
        var body = new RowBody<TOp, T>(op, plan, new RunReader(plan.DType, compute, plan.Reduced.Rank == 0 ? 1 : plan.Reduced.LastStride, c.Source), parts, y, shifts, partials);
        ParallelFor.Run(body.Blocks, body);
        if (parts > 1)
            Join<TOp, T>(op, plan.Outputs, parts, partials, y);
    }

    private readonly struct RowBody<TOp, T>(TOp op, ReducePlan plan, RunReader reader, long parts, T* y, T* shifts, T* partials) : IBlockBody
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        private readonly ReducePlan _plan = plan;
        private readonly long _perBlock = parts > 1 ? 1 : Math.Max(1, BlockSize / plan.Count);

        public long Blocks => parts > 1 ? parts * _plan.Outputs : (_plan.Outputs + _perBlock - 1) / _perBlock;

        public void Invoke(long block)
        {
            long end = parts > 1 ? block + 1 : Math.Min((block + 1) * _perBlock, _plan.Outputs);
            for (long i = block * _perBlock; i < end; i++)
            {
                (long output, long part) = parts > 1 ? Math.DivRem(i, parts) : (i, 0);
                long start = part * BlockSize;
                var kernel = new RowReduction<TOp, T>(op, _plan.Reduced, reader, reader.At(_plan.Data, _plan.Kept.Offset(output)), start,
                    Math.Min(BlockSize, _plan.Count - start), TOp.HasShift ? shifts[output] : default);
                Isa.Dispatch<RowReduction<TOp, T>, T>(ref kernel);
                if (parts == 1)
                    y[output] = TOp.IsSum ? Total(kernel.Total, kernel.Lost) : kernel.Total;
                else
                    (partials[2 * i], partials[2 * i + 1]) = (kernel.Total, kernel.Lost);
            }
        }
    }

    private static void Columns<TOp, T>(CpuContext c, TOp op, in ReducePlan plan, DType compute, T* y, T* shifts)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        long width = plan.Kept.LastSize;
        // Rows of a part: enough to fill a block, but a multiple of what is summed between two flushes.
        // Long columns have longer parts, so that there is less to join, but enough of them to go round.
        long across = Math.Min(width, RunReader.TileSize), block = Math.Clamp(plan.Count * across / FewestParts, BlockSize, LargestBlock);
        long rows = Math.Max(64, block / across / 64 * 64);
        long parts = (plan.Count + rows - 1) / rows;
        T* partials = parts == 1 ? null : c.Scratch<T>(PartSlot, 2 * parts * plan.Outputs);
        var body = new ColumnBody<TOp, T>(op, plan, new RunReader(plan.DType, compute, plan.Kept.LastStride, c.Source), rows, parts, y, shifts, partials);
        ParallelFor.Run(body.Blocks, body);
        if (parts > 1)
            JoinColumns<TOp, T>.Run(op, plan.Outputs, parts, partials, y);
    }

    private readonly struct ColumnBody<TOp, T>(TOp op, ReducePlan plan, RunReader reader, long rows, long parts, T* y, T* shifts, T* partials) : IBlockBody
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        private readonly ReducePlan _plan = plan;
        private readonly StridedAxes _outer = plan.Kept.Outer();
        private readonly long _width = plan.Kept.LastSize, _tile = ColumnReduction.TileWidth(plan.Kept.LastSize, reader);

        private long Tiles => (_width + _tile - 1) / _tile;

        private long PerBlock => Math.Max(1, BlockSize / (Math.Min(rows, _plan.Count) * Math.Min(_width, _tile)));

        private long Tasks => _plan.Outputs / _width * Tiles * parts;

        public long Blocks => (Tasks + PerBlock - 1) / PerBlock;

        public void Invoke(long block)
        {
            long end = Math.Min((block + 1) * PerBlock, Tasks);
            for (long task = block * PerBlock; task < end; task++)
            {
                (long rest, long tile) = Math.DivRem(task, Tiles);
                (long outer, long part) = Math.DivRem(rest, parts);
                long column = tile * _tile, output = outer * _width + column, start = part * rows;
                T* totals = parts == 1 ? y + output : partials + part * 2 * _plan.Outputs + output;
                var kernel = new ColumnReduction<TOp, T>(op, _plan.Reduced, reader, reader.At(_plan.Data, _outer.Offset(outer) + column * _plan.Kept.LastStride), start,
                    Math.Min(rows, _plan.Count - start), (int)Math.Min(_tile, _width - column), TOp.HasShift ? shifts + output : null, totals, parts == 1 ? null : totals + _plan.Outputs);
                Isa.Dispatch<ColumnReduction<TOp, T>, T>(ref kernel);
            }
        }
    }

    /// <summary>
    /// Narrow contiguous rows: several are taken side by side as one wide row, whose pieces are combined at the end.
    /// </summary>
    private static bool TryFolding<TOp, T>(CpuContext c, TOp op, in ReducePlan plan, DType compute, T* y)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        long width = plan.Kept.LastSize, side = SideBySide(width, plan.Count);
        if (TOp.HasShift || plan.Kept.Rank != 1 || plan.Kept.LastStride != 1 || plan.Reduced.Rank != 1 || plan.Reduced.LastStride != width || side == 1)
            return false;
        long rows = plan.Count / side;
        var wide = plan;
        wide.Kept.Sizes[0] = wide.Outputs = side * width;
        wide.Reduced.Sizes[0] = wide.Count = rows;
        wide.Reduced.Strides[0] = side * width;
        T* pieces = c.Scratch<T>(FoldSlot, side * width);
        Columns(c, op, wide, compute, pieces, null);
        JoinPieces(op, pieces, side, width, y);
        if (plan.Count > rows * side)
        {
            var left = plan;
            left.Reduced.Sizes[0] = left.Count = plan.Count - rows * side;
            left.Data = plan.Data + rows * side * width * plan.DType.Size;
            Columns(c, op, left, compute, pieces, null);
            Combine(op, y, pieces, width);
        }
        return true;
    }

    /// <summary>How many contiguous rows are taken side by side: 1 unless they are narrow and of many elements.</summary>
    public static long SideBySide(long width, long count)
    {
        long elements = count * width, wide = elements >= ManyElements ? Widest : Wide;
        return width > wide / 2 || elements < 1024 ? 1 : wide / width;
    }

    /// <summary>Combines neighbouring pieces of as many elements, in pairs of pairs: each addition of a sum rounds, and there may be a thousand.</summary>
    public static void JoinPieces<TOp, T>(TOp op, T* pieces, long count, long width, T* y)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        for (long half; count > 1; count = half)
        {
            half = (count + 1) / 2;
            Combine(op, pieces, pieces + half * width, (count - half) * width);
        }
        new ReadOnlySpan<T>(pieces, (int)width).CopyTo(new Span<T>(y, (int)width));
    }

    /// <summary>Combines each element of y with that of x at its place.</summary>
    public static void Combine<TOp, T>(TOp op, T* y, T* x, long count)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        long i = 0;
        for (; i <= count - V128<T>.Count; i += V128<T>.Count)
            op.Combine(V128<T>.Load(y + i), V128<T>.Load(x + i)).Store(y + i);
        for (; i < count; i++)
            y[i] = op.Combine(V128<T>.Create(y[i]), V128<T>.Create(x[i]))[0];
    }

    /// <summary>Combines the results of parts, first to last: pairs of totals and lost parts, those of an output next to each other.</summary>
    private static void Join<TOp, T>(TOp op, long outputs, long parts, T* partials, T* y)
        where TOp : struct, IReducer<T>
        where T : unmanaged, INumber<T>
    {
        for (long o = 0; o < outputs; o++)
        {
            T* p = partials + o * 2 * parts;
            V128<T> total = V128<T>.Create(p[0]), lost = V128<T>.Create(p[1]);
            for (long i = 1; i < parts; i++)
            {
                p += 2;
                if (TOp.IsSum)
                {
                    Compensation.Add<V128<T>, T>(ref total, ref lost, V128<T>.Create(p[0]));
                    lost += V128<T>.Create(p[1]);
                }
                else
                {
                    total = op.Combine(total, V128<T>.Create(p[0]));
                }
            }
            y[o] = TOp.IsSum ? Total(total[0], lost[0]) : total[0];
        }
    }

    internal static T Total<T>(T sum, T lost) where T : unmanaged, INumber<T> => sum - sum == T.Zero ? sum + lost : sum;
}
