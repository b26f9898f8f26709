using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>Products of the number types that have no tuned kernel: integers, which wrap around, and complex numbers.</summary>
static unsafe class GemmGeneric
{
    const long WorkAtOnce = 1L << 16;

    /// <summary>Computes the problem; sums run in ascending k, in the element type.</summary>
    public static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, INumberBase<T>
    {
        if (!problem.Epilogue.IsNone)
            throw new ArgumentException("an epilogue is for products of float and double");
        if (problem.M <= 0 || problem.N <= 0 || problem.Batch <= 0)
            return;
        GemmProblem<T> p = problem;
        using var scratch = Scratch.Open();
        if (p.BCol != 1 && p.M > 1)
        {
            // Rows of B become contiguous, so that the inner loop runs along them.
            long products = p.BBatch == 0 ? 1 : p.Batch;
            T* b = scratch.Take<T>(products * p.K * p.N);
            for (long i = 0; i < products; i++)
                Packing.Copy(p.B + (i * p.BBatch), p.BCol, p.BRow, p.N, p.K, b + (i * p.K * p.N), p.N);
            (p.BRow, p.BCol) = (p.N, 1);
            if (p.BBatch != 0)
                p.BBatch = p.K * p.N;
            p.B = b;
        }
        long group = Math.Max(1, WorkAtOnce / (p.N * Math.Max(1, p.K)));
        ParallelFor.Ranges(p.Batch * p.M, group, new Rows<T>(p));
    }

    readonly struct Rows<T>(GemmProblem<T> p) : IRangeBody
        where T : unmanaged, INumberBase<T>
    {
        public void Invoke(long begin, long end)
        {
            for (long r = begin; r < end; r++)
            {
                long batch = r / p.M, i = r % p.M;
                T* c = p.C + (batch * p.CBatch) + (i * p.CRow), a = p.A + (batch * p.ABatch) + (i * p.ARow);
                if (!p.Accumulate)
                    new Span<T>(c, checked((int)p.N)).Clear();
                for (long k = 0; k < p.K; k++)
                    AddScaled(a[k * p.ACol], p.B + (batch * p.BBatch) + (k * p.BRow), p.BCol, c, p.N);
                for (long j = 0; p.Bias != null && j < p.N; j++)
                    c[j] += p.Bias[j];
            }
        }

        [MethodImpl(Jit.Full)]
        static void AddScaled(T x, T* b, long step, T* c, long count)
        {
            long j = 0;
            if (step == 1 && Vector<T>.IsSupported && Vector.IsHardwareAccelerated)
            {
                for (; j <= count - Vector<T>.Count; j += Vector<T>.Count)
                    Vector.Store(Vector.Load(c + j) + (Vector.Load(b + j) * x), c + j);
            }
            for (; j < count; j++)
                c[j] += x * b[j * step];
        }
    }
}
