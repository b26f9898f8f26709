using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Layer and RMS normalisation of contiguous rows, forward and backward.</summary>
internal static unsafe partial class RowNormKernels
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <summary>y = (x - mean) / sqrt(var + eps) * weight + bias by rows of n; without means where they are null.</summary>
    public static void Forward<T>(T* x, T* weight, T* bias, T* y, T* rstd, T* mean, long rows, long n, double eps) where T : unmanaged, IFloatingPointIeee754<T> =>
        ParallelFor.Ranges(rows, RowLoop.Grain(rows, n, BlockSize), new ForwardBody<T>(x, weight, bias, y, rstd, mean, rows, n, eps));

    private readonly struct ForwardBody<T>(T* x, T* weight, T* bias, T* y, T* rstd, T* mean, long rows, long n, double eps) : IRangeBody, IRowKernel<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(ForwardBody<T> owner, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Run<V>(begin, end);
        }

        private void Run<V>(long begin, long end) where V : unmanaged, ISimd<V, T>
        {
            if (weight is not null && bias is not null && mean is not null && RowLoop.Interleaves<V, T>(y, rows, n))
                InterleavedForward<V>(begin, end);
            else
                RowLoop.Run<V, T, ForwardBody<T>>(this, begin, end, n, rows, y);
        }

        /// <summary>
        /// Rows whose results go past the caches. One loop writes a row, takes the distances of the next from its mean and sums up the one after: memory has
        /// something to do at all times. The bits are those of the plain way.
        /// </summary>
        [MethodImpl(Jit.Full)]
        private void InterleavedForward<V>(long begin, long end) where V : unmanaged, ISimd<V, T>
        {
            long last = end - 1, ahead = Streaming.AheadOfRows / sizeof(T);
            (T m, T r) = Statistics<V, T>(x + begin * n, n, centred: true, eps);
            T coming = Mean<T>(RowMath.ShortSum<V, T, RowMath.Element<T>>(new(x + Math.Min(begin + 1, last) * n), n), n);
            for (long row = begin; row < last; row++)
            {
                (mean[row], rstd[row]) = (m, r);
                T* done = x + row * n, from = x + (row + 1) * n, after = x + Math.Min(row + 2, last) * n, to = y + row * n;
                V shift = V.Create(m), scale = V.Create(r), middle = V.Create(coming);
                V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero, e = V.Zero, f = V.Zero, g = V.Zero, h = V.Zero;
                for (long i = 0; i < n; i += 4 * V.Count)
                {
                    long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                    Streaming.Prefetch<V, T>(after + ahead + i, 4);
                    V p = V.Load(from + i) - middle, q = V.Load(from + j) - middle, s = V.Load(from + k) - middle, t = V.Load(from + l) - middle;
                    (a, b, c, d) = (V.MultiplyAdd(p, p, a), V.MultiplyAdd(q, q, b), V.MultiplyAdd(s, s, c), V.MultiplyAdd(t, t, d));
                    (e, f, g, h) = (e + V.Load(after + i), f + V.Load(after + j), g + V.Load(after + k), h + V.Load(after + l));
                    p = V.MultiplyAdd((V.Load(done + i) - shift) * scale, V.Load(weight + i), V.Load(bias + i));
                    q = V.MultiplyAdd((V.Load(done + j) - shift) * scale, V.Load(weight + j), V.Load(bias + j));
                    s = V.MultiplyAdd((V.Load(done + k) - shift) * scale, V.Load(weight + k), V.Load(bias + k));
                    t = V.MultiplyAdd((V.Load(done + l) - shift) * scale, V.Load(weight + l), V.Load(bias + l));
                    // After all loads: one from an address that ends in the same twelve bits as a store before it, as rows of 4 KiB have them, waits for it.
                    p.StoreNonTemporal(to + i);
                    q.StoreNonTemporal(to + j);
                    s.StoreNonTemporal(to + k);
                    t.StoreNonTemporal(to + l);
                }
                (m, r) = (coming, Rstd<T>(V.Sum(a + c + (b + d)), n, eps));
                coming = Mean<T>(V.Sum(e + g + (f + h)), n);
            }
            (mean[last], rstd[last]) = (m, r);
            Scale<V, Streamed>(x + last * n, m, r, y + last * n);
            Streaming.Fence();
        }

        [MethodImpl(Jit.Full)]
        public void Row<V, TStore>(long row, in RowPlace<T> place) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            (T m, T r) = Statistics<V, T>(x + row * n, n, mean is not null, eps, place.Ahead);
            rstd[row] = r;
            if (mean is not null)
                mean[row] = m;
            Scale<V, TStore>(x + row * n, m, r, place.Target);
        }

        [MethodImpl(Jit.Full)]
        private void Scale<V, TStore>(T* from, T m, T r, T* to) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V shift = V.Create(m), scale = V.Create(r);
            long i = 0;
            if (weight is not null && bias is not null)
            {
                for (; i <= n - V.Count; i += V.Count)
                    TStore.Store<V, T>(V.MultiplyAdd((V.Load(from + i) - shift) * scale, V.Load(weight + i), V.Load(bias + i)), to + i);
            }
            for (; i <= n - V.Count; i += V.Count)
                TStore.Store<V, T>(Affine((V.Load(from + i) - shift) * scale, i, V.Count), to + i);
            if (i < n)
                Affine((V.LoadPartial(from + i, (int)(n - i)) - shift) * scale, i, (int)(n - i)).StorePartial(to + i, (int)(n - i));
        }

        private V Affine<V>(V v, long i, int count) where V : unmanaged, ISimd<V, T>
        {
            V scale = weight is null ? V.One : RowMath.Load<V, T>(weight + i, count);
            return bias is not null ? V.MultiplyAdd(v, scale, RowMath.Load<V, T>(bias + i, count)) : weight is not null ? v * scale : v;
        }
    }

    /// <summary>Mean (0 unless centred) and 1 / sqrt(mean square distance from it + eps) of a row.</summary>
    /// <param name="x">The row.</param>
    /// <param name="n">Its elements.</param>
    /// <param name="centred">Whether there is a mean.</param>
    /// <param name="eps">Added to the mean square.</param>
    /// <param name="ahead">How many elements behind these are fetched meanwhile.</param>
    public static (T Mean, T Rstd) Statistics<V, T>(T* x, long n, bool centred, double eps, long ahead = 0)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        T mean = centred ? Mean<T>(RowMath.ShortSum<V, T, RowMath.Element<T>>(new(x), n), n) : T.Zero;
        return (mean, Rstd<T>(RowMath.SquaredDistances<V, T>(x, mean, n, ahead), n, eps));
    }

    private static T Mean<T>(T sum, long n) where T : unmanaged, IFloatingPointIeee754<T> => T.CreateTruncating(double.CreateTruncating(sum) * (1.0 / n));

    private static T Rstd<T>(T squares, long n, double eps) where T : unmanaged, IFloatingPointIeee754<T> =>
        T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(squares) * (1.0 / n) + eps));
}
