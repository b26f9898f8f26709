using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

internal static unsafe partial class RowNormKernels
{
    /// <summary>Rows whose parts of the weight's and bias's gradients are added up without compensation.</summary>
    private const long PartRows = 64;

    /// <summary>Numbers that a row's gradient is made of.</summary>
    private const int TermCount = 4;

    /// <summary>
    /// From the gradient g of y, that of x; and, if there are weights, rows of partial gradients of weight and bias: [parts, n] each, with <see cref="Parts"/> parts.
    /// </summary>
    public static void Backward<T>(T* g, T* x, T* rstd, T* mean, T* weight, T* gx, T* weightParts, T* biasParts, long rows, long n) where T : unmanaged, IFloatingPointIeee754<T> =>
        ParallelFor.Ranges(Parts(rows), Math.Max(1, BlockSize / Math.Max(n * PartRows, 1)), new BackwardBody<T>(g, x, rstd, mean, weight, gx, weightParts, biasParts, rows, n));

    /// <summary>How many partial gradients of weight and bias there are.</summary>
    public static long Parts(long rows) => (rows + PartRows - 1) / PartRows;

    private readonly struct BackwardBody<T>(T* g, T* x, T* rstd, T* mean, T* weight, T* gx, T* weightParts, T* biasParts, long rows, long n) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T _inverse = T.One / T.CreateTruncating(n);
        private readonly bool _streams = n * sizeof(T) % 64 == 0 && Streaming.Pays((byte*)gx, rows * n * sizeof(T));

        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(BackwardBody<T> owner, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                if (!owner._streams)
                {
                    owner.Parts<V, Cached>(begin, end);
                    return;
                }
                owner.Parts<V, Streamed>(begin, end);
                Streaming.Fence();
            }
        }

        private void Parts<V, TStore>(long begin, long end) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            for (long part = begin; part < end; part++)
                Part<V, TStore>(part);
        }

        // Two rows at a time: the partial gradients of weight and bias are read and written half as often.
        private void Part<V, TStore>(long part) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            T* terms = stackalloc T[2 * TermCount];
            long row = part * PartRows, last = Math.Min(row + PartRows, rows);
            if (weight is null)
            {
                for (; row < last; row++)
                {
                    Terms<V>(row, terms);
                    Plain<V, TStore>(g + row * n, x + row * n, terms, gx + row * n, n);
                }
                return;
            }
            T* gw = weightParts + part * n, gb = biasParts + part * n;
            new Span<T>(gw, (int)n).Clear();
            new Span<T>(gb, (int)n).Clear();
            for (; row < last - 1; row += 2)
            {
                Terms<V>(row, terms);
                Terms<V>(row + 1, terms + TermCount);
                TwoAffine<V, TStore>(g + row * n, x + row * n, weight, terms, gx + row * n, gw, gb, n);
            }
            if (row < last)
            {
                Terms<V>(row, terms);
                Affine<V, TStore>(g + row * n, x + row * n, weight, terms, gx + row * n, gw, gb, n);
            }
        }

        /// <summary>
        /// What a row's gradient is made of: dx = d w r + h slope + level, the mean's part of gw = d w and that of gw h taken off; h = x - mean. Here mean, r, slope, level; the
        /// RMS norm has neither mean nor level.
        /// </summary>
        private void Terms<V>(long row, T* to) where V : unmanaged, ISimd<V, T>
        {
            T m = mean is null ? T.Zero : mean[row], r = rstd[row];
            (T sum, T moment) = Sums<V>(g + row * n, x + row * n, weight, m, n);
            to[0] = m;
            to[1] = r;
            to[2] = -(moment * _inverse * r * r * r);
            to[3] = mean is null ? T.Zero : -(sum * _inverse * r);
        }

        /// <summary>The sums of d w and of d w (x - m); without the weights where they are null.</summary>
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static (T Sum, T Moment) Sums<V>(T* d, T* x, T* w, T m, long n) where V : unmanaged, ISimd<V, T>
        {
            V shift = V.Create(m), total = V.Zero, lost = V.Zero, total2 = V.Zero, lost2 = V.Zero;
            long i = 0;
            while (true)
            {
                V a = V.Zero, b = V.Zero, c = V.Zero, e = V.Zero, p = V.Zero, q = V.Zero, r = V.Zero, s = V.Zero;
                long end = Math.Min(n, i + RowMath.FlushEvery);
                for (; i <= end - 4 * V.Count; i += 4 * V.Count)
                {
                    long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                    V t = V.Load(d + i), u = V.Load(d + j), v = V.Load(d + k), z = V.Load(d + l);
                    if (w is not null)
                        (t, u, v, z) = (t * V.Load(w + i), u * V.Load(w + j), v * V.Load(w + k), z * V.Load(w + l));
                    (a, b, c, e) = (a + t, b + u, c + v, e + z);
                    p = V.MultiplyAdd(t, V.Load(x + i) - shift, p);
                    q = V.MultiplyAdd(u, V.Load(x + j) - shift, q);
                    r = V.MultiplyAdd(v, V.Load(x + k) - shift, r);
                    s = V.MultiplyAdd(z, V.Load(x + l) - shift, s);
                }
                for (; i < end; i += V.Count)
                {
                    int count = (int)Math.Min(V.Count, end - i);
                    V t = First<V>(d + i, count);
                    if (w is not null)
                        t *= First<V>(w + i, count);
                    a += t;
                    p = V.MultiplyAdd(t, First<V>(x + i, count) - shift, p);
                }
                i = end;
                if (n <= RowMath.FlushEvery)
                    return (V.Sum(a + b + (c + e)), V.Sum(p + q + (r + s)));
                Compensation.Add<V, T>(ref total, ref lost, a + b + (c + e));
                Compensation.Add<V, T>(ref total2, ref lost2, p + q + (r + s));
                if (i == n)
                    return (V.Sum(Compensation.Total<V, T>(total, lost)), V.Sum(Compensation.Total<V, T>(total2, lost2)));
            }
        }

        /// <summary>The first lanes, 0 in the others.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static V First<V>(T* p, int count) where V : unmanaged, ISimd<V, T> =>
            count == V.Count ? V.Load(p) : V.Select(V.Less(V.Indices, V.Create(T.CreateTruncating(count))), V.LoadPartial(p, count), V.Zero);

        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static void Plain<V, TStore>(T* d, T* x, T* t, T* to, long n) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V shift = V.Create(t[0]), scale = V.Create(t[1]), slope = V.Create(t[2]), level = V.Create(t[3]);
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
                TStore.Store<V, T>(V.MultiplyAdd(V.Load(d + i), scale, V.MultiplyAdd(V.Load(x + i) - shift, slope, level)), to + i);
            if (i < n)
                V.MultiplyAdd(V.LoadPartial(d + i, (int)(n - i)), scale, V.MultiplyAdd(V.LoadPartial(x + i, (int)(n - i)) - shift, slope, level)).StorePartial(to + i, (int)(n - i));
        }

        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static void Affine<V, TStore>(T* d, T* x, T* w, T* t, T* to, T* gw, T* gb, long n) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V shift = V.Create(t[0]), scale = V.Create(t[1]), slope = V.Create(t[2]), level = V.Create(t[3]);
            for (long i = 0; i < n; i += V.Count)
            {
                int c = (int)Math.Min(V.Count, n - i);
                V e = RowMath.Load<V, T>(d + i, c), h = RowMath.Load<V, T>(x + i, c) - shift, s = e * scale;
                V weight = V.MultiplyAdd(s, h, RowMath.Load<V, T>(gw + i, c)), bias = RowMath.Load<V, T>(gb + i, c) + e;
                V result = V.MultiplyAdd(s, RowMath.Load<V, T>(w + i, c), V.MultiplyAdd(h, slope, level));
                RowMath.Store<V, T>(result, to + i, c);
                RowMath.Store<V, T>(weight, gw + i, c);
                RowMath.Store<V, T>(bias, gb + i, c);
            }
        }

        /// <summary>The same of two rows, the second right behind the first.</summary>
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static void TwoAffine<V, TStore>(T* d, T* x, T* w, T* t, T* to, T* gw, T* gb, long n) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V shift = V.Create(t[0]), scale = V.Create(t[1]), slope = V.Create(t[2]), level = V.Create(t[3]);
            V shift2 = V.Create(t[4]), scale2 = V.Create(t[5]), slope2 = V.Create(t[6]), level2 = V.Create(t[7]);
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
            {
                V e = V.Load(d + i), f = V.Load(d + n + i), h = V.Load(x + i) - shift, k = V.Load(x + n + i) - shift2, s = e * scale, r = f * scale2, factor = V.Load(w + i);
                V weight = V.MultiplyAdd(r, k, V.MultiplyAdd(s, h, V.Load(gw + i))), bias = V.Load(gb + i) + e + f;
                h = V.MultiplyAdd(s, factor, V.MultiplyAdd(h, slope, level));
                k = V.MultiplyAdd(r, factor, V.MultiplyAdd(k, slope2, level2));
                // After all loads: one from an address that ends in the same twelve bits as a store before it waits for it.
                TStore.Store<V, T>(h, to + i);
                TStore.Store<V, T>(k, to + n + i);
                weight.Store(gw + i);
                bias.Store(gb + i);
            }
            if (i == n)
                return;
            int c = (int)(n - i);
            Affine<V, Cached>(d + i, x + i, w + i, t, to + i, gw + i, gb + i, c);
            Affine<V, Cached>(d + n + i, x + n + i, w + i, t + TermCount, to + n + i, gw + i, gb + i, c);
        }
    }
}
