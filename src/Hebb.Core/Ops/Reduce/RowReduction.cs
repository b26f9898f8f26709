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

    /// <summary>
    /// <see cref="Plain"/> of four runs of as many elements, a multiple of four vectors, in turns: one core reads several places of memory faster than one. The bits are the same.
    /// </summary>
    /// <param name="op">A reducer without shifts.</param>
    /// <param name="x">The first run.</param>
    /// <param name="step">Elements from the start of one to that of the next.</param>
    /// <param name="count">Elements of a run.</param>
    /// <param name="results">A total and what the additions lost, for each.</param>
    [SkipLocalsInit]
    public static void PlainFour<V>(TOp op, T* x, long step, long count, T* results) where V : unmanaged, ISimd<V, T>
    {
        V identity = V.Create(op.Identity);
        V* parts = stackalloc V[16], sums = stackalloc V[4], lost = stackalloc V[4];
        bool flushes = TOp.IsSum && Lane.IsFloat<T>() && count > FlushEvery;
        for (int i = 0; i < 16; i++)
            parts[i] = identity;
        for (int i = 0; i < 4; i++)
            (sums[i], lost[i]) = (identity, V.Zero);
        for (long at = 0; at < count; at += FlushEvery)
        {
            FourRuns(op, x + at, step, Math.Min(count - at, FlushEvery), parts);
            for (int i = 0; i < 4 && flushes; i++)
            {
                V* p = parts + 4 * i;
                Compensation.Add<V, T>(ref sums[i], ref lost[i], p[0] + p[1] + (p[2] + p[3]));
                p[0] = p[1] = p[2] = p[3] = identity;
            }
        }
        for (int i = 0; i < 4; i++)
        {
            V* p = parts + 4 * i;
            V total = flushes ? sums[i] : op.Combine(op.Combine(p[0], p[1]), op.Combine(p[2], p[3]));
            (results[2 * i], results[2 * i + 1]) = (TOp.IsSum ? V.Sum(total) : Fold(op, total), V.Sum(lost[i]));
        }
    }

    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    private static void FourRuns<V>(TOp op, T* x, long step, long n, V* to) where V : unmanaged, ISimd<V, T>
    {
        T* y = x + step, z = y + step, w = z + step;
        V a0 = to[0], b0 = to[1], c0 = to[2], d0 = to[3];
        V a1 = to[4], b1 = to[5], c1 = to[6], d1 = to[7];
        V a2 = to[8], b2 = to[9], c2 = to[10], d2 = to[11];
        V a3 = to[12], b3 = to[13], c3 = to[14], d3 = to[15];
        V lost0 = V.Zero, lost1 = V.Zero, lost2 = V.Zero, lost3 = V.Zero;
        for (long i = 0; i < n; i += 4 * V.Count)
        {
            Four(op, x + i, V.Zero, ref a0, ref b0, ref c0, ref d0, ref lost0);
            Four(op, y + i, V.Zero, ref a1, ref b1, ref c1, ref d1, ref lost1);
            Four(op, z + i, V.Zero, ref a2, ref b2, ref c2, ref d2, ref lost2);
            Four(op, w + i, V.Zero, ref a3, ref b3, ref c3, ref d3, ref lost3);
        }
        if (Quick.Loses<TOp, T>(op))
        {
            a0 |= lost0;
            a1 |= lost1;
            a2 |= lost2;
            a3 |= lost3;
        }
        (to[0], to[1], to[2], to[3]) = (a0, b0, c0, d0);
        (to[4], to[5], to[6], to[7]) = (a1, b1, c1, d1);
        (to[8], to[9], to[10], to[11]) = (a2, b2, c2, d2);
        (to[12], to[13], to[14], to[15]) = (a3, b3, c3, d3);
    }

    // By itself, so that the four stay in registers.
    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    private static void Fours<V>(TOp op, T* x, long n, V moved, ref V a, ref V b, ref V c, ref V d) where V : unmanaged, ISimd<V, T>
    {
        V k = a, l = b, m = c, o = d, lost = V.Zero;
        long i = 0;
        do
        {
            // A good page ahead; two of every four lines suffice, their neighbours come along.
            Streaming.Prefetch(x + i + Ahead);
            Streaming.Prefetch(x + i + Ahead + 2 * V.Count);
            Four(op, x + i, moved, ref k, ref l, ref m, ref o, ref lost);
            i += 4 * V.Count;
        }
        while (i < n);
        (a, b, c, d) = (Quick.Loses<TOp, T>(op) ? k | lost : k, l, m, o);
    }

    /// <summary>Four vectors join as many results.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Four<V>(TOp op, T* x, V moved, ref V a, ref V b, ref V c, ref V d, ref V lost) where V : unmanaged, ISimd<V, T>
    {
        V p = op.Map(V.Load(x), moved), q = op.Map(V.Load(x + V.Count), moved), r = op.Map(V.Load(x + 2 * V.Count), moved), s = op.Map(V.Load(x + 3 * V.Count), moved);
        a = Quick.Combine<TOp, V, T>(op, p, a);
        b = Quick.Combine<TOp, V, T>(op, q, b);
        c = Quick.Combine<TOp, V, T>(op, r, c);
        d = Quick.Combine<TOp, V, T>(op, s, d);
        if (Quick.Loses<TOp, T>(op))
            lost |= Quick.Lost<TOp, V, T>(op, p, q) | Quick.Lost<TOp, V, T>(op, r, s);
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
