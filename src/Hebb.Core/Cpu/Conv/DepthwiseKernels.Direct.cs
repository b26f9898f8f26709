using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

static unsafe partial class DepthwiseKernels<T, V>
{
    public struct Stride1;

    public struct Stride2;

    /// <summary>
    /// Four rows of outputs of a kernel of three by three, by one vector or two, read from planes as they stand; of the rows the first <paramref name="count"/> are written. A line of cells serves several rows of
    /// outputs while it is in a register.
    /// </summary>
    /// <param name="lines">The lines of cells that the rows need.</param>
    /// <param name="at">The first cell of each.</param>
    /// <param name="masks">By column of the kernel, for both vectors: the lanes that are cells.</param>
    /// <param name="weights">Column by column.</param>
    /// <param name="start">What sums begin with.</param>
    /// <param name="y">The first output.</param>
    /// <param name="yRow">From one row of them to the next.</param>
    /// <param name="lanes">Outputs of a row; the second vector ends with them.</param>
    /// <param name="count">1 to 4.</param>
    [MethodImpl(Jit.Full)]
    public static void Direct<S, W>(T** lines, long at, T* masks, T* weights, V start, T* y, long yRow, int lanes, int count)
    {
        bool two = typeof(W) == typeof(MicroKernel.TwoVectors);
        V a0 = start, a1 = start, a2 = start, a3 = start, b0 = start, b1 = start, b2 = start, b3 = start;
        long second = lanes - V.Count, further = typeof(S) == typeof(Stride2) ? 2 * second : second;
        for (int x = 0; x < 3; x++, at++, weights += 3, masks += 2 * V.Count)
        {
            V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), v;
            if (typeof(S) == typeof(Stride1))
            {
                v = Cells<S>(lines[0] + at, masks);
                a0 = V.MultiplyAdd(w0, v, a0);
                if (two)
                {
                    v = Cells<S>(lines[0] + at + further, masks + V.Count);
                    b0 = V.MultiplyAdd(w0, v, b0);
                }
                v = Cells<S>(lines[1] + at, masks);
                a0 = V.MultiplyAdd(w1, v, a0);
                a1 = V.MultiplyAdd(w0, v, a1);
                if (two)
                {
                    v = Cells<S>(lines[1] + at + further, masks + V.Count);
                    b0 = V.MultiplyAdd(w1, v, b0);
                    b1 = V.MultiplyAdd(w0, v, b1);
                }
                v = Cells<S>(lines[2] + at, masks);
                a0 = V.MultiplyAdd(w2, v, a0);
                a1 = V.MultiplyAdd(w1, v, a1);
                a2 = V.MultiplyAdd(w0, v, a2);
                if (two)
                {
                    v = Cells<S>(lines[2] + at + further, masks + V.Count);
                    b0 = V.MultiplyAdd(w2, v, b0);
                    b1 = V.MultiplyAdd(w1, v, b1);
                    b2 = V.MultiplyAdd(w0, v, b2);
                }
                v = Cells<S>(lines[3] + at, masks);
                a1 = V.MultiplyAdd(w2, v, a1);
                a2 = V.MultiplyAdd(w1, v, a2);
                a3 = V.MultiplyAdd(w0, v, a3);
                if (two)
                {
                    v = Cells<S>(lines[3] + at + further, masks + V.Count);
                    b1 = V.MultiplyAdd(w2, v, b1);
                    b2 = V.MultiplyAdd(w1, v, b2);
                    b3 = V.MultiplyAdd(w0, v, b3);
                }
                v = Cells<S>(lines[4] + at, masks);
                a2 = V.MultiplyAdd(w2, v, a2);
                a3 = V.MultiplyAdd(w1, v, a3);
                if (two)
                {
                    v = Cells<S>(lines[4] + at + further, masks + V.Count);
                    b2 = V.MultiplyAdd(w2, v, b2);
                    b3 = V.MultiplyAdd(w1, v, b3);
                }
                v = Cells<S>(lines[5] + at, masks);
                a3 = V.MultiplyAdd(w2, v, a3);
                if (two)
                {
                    v = Cells<S>(lines[5] + at + further, masks + V.Count);
                    b3 = V.MultiplyAdd(w2, v, b3);
                }
                continue;
            }
            a0 = V.MultiplyAdd(w0, Cells<S>(lines[0] + at, masks), a0);
            if (two) b0 = V.MultiplyAdd(w0, Cells<S>(lines[0] + at + further, masks + V.Count), b0);
            a0 = V.MultiplyAdd(w1, Cells<S>(lines[1] + at, masks), a0);
            if (two) b0 = V.MultiplyAdd(w1, Cells<S>(lines[1] + at + further, masks + V.Count), b0);
            v = Cells<S>(lines[2] + at, masks);
            a0 = V.MultiplyAdd(w2, v, a0);
            a1 = V.MultiplyAdd(w0, v, a1);
            if (two)
            {
                v = Cells<S>(lines[2] + at + further, masks + V.Count);
                b0 = V.MultiplyAdd(w2, v, b0);
                b1 = V.MultiplyAdd(w0, v, b1);
            }
            a1 = V.MultiplyAdd(w1, Cells<S>(lines[3] + at, masks), a1);
            if (two) b1 = V.MultiplyAdd(w1, Cells<S>(lines[3] + at + further, masks + V.Count), b1);
            v = Cells<S>(lines[4] + at, masks);
            a1 = V.MultiplyAdd(w2, v, a1);
            a2 = V.MultiplyAdd(w0, v, a2);
            if (two)
            {
                v = Cells<S>(lines[4] + at + further, masks + V.Count);
                b1 = V.MultiplyAdd(w2, v, b1);
                b2 = V.MultiplyAdd(w0, v, b2);
            }
            a2 = V.MultiplyAdd(w1, Cells<S>(lines[5] + at, masks), a2);
            if (two) b2 = V.MultiplyAdd(w1, Cells<S>(lines[5] + at + further, masks + V.Count), b2);
            v = Cells<S>(lines[6] + at, masks);
            a2 = V.MultiplyAdd(w2, v, a2);
            a3 = V.MultiplyAdd(w0, v, a3);
            if (two)
            {
                v = Cells<S>(lines[6] + at + further, masks + V.Count);
                b2 = V.MultiplyAdd(w2, v, b2);
                b3 = V.MultiplyAdd(w0, v, b3);
            }
            a3 = V.MultiplyAdd(w1, Cells<S>(lines[7] + at, masks), a3);
            if (two) b3 = V.MultiplyAdd(w1, Cells<S>(lines[7] + at + further, masks + V.Count), b3);
            a3 = V.MultiplyAdd(w2, Cells<S>(lines[8] + at, masks), a3);
            if (two) b3 = V.MultiplyAdd(w2, Cells<S>(lines[8] + at + further, masks + V.Count), b3);
        }
        if (typeof(S) == typeof(Stride2))
        {
            (a0, a1, a2, a3) = (EvenLanes<T, V>.Settle(a0), EvenLanes<T, V>.Settle(a1), EvenLanes<T, V>.Settle(a2), EvenLanes<T, V>.Settle(a3));
            if (two)
                (b0, b1, b2, b3) = (EvenLanes<T, V>.Settle(b0), EvenLanes<T, V>.Settle(b1), EvenLanes<T, V>.Settle(b2), EvenLanes<T, V>.Settle(b3));
        }
        Put(a0, a1, a2, a3, y, yRow, two ? V.Count : lanes, count);
        if (two)
            Put(b0, b1, b2, b3, y + second, yRow, V.Count, count);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Cells<S>(T* p, T* mask) => (typeof(S) == typeof(Stride1) ? V.Load(p) : EvenLanes<T, V>.JoinLoose(V.Load(p), V.Load(p + V.Count))) & V.Load(mask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(V a0, V a1, V a2, V a3, T* y, long yRow, int lanes, int count)
    {
        if (count == 4)
        {
            Put(a0, a1, a2, a3, y, yRow, lanes);
            return;
        }
        a0.StorePartial(y, lanes);
        if (count > 1)
            a1.StorePartial(y + yRow, lanes);
        if (count > 2)
            a2.StorePartial(y + (2 * yRow), lanes);
    }
}
