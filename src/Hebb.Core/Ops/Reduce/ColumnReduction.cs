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
}

/// <summary>Some rows of neighbouring outputs, combined row upon row. The order depends on the number of rows alone.</summary>
/// <remarks>Results go to <paramref name="totals"/> and <paramref name="losts"/>, which is null unless a sum's lost parts are asked for.</remarks>
internal unsafe ref struct ColumnReduction<TOp, T>(
    TOp op, in StridedAxes rows, RunReader reader, byte* data, long start, long count, int width, T* shifts, T* totals, T* losts) : ISimdKernel<T>
    where TOp : struct, IReducer<T>
    where T : unmanaged, INumber<T>
{
    /// <summary>The most outputs side by side.</summary>
    public const int MaxWidth = RunReader.TileSize;

    private const int Group = ColumnReduction.Group;

    /// <summary>Groups between two flushes into the compensated sums.</summary>
    private const int FlushEvery = ColumnReduction.RowsPerFlush / Group;

    private readonly ref readonly StridedAxes _rows = ref rows;

    [SkipLocalsInit]
    public void Run<V>() where V : unmanaged, ISimd<V, T>
    {
        byte* tiles = stackalloc byte[reader.IsDirect ? 8 : Group * RunReader.TileSize * 8];
        byte* raw = stackalloc byte[reader.IsDirect ? 8 : RunReader.TileSize * 8];
        T* acc = stackalloc T[MaxWidth];
        T* sums = stackalloc T[MaxWidth];
        T* lost = stackalloc T[MaxWidth];
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
        // Rows lie too far apart for the processor to see what comes next.
        long ahead = reader.IsDirect && inner > 2 * Group ? Group * _rows.LastStride : 0;
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
                AddEight<V>((T**)x, acc, ahead);
            else
                AddEach<V>((T**)x, n, acc);
            if (compensate && ++groups % FlushEvery == 0)
                Flush<V>(acc, sums, lost);
        }
        if (compensate)
            Flush<V>(acc, sums, lost);
        Finish<V>(acc, sums, lost, compensate);
    }

    /// <param name="x">The rows.</param>
    /// <param name="acc">What they are added to.</param>
    /// <param name="ahead">How many elements behind these are fetched meanwhile; 0 for none.</param>
    private readonly void AddEight<V>(T** x, T* acc, long ahead) where V : unmanaged, ISimd<V, T>
    {
        T* a = x[0], b = x[1], c = x[2], d = x[3], e = x[4], f = x[5], g = x[6], h = x[7];
        int j = 0;
        for (; j <= width - V.Count; j += V.Count)
        {
            if (ahead != 0)
            {
                Streaming.Prefetch(a + j + ahead);
                Streaming.Prefetch(b + j + ahead);
                Streaming.Prefetch(c + j + ahead);
                Streaming.Prefetch(d + j + ahead);
                Streaming.Prefetch(e + j + ahead);
                Streaming.Prefetch(f + j + ahead);
                Streaming.Prefetch(g + j + ahead);
                Streaming.Prefetch(h + j + ahead);
            }
            V s = TOp.HasShift ? V.Load(shifts + j) : default;
            V low = op.Combine(op.Combine(op.Map(V.Load(a + j), s), op.Map(V.Load(b + j), s)), op.Combine(op.Map(V.Load(c + j), s), op.Map(V.Load(d + j), s)));
            V high = op.Combine(op.Combine(op.Map(V.Load(e + j), s), op.Map(V.Load(f + j), s)), op.Combine(op.Map(V.Load(g + j), s), op.Map(V.Load(h + j), s)));
            op.Combine(V.Load(acc + j), op.Combine(low, high)).Store(acc + j);
        }
        int n = width - j;
        if (n > 0)
        {
            V s = TOp.HasShift ? V.LoadPartial(shifts + j, n) : default;
            V low = op.Combine(Part(a + j, n, s), Part(b + j, n, s));
            low = op.Combine(low, op.Combine(Part(c + j, n, s), Part(d + j, n, s)));
            V high = op.Combine(Part(e + j, n, s), Part(f + j, n, s));
            high = op.Combine(high, op.Combine(Part(g + j, n, s), Part(h + j, n, s)));
            op.Combine(V.Load(acc + j), op.Combine(low, high)).Store(acc + j);
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
                op.Combine(V.Load(acc + j), Part(a + j, n, TOp.HasShift ? V.LoadPartial(shifts + j, n) : default)).Store(acc + j);
        }
    }

    private readonly V Part<V>(T* p, int n, V shift) where V : unmanaged, ISimd<V, T> => op.Map(V.LoadPartial(p, n), shift);

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
