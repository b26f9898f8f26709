using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>
/// Products of 8-bit integers with 32-bit sums. Both sides are packed into words of neighbours along k. Where a kernel wants the other signedness, numbers are
/// moved by 128 and their zero with them; zeros enter through the sums of rows and columns (sum of (a - p)(b - q) = sum of ab - p sum of b - q sum of a + kpq).
/// </summary>
static unsafe class IntegerGemm
{
    const long PackedBytes = 8L << 20;     // of one side at once
    static readonly long CellBytes = Math.Min(512 << 10, Caches.L2 / 2);    // of the right side in one cell
    const long CellRows = 96;
    const long ParallelWork = 1L << 20;    // multiply-adds from which on one product is worth several threads
    const long CellWork = 1L << 20;
    const long PackAtOnce = 1L << 13;      // words for one thread to lay out
    const long FewRows = 112;              // up to so many, a copy of weights in tile order is kept
    const long LeastElements = 1L << 14;
    const int Layout = -3;                 // tells kept copies from those of other kernels

    /// <summary>Computes the problem on the path of this process; a copy of the right side in tile order is kept if it is the values of <paramref name="weight"/>.</summary>
    public static void Run(in IntegerProblem problem, Tensor? weight)
    {
        Isa.Validate();
        if (Isa.Path >= IsaPath.Avx2 && AvxVnni.IsSupported)
            Run<VnniDot, Vector256<int>>(problem, weight);
        else if (Isa.UseAvx512)
            Run<WideDot512, Vector512<int>>(problem, weight);
        else if (Isa.UseAvx2)
            Run<WideDot256, Vector256<int>>(problem, weight);
        else if (Dp.IsSupported)
            Run<ArmDot, Vector128<int>>(problem, weight);
        else
            Run<WideDot128, Vector128<int>>(problem, weight);
    }

    internal static void Run<D, V>(in IntegerProblem p, Tensor? weight)
        where D : struct, IIntegerDot<V>
        where V : unmanaged
    {
        if (p.M <= 0 || p.N <= 0)
            return;
        int panel = 2 * IntegerKernel.Lanes<V>();
        var cells = new IntegerCells<D, V>(p);
        using var scratch = Scratch.Open();
        PackedWeights? kept = weight is not null && p.M <= FewRows && p.K > 0 && p.N * p.K >= LeastElements ? Find<D, V>(p, cells, weight) : null;
        long lanesAtOnce = kept is not null ? Panels(p.N, panel) * panel : Math.Min(Panels(p.N, panel), Math.Max(1, PackedBytes / (Math.Max(1, cells.Words) * panel * sizeof(int)))) * panel;
        long rowsAtOnce = Math.Min(p.M, Math.Max(CellRows, PackedBytes / sizeof(int) / Math.Max(1, cells.Words)));
        if (kept is null)
        {
            cells.Right = scratch.Take<int>(lanesAtOnce * cells.Words);
            cells.Sums = scratch.Take<int>(lanesAtOnce);
        }
        else
        {
            cells.Right = (int*)kept.Pointer;
            cells.Sums = cells.Right + (lanesAtOnce * cells.Words);
        }
        cells.Left = scratch.Take<int>(rowsAtOnce * cells.Words);
        cells.RowSums = scratch.Take<int>(rowsAtOnce);
        for (cells.FromLane = 0; cells.FromLane < p.N; cells.FromLane += lanesAtOnce)
        {
            cells.Lanes = Math.Min(lanesAtOnce, p.N - cells.FromLane);
            if (kept is null)
                Pack<D, V>(cells);
            for (cells.FromRow = 0; cells.FromRow < p.M; cells.FromRow += rowsAtOnce)
            {
                cells.SetRows(Math.Min(rowsAtOnce, p.M - cells.FromRow));
                Compute(ref cells);
            }
        }
        GC.KeepAlive(kept);
    }

    static void Pack<D, V>(IntegerCells<D, V> cells)
        where D : struct, IIntegerDot<V>
        where V : unmanaged
    {
        int panel = 2 * IntegerKernel.Lanes<V>();
        ParallelFor.Ranges(Panels(cells.Lanes, panel), Math.Max(1, PackAtOnce / (Math.Max(1, cells.Words) * panel)), new IntegerPanels<D, V>(cells));
    }

    static void Compute<D, V>(ref IntegerCells<D, V> cells)
        where D : struct, IIntegerDot<V>
        where V : unmanaged
    {
        int panel = 2 * IntegerKernel.Lanes<V>();
        long tileGroup = Math.Max(1, PackAtOnce / (Math.Max(1, cells.Words) * IntegerKernel.MaxRows));
        ParallelFor.Ranges(cells.Tiles.Count, tileGroup, new IntegerRows<D, V>(cells));
        long panels = Panels(cells.Lanes, panel);
        long down = TiledGemm.CeilDiv(cells.Rows, CellRows), across = TiledGemm.CeilDiv(panels * panel * Math.Max(1, cells.Words) * sizeof(int), CellBytes);
        long work = cells.Rows * cells.Lanes * Math.Max(1, cells.Problem.K), wanted = work < ParallelWork ? 1 : Math.Min(6 * ParallelFor.Threads, work / CellWork);
        for (; ParallelFor.Threads > 1 && down * across < wanted && (down < cells.Tiles.Count || across < panels);)
        {
            if (across >= panels || (down < cells.Tiles.Count && cells.Rows / down >= cells.Lanes / across))
                down++;
            else
                across++;
        }
        cells.CellsDown = Math.Min(down, cells.Tiles.Count);
        cells.CellsAcross = Math.Min(across, panels);
        ParallelFor.Run(cells.CellsDown * cells.CellsAcross, in cells);
    }

    static PackedWeights? Find<D, V>(in IntegerProblem p, IntegerCells<D, V> cells, Tensor weight)
        where D : struct, IIntegerDot<V>
        where V : unmanaged
    {
        long lanes = Panels(p.N, 2 * IntegerKernel.Lanes<V>()) * 2 * IntegerKernel.Lanes<V>();
        var key = new PackedKey((nint)p.B, Layout, D.PerWord, IntegerKernel.Lanes<V>(), 2, p.K, p.N, 0, default, (p.BRow, p.BCol, p.BSigned ? 1 : 0), default);
        PackedWeights? kept = PackedWeights.Find(weight.Storage, key, lanes * (cells.Words + 1) * sizeof(int), out bool fresh);
        if (fresh && kept is not null)
        {
            cells.Right = (int*)kept.Pointer;
            cells.Sums = cells.Right + (lanes * cells.Words);
            cells.Lanes = p.N;
            Pack(cells);
            kept.Keep(weight.Storage, key);
        }
        return kept;
    }

    static long Panels(long lanes, int panel) => TiledGemm.CeilDiv(lanes, panel);
}
