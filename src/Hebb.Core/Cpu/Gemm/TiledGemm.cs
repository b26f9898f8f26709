using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The blocked product. k is cut into equal blocks whose sums are added to C in order; within a block, row tiles times panels of lanes form a
/// grid whose cells are independent, so threads share them in any way.
/// </summary>
static unsafe class TiledGemm
{
    const long LanesAtOnce = 4096;     // bounds the packed right side: 256 x 4096 elements
    const long RowsAtOnce = 4032;      // likewise the left side
    const long CellRowTiles = 8;       // a cell: 112 rows by 256 lanes, whose packed sides stay in the L2 cache
    const long CellPanels = 8;
    const long CellWork = 1L << 20;    // multiply-adds below which a cell is not cut further
    const long PackAtOnce = 1L << 15;

    public static void Run<T, V>(in GemmProblem<T> problem)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        GemmPlan<T> plan = GemmPlan<T>.For<V>(problem);
        if (plan.Add && plan.Bias != null)
            AddBias(problem);
        long steps = CeilDiv(plan.K, CeilDiv(plan.K, plan.StepsAtOnce));
        int panel = 2 * V.Count;
        using var scratch = Scratch.Open();
        var cells = new GemmCells<T, V> { Plan = plan, Tallest = TileRows.Max<T, V>(), PanelWidth = panel };
        bool ragged = plan.Lanes % panel is var rest && rest != 0 && rest != V.Count;
        if (plan.PackRight)
            cells.PackedRight = scratch.Take<T>(steps * RoundUp(Math.Min(plan.Lanes, LanesAtOnce), panel));
        else if (ragged)
            cells.PackedRight = scratch.Take<T>(steps * panel);
        if (plan.PackLeft)
            cells.PackedLeft = scratch.Take<T>(steps * Math.Min(plan.Rows, RowsAtOnce));
        for (cells.FromLane = 0; cells.FromLane < plan.Lanes; cells.FromLane += LanesAtOnce)
        {
            cells.Lanes = Math.Min(LanesAtOnce, plan.Lanes - cells.FromLane);
            for (cells.FromK = 0; cells.FromK < plan.K; cells.FromK += steps)
            {
                cells.Steps = Math.Min(steps, plan.K - cells.FromK);
                long rowsAtOnce = plan.PackLeft ? RowsAtOnce : plan.Rows;
                for (cells.FromRow = 0; cells.FromRow < plan.Rows; cells.FromRow += rowsAtOnce)
                {
                    cells.SetRows(Math.Min(rowsAtOnce, plan.Rows - cells.FromRow));
                    Pack(ref cells, right: cells.FromRow == 0, ragged);
                    Compute(ref cells);
                }
            }
        }
    }

    static void Pack<T, V>(ref GemmCells<T, V> cells, bool right, bool ragged)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long panels = !right ? 0 : cells.Plan.PackRight ? cells.Panels : 0;
        long tiles = cells.Plan.PackLeft ? cells.Tiles.Count : 0;
        if (panels + tiles > 0)
        {
            long panelGroup = Math.Max(1, PackAtOnce / (cells.Steps * cells.PanelWidth));
            long tileGroup = Math.Max(1, PackAtOnce / (cells.Steps * cells.Tallest));
            var pack = new GemmPacks<T, V>(cells, panels, panelGroup, tiles, tileGroup);
            ParallelFor.Run(pack.Blocks, in pack);
        }
        if (right && ragged && !cells.Plan.PackRight && cells.Lanes % cells.PanelWidth != 0)
            cells.PackPanel(cells.Panels - 1, cells.PackedRight);
    }

    static void Compute<T, V>(ref GemmCells<T, V> cells)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long tiles = Math.Min(cells.Tiles.Count, CellRowTiles), panels = Math.Min(cells.Panels, CellPanels);
        long tileWork = cells.Steps * cells.PanelWidth * cells.Tallest;
        long wanted = ParallelFor.Threads == 1 ? 1 : 4L * ParallelFor.Threads;    // cells are independent: their number does not touch the bits
        while (tiles * panels > 1 && tiles * panels * tileWork > CellWork
            && CeilDiv(cells.Tiles.Count, tiles) * CeilDiv(cells.Panels, panels) < wanted)
        {
            if (tiles >= panels)
                tiles = CeilDiv(tiles, 2);
            else
                panels = CeilDiv(panels, 2);
        }
        cells.CellTiles = tiles;
        cells.CellPanels = panels;
        cells.CellsDown = CeilDiv(cells.Tiles.Count, tiles);
        ParallelFor.Run(cells.CellsDown * CeilDiv(cells.Panels, panels), in cells);
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
