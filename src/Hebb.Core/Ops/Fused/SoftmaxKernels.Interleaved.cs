using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

internal static unsafe partial class SoftmaxKernels
{
    /// <summary>
    /// Softmax of rows whose results go past the caches. One loop writes a row, takes the exponentials of the next and looks for the maximum of the one
    /// after: memory has something to do at all times, where three loops after each other would leave it idle in one and wait for it in another.
    /// The bits are those of the plain way.
    /// </summary>
    [MethodImpl(Jit.Full)]
    [SkipLocalsInit]
    private static void InterleavedForward<V, T>(T* x, T* y, long begin, long end, long n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        byte* space = stackalloc byte[(int)RowLoop.LongestInterleaved * 2 * sizeof(T) + 64];
        T* done = (T*)(space + (-(nint)space & 63)), coming = done + n;
        long last = end - 1, ahead = Streaming.AheadOfRows / sizeof(T);
        T sum = ForwardLines<T>.Weigh<V>(x + begin * n, RowMath.MaxNative<V, T>(x + begin * n, n), done, n, ahead), most = RowMath.MaxNative<V, T>(x + Math.Min(begin + 1, last) * n, n);
        for (long row = begin; row < last; row++)
        {
            T* to = y + row * n, from = ForwardLines<T>.Near<V>(x + (row + 1) * n, ref most, coming, n), after = x + Math.Min(row + 2, last) * n;
            (V least, V shift) = RowMath.Shared.Bounds<V, T>(V.Create(most));
            V factor = V.Create(T.One / sum), a = V.Zero, b = V.Zero, c = V.Load(after), d = V.Load(after + V.Count);
            for (long i = 0; i < n; i += 2 * V.Count)
            {
                Streaming.Prefetch<V, T>(after + i + ahead, 2);
                V p = VectorMath.SharedExp<V, T>(V.Load(from + i), least, shift), q = VectorMath.SharedExp<V, T>(V.Load(from + i + V.Count), least, shift);
                V r = V.Load(done + i) * factor, s = V.Load(done + i + V.Count) * factor;
                a += p;
                b += q;
                c = V.MaxNative(c, V.Load(after + i));
                d = V.MaxNative(d, V.Load(after + i + V.Count));
                // After all loads: one from an address that ends in the same twelve bits as a store before it waits for it.
                r.StoreNonTemporal(to + i);
                s.StoreNonTemporal(to + i + V.Count);
                p.Store(coming + i);
                q.Store(coming + i + V.Count);
            }
            (sum, most) = (V.Sum(a + b), V.MaxLaneNative(V.MaxNative(c, d)));
            T* swap = done;
            done = coming;
            coming = swap;
        }
        ForwardLines<T>.Multiply<V, Streamed>(done, T.One / sum, y + last * n, n);
        Streaming.Fence();
    }
}
