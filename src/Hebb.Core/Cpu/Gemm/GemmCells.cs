using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>One block of k over one range of rows and lanes: block b of it is a cell of the grid.</summary>
unsafe struct GemmCells<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public GemmPlan<T> Plan;
    public int Tallest, PanelWidth;

    /// <summary>The whole right side of this block in panels; if the plan leaves it in place, only its last, ragged panel.</summary>
    public T* PackedRight;
    public T* PackedLeft;
    public long FromLane, Lanes, FromK, Steps, FromRow, Rows;

    public RowTiles Tiles;
    public long CellTiles, CellPanels, CellsDown;

    public readonly long Panels => TiledGemm.CeilDiv(Lanes, PanelWidth);

    public void SetRows(long rows)
    {
        Rows = rows;
        Tiles = new RowTiles(rows, Tallest);
    }

    /// <summary>One vector if the lanes that are left fit it.</summary>
    readonly int Width(long panel) => Lanes - (panel * PanelWidth) <= V.Count ? V.Count : PanelWidth;

    public readonly void PackPanel(long panel, T* target)
    {
        long lane = panel * PanelWidth;
        int width = Width(panel);
        T* source = Plan.Right + ((FromLane + lane) * Plan.RightLane) + (FromK * Plan.RightStep);
        Packing.Copy<T, V>(source, Plan.RightLane, Plan.RightStep, Math.Min(width, Lanes - lane), Steps, target, width, width);
    }

    public readonly void PackTile(long tile)
    {
        long start = Tiles.Start(tile);
        int height = Tiles.Height(tile);
        T* source = Plan.Left + ((FromRow + start) * Plan.LeftRow) + (FromK * Plan.LeftStep);
        Packing.Copy<T, V>(source, Plan.LeftRow, Plan.LeftStep, height, Steps, PackedLeft + (start * Steps), height, height);
    }

    public readonly void Invoke(long cell)
    {
        if (PackedLeft != null || Plan.LeftRow == 1)
            Invoke<UnitRows>(cell);
        else
            Invoke<AnyRows>(cell);
    }

    readonly void Invoke<P>(long cell)
    {
        long fromPanel = cell / CellsDown * CellPanels, fromTile = cell % CellsDown * CellTiles;
        long toPanel = Math.Min(fromPanel + CellPanels, Panels), toTile = Math.Min(fromTile + CellTiles, Tiles.Count);
        var edge = new TileEdge<T, V>();
        var tile = new TileArgs<T> { K = Steps };
        for (long panel = fromPanel; panel < toPanel; panel++)
        {
            long lane = panel * PanelWidth;
            int width = Width(panel);
            int lanes = (int)Math.Min(width, Lanes - lane);
            SetRight(ref tile, panel, width, lanes);
            for (long t = fromTile; t < toTile; t++)
            {
                long row = Tiles.Start(t);
                int height = Tiles.Height(t);
                SetLeft(ref tile, row, height);
                delegate*<TileArgs<T>*, void> kernel = width == V.Count
                    ? TileRows.Kernel<T, V, P, Stepped, OneVector>(height)
                    : TileRows.Kernel<T, V, P, Stepped, TwoVectors>(height);
                long r = FromRow + row, l = FromLane + lane;
                bool add = Plan.Add || FromK > 0;
                if (Plan.Swapped)
                {
                    edge.RunTurned(&tile, kernel, height, lanes, width, Plan.C + (l * Plan.CRow) + r, Plan.CRow, add, Plan.Bias == null ? null : Plan.Bias + r);
                    continue;
                }
                tile.C = Plan.C + (r * Plan.CRow) + l;
                tile.CRow = Plan.CRow;
                tile.Add = add;
                tile.Bias = Plan.Bias == null ? null : Plan.Bias + l;
                if (lanes == width)
                    kernel(&tile);
                else
                    edge.Run(&tile, kernel, height, lanes, width);
            }
        }
    }

    readonly void SetRight(ref TileArgs<T> tile, long panel, int width, int lanes)
    {
        long lane = panel * PanelWidth;
        if (Plan.PackRight)
        {
            tile.B = PackedRight + (lane * Steps);
            tile.BStep = width;
        }
        else if (lanes < width)
        {
            tile.B = PackedRight;
            tile.BStep = width;
        }
        else
        {
            tile.B = Plan.Right + FromLane + lane + (FromK * Plan.RightStep);
            tile.BStep = Plan.RightStep;
        }
    }

    readonly void SetLeft(ref TileArgs<T> tile, long row, int height)
    {
        if (PackedLeft != null)
        {
            tile.A = PackedLeft + (row * Steps);
            tile.ARow = 1;
            tile.AStep = height;
        }
        else
        {
            tile.A = Plan.Left + ((FromRow + row) * Plan.LeftRow) + (FromK * Plan.LeftStep);
            tile.ARow = Plan.LeftRow;
            tile.AStep = Plan.LeftStep;
        }
    }
}

/// <summary>Packs the sides of one block of k: panels first, then row tiles.</summary>
readonly struct GemmPacks<T, V>(GemmCells<T, V> cells, long panels, long panelGroup, long tiles, long tileGroup) : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    long PanelBlocks => (panels + panelGroup - 1) / panelGroup;

    public long Blocks => PanelBlocks + ((tiles + tileGroup - 1) / tileGroup);

    public unsafe void Invoke(long block)
    {
        if (block < PanelBlocks)
        {
            long end = Math.Min((block + 1) * panelGroup, panels);
            for (long i = block * panelGroup; i < end; i++)
                cells.PackPanel(i, cells.PackedRight + (i * cells.PanelWidth * cells.Steps));
            return;
        }
        block -= PanelBlocks;
        long last = Math.Min((block + 1) * tileGroup, tiles);
        for (long i = block * tileGroup; i < last; i++)
            cells.PackTile(i);
    }
}
