using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Batch normalisation, one channel of [N, C, S] after the other: the sum, the squares, then the result. A channel's numbers stay in the L2 cache between
/// the passes, so memory is read and written once.
/// </summary>
/// <remarks>
/// The gradient gains nothing by it (measured): it has three tensors in the cache, and rows that lie a power of two apart push each other out.
/// </remarks>
internal static unsafe class BatchNormKernels
{
    /// <summary>Of one channel.</summary>
    private const long MostBytes = 512 << 10;

    /// <summary>Of a row [S]: shorter ones lie too far apart for memory to be fetched ahead.</summary>
    private const long LeastRowBytes = 256;

    /// <summary>With fewer channels some threads would have none.</summary>
    private const long LeastChannels = 8;

    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <summary>Elements of each lane that are added up in T before the sum goes into a double.</summary>
    private const long FlushEvery = 64;

    /// <summary>Whether channels one by one pay. It follows from the shape alone.</summary>
    public static bool Fits<T>(long n, long c, long s) where T : unmanaged => c >= LeastChannels && s * sizeof(T) >= LeastRowBytes && n * s * sizeof(T) <= MostBytes;

    /// <summary>Writes y, means and variances; weight and bias may be null.</summary>
    public static void Forward<T>(T* x, T* weight, T* bias, T* y, T* mean, T* variance, double eps, long n, long c, long s) where T : unmanaged, IFloatingPointIeee754<T> =>
        ParallelFor.Ranges(
            c, Math.Max(1, BlockSize / Math.Max(1, n * s)),
            new Body<T> { X = x, Weight = weight, Bias = bias, Y = y, Mean = mean, Variance = variance, Eps = eps, N = n, C = c, S = s });

    private struct Body<T> : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public T* X, Weight, Bias, Y, Mean, Variance;
        public double Eps;
        public long N, C, S;

        public readonly void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> o, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long c = begin; c < end; c++)
                    o.Channel<V>(c);
            }
        }

        // y = (x - mean) r w + b.
        private readonly void Channel<V>(long c) where V : unmanaged, ISimd<V, T>
        {
            double count = N * S;
            T* x = X + c * S;
            T mean = Mean[c] = T.CreateTruncating(Sum<V, T>(x, N, C * S, S) / count);
            T variance = Variance[c] = T.CreateTruncating(Squares<V, T>(x, mean, N, C * S, S) / count);
            T slope = T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(variance) + Eps));
            if (Weight is not null)
                slope *= Weight[c];
            T offset = Bias is null ? T.Zero : Bias[c];
            for (long i = 0; i < N; i++)
                ChannelKernels.Linear<V, T>(x + i * C * S, null, Y + (i * C + c) * S, S, mean, slope, offset, T.Zero);
        }
    }

    [MethodImpl(Jit.Full)]
    private static double Sum<V, T>(T* x, long rows, long step, long s) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        double total = 0;
        long flush = FlushEvery * 4 * V.Count, since = 0;
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        for (; rows > 0; rows--, x += step)
        {
            for (long i = 0; i < s;)
            {
                long end = Math.Min(s, i + flush - since);
                since += end - i;
                for (; i <= end - 4 * V.Count; i += 4 * V.Count)
                {
                    a += V.Load(x + i);
                    b += V.Load(x + i + V.Count);
                    c += V.Load(x + i + 2 * V.Count);
                    d += V.Load(x + i + 3 * V.Count);
                }
                for (; i < end; i += V.Count)
                    a += RowMath.Load<V, T>(x + i, (int)Math.Min(V.Count, end - i));
                i = end;
                if (since == flush)
                {
                    total += double.CreateTruncating(V.Sum(a + b + (c + d)));
                    a = b = c = d = V.Zero;
                    since = 0;
                }
            }
        }
        return total + double.CreateTruncating(V.Sum(a + b + (c + d)));
    }

    /// <summary>The sum of (x - mean)².</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    private static double Squares<V, T>(T* x, T mean, long rows, long step, long s) where V : unmanaged, ISimd<V, T> where T : unmanaged, INumber<T>
    {
        double total = 0;
        long flush = FlushEvery * 4 * V.Count, since = 0;
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero, shift = V.Create(mean);
        T* means = stackalloc T[64];
        shift.Store(means);
        for (; rows > 0; rows--, x += step)
        {
            for (long i = 0; i < s;)
            {
                long end = Math.Min(s, i + flush - since);
                since += end - i;
                for (; i <= end - 4 * V.Count; i += 4 * V.Count)
                {
                    V p = V.Load(x + i) - shift, q = V.Load(x + i + V.Count) - shift, t = V.Load(x + i + 2 * V.Count) - shift, u = V.Load(x + i + 3 * V.Count) - shift;
                    a = V.MultiplyAdd(p, p, a);
                    b = V.MultiplyAdd(q, q, b);
                    c = V.MultiplyAdd(t, t, c);
                    d = V.MultiplyAdd(u, u, d);
                }
                for (; i < end; i += V.Count)
                {
                    int rest = (int)Math.Min(V.Count, end - i);
                    V p = RowMath.Load<V, T>(x + i, rest) - RowMath.Load<V, T>(means, rest);    // lanes past the row: 0 - 0
                    a = V.MultiplyAdd(p, p, a);
                }
                i = end;
                if (since == flush)
                {
                    total += double.CreateTruncating(V.Sum(a + b + (c + d)));
                    a = b = c = d = V.Zero;
                    since = 0;
                }
            }
        }
        return total + double.CreateTruncating(V.Sum(a + b + (c + d)));
    }
}
