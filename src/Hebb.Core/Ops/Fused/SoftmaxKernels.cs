using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Softmax and its logarithm over contiguous [outer, n, inner] tensors, forward and backward. One kernel takes a row, or some columns side by side.</summary>
internal static unsafe partial class SoftmaxKernels
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 8 << 10;

    /// <summary>Columns side by side.</summary>
    private const int Tile = 256;

    /// <summary>Writes softmax(x), or its logarithm, to y.</summary>
    public static void Forward<T>(Tensor x, Tensor y, int axis, bool log) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (outer, n, inner) = Scans.Split(x.Shape, axis);
        Run(new ForwardLines<T>(x.Data<T>(), y.Data<T>(), n, inner, log), outer, n, inner, y.Data<T>());
    }

    /// <summary>From the gradient g of y = softmax(x), or of its logarithm, that of x.</summary>
    public static void Backward<T>(Tensor g, Tensor y, Tensor gx, int axis, bool log) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (outer, n, inner) = Scans.Split(g.Shape, axis);
        Run(new BackwardLines<T>(g.Data<T>(), y.Data<T>(), gx.Data<T>(), n, inner, log), outer, n, inner, gx.Data<T>());
    }

    /// <summary>Lines of n elements: contiguous ones are rows.</summary>
    private interface ILines<T> : IRowKernel<T> where T : unmanaged
    {
        /// <summary>Lines side by side, the first of which starts at an element.</summary>
        void Columns<V>(long start, int width) where V : unmanaged, ISimd<V, T>;

        /// <summary>Rows of a result that goes past the caches; false, with nothing done, where they are taken one by one.</summary>
        bool Interleave<V>(long begin, long end, long rows) where V : unmanaged, ISimd<V, T>;
    }

    private static void Run<TLines, T>(TLines lines, long outer, long n, long inner, T* y)
        where TLines : struct, ILines<T>
        where T : unmanaged
    {
        if (outer * n * inner == 0)
            return;
        if (inner == 1)
            ParallelFor.Ranges(outer, RowLoop.Grain(outer, n, BlockSize), new Rows<TLines, T>(lines, outer, n, y));
        else
            ParallelFor.Run(outer * ((inner + Tile - 1) / Tile), new Tiles<TLines, T>(lines, n, inner));
    }

    private readonly struct Rows<TLines, T>(TLines lines, long rows, long n, T* y) : IRangeBody
        where TLines : struct, ILines<T>
        where T : unmanaged
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private void Run<V>(long begin, long end) where V : unmanaged, ISimd<V, T>
        {
            if (!lines.Interleave<V>(begin, end, rows))
                RowLoop.Run<V, T, TLines>(lines, begin, end, n, rows, y);
        }

        private readonly struct Kernel(Rows<TLines, T> owner, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Run<V>(begin, end);
        }
    }

    private readonly struct Tiles<TLines, T>(TLines lines, long n, long inner) : IBlockBody
        where TLines : struct, ILines<T>
        where T : unmanaged
    {
        public void Invoke(long block)
        {
            (long outer, long tile) = Math.DivRem(block, (inner + Tile - 1) / Tile);
            var kernel = new Kernel(lines, outer * n * inner + tile * Tile, (int)Math.Min(Tile, inner - tile * Tile));
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TLines lines, long start, int width) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => lines.Columns<V>(start, width);
        }
    }

    private readonly struct ForwardLines<T>(T* x, T* y, long n, long inner, bool log) : ILines<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(Jit.Full)]
        public void Row<V, TStore>(long row, in RowPlace<T> place) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            T* from = x + row * n, to = place.Target, tile = place.Scratch;
            if (n <= 2 * V.Count)
            {
                ShortRow<V>(from, to);
                return;
            }
            T most = RowMath.MaxNative<V, T>(from, n);
            if (log)
                Subtract<V, TStore>(from, most, T.Log(RowMath.ExpSum<V, T, RowMath.Distant>(from, most, null, n, place.Ahead)), to, n);
            else
                Multiply<V, TStore>(tile, T.One / Weigh<V>(from, most, tile, n, place.Ahead), to, n);
        }

        /// <summary>A row's exponentials, all times the same, and their sum.</summary>
        public static T Weigh<V>(T* x, T most, T* y, long n, long ahead) where V : unmanaged, ISimd<V, T>
        {
            x = Near<V>(x, ref most, y, n);
            return RowMath.ExpSum<V, T, RowMath.Shared>(x, most, y, n, ahead);
        }

        /// <summary>The row itself; where its largest element is too far from 0, or NaN, what is left of the row without it, in <paramref name="tile"/>.</summary>
        public static T* Near<V>(T* x, ref T most, T* tile, long n) where V : unmanaged, ISimd<V, T>
        {
            if (T.Abs(most) <= T.CreateTruncating(1 << 20))
                return x;
            Subtract<V, Cached>(x, most, T.Zero, tile, n);
            most = T.Zero;
            return tile;
        }

        // A row in two vectors: the second ends where the row does, and what both hold counts in the first alone.
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private void ShortRow<V>(T* from, T* to) where V : unmanaged, ISimd<V, T>
        {
            bool two = n >= V.Count;
            V a = two ? V.Load(from) : V.LoadPartial(from, (int)n), b = two ? V.Load(from + n - V.Count) : a;
            V bound = V.Create(T.CreateTruncating(two ? 2 * V.Count - n : n));
            T most = V.MaxLane(two ? V.Max(a, b) : V.Select(V.Less(V.Indices, bound), a, V.Create(from[0])));
            V shift = V.Create(most);
            (a, b) = (a - shift, b - shift);
            V p = VectorMath.QuickExp<V, T>(a), q = VectorMath.QuickExp<V, T>(b);
            T sum = V.Sum(two ? p + V.Select(V.Less(V.Indices, bound), V.Zero, q) : V.Select(V.Less(V.Indices, bound), p, V.Zero));
            V last = V.Create(log ? T.Log(sum) : T.One / sum);
            (p, q) = log ? (a - last, b - last) : (p * last, q * last);
            if (!two)
            {
                p.StorePartial(to, (int)n);
                return;
            }
            p.Store(to);
            q.Store(to + n - V.Count);
        }

        public bool Interleave<V>(long begin, long end, long rows) where V : unmanaged, ISimd<V, T>
        {
            if (log || !RowLoop.Interleaves<V, T>(y, rows, n))
                return false;
            InterleavedForward<V, T>(x, y, begin, end, n);
            return true;
        }

        private static void Subtract<V, TStore>(T* x, T most, T log, T* y, long n) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V a = V.Create(most), b = V.Create(log);
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
                TStore.Store<V, T>(V.Load(x + i) - a - b, y + i);
            if (i < n)
                (V.LoadPartial(x + i, (int)(n - i)) - a - b).StorePartial(y + i, (int)(n - i));
        }

        [MethodImpl(Jit.Full)]
        internal static void Multiply<V, TStore>(T* x, T factor, T* y, long n) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            V f = V.Create(factor);
            long i = 0;
            for (; i <= n - 2 * V.Count; i += 2 * V.Count)
            {
                TStore.Store<V, T>(V.Load(x + i) * f, y + i);
                TStore.Store<V, T>(V.Load(x + i + V.Count) * f, y + i + V.Count);
            }
            if (i <= n - V.Count)
            {
                TStore.Store<V, T>(V.Load(x + i) * f, y + i);
                i += V.Count;
            }
            if (i < n)
                (V.LoadPartial(x + i, (int)(n - i)) * f).StorePartial(y + i, (int)(n - i));
        }

        [SkipLocalsInit]
        public void Columns<V>(long start, int width) where V : unmanaged, ISimd<V, T>
        {
            T* most = stackalloc T[Tile];
            T* sum = stackalloc T[Tile];
            for (int j = 0; j < width; j += V.Count)
            {
                int c = Math.Min(V.Count, width - j);
                T* from = x + start + j, to = y + start + j;
                V m = RowMath.Load<V, T>(from, c);
                for (long i = 1; i < n; i++)
                    m = V.Max(m, RowMath.Load<V, T>(from + i * inner, c));
                V s = V.Zero;
                for (long i = 0; i < n; i++)
                {
                    V e = VectorMath.Exp<V, T>(RowMath.Load<V, T>(from + i * inner, c) - m);
                    if (!log)
                        RowMath.Store<V, T>(e, to + i * inner, c);
                    s += e;
                }
                m.Store(most + j);
                s.Store(sum + j);
            }
            for (int j = 0; j < width; j++)
                sum[j] = log ? T.Log(sum[j]) : T.One / sum[j];
            for (long i = 0; i < n; i++)
            {
                T* from = x + start + i * inner, to = y + start + i * inner;
                for (int j = 0; j < width; j += V.Count)
                {
                    int c = Math.Min(V.Count, width - j);
                    V v = log ? RowMath.Load<V, T>(from + j, c) - V.Load(most + j) - V.Load(sum + j) : RowMath.Load<V, T>(to + j, c) * V.Load(sum + j);
                    RowMath.Store<V, T>(v, to + j, c);
                }
            }
        }
    }

    private readonly struct BackwardLines<T>(T* g, T* y, T* gx, long n, long inner, bool log) : ILines<T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        [MethodImpl(Jit.Full)]
        public void Row<V, TStore>(long row, in RowPlace<T> place) where V : unmanaged, ISimd<V, T> where TStore : struct, IStore
        {
            T* d = g + row * n, p = y + row * n, to = place.Target;
            V sum = V.Create(log ? RowMath.ShortSum<V, T, RowMath.Element<T>>(new(d), n) : RowMath.ShortSum<V, T, RowMath.Product<T>>(new(d, p), n));
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
            {
                Streaming.Prefetch(d + i + place.Ahead);
                Streaming.Prefetch(p + i + place.Ahead);
                TStore.Store<V, T>(Step(V.Load(d + i), V.Load(p + i), sum), to + i);
            }
            if (i < n)
                Step(V.LoadPartial(d + i, (int)(n - i)), V.LoadPartial(p + i, (int)(n - i)), sum).StorePartial(to + i, (int)(n - i));
        }

        public void Columns<V>(long start, int width) where V : unmanaged, ISimd<V, T>
        {
            for (int j = 0; j < width; j += V.Count)
            {
                int c = Math.Min(V.Count, width - j);
                T* d = g + start + j, p = y + start + j, to = gx + start + j;
                V sum = V.Zero;
                for (long i = 0; i < n; i++)
                    sum += log ? RowMath.Load<V, T>(d + i * inner, c) : RowMath.Load<V, T>(d + i * inner, c) * RowMath.Load<V, T>(p + i * inner, c);
                for (long i = 0; i < n; i++)
                    RowMath.Store<V, T>(Step(RowMath.Load<V, T>(d + i * inner, c), RowMath.Load<V, T>(p + i * inner, c), sum), to + i * inner, c);
            }
        }

        public bool Interleave<V>(long begin, long end, long rows) where V : unmanaged, ISimd<V, T> => false;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Step<V>(V d, V p, V sum) where V : unmanaged, ISimd<V, T> => log ? d - VectorMath.Exp<V, T>(p) * sum : p * (d - sum);
    }
}
