using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Softmax and its logarithm over contiguous [outer, n, inner] tensors, forward and backward. One kernel takes a row, or some columns side by side.</summary>
internal static unsafe class SoftmaxKernels
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 8 << 10;

    /// <summary>Columns side by side.</summary>
    private const int Tile = 256;

    /// <summary>Writes softmax(x), or its logarithm, to y.</summary>
    public static void Forward<T>(Tensor x, Tensor y, int axis, bool log) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (outer, n, inner) = Scans.Split(x.Shape, axis);
        Run<ForwardLines<T>, T>(new(x.Data<T>(), y.Data<T>(), n, inner, log), outer, n, inner);
    }

    /// <summary>From the gradient g of y = softmax(x), or of its logarithm, that of x.</summary>
    public static void Backward<T>(Tensor g, Tensor y, Tensor gx, int axis, bool log) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (outer, n, inner) = Scans.Split(g.Shape, axis);
        Run<BackwardLines<T>, T>(new(g.Data<T>(), y.Data<T>(), gx.Data<T>(), n, inner, log), outer, n, inner);
    }

    private interface ILines<T> where T : unmanaged
    {
        /// <summary>One contiguous line that starts at an element.</summary>
        void Row<V>(long start) where V : unmanaged, ISimd<V, T>;

        /// <summary>Lines side by side, the first of which starts at an element.</summary>
        void Columns<V>(long start, int width) where V : unmanaged, ISimd<V, T>;
    }

    private static void Run<TLines, T>(TLines lines, long outer, long n, long inner)
        where TLines : struct, ILines<T>
        where T : unmanaged
    {
        if (outer * n * inner == 0)
            return;
        if (inner == 1)
            ParallelFor.Ranges(outer, Math.Max(1, BlockSize / n), new Rows<TLines, T>(lines, n));
        else
            ParallelFor.Run(outer * ((inner + Tile - 1) / Tile), new Tiles<TLines, T>(lines, n, inner));
    }

    private readonly struct Rows<TLines, T>(TLines lines, long n) : IRangeBody
        where TLines : struct, ILines<T>
        where T : unmanaged
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(lines, n, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(TLines lines, long n, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long i = begin; i < end; i++)
                    lines.Row<V>(i * n);
            }
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
        public void Row<V>(long start) where V : unmanaged, ISimd<V, T>
        {
            T* from = x + start, to = y + start;
            T most = RowMath.Max<V, T>(from, n);
            T sum = RowMath.Sum<V, T, RowMath.Exp<T>>(new(from, most, log ? null : to), n);
            if (log)
                Map<V>(from, to, V.Create(most), V.Create(T.Log(sum)), V.One);
            else
                Map<V>(to, to, V.Zero, V.Zero, V.Create(T.One / sum));
        }

        /// <summary>y = (x - a - b) * scale.</summary>
        private void Map<V>(T* from, T* to, V a, V b, V scale) where V : unmanaged, ISimd<V, T>
        {
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
                ((V.Load(from + i) - a - b) * scale).Store(to + i);
            if (i < n)
                ((V.LoadPartial(from + i, (int)(n - i)) - a - b) * scale).StorePartial(to + i, (int)(n - i));
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
        public void Row<V>(long start) where V : unmanaged, ISimd<V, T>
        {
            T* d = g + start, p = y + start, to = gx + start;
            V sum = V.Create(log ? RowMath.Sum<V, T, RowMath.Element<T>>(new(d), n) : RowMath.Sum<V, T, RowMath.Product<T>>(new(d, p), n));
            long i = 0;
            for (; i <= n - V.Count; i += V.Count)
                Step(V.Load(d + i), V.Load(p + i), sum).Store(to + i);
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

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private V Step<V>(V d, V p, V sum) where V : unmanaged, ISimd<V, T> => log ? d - VectorMath.Exp<V, T>(p) * sum : p * (d - sum);
    }
}
