using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The blocked product. C is cut into cells, ranges of row tiles by ranges of panels of lanes, which are independent: threads share them in
/// any way. How it is cut does not show in the bits, as each element of C is one chain of multiply-adds in ascending k.
/// </summary>
static unsafe class TiledGemm
{
    const long PackedElements = 2L << 20;    // of one side at once: packed and used while they are near
    static readonly long CellRows = PanelsStay ? 224 : 112;
    static readonly long CellBytes = PanelsStay ? Math.Min(768 << 10, Caches.L2 / 2) : 1 << 20;    // of the right side in one block of k
    const long CellWork = 1L << 19;          // multiply-adds below which a cell is not cut further
    const long CellsPerThread = 6;           // so that none waits long for the last
    static readonly long EvenBytes = Math.Min(1 << 20, Caches.L2);            // of the left side, which each thread then reads as a whole, over and over
    const long PackAtOnce = 1L << 16;

    /// <summary>
    /// An L2 cache of 1 MiB and more holds the panels of a cell, which serve as many rows as can be. A smaller one holds the cell's left rows; panels come from L3, ahead of their use because
    /// they are read in order, and what is left to wait for are the tiles of C. (An EPYC with 512 KiB: 5 % faster at 1024 cubed, 10 % at 2048; a Xeon with 2 MiB was slower so.)
    /// </summary>
    public static bool PanelsStay => Caches.L2 >= 1 << 20;

    /// <summary>Up to so many of the tallest row tiles the right side is read where it stands, or from a kept copy.</summary>
    public const int MostPackedRows = 8;

    /// <summary>Computes the problem, its right side already packed by <see cref="PackRight"/> unless that is null.</summary>
    public static void Run<T, V>(in GemmProblem<T> problem, T* packedRight = null)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        GemmPlan<T> plan = GemmPlan<T>.For<V>(problem, packedRight != null);
        if (plan.Add && plan.Bias != null)
            AddBias(problem);
        int panel = 2 * V.Count;
        long steps = CeilDiv(plan.K, CeilDiv(plan.K, StepsAtOnce<T, V>(plan)));
        long kAtOnce = packedRight == null && (plan.PackRight || plan.PackLeft) ? steps : plan.K;
        long lanesAtOnce = packedRight == null && plan.PackRight ? Math.Min(plan.Lanes, Math.Max(16 * panel, PackedElements / kAtOnce / panel * panel)) : plan.Lanes;
        long rowsAtOnce = plan.PackLeft ? Math.Min(plan.Rows, Math.Max(448, PackedElements / kAtOnce)) : plan.Rows;
        bool ragged = plan.Lanes % panel is var rest && rest != 0 && rest != V.Count;
        using var scratch = Scratch.Open();
        var cells = new GemmCells<T, V> { Plan = plan, Tallest = TileRows.Max<T, V>(), PanelWidth = panel, Steps = steps };
        if (packedRight != null)
            cells.PackedRight = packedRight;
        else if (plan.PackRight)
            cells.PackedRight = scratch.Take<T>(kAtOnce * RoundUp(lanesAtOnce, panel));
        else if (ragged)
            cells.PackedRight = scratch.Take<T>(kAtOnce * panel);
        if (plan.PackLeft)
            cells.PackedLeft = scratch.Take<T>(GemmCells<T, V>.LeftStride(plan, kAtOnce) * rowsAtOnce);
        for (cells.FromLane = 0; cells.FromLane < plan.Lanes; cells.FromLane += lanesAtOnce)
        {
            cells.Lanes = Math.Min(lanesAtOnce, plan.Lanes - cells.FromLane);
            for (cells.FromK = 0; cells.FromK < plan.K; cells.FromK += kAtOnce)
            {
                cells.K = Math.Min(kAtOnce, plan.K - cells.FromK);
                for (cells.FromRow = 0; cells.FromRow < plan.Rows; cells.FromRow += rowsAtOnce)
                {
                    cells.SetRows(Math.Min(rowsAtOnce, plan.Rows - cells.FromRow));
                    Pack(ref cells, right: cells.FromRow == 0 && packedRight == null, ragged);
                    Compute(ref cells);
                }
            }
        }
    }

    // The most steps of k between two visits to C. A row tile of so many steps fits the L1 cache with 256 bits, and leaves room for what streams by; with 512, which take half as many
    // loads, rows may come from L2, and visits to C cost more than that (Zen 5: 2048 steps instead of 512 are 4 % faster at 2048 cubed, 8 % at 3072). Not so where the left side stands in
    // columns (7 % slower): it is copied in blocks, and more of one is near when they are shorter. Visits that transpose cost more, so those are fewer.
    static long StepsAtOnce<T, V>(in GemmPlan<T> plan)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => plan.Swapped ? 1024
            : (V.Count * sizeof(T) == 64 ? (plan.LeftStep == 1 ? 8192 : 2048) : plan.PackLeft && plan.PackRight && !PanelsStay ? 1536 : 3072) / sizeof(T);

    /// <summary>Elements of a right side in panels.</summary>
    public static long PackedSize<T, V>(in GemmProblem<T> p)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T> => p.K * RoundUp(p.N, 2 * V.Count);

    /// <summary>The whole right side in panels, each through all of k.</summary>
    public static void PackRight<T, V>(in GemmProblem<T> problem, T* target)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        GemmPlan<T> plan = GemmPlan<T>.For<V>(problem, packedRight: true);
        var cells = new GemmCells<T, V> { Plan = plan, PanelWidth = 2 * V.Count, PackedRight = target, Lanes = plan.Lanes, K = plan.K, Steps = plan.K };
        long group = Math.Max(1, PackAtOnce / (plan.K * cells.PanelWidth));
        var pack = new GemmPacks<T, V>(cells, cells.Panels, group, 0, 1);
        ParallelFor.Run(pack.Blocks, in pack);
    }

    static void Pack<T, V>(ref GemmCells<T, V> cells, bool right, bool ragged)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long panels = right && cells.Plan.PackRight ? cells.Panels : 0, tiles = cells.Plan.PackLeft ? cells.Tiles.Count : 0;
        if (panels + tiles > 0)
        {
            long panelGroup = Math.Max(1, PackAtOnce / (cells.K * cells.PanelWidth)), tileGroup = Math.Max(1, PackAtOnce / (cells.K * cells.Tallest));
            var pack = new GemmPacks<T, V>(cells, panels, panelGroup, tiles, tileGroup);
            ParallelFor.Run(pack.Blocks, in pack);
        }
        for (long k = 0; right && ragged && !cells.Plan.PackRight && k < cells.K; k += cells.Steps)
            cells.PackPanel(cells.Panels - 1, k);
    }

    static void Compute<T, V>(ref GemmCells<T, V> cells)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long down = CeilDiv(cells.Tiles.Count * cells.Tallest, CellRows), across = CeilDiv(cells.Panels * cells.PanelWidth * cells.Steps * sizeof(T), CellBytes);
        long work = cells.Rows * cells.Lanes * cells.K, threads = ParallelFor.Threads;
        if (threads > 1)
        {
            long wanted = Math.Min(threads * CellsPerThread, CeilDiv(work, CellWork));
            long even = cells.Rows * cells.K * sizeof(T) <= EvenBytes ? EvenCut(cells.Panels, threads, wanted) : 0;
            if (even > 0)
            {
                across = Math.Max(across, even);
                down = Math.Max(down, Math.Min(CeilDiv(wanted, across), cells.Tiles.Count));
            }
            while (down * across < wanted && (down < cells.Tiles.Count || across < cells.Panels))
            {
                // The longer side is cut, in lanes and rows.
                if (across == cells.Panels || (down < cells.Tiles.Count && cells.Tiles.Count * cells.Tallest / down >= cells.Panels * cells.PanelWidth / across))
                    down++;
                else
                    across++;
            }
        }
        if (down >= threads && down < cells.Tiles.Count)
            down = RoundUp(down, threads);
        cells.CellsDown = Math.Min(down, cells.Tiles.Count);
        cells.CellsAcross = Math.Min(across, cells.Panels);
        ParallelFor.Run(cells.CellsDown * cells.CellsAcross, in cells);
    }

    /// <summary>Ranges of panels of which each thread gets as many, all of one length: the most that are not more than wanted; 0 if there are none.</summary>
    static long EvenCut(long panels, long threads, long wanted)
    {
        long across = Math.Min(panels, wanted) / threads * threads;
        while (across > 0 && panels % across != 0)
            across -= threads;
        return across;
    }

    static void AddBias<T>(in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
    {
        for (long i = 0; i < p.M; i++)
        {
            for (long j = 0; j < p.N; j++)
                p.C[(i * p.CRow) + j] += p.Bias[j];
        }
    }

    public static long CeilDiv(long a, long b) => ((a - 1) / b) + 1;

    static long RoundUp(long a, long b) => CeilDiv(a, b) * b;
}
