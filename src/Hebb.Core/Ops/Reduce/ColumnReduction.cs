using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>How rows are put together, whatever they are of.</summary>
internal static class ColumnReduction
{
    /// <summary>Rows that are combined before they are added to the running totals.</summary>
    public const int Group = 8;

    /// <summary>Rows between two flushes into the compensated sums.</summary>
    public const int RowsPerFlush = 64;

    /// <summary>
    /// How many outputs are taken side by side. Rows that are read where they stand may be long: processors see by themselves what comes next in eight long rows, but
    /// not in eight pieces of rows far apart.
    /// </summary>
    public static long TileWidth(long width, in RunReader reader)
    {
        long most = reader.IsDirect ? 4 * RunReader.TileSize : RunReader.TileSize, tiles = (width + most - 1) / most;
        return Math.Min(most, ((width + tiles - 1) / tiles + 63) / 64 * 64);
    }
}

/// <summary>Some rows of neighbouring outputs, combined row upon row. The order depends on the number of rows alone.</summary>
/// <remarks>Results go to <paramref name="totals"/> and <paramref name="losts"/>, which is null unless a sum's lost parts are asked for.</remarks>
internal unsafe ref struct ColumnReduction<TOp, T>(
    TOp op, in StridedAxes rows, RunReader reader, byte* data, long start, long count, int width, T* shifts, T* totals, T* losts) : ISimdKernel<T>
    where TOp : struct, IReducer<T>
    where T : unmanaged, INumber<T>
{
    private const int Group = ColumnReduction.Group;

    /// <summary>Groups between two flushes into the compensated sums.</summary>
    private const int FlushEvery = ColumnReduction.RowsPerFlush / Group;

    private readonly ref readonly StridedAxes _rows = ref rows;

    [SkipLocalsInit]
    public void Run<V>() where V : unmanaged, ISimd<V, T>
    {
        byte* tiles = stackalloc byte[reader.IsDirect ? 8 : Group * RunReader.TileSize * 8];
        byte* raw = stackalloc byte[reader.IsDirect ? 8 : RunReader.TileSize * 8];
        int room = width + V.Count;
        T* acc = stackalloc T[room];
        T* sums = stackalloc T[room];
        T* lost = stackalloc T[room];
        V identity = V.Create(op.Identity);
        bool compensate = TOp.IsSum && Lane.IsFloat<T>() && count > Group * FlushEvery;
        for (int j = 0; j < width; j += V.Count)
        {
            identity.Store(acc + j);
            if (compensate)
            {
                identity.Store(sums + j);
                V.Zero.Store(lost + j);
            }
        }
        byte** x = stackalloc byte*[Group];
        long inner = _rows.LastSize, within = start % inner, outer = start / inner, base_ = _rows.Outer().Offset(outer), rest = count;
        int groups = 0;
        while (rest > 0)
        {
            int n = (int)Math.Min(rest, Group);
            for (int i = 0; i < n; i++)
            {
                x[i] = reader.Read(reader.At(data, base_ + within * _rows.LastStride), width, tiles + i * (RunReader.TileSize * 8), raw);
                if (++within == inner)
                {
                    within = 0;
                    base_ = _rows.Outer().Offset(++outer);
                }
            }
            rest -= n;
            if (n == Group)
                AddEight<V>(op, (T**)x, width, shifts, acc);
            else
                AddEach<V>((T**)x, n, acc);
            if (compensate && ++groups % FlushEvery == 0)
                Flush<V>(acc, sums, lost);
        }
        if (compensate)
            Flush<V>(acc, sums, lost);
        Finish<V>(acc, sums, lost, compensate);
    }

    /// <param name="op">How.</param>
    /// <param name="x">The rows.</param>
    /// <param name="width">Their elements.</param>
    /// <param name="shifts">One an element.</param>
    /// <param name="acc">What they are added to.</param>
    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    private static void AddEight<V>(TOp op, T** x, int width, T* shifts, T* acc) where V : unmanaged, ISimd<V, T>
    {
        T* a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6], h = x[7];
        int j = 0;
        for (; j <= width - V.Count; j += V.Count)
        {
            V s = TOp.HasShift ? V.Load(shifts + j) : default;
            EightRows<TOp, V, T>.Combine(op, V.Load(acc + j), op.Map(V.Load(a + j), s), op.Map(V.Load(b + j), s), op.Map(V.Load(c + j), s), op.Map(V.Load(d + j), s),
                op.Map(V.Load(e + j), s), op.Map(V.Load(f + j), s), op.Map(V.Load(g + j), s), op.Map(V.Load(h + j), s)).Store(acc + j);
        }
        int n = width - j;
        if (n > 0)
        {
            V s = TOp.HasShift ? V.LoadPartial(shifts + j, n) : default;
            EightRows<TOp, V, T>.Combine(op, V.Load(acc + j), Part(op, a + j, n, s), Part(op, b + j, n, s), Part(op, c + j, n, s), Part(op, d + j, n, s),
                Part(op, e + j, n, s), Part(op, f + j, n, s), Part(op, g + j, n, s), Part(op, h + j, n, s)).Store(acc + j);
        }
    }

    private readonly void AddEach<V>(T** x, int rows, T* acc) where V : unmanaged, ISimd<V, T>
    {
        for (int i = 0; i < rows; i++)
        {
            T* a = x[i];
            int j = 0;
            for (; j <= width - V.Count; j += V.Count)
                op.Combine(V.Load(acc + j), op.Map(V.Load(a + j), TOp.HasShift ? V.Load(shifts + j) : default)).Store(acc + j);
            int n = width - j;
            if (n > 0)
                op.Combine(V.Load(acc + j), Part(op, a + j, n, TOp.HasShift ? V.LoadPartial(shifts + j, n) : default)).Store(acc + j);
        }
    }

    private static V Part<V>(TOp op, T* p, int n, V shift) where V : unmanaged, ISimd<V, T> => op.Map(V.LoadPartial(p, n), shift);

    private readonly void Flush<V>(T* acc, T* sums, T* lost) where V : unmanaged, ISimd<V, T>
    {
        for (int j = 0; j < width; j += V.Count)
        {
            V sum = V.Load(sums + j), l = V.Load(lost + j);
            Compensation.Add<V, T>(ref sum, ref l, V.Load(acc + j));
            sum.Store(sums + j);
            l.Store(lost + j);
            V.Zero.Store(acc + j);
        }
    }

    private readonly void Finish<V>(T* acc, T* sums, T* lost, bool compensate) where V : unmanaged, ISimd<V, T>
    {
        for (int j = 0; j < width; j += V.Count)
        {
            int n = Math.Min(V.Count, width - j);
            V total = V.Load((compensate ? sums : acc) + j), l = compensate ? V.Load(lost + j) : V.Zero;
            if (losts is null)
            {
                (compensate ? Compensation.Total<V, T>(total, l) : total).StorePartial(totals + j, n);
                continue;
            }
            total.StorePartial(totals + j, n);
            l.StorePartial(losts + j, n);
        }
    }
}
