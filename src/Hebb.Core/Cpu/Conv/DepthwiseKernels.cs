using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Rows of outputs of one filtered plane, one or two vectors wide; of two, the second ends with the row and may overlap the first. Each output is one chain of multiply-adds, column of the kernel by column, the same in
/// all of these. Vectors may read past the cells; what comes of that is not written.
/// </summary>
static unsafe partial class DepthwiseKernels<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>Any kernel and stride: one load for each multiply-add. Of four rows the first <paramref name="rows"/> exist.</summary>
    [MethodImpl(Jit.Full)]
    public static void Any(T* cells, long step, long rows, int* offsets, T* weights, int taps, V start, T* y, long yRow, int lanes)
    {
        // Missing rows repeat the last one.
        long last = rows - 1, r1 = Math.Min(1, last), r2 = Math.Min(2, last), r3 = Math.Min(3, last);
        T* x0 = cells, x1 = cells + (r1 * step), x2 = cells + (r2 * step), x3 = cells + (r3 * step);
        V a0 = start, a1 = start, a2 = start, a3 = start;
        if (lanes > V.Count)
        {
            V b0 = start, b1 = start, b2 = start, b3 = start;
            long second = lanes - V.Count;
            for (int t = 0; t < taps; t++)
            {
                long at = offsets[t];
                V w = V.Create(weights[t]);
                a0 = V.MultiplyAdd(w, V.Load(x0 + at), a0);
                b0 = V.MultiplyAdd(w, V.Load(x0 + at + second), b0);
                a1 = V.MultiplyAdd(w, V.Load(x1 + at), a1);
                b1 = V.MultiplyAdd(w, V.Load(x1 + at + second), b1);
                a2 = V.MultiplyAdd(w, V.Load(x2 + at), a2);
                b2 = V.MultiplyAdd(w, V.Load(x2 + at + second), b2);
                a3 = V.MultiplyAdd(w, V.Load(x3 + at), a3);
                b3 = V.MultiplyAdd(w, V.Load(x3 + at + second), b3);
            }
            b0.Store(y + second);
            b1.Store(y + (r1 * yRow) + second);
            b2.Store(y + (r2 * yRow) + second);
            b3.Store(y + (r3 * yRow) + second);
            lanes = V.Count;
        }
        else
        {
            for (int t = 0; t < taps; t++)
            {
                long at = offsets[t];
                V w = V.Create(weights[t]);
                a0 = V.MultiplyAdd(w, V.Load(x0 + at), a0);
                a1 = V.MultiplyAdd(w, V.Load(x1 + at), a1);
                a2 = V.MultiplyAdd(w, V.Load(x2 + at), a2);
                a3 = V.MultiplyAdd(w, V.Load(x3 + at), a3);
            }
        }
        if (rows == 4)
        {
            Put(a0, a1, a2, a3, y, yRow, lanes);
            return;
        }
        a0.StorePartial(y, lanes);
        a1.StorePartial(y + (r1 * yRow), lanes);
        a2.StorePartial(y + (r2 * yRow), lanes);
        a3.StorePartial(y + (r3 * yRow), lanes);
    }

    /// <summary>The same on eight rows by one vector.</summary>
    [MethodImpl(Jit.Full)]
    public static void AnyTall(T* cells, long step, int* offsets, T* weights, int taps, V start, T* y, long yRow, int lanes)
    {
        T* x0 = cells, x3 = cells + (3 * step), x6 = cells + (6 * step);
        V a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
        for (int t = 0; t < taps; t++)
        {
            long at = offsets[t];
            V w = V.Create(weights[t]);
            a0 = V.MultiplyAdd(w, V.Load(x0 + at), a0);
            a1 = V.MultiplyAdd(w, V.Load(x0 + at + step), a1);
            a2 = V.MultiplyAdd(w, V.Load(x0 + at + (2 * step)), a2);
            a3 = V.MultiplyAdd(w, V.Load(x3 + at), a3);
            a4 = V.MultiplyAdd(w, V.Load(x3 + at + step), a4);
            a5 = V.MultiplyAdd(w, V.Load(x3 + at + (2 * step)), a5);
            a6 = V.MultiplyAdd(w, V.Load(x6 + at), a6);
            a7 = V.MultiplyAdd(w, V.Load(x6 + at + step), a7);
        }
        Put(a0, a1, a2, a3, y, yRow, lanes);
        Put(a4, a5, a6, a7, y + (4 * yRow), yRow, lanes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Put(V a0, V a1, V a2, V a3, T* y, long yRow, int lanes)
    {
        if (lanes == V.Count)
        {
            a0.Store(y);
            a1.Store(y + yRow);
            a2.Store(y + (2 * yRow));
            a3.Store(y + (3 * yRow));
            return;
        }
        if (yRow == lanes && 2 * lanes >= V.Count)
        {
            // What goes past the end of a row is written over by the next one.
            a0.Store(y);
            a1.Store(y + yRow);
            a2.Store(y + (2 * yRow));
            a3.StorePartial(y + (3 * yRow), lanes);
            return;
        }
        a0.StorePartial(y, lanes);
        a1.StorePartial(y + yRow, lanes);
        a2.StorePartial(y + (2 * yRow), lanes);
        a3.StorePartial(y + (3 * yRow), lanes);
    }
}
