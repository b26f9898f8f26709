using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>What normalisations by channel do with contiguous [N, C, S] tensors: sums over a channel, and a linear function for each.</summary>
internal static unsafe class ChannelKernels
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <summary>Rows of [N, C] whose sums are added up without compensation.</summary>
    private const long PartRows = 64;

    /// <summary>N, C and S of a tensor whose channels stand along axis 1.</summary>
    public static (long N, long C, long S) Split(in Shape shape) => Scans.Split(shape, 1);

    /// <summary>How many rows of partial sums <see cref="Sums"/> writes.</summary>
    public static long Parts(long n, long s) => s == 1 ? (n + PartRows - 1) / PartRows : n;

    /// <summary>Rows of partial sums, [parts, C] each: of g, and of g (x - mean).</summary>
    public static void Sums<T>(T* g, T* x, T* mean, T* plain, T* moment, long n, long c, long s) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (s == 1)
            ParallelFor.Ranges(Parts(n, s), Math.Max(1, BlockSize / Math.Max(1, c * PartRows)), new ColumnSums<T>(g, x, mean, plain, moment, n, c));
        else
            ParallelFor.Ranges(n * c, Math.Max(1, BlockSize / Math.Max(1, s)), new RunSums<T>(g, x, mean, plain, moment, c, s));
    }

    private readonly struct RunSums<T>(T* g, T* x, T* mean, T* plain, T* moment, long c, long s) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(RunSums<T> o, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long i = begin; i < end; i++)
                    (o._plain[i], o._moment[i]) = Run<V, T>(o._g + i * o._s, o._x + i * o._s, o._mean[i % o._c], o._s);
            }
        }

        private readonly T* _g = g, _x = x, _mean = mean, _plain = plain, _moment = moment;
        private readonly long _c = c, _s = s;
    }

    /// <summary>The sums of g and of g (x - mean) over a run, in one pass.</summary>
    [MethodImpl(Jit.Full)]
    public static (T Plain, T Moment) Run<V, T>(T* g, T* x, T mean, long s) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        const int flushEvery = 2048;
        V plain = V.Zero, plainLost = V.Zero, moment = V.Zero, momentLost = V.Zero, shift = V.Create(mean);
        long i = 0;
        while (true)
        {
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            long end = Math.Min(s, i + flushEvery);
            for (; i <= end - 2 * V.Count; i += 2 * V.Count)
            {
                V p = V.Load(g + i), q = V.Load(g + i + V.Count);
                a += p;
                b += q;
                c = V.MultiplyAdd(p, V.Load(x + i) - shift, c);
                d = V.MultiplyAdd(q, V.Load(x + i + V.Count) - shift, d);
            }
            for (; i < end; i += V.Count)
            {
                int rest = (int)Math.Min(V.Count, end - i);
                V p = RowMath.Load<V, T>(g + i, rest);
                a += p;
                c = V.MultiplyAdd(p, RowMath.Load<V, T>(x + i, rest) - shift, c);
            }
            i = end;
            if (s <= flushEvery)
                return (V.Sum(a + b), V.Sum(c + d));
            Compensation.Add<V, T>(ref plain, ref plainLost, a + b);
            Compensation.Add<V, T>(ref moment, ref momentLost, c + d);
            if (i == s)
                return (V.Sum(Compensation.Total<V, T>(plain, plainLost)), V.Sum(Compensation.Total<V, T>(moment, momentLost)));
        }
    }

    private readonly struct ColumnSums<T>(T* g, T* x, T* mean, T* plain, T* moment, long n, long c) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T* _g = g, _x = x, _mean = mean, _plain = plain, _moment = moment;
        private readonly long _n = n, _c = c;

        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(ColumnSums<T> o, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long part = begin; part < end; part++)
                {
                    for (long j = 0; j < o._c; j += V.Count)
                    {
                        int w = (int)Math.Min(V.Count, o._c - j);
                        V shift = RowMath.Load<V, T>(o._mean + j, w), a = V.Zero, b = V.Zero;
                        for (long row = part * PartRows, last = Math.Min(row + PartRows, o._n); row < last; row++)
                        {
                            V d = RowMath.Load<V, T>(o._g + row * o._c + j, w);
                            a += d;
                            b += d * (RowMath.Load<V, T>(o._x + row * o._c + j, w) - shift);
                        }
                        RowMath.Store<V, T>(a, o._plain + part * o._c + j, w);
                        RowMath.Store<V, T>(b, o._moment + part * o._c + j, w);
                    }
                }
            }
        }
    }

    /// <summary>y = (x - mean) slope + offset by channel; and + g factor, if there is a g.</summary>
    public static void Apply<T>(T* x, T* g, T* y, T* mean, T* slope, T* offset, T* factor, long n, long c, long s) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new ApplyBody<T>(x, g, y, mean, slope, offset, factor, c, s);
        if (s == 1)
            ParallelFor.Ranges(n, Math.Max(1, BlockSize / Math.Max(1, c)), body);
        else
            ParallelFor.Ranges(n * c, Math.Max(1, BlockSize / Math.Max(1, s)), body);
    }

    private readonly struct ApplyBody<T>(T* x, T* g, T* y, T* mean, T* slope, T* offset, T* factor, long c, long s) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private readonly T* _x = x, _g = g, _y = y, _mean = mean, _slope = slope, _offset = offset, _factor = factor;
        private readonly long _c = c, _s = s;

        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(ApplyBody<T> o, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long i = begin; i < end; i++)
                {
                    if (o._s == 1)
                    {
                        o.Row<V>(i * o._c);
                        continue;
                    }
                    long c = i % o._c, at = i * o._s;
                    Linear<V, T>(o._x + at, o._g is null ? null : o._g + at, o._y + at, o._s, o._mean[c], o._slope[c], o._offset[c], o._g is null ? T.Zero : o._factor[c]);
                }
            }
        }

        private void Row<V>(long at) where V : unmanaged, ISimd<V, T>
        {
            for (long j = 0; j < _c; j += V.Count)
            {
                int w = (int)Math.Min(V.Count, _c - j);
                V v = (RowMath.Load<V, T>(_x + at + j, w) - RowMath.Load<V, T>(_mean + j, w)) * RowMath.Load<V, T>(_slope + j, w) + RowMath.Load<V, T>(_offset + j, w);
                if (_g is not null)
                    v += RowMath.Load<V, T>(_g + at + j, w) * RowMath.Load<V, T>(_factor + j, w);
                RowMath.Store<V, T>(v, _y + at + j, w);
            }
        }
    }

    /// <summary>y = (x - mean) slope + offset, + g factor if there is a g, over a run.</summary>
    [MethodImpl(Jit.Full)]
    public static void Linear<V, T>(T* x, T* g, T* y, long s, T mean, T slope, T offset, T factor) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        V m = V.Create(mean), a = V.Create(slope), b = V.Create(offset), f = V.Create(factor);
        long i = 0;
        if (g is null)
        {
            for (; i <= s - V.Count; i += V.Count)
                V.MultiplyAdd(V.Load(x + i) - m, a, b).Store(y + i);
            if (i < s)
                V.MultiplyAdd(V.LoadPartial(x + i, (int)(s - i)) - m, a, b).StorePartial(y + i, (int)(s - i));
            return;
        }
        for (; i <= s - V.Count; i += V.Count)
            V.MultiplyAdd(V.Load(g + i), f, V.MultiplyAdd(V.Load(x + i) - m, a, b)).Store(y + i);
        if (i < s)
            V.MultiplyAdd(V.LoadPartial(g + i, (int)(s - i)), f, V.MultiplyAdd(V.LoadPartial(x + i, (int)(s - i)) - m, a, b)).StorePartial(y + i, (int)(s - i));
    }
}
