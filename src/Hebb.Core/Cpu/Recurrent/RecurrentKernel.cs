using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Runs recurrent layers over time, forward and backward. Examples do not depend on each other, so threads share them once for all steps and never wait for
/// each other; each sum is one chain in ascending k, so how the examples were shared does not show in the bits.
/// </summary>
static unsafe class RecurrentKernel
{
    /// <summary>Multiply-adds below which the threads are left alone.</summary>
    const double ParallelWork = 1 << 19;

    /// <summary>Fewer examples than this do not fill a tile.</summary>
    const long LeastRows = 4;

    /// <summary>Hidden states and products of so many examples stay in the L2 cache beside the weights.</summary>
    const long MostRows = 64;

    public static void Forward<T, TCell>(in RecurrentProblem<T> problem)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell<T>
    {
        var kernel = new ForwardKernel<T, TCell>(problem);
        Isa.Dispatch<ForwardKernel<T, TCell>, T>(ref kernel);
    }

    /// <summary>A GRU whose reset gate comes before the product.</summary>
    public static void ForwardResetFirst<T>(in RecurrentProblem<T> problem)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var kernel = new ResetFirstKernel<T>(problem);
        Isa.Dispatch<ResetFirstKernel<T>, T>(ref kernel);
    }

    public static void Backward<T, TCell>(in RecurrentProblem<T> problem)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell<T>
    {
        var kernel = new BackwardKernel<T, TCell>(problem);
        Isa.Dispatch<BackwardKernel<T, TCell>, T>(ref kernel);
    }

    /// <summary>How many examples a block of work takes.</summary>
    static long BlockRows<T>(in RecurrentProblem<T> p, int gates)
        where T : unmanaged
    {
        double work = (double)p.Steps * p.Batch * p.Hidden * p.Hidden * gates;
        long blocks = work < ParallelWork ? 1 : Math.Min(ParallelFor.Threads, Math.Max(1, p.Batch / LeastRows));
        blocks = Math.Max(blocks, (p.Batch + MostRows - 1) / MostRows);
        return (p.Batch + blocks - 1) / blocks;
    }

    readonly struct ForwardKernel<T, TCell>(RecurrentProblem<T> problem) : ISimdKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell<T>
    {
        public void Run<V>()
            where V : unmanaged, ISimd<V, T>
        {
            if (problem.Batch == 0 || problem.Hidden == 0)
                return;
            using var scratch = Scratch.Open();
            if (problem.Steps == 1)
            {
                long lanes = TCell.Gates * problem.Hidden;
                T* product = scratch.Take<T>(problem.Batch * lanes);
                Gemm.Run<T, V>(GemmProblem<T>.Dense(problem.Batch, lanes, problem.Hidden, problem.FirstHidden, problem.Weight, product, transposeB: true));
                new RecurrentForward<T, V, TCell>(problem, null, problem.Batch).Single(product);
                return;
            }
            T* panels = scratch.Take<T>(TCell.Gates * RecurrentPanels.RoundUp(problem.Hidden) * problem.Hidden);
            RecurrentPanels.Pack<T, V>(problem.Weight, problem.Hidden, 1, TCell.Gates, problem.Hidden, problem.Hidden, panels);
            long rows = BlockRows(problem, TCell.Gates);
            ParallelFor.Run((problem.Batch + rows - 1) / rows, new RecurrentForward<T, V, TCell>(problem, panels, rows));
        }
    }

    readonly struct ResetFirstKernel<T>(RecurrentProblem<T> problem) : ISimdKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Run<V>()
            where V : unmanaged, ISimd<V, T>
        {
            const int Gates = 3;
            if (problem.Batch == 0 || problem.Hidden == 0)
                return;
            if (problem.Steps == 1)
            {
                new ResetFirstGru<T, V>(problem, null, problem.Batch).Single();
                return;
            }
            using var scratch = Scratch.Open();
            T* panels = scratch.Take<T>(Gates * RecurrentPanels.RoundUp(problem.Hidden) * problem.Hidden);
            RecurrentPanels.Pack<T, V>(problem.Weight, problem.Hidden, 1, Gates, problem.Hidden, problem.Hidden, panels);
            long rows = BlockRows(problem, Gates);
            ParallelFor.Run((problem.Batch + rows - 1) / rows, new ResetFirstGru<T, V>(problem, panels, rows));
        }
    }

    readonly struct BackwardKernel<T, TCell>(RecurrentProblem<T> problem) : ISimdKernel<T>
        where T : unmanaged, IFloatingPointIeee754<T>
        where TCell : struct, IRecurrentCell<T>
    {
        public void Run<V>()
            where V : unmanaged, ISimd<V, T>
        {
            if (problem.Batch == 0 || problem.Hidden == 0)
                return;
            using var scratch = Scratch.Open();
            T* panels = scratch.Take<T>(TCell.Gates * RecurrentPanels.RoundUp(problem.Hidden) * problem.Hidden);
            RecurrentPanels.Pack<T, V>(problem.Weight, 1, problem.Hidden, 1, problem.Hidden, TCell.Gates * problem.Hidden, panels);
            long rows = BlockRows(problem, TCell.Gates);
            ParallelFor.Run((problem.Batch + rows - 1) / rows, new RecurrentBackward<T, V, TCell>(problem, panels, rows));
        }
    }
}
