using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

static unsafe partial class DepthwiseKernels<T, V>
{
    /// <summary>Three rows of weights, no stride: a row of cells serves several rows of outputs while it is in a register. Four rows by up to two vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Three(T* cells, long pitch, long step, int columns, T* weights, V start, T* y, long yRow, int lanes)
    {
        V a0 = start, a1 = start, a2 = start, a3 = start;
        if (lanes <= V.Count)
        {
            for (int x = 0; x < columns; x++, cells += step, weights += 3)
            {
                T* p = cells;
                V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), v;
                v = V.Load(p);
                a0 = V.MultiplyAdd(w0, v, a0);
                p += pitch;
                v = V.Load(p);
                a0 = V.MultiplyAdd(w1, v, a0);
                a1 = V.MultiplyAdd(w0, v, a1);
                p += pitch;
                v = V.Load(p);
                a0 = V.MultiplyAdd(w2, v, a0);
                a1 = V.MultiplyAdd(w1, v, a1);
                a2 = V.MultiplyAdd(w0, v, a2);
                p += pitch;
                v = V.Load(p);
                a1 = V.MultiplyAdd(w2, v, a1);
                a2 = V.MultiplyAdd(w1, v, a2);
                a3 = V.MultiplyAdd(w0, v, a3);
                p += pitch;
                v = V.Load(p);
                a2 = V.MultiplyAdd(w2, v, a2);
                a3 = V.MultiplyAdd(w1, v, a3);
                p += pitch;
                v = V.Load(p);
                a3 = V.MultiplyAdd(w2, v, a3);
            }
            Put(a0, a1, a2, a3, y, yRow, lanes);
            return;
        }
        V b0 = start, b1 = start, b2 = start, b3 = start;
        for (int x = 0; x < columns; x++, cells += step, weights += 3)
        {
            T* p = cells;
            V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), v;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w0, v, a0);
            v = V.Load(p + V.Count);
            b0 = V.MultiplyAdd(w0, v, b0);
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w1, v, a0);
            a1 = V.MultiplyAdd(w0, v, a1);
            v = V.Load(p + V.Count);
            b0 = V.MultiplyAdd(w1, v, b0);
            b1 = V.MultiplyAdd(w0, v, b1);
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w2, v, a0);
            a1 = V.MultiplyAdd(w1, v, a1);
            a2 = V.MultiplyAdd(w0, v, a2);
            v = V.Load(p + V.Count);
            b0 = V.MultiplyAdd(w2, v, b0);
            b1 = V.MultiplyAdd(w1, v, b1);
            b2 = V.MultiplyAdd(w0, v, b2);
            p += pitch;
            v = V.Load(p);
            a1 = V.MultiplyAdd(w2, v, a1);
            a2 = V.MultiplyAdd(w1, v, a2);
            a3 = V.MultiplyAdd(w0, v, a3);
            v = V.Load(p + V.Count);
            b1 = V.MultiplyAdd(w2, v, b1);
            b2 = V.MultiplyAdd(w1, v, b2);
            b3 = V.MultiplyAdd(w0, v, b3);
            p += pitch;
            v = V.Load(p);
            a2 = V.MultiplyAdd(w2, v, a2);
            a3 = V.MultiplyAdd(w1, v, a3);
            v = V.Load(p + V.Count);
            b2 = V.MultiplyAdd(w2, v, b2);
            b3 = V.MultiplyAdd(w1, v, b3);
            p += pitch;
            v = V.Load(p);
            a3 = V.MultiplyAdd(w2, v, a3);
            v = V.Load(p + V.Count);
            b3 = V.MultiplyAdd(w2, v, b3);
        }
        Put(a0, a1, a2, a3, y, yRow, V.Count);
        Put(b0, b1, b2, b3, y + V.Count, yRow, lanes - V.Count);
    }

    /// <summary>Eight rows by one vector.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void ThreeTall(T* cells, long pitch, long step, int columns, T* weights, V start, T* y, long yRow, int lanes)
    {
        V a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
        for (int x = 0; x < columns; x++, cells += step, weights += 3)
        {
            T* p = cells;
            V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), v;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w0, v, a0);
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w1, v, a0);
            a1 = V.MultiplyAdd(w0, v, a1);
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w2, v, a0);
            a1 = V.MultiplyAdd(w1, v, a1);
            a2 = V.MultiplyAdd(w0, v, a2);
            p += pitch;
            v = V.Load(p);
            a1 = V.MultiplyAdd(w2, v, a1);
            a2 = V.MultiplyAdd(w1, v, a2);
            a3 = V.MultiplyAdd(w0, v, a3);
            p += pitch;
            v = V.Load(p);
            a2 = V.MultiplyAdd(w2, v, a2);
            a3 = V.MultiplyAdd(w1, v, a3);
            a4 = V.MultiplyAdd(w0, v, a4);
            p += pitch;
            v = V.Load(p);
            a3 = V.MultiplyAdd(w2, v, a3);
            a4 = V.MultiplyAdd(w1, v, a4);
            a5 = V.MultiplyAdd(w0, v, a5);
            p += pitch;
            v = V.Load(p);
            a4 = V.MultiplyAdd(w2, v, a4);
            a5 = V.MultiplyAdd(w1, v, a5);
            a6 = V.MultiplyAdd(w0, v, a6);
            p += pitch;
            v = V.Load(p);
            a5 = V.MultiplyAdd(w2, v, a5);
            a6 = V.MultiplyAdd(w1, v, a6);
            a7 = V.MultiplyAdd(w0, v, a7);
            p += pitch;
            v = V.Load(p);
            a6 = V.MultiplyAdd(w2, v, a6);
            a7 = V.MultiplyAdd(w1, v, a7);
            p += pitch;
            v = V.Load(p);
            a7 = V.MultiplyAdd(w2, v, a7);
        }
        Put(a0, a1, a2, a3, y, yRow, lanes);
        Put(a4, a5, a6, a7, y + (4 * yRow), yRow, lanes);
    }
}
