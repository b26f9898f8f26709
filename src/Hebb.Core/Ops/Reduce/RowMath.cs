using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Steps of fused kernels on contiguous rows of floats, in an order that depends on their length alone.</summary>
internal static unsafe class RowMath
{
    /// <summary>Elements between two flushes into a compensated sum.</summary>
    public const int FlushEvery = 2048;

    /// <summary>The largest element; NaN if one is.</summary>
    [MethodImpl(Jit.Full)]
    public static T Max<V, T>(T* x, long n) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        if (n < V.Count)
        {
            T most = x[0];
            for (long i = 1; i < n; i++)
                most = T.Max(most, x[i]);
            return most;
        }
        V a = V.Load(x), b = a, c = a, d = a;
        long at = 0;
        for (; at <= n - 4 * V.Count; at += 4 * V.Count)
        {
            a = V.Max(a, V.Load(x + at));
            b = V.Max(b, V.Load(x + at + V.Count));
            c = V.Max(c, V.Load(x + at + 2 * V.Count));
            d = V.Max(d, V.Load(x + at + 3 * V.Count));
        }
        // The last vectors may overlap what came before: a maximum does not mind.
        for (; at < n; at += V.Count)
            a = V.Max(a, V.Load(x + Math.Min(at, n - V.Count)));
        return V.MaxLane(V.Max(V.Max(a, b), V.Max(c, d)));
    }

    /// <summary>The largest element; any of them where one is NaN.</summary>
    [MethodImpl(Jit.Full)]
    public static T MaxNative<V, T>(T* x, long n) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        if (n < 4 * V.Count)
            return Max<V, T>(x, n);
        V a = V.Load(x), b = V.Load(x + V.Count), c = V.Load(x + 2 * V.Count), d = V.Load(x + 3 * V.Count);
        long at = 4 * V.Count;
        for (; at <= n - 4 * V.Count; at += 4 * V.Count)
        {
            a = V.MaxNative(a, V.Load(x + at));
            b = V.MaxNative(b, V.Load(x + at + V.Count));
            c = V.MaxNative(c, V.Load(x + at + 2 * V.Count));
            d = V.MaxNative(d, V.Load(x + at + 3 * V.Count));
        }
        for (; at < n; at += V.Count)
            a = V.MaxNative(a, V.Load(x + Math.Min(at, n - V.Count)));
        return V.MaxLaneNative(V.MaxNative(V.MaxNative(a, b), V.MaxNative(c, d)));
    }

    /// <summary>The first <paramref name="n"/> lanes, up to all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V, T>(T* p, int n) where V : unmanaged, ISimd<V, T> where T : unmanaged => n == V.Count ? V.Load(p) : V.LoadPartial(p, n);

    /// <summary>Writes the first <paramref name="n"/> lanes, up to all of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V, T>(V v, T* p, int n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (n == V.Count)
            v.Store(p);
        else
            v.StorePartial(p, n);
    }

    /// <summary>What a sum adds up: a function of up to three rows. It may also store what it computed.</summary>
    public interface ITerm<T> where T : unmanaged
    {
        /// <summary>The terms from <paramref name="i"/> on.</summary>
        V Full<V>(long i) where V : unmanaged, ISimd<V, T>;

        /// <summary>The first <paramref name="n"/> of them; what the other lanes hold is not used.</summary>
        V Partial<V>(long i, int n) where V : unmanaged, ISimd<V, T>;
    }

    /// <summary>The sum of the terms 0 to n - 1.</summary>
    [MethodImpl(Jit.Full)]
    public static T Sum<V, T, TTerm>(TTerm term, long n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
        where TTerm : struct, ITerm<T>
    {
        V total = V.Zero, lost = V.Zero;
        long i = 0;
        while (true)
        {
            V a = V.Zero, b = V.Zero;
            long end = Math.Min(n, i + FlushEvery);
            for (; i <= end - 2 * V.Count; i += 2 * V.Count)
            {
                a += term.Full<V>(i);
                b += term.Full<V>(i + V.Count);
            }
            if (i <= end - V.Count)
            {
                a += term.Full<V>(i);
                i += V.Count;
            }
            if (i < end)
            {
                int rest = (int)(end - i);
                b += V.Select(V.Less(V.Indices, V.Create(T.CreateTruncating(rest))), term.Partial<V>(i, rest), V.Zero);
                i = end;
            }
            if (n <= FlushEvery)
                return V.Sum(a + b);
            Compensation.Add<V, T>(ref total, ref lost, a + b);
            if (i == n)
                return V.Sum(Compensation.Total<V, T>(total, lost));
        }
    }

    /// <summary>The sum of terms that take an instruction or two: four at a time, for an addition waits for the one before.</summary>
    [MethodImpl(Jit.Full)]
    public static T ShortSum<V, T, TTerm>(TTerm term, long n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
        where TTerm : struct, ITerm<T>
    {
        V total = V.Zero, lost = V.Zero;
        long i = 0;
        while (true)
        {
            V a = V.Zero, b = V.Zero;
            long end = Math.Min(n, i + FlushEvery);
            V c = V.Zero, d = V.Zero;
            for (; i <= end - 4 * V.Count; i += 4 * V.Count)
            {
                a += term.Full<V>(i);
                b += term.Full<V>(i + V.Count);
                c += term.Full<V>(i + 2 * V.Count);
                d += term.Full<V>(i + 3 * V.Count);
            }
            a += c;
            b += d;
            for (; i <= end - V.Count; i += V.Count)
                a += term.Full<V>(i);
            if (i < end)
            {
                int rest = (int)(end - i);
                b += V.Select(V.Less(V.Indices, V.Create(T.CreateTruncating(rest))), term.Partial<V>(i, rest), V.Zero);
                i = end;
            }
            if (n <= FlushEvery)
                return V.Sum(a + b);
            Compensation.Add<V, T>(ref total, ref lost, a + b);
            if (i == n)
                return V.Sum(Compensation.Total<V, T>(total, lost));
        }
    }

    /// <summary>What a row's exponentials are relative to.</summary>
    public interface IRowExp
    {
        static abstract (V Least, V Shift) Bounds<V, T>(V most) where V : unmanaged, ISimd<V, T> where T : unmanaged;

        static abstract V At<V, T>(V x, V least, V shift) where V : unmanaged, ISimd<V, T> where T : unmanaged;
    }

    /// <summary>exp(x - most).</summary>
    public readonly struct Distant : IRowExp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (V Least, V Shift) Bounds<V, T>(V most) where V : unmanaged, ISimd<V, T> where T : unmanaged => (most, most);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V, T>(V x, V least, V shift) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.QuickExp<V, T>(x - shift);
    }

    /// <summary>The same times what all of a row share; see <see cref="VectorMath.SharedExp"/>.</summary>
    public readonly struct Shared : IRowExp
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (V Least, V Shift) Bounds<V, T>(V most) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.SharedExpBounds<V, T>(most);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V At<V, T>(V x, V least, V shift) where V : unmanaged, ISimd<V, T> where T : unmanaged => VectorMath.SharedExp<V, T>(x, least, shift);
    }

    /// <summary>The sum of a row's exponentials, where no element is greater than <paramref name="most"/>; the terms go to y unless that is null.</summary>
    /// <param name="x">The row.</param>
    /// <param name="most">What is taken off.</param>
    /// <param name="y">Where the terms go.</param>
    /// <param name="n">Elements of the row.</param>
    /// <param name="ahead">How many elements behind these are fetched meanwhile.</param>
    [MethodImpl(Jit.Full)]
    public static T ExpSum<V, T, TExp>(T* x, T most, T* y, long n, long ahead)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
        where TExp : struct, IRowExp
    {
        V total = V.Zero, lost = V.Zero;
        (V least, V shift) = TExp.Bounds<V, T>(V.Create(most));
        long i = 0;
        while (true)
        {
            V a = V.Zero, b = V.Zero;
            long end = Math.Min(n, i + FlushEvery);
            for (; i <= end - 2 * V.Count; i += 2 * V.Count)
            {
                Streaming.Prefetch<V, T>(x + i + ahead, 2);
                V p = TExp.At<V, T>(V.Load(x + i), least, shift), q = TExp.At<V, T>(V.Load(x + i + V.Count), least, shift);
                if (y is not null)
                {
                    p.Store(y + i);
                    q.Store(y + i + V.Count);
                }
                a += p;
                b += q;
            }
            if (i < end)
                a += ExpRest<V, T, TExp>(x + i, least, shift, y is null ? null : y + i, end - i);
            i = end;
            if (n <= FlushEvery)
                return V.Sum(a + b);
            Compensation.Add<V, T>(ref total, ref lost, a + b);
            if (i == n)
                return V.Sum(Compensation.Total<V, T>(total, lost));
        }
    }

    // By itself: what a method may inline would not do for the loop and this.
    [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
    private static V ExpRest<V, T, TExp>(T* x, V least, V shift, T* y, long n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
        where TExp : struct, IRowExp
    {
        V sum = V.Zero;
        for (long i = 0; i < n; i += V.Count)
        {
            int rest = (int)Math.Min(V.Count, n - i);
            V p = TExp.At<V, T>(Load<V, T>(x + i, rest), least, shift);
            if (y is not null)
                Store<V, T>(p, y + i, rest);
            sum += rest == V.Count ? p : V.Select(V.Less(V.Indices, V.Create(T.CreateTruncating(rest))), p, V.Zero);
        }
        return sum;
    }

    /// <summary>The sum of the squared distances from <paramref name="mean"/>.</summary>
    /// <param name="x">The row.</param>
    /// <param name="mean">What is taken off.</param>
    /// <param name="n">Elements of the row.</param>
    /// <param name="ahead">How many elements behind these are fetched meanwhile.</param>
    [MethodImpl(Jit.Full)]
    public static T SquaredDistances<V, T>(T* x, T mean, long n, long ahead)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, INumber<T>
    {
        V total = V.Zero, lost = V.Zero, shift = V.Create(mean);
        long i = 0;
        while (true)
        {
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            long end = Math.Min(n, i + FlushEvery);
            for (; i <= end - 4 * V.Count; i += 4 * V.Count)
            {
                Streaming.Prefetch<V, T>(x + i + ahead, 4);
                V p = V.Load(x + i) - shift, q = V.Load(x + i + V.Count) - shift, r = V.Load(x + i + 2 * V.Count) - shift, s = V.Load(x + i + 3 * V.Count) - shift;
                a = V.MultiplyAdd(p, p, a);
                b = V.MultiplyAdd(q, q, b);
                c = V.MultiplyAdd(r, r, c);
                d = V.MultiplyAdd(s, s, d);
            }
            a += c;
            b += d;
            for (; i < end; i += V.Count)
            {
                int rest = (int)Math.Min(V.Count, end - i);
                V p = Load<V, T>(x + i, rest) - shift;
                if (rest < V.Count)
                    p = V.Select(V.Less(V.Indices, V.Create(T.CreateTruncating(rest))), p, V.Zero);
                a = V.MultiplyAdd(p, p, a);
            }
            i = end;
            if (n <= FlushEvery)
                return V.Sum(a + b);
            Compensation.Add<V, T>(ref total, ref lost, a + b);
            if (i == n)
                return V.Sum(Compensation.Total<V, T>(total, lost));
        }
    }

    /// <summary>The elements themselves.</summary>
    public readonly struct Element<T>(T* x) : ITerm<T> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Full<V>(long i) where V : unmanaged, ISimd<V, T> => V.Load(x + i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Partial<V>(long i, int n) where V : unmanaged, ISimd<V, T> => V.LoadPartial(x + i, n);
    }

    /// <summary>Products of the elements of two rows.</summary>
    public readonly struct Product<T>(T* x, T* y) : ITerm<T> where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Full<V>(long i) where V : unmanaged, ISimd<V, T> => V.Load(x + i) * V.Load(y + i);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Partial<V>(long i, int n) where V : unmanaged, ISimd<V, T> => V.LoadPartial(x + i, n) * V.LoadPartial(y + i, n);
    }
}
