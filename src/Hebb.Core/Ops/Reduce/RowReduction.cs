using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Part of the elements of one output, folded into one number. The order of combination depends on their number and layout alone.</summary>
internal unsafe ref struct RowReduction<TOp, T>(TOp op, in StridedAxes axes, RunReader reader, byte* data, long start, long count, T shift) : ISimdKernel<T>
    where TOp : struct, IReducer<T>
    where T : unmanaged, INumber<T>
{
    /// <summary>Elements between two flushes into the compensated sum.</summary>
    private const int FlushEvery = 4096;

    /// <summary>Elements that memory is asked for ahead of their use.</summary>
    private const int Ahead = 2048;

    private readonly ref readonly StridedAxes _axes = ref axes;

    /// <summary>The result.</summary>
    public T Total;

    /// <summary>What the additions of a sum lost.</summary>
    public T Lost;

    [SkipLocalsInit]
    public void Run<V>() where V : unmanaged, ISimd<V, T>
    {
        byte* tile = stackalloc byte[RunReader.TileSize * 8];
        byte* raw = stackalloc byte[RunReader.TileSize * 8];
        V identity = V.Create(op.Identity), moved = TOp.HasShift ? V.Create(shift) : identity;
        V a = identity, b = identity, c = identity, d = identity, sum = identity, lost = V.Zero;
        bool flushed = false;
        long inner = _axes.LastSize;
        long within = start % inner, row = start / inner, rest = count, pending = 0;
        byte* p = null;
        long run = 0;
        int most = reader.IsDirect ? FlushEvery : RunReader.TileSize;
        while (rest > 0)
        {
            if (run == 0)
            {
                p = reader.At(data, _axes.OuterOffset(row++) + within * _axes.LastStride);
                run = Math.Min(inner - within, rest);
                within = 0;
            }
            int n = (int)Math.Min(run, most);
            T* x = (T*)reader.Read(p, n, tile, raw);
            p = reader.At(p, n * _axes.LastStride);
            run -= n;
            rest -= n;
            int i = n / (4 * V.Count) * (4 * V.Count);
            if (i > 0)
                Fours(op, x, i, moved, ref a, ref b, ref c, ref d);
            for (; i <= n - V.Count; i += V.Count)
                a = op.Combine(a, op.Map(V.Load(x + i), moved));
            if (i < n)
            {
                V inside = V.Less(V.Indices, V.Create(T.CreateTruncating(n - i)));
                b = op.Combine(b, V.Select(inside, op.Map(V.LoadPartial(x + i, n - i), moved), identity));
            }
            if (!TOp.IsSum || !Lane.IsFloat<T>())
                continue;
            pending += n + V.Count;
            if (pending >= FlushEvery && rest > 0)
            {
                Compensation.Add<V, T>(ref sum, ref lost, a + b + (c + d));
                a = b = c = d = identity;
                pending = 0;
                flushed = true;
            }
        }
        V last = op.Combine(op.Combine(a, b), op.Combine(c, d));
        if (TOp.IsSum)
        {
            if (flushed)
                Compensation.Add<V, T>(ref sum, ref lost, last);
            else
                sum = last;
            Total = V.Sum(sum);
            Lost = V.Sum(lost);
        }
        else
        {
            Total = Fold(op, last);
        }
    }

    /// <summary>The same of elements next to each other in memory, in the same order; what the additions of a sum lost goes to <paramref name="lost"/>.</summary>
    public static T Plain<V>(TOp op, T* x, long count, T shift, out T lost) where V : unmanaged, ISimd<V, T>
    {
        V identity = V.Create(op.Identity), moved = TOp.HasShift ? V.Create(shift) : identity;
        V a = identity, b = identity, c = identity, d = identity, sum = identity, parts = V.Zero;
        long pending = 0;
        bool flushed = false;
        while (true)
        {
            int n = (int)Math.Min(count, FlushEvery), i = n / (4 * V.Count) * (4 * V.Count);
            if (i > 0)
                Fours(op, x, i, moved, ref a, ref b, ref c, ref d);
            for (; i <= n - V.Count; i += V.Count)
                a = op.Combine(a, op.Map(V.Load(x + i), moved));
            if (i < n)
            {
                V inside = V.Less(V.Indices, V.Create(T.CreateTruncating(n - i)));
                b = op.Combine(b, V.Select(inside, op.Map(V.LoadPartial(x + i, n - i), moved), identity));
            }
            x += n;
            count -= n;
            if (count == 0)
                break;
            pending += n + V.Count;
            if (!TOp.IsSum || !Lane.IsFloat<T>() || pending < FlushEvery)
                continue;
            Compensation.Add<V, T>(ref sum, ref parts, a + b + (c + d));
            a = b = c = d = identity;
            pending = 0;
            flushed = true;
        }
        V last = op.Combine(op.Combine(a, b), op.Combine(c, d));
        lost = default;
        if (!TOp.IsSum)
            return Fold(op, last);
        if (!flushed)
            return V.Sum(last);
        Compensation.Add<V, T>(ref sum, ref parts, last);
        lost = V.Sum(parts);
        return V.Sum(sum);
    }

    // By itself, so that the four stay in registers.
    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    private static void Fours<V>(TOp op, T* x, long n, V moved, ref V a, ref V b, ref V c, ref V d) where V : unmanaged, ISimd<V, T>
    {
        V k = a, l = b, m = c, o = d;
        long i = 0;
        do
        {
            // A good page ahead; two of every four lines suffice, their neighbours come along.
            Streaming.Prefetch(x + i + Ahead);
            Streaming.Prefetch(x + i + Ahead + 2 * V.Count);
            k = op.Combine(k, op.Map(V.Load(x + i), moved));
            l = op.Combine(l, op.Map(V.Load(x + i + V.Count), moved));
            m = op.Combine(m, op.Map(V.Load(x + i + 2 * V.Count), moved));
            o = op.Combine(o, op.Map(V.Load(x + i + 3 * V.Count), moved));
            i += 4 * V.Count;
        }
        while (i < n);
        (a, b, c, d) = (k, l, m, o);
    }

    private static T Fold<V>(TOp op, V v) where V : unmanaged, ISimd<V, T>
    {
        T* lanes = stackalloc T[V.Count];
        v.Store(lanes);
        V128<T> folded = V128<T>.Load(lanes);
        for (int i = V128<T>.Count; i < V.Count; i += V128<T>.Count)
            folded = op.Combine(folded, V128<T>.Load(lanes + i));
        folded.Store(lanes);
        T result = lanes[0];
        for (int i = 1; i < V128<T>.Count; i++)
            result = op.Combine(V128<T>.Create(result), V128<T>.Create(lanes[i]))[0];
        return result;
    }
}
