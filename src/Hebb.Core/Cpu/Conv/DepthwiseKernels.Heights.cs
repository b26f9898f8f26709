using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

static unsafe partial class DepthwiseKernels<T, V>
{
    // Three, five or seven rows of weights, no stride: a row of cells serves several rows of outputs while it is in a register. The size of H in bytes is the number
    // of rows of weights and W one vector or two, constants to the JIT, which drops what an instance does not have.

    [StructLayout(LayoutKind.Sequential, Size = 3)]
    public struct Height3;

    [StructLayout(LayoutKind.Sequential, Size = 5)]
    public struct Height5;

    [StructLayout(LayoutKind.Sequential, Size = 7)]
    public struct Height7;

    /// <summary>Four rows by up to two vectors.</summary>
    public static void Four<H>(T* cells, long pitch, long step, int columns, T* weights, V start, T* y, long yRow, int lanes)
        where H : unmanaged
    {
        if (lanes <= V.Count)
            Four<H, MicroKernel.OneVector>(cells, pitch, step, columns, weights, start, y, yRow, lanes);
        else
            Four<H, MicroKernel.TwoVectors>(cells, pitch, step, columns, weights, start, y, yRow, lanes);
    }

    [MethodImpl(Jit.Full)]
    static void Four<H, W>(T* cells, long pitch, long step, int columns, T* weights, V start, T* y, long yRow, int lanes)
        where H : unmanaged
    {
        V a0 = start, a1 = start, a2 = start, a3 = start, b0 = start, b1 = start, b2 = start, b3 = start;
        long second = lanes - V.Count;
        for (int x = 0; x < columns; x++, cells += step, weights += sizeof(H))
        {
            T* p = cells;
            V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), w3 = sizeof(H) > 3 ? V.Create(weights[3]) : default, w4 = sizeof(H) > 4 ? V.Create(weights[4]) : default;
            V w5 = sizeof(H) > 5 ? V.Create(weights[5]) : default, w6 = sizeof(H) > 6 ? V.Create(weights[6]) : default, v;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w0, v, a0);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                b0 = V.MultiplyAdd(w0, v, b0);
            }
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w1, v, a0);
            a1 = V.MultiplyAdd(w0, v, a1);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                b0 = V.MultiplyAdd(w1, v, b0);
                b1 = V.MultiplyAdd(w0, v, b1);
            }
            p += pitch;
            v = V.Load(p);
            a0 = V.MultiplyAdd(w2, v, a0);
            a1 = V.MultiplyAdd(w1, v, a1);
            a2 = V.MultiplyAdd(w0, v, a2);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                b0 = V.MultiplyAdd(w2, v, b0);
                b1 = V.MultiplyAdd(w1, v, b1);
                b2 = V.MultiplyAdd(w0, v, b2);
            }
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 3) a0 = V.MultiplyAdd(w3, v, a0);
            a1 = V.MultiplyAdd(w2, v, a1);
            a2 = V.MultiplyAdd(w1, v, a2);
            a3 = V.MultiplyAdd(w0, v, a3);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                if (sizeof(H) > 3) b0 = V.MultiplyAdd(w3, v, b0);
                b1 = V.MultiplyAdd(w2, v, b1);
                b2 = V.MultiplyAdd(w1, v, b2);
                b3 = V.MultiplyAdd(w0, v, b3);
            }
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 4) a0 = V.MultiplyAdd(w4, v, a0);
            if (sizeof(H) > 3) a1 = V.MultiplyAdd(w3, v, a1);
            a2 = V.MultiplyAdd(w2, v, a2);
            a3 = V.MultiplyAdd(w1, v, a3);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                if (sizeof(H) > 4) b0 = V.MultiplyAdd(w4, v, b0);
                if (sizeof(H) > 3) b1 = V.MultiplyAdd(w3, v, b1);
                b2 = V.MultiplyAdd(w2, v, b2);
                b3 = V.MultiplyAdd(w1, v, b3);
            }
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 5) a0 = V.MultiplyAdd(w5, v, a0);
            if (sizeof(H) > 4) a1 = V.MultiplyAdd(w4, v, a1);
            if (sizeof(H) > 3) a2 = V.MultiplyAdd(w3, v, a2);
            a3 = V.MultiplyAdd(w2, v, a3);
            if (typeof(W) == typeof(MicroKernel.TwoVectors))
            {
                v = V.Load(p + second);
                if (sizeof(H) > 5) b0 = V.MultiplyAdd(w5, v, b0);
                if (sizeof(H) > 4) b1 = V.MultiplyAdd(w4, v, b1);
                if (sizeof(H) > 3) b2 = V.MultiplyAdd(w3, v, b2);
                b3 = V.MultiplyAdd(w2, v, b3);
            }
            p += pitch;
            if (sizeof(H) > 3)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a0 = V.MultiplyAdd(w6, v, a0);
                if (sizeof(H) > 5) a1 = V.MultiplyAdd(w5, v, a1);
                if (sizeof(H) > 4) a2 = V.MultiplyAdd(w4, v, a2);
                if (sizeof(H) > 3) a3 = V.MultiplyAdd(w3, v, a3);
                if (typeof(W) == typeof(MicroKernel.TwoVectors))
                {
                    v = V.Load(p + second);
                    if (sizeof(H) > 6) b0 = V.MultiplyAdd(w6, v, b0);
                    if (sizeof(H) > 5) b1 = V.MultiplyAdd(w5, v, b1);
                    if (sizeof(H) > 4) b2 = V.MultiplyAdd(w4, v, b2);
                    if (sizeof(H) > 3) b3 = V.MultiplyAdd(w3, v, b3);
                }
                p += pitch;
            }
            if (sizeof(H) > 4)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a1 = V.MultiplyAdd(w6, v, a1);
                if (sizeof(H) > 5) a2 = V.MultiplyAdd(w5, v, a2);
                if (sizeof(H) > 4) a3 = V.MultiplyAdd(w4, v, a3);
                if (typeof(W) == typeof(MicroKernel.TwoVectors))
                {
                    v = V.Load(p + second);
                    if (sizeof(H) > 6) b1 = V.MultiplyAdd(w6, v, b1);
                    if (sizeof(H) > 5) b2 = V.MultiplyAdd(w5, v, b2);
                    if (sizeof(H) > 4) b3 = V.MultiplyAdd(w4, v, b3);
                }
                p += pitch;
            }
            if (sizeof(H) > 5)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a2 = V.MultiplyAdd(w6, v, a2);
                if (sizeof(H) > 5) a3 = V.MultiplyAdd(w5, v, a3);
                if (typeof(W) == typeof(MicroKernel.TwoVectors))
                {
                    v = V.Load(p + second);
                    if (sizeof(H) > 6) b2 = V.MultiplyAdd(w6, v, b2);
                    if (sizeof(H) > 5) b3 = V.MultiplyAdd(w5, v, b3);
                }
                p += pitch;
            }
            if (sizeof(H) > 6)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a3 = V.MultiplyAdd(w6, v, a3);
                if (typeof(W) == typeof(MicroKernel.TwoVectors))
                {
                    v = V.Load(p + second);
                    if (sizeof(H) > 6) b3 = V.MultiplyAdd(w6, v, b3);
                }
            }
        }
        if (typeof(W) == typeof(MicroKernel.OneVector))
        {
            Put(a0, a1, a2, a3, y, yRow, lanes);
            return;
        }
        Put(a0, a1, a2, a3, y, yRow, V.Count);
        Put(b0, b1, b2, b3, y + second, yRow, V.Count);
    }

    /// <summary>Eight rows by one vector.</summary>
    [MethodImpl(Jit.Full)]
    public static void Eight<H>(T* cells, long pitch, long step, int columns, T* weights, V start, T* y, long yRow, int lanes)
        where H : unmanaged
    {
        V a0 = start, a1 = start, a2 = start, a3 = start, a4 = start, a5 = start, a6 = start, a7 = start;
        for (int x = 0; x < columns; x++, cells += step, weights += sizeof(H))
        {
            T* p = cells;
            V w0 = V.Create(weights[0]), w1 = V.Create(weights[1]), w2 = V.Create(weights[2]), w3 = sizeof(H) > 3 ? V.Create(weights[3]) : default, w4 = sizeof(H) > 4 ? V.Create(weights[4]) : default;
            V w5 = sizeof(H) > 5 ? V.Create(weights[5]) : default, w6 = sizeof(H) > 6 ? V.Create(weights[6]) : default, v;
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
            if (sizeof(H) > 3) a0 = V.MultiplyAdd(w3, v, a0);
            a1 = V.MultiplyAdd(w2, v, a1);
            a2 = V.MultiplyAdd(w1, v, a2);
            a3 = V.MultiplyAdd(w0, v, a3);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 4) a0 = V.MultiplyAdd(w4, v, a0);
            if (sizeof(H) > 3) a1 = V.MultiplyAdd(w3, v, a1);
            a2 = V.MultiplyAdd(w2, v, a2);
            a3 = V.MultiplyAdd(w1, v, a3);
            a4 = V.MultiplyAdd(w0, v, a4);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 5) a0 = V.MultiplyAdd(w5, v, a0);
            if (sizeof(H) > 4) a1 = V.MultiplyAdd(w4, v, a1);
            if (sizeof(H) > 3) a2 = V.MultiplyAdd(w3, v, a2);
            a3 = V.MultiplyAdd(w2, v, a3);
            a4 = V.MultiplyAdd(w1, v, a4);
            a5 = V.MultiplyAdd(w0, v, a5);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 6) a0 = V.MultiplyAdd(w6, v, a0);
            if (sizeof(H) > 5) a1 = V.MultiplyAdd(w5, v, a1);
            if (sizeof(H) > 4) a2 = V.MultiplyAdd(w4, v, a2);
            if (sizeof(H) > 3) a3 = V.MultiplyAdd(w3, v, a3);
            a4 = V.MultiplyAdd(w2, v, a4);
            a5 = V.MultiplyAdd(w1, v, a5);
            a6 = V.MultiplyAdd(w0, v, a6);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 6) a1 = V.MultiplyAdd(w6, v, a1);
            if (sizeof(H) > 5) a2 = V.MultiplyAdd(w5, v, a2);
            if (sizeof(H) > 4) a3 = V.MultiplyAdd(w4, v, a3);
            if (sizeof(H) > 3) a4 = V.MultiplyAdd(w3, v, a4);
            a5 = V.MultiplyAdd(w2, v, a5);
            a6 = V.MultiplyAdd(w1, v, a6);
            a7 = V.MultiplyAdd(w0, v, a7);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 6) a2 = V.MultiplyAdd(w6, v, a2);
            if (sizeof(H) > 5) a3 = V.MultiplyAdd(w5, v, a3);
            if (sizeof(H) > 4) a4 = V.MultiplyAdd(w4, v, a4);
            if (sizeof(H) > 3) a5 = V.MultiplyAdd(w3, v, a5);
            a6 = V.MultiplyAdd(w2, v, a6);
            a7 = V.MultiplyAdd(w1, v, a7);
            p += pitch;
            v = V.Load(p);
            if (sizeof(H) > 6) a3 = V.MultiplyAdd(w6, v, a3);
            if (sizeof(H) > 5) a4 = V.MultiplyAdd(w5, v, a4);
            if (sizeof(H) > 4) a5 = V.MultiplyAdd(w4, v, a5);
            if (sizeof(H) > 3) a6 = V.MultiplyAdd(w3, v, a6);
            a7 = V.MultiplyAdd(w2, v, a7);
            p += pitch;
            if (sizeof(H) > 3)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a4 = V.MultiplyAdd(w6, v, a4);
                if (sizeof(H) > 5) a5 = V.MultiplyAdd(w5, v, a5);
                if (sizeof(H) > 4) a6 = V.MultiplyAdd(w4, v, a6);
                if (sizeof(H) > 3) a7 = V.MultiplyAdd(w3, v, a7);
                p += pitch;
            }
            if (sizeof(H) > 4)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a5 = V.MultiplyAdd(w6, v, a5);
                if (sizeof(H) > 5) a6 = V.MultiplyAdd(w5, v, a6);
                if (sizeof(H) > 4) a7 = V.MultiplyAdd(w4, v, a7);
                p += pitch;
            }
            if (sizeof(H) > 5)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a6 = V.MultiplyAdd(w6, v, a6);
                if (sizeof(H) > 5) a7 = V.MultiplyAdd(w5, v, a7);
                p += pitch;
            }
            if (sizeof(H) > 6)
            {
                v = V.Load(p);
                if (sizeof(H) > 6) a7 = V.MultiplyAdd(w6, v, a7);
            }
        }
        Put(a0, a1, a2, a3, y, yRow, lanes);
        Put(a4, a5, a6, a7, y + (4 * yRow), yRow, lanes);
    }
}
