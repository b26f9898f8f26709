using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Matrix products of float and double. The bits depend on shapes, strides and the instruction-set path, never on the threads.</summary>
static unsafe class Gemm
{
    /// <summary>From here on (multiply-adds) one product is worth several threads.</summary>
    const long ParallelWork = 1L << 20;

    /// <summary>Computes the problem on the path of this process. <typeparamref name="T"/> is float or double.</summary>
    public static void Run<T>(in GemmProblem<T> problem)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            Run<T, V512<T>>(problem);
        else if (Isa.UseAvx2)
            Run<T, V256<T>>(problem);
        else
            Run<T, V128<T>>(problem);
    }

    /// <summary>The same on a given path.</summary>
    internal static void Run<T, V>(in GemmProblem<T> problem)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (problem.M <= 0 || problem.N <= 0 || problem.Batch <= 0)
            return;
        if (problem.Batch == 1)
        {
            One<T, V>(problem);
            return;
        }
        GemmProblem<T> p = problem;
        if (p.BBatch == 0 && p.ABatch == p.M * p.ARow && p.CBatch == p.M * p.CRow && p.Epilogue.RowBias == null && (p.Epilogue.Residual == null || p.Epilogue.ResidualBatch == p.M * p.Epilogue.ResidualRow))
        {
            p.M *= p.Batch;    // the rows of all products follow each other: one tall product
            p.Batch = 1;
            One<T, V>(p);
            return;
        }
        long work = p.M * p.N * Math.Max(p.K, 1);
        if (work >= ParallelWork * 4)
        {
            var each = new Products<T, V>(p, 1);
            for (long i = 0; i < p.Batch; i++)
                each.Invoke(i);
            return;
        }
        long group = Math.Max(1, ParallelWork / 2 / work);
        ParallelFor.Run(((p.Batch - 1) / group) + 1, new Products<T, V>(p, group));
    }

    static void One<T, V>(in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (p.K <= 0)
            Empty<T, V>(p);
        else if (!Gemv.TryRun<T, V>(p) && !SmallGemm.TryRun<T, V>(p))
            TiledGemm.Run<T, V>(p);
    }

    // A sum of nothing is 0.
    static void Empty<T, V>(in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        T* bias = p.StartBias;
        for (long i = 0; i < p.M; i++)
        {
            for (long j = 0; j < p.N; j++)
            {
                T start = p.Accumulate ? p.C[(i * p.CRow) + j] : T.Zero;
                p.C[(i * p.CRow) + j] = bias != null ? start + bias[j] : start;
            }
        }
        if (!p.Epilogue.IsNone)
            p.Finish.Run<V>(new(p.C, p.CRow, 0, 0, p.M, p.N));
    }

    readonly struct Products<T, V>(GemmProblem<T> problem, long group) : IBlockBody
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        public void Invoke(long block)
        {
            GemmProblem<T> p = problem;
            p.Batch = 1;
            long end = Math.Min((block + 1) * group, problem.Batch);
            for (long i = block * group; i < end; i++)
            {
                p.A = problem.A + (i * problem.ABatch);
                p.B = problem.B + (i * problem.BBatch);
                p.C = problem.C + (i * problem.CBatch);
                if (p.Epilogue.Residual != null)
                    p.Epilogue.Residual = problem.Epilogue.Residual + (i * problem.Epilogue.ResidualBatch);
                One<T, V>(p);
            }
        }
    }
}
