using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The grid of cells of one product: a range of row tiles by a range of panels each, through all of k. A cell visits one block of k after
/// the other; in each, a row tile meets every panel before the next tile's turn, so that it stays in the L1 cache, the panels in L2.
/// </summary>
unsafe partial struct GemmCells<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int LineBytes = 64;

    public GemmPlan<T> Plan;
    public int Tallest, PanelWidth;

    /// <summary>The whole right side in panels, block of k by block of k; if the plan leaves it in place, only its last, ragged panel.</summary>
    public T* PackedRight;
    public T* PackedLeft;

    /// <summary>Elements from one row to the next in <see cref="PackedLeft"/>.</summary>
    readonly long PackedRow => LeftStride(Plan, K);

    /// <summary>k is walked in steps of <see cref="Steps"/>; if a side is packed here it holds one such block, and K is that.</summary>
    public long FromK, K, Steps;
    public long FromLane, Lanes, FromRow, Rows;

    public RowTiles Tiles;
    public long CellsDown, CellsAcross;

    public readonly long Panels => TiledGemm.CeilDiv(Lanes, PanelWidth);

    /// <summary>Left rows that are contiguous are copied as rows: that is faster than turning them into tile order.</summary>
    readonly bool LeftRows => Plan.LeftStep == 1;

    /// <summary>
    /// Elements that one row of the packed left side takes: in tile order the steps, as a row an odd number of cache lines, so that the
    /// rows of a tile don't push each other out of the L1 cache.
    /// </summary>
    public static long LeftStride(in GemmPlan<T> plan, long steps)
    {
        int line = LineBytes / sizeof(T);
        return plan.LeftStep == 1 ? (TiledGemm.CeilDiv(steps, line) | 1) * line : steps;
    }

    public void SetRows(long rows)
    {
        Rows = rows;
        Tiles = new RowTiles(rows, Tallest);
    }

    /// <summary>One vector if the lanes that are left fit it.</summary>
    readonly int Width(long panel) => Lanes - (panel * PanelWidth) <= V.Count ? V.Count : PanelWidth;

    readonly T* PackedPanel(long panel, long k) => PackedRight + (Plan.PackRight ? panel * PanelWidth * K : 0) + (k * Width(panel));

    public readonly void PackPanel(long panel, long k)
    {
        long lane = panel * PanelWidth, steps = Math.Min(Steps, K - k);
        int width = Width(panel);
        T* source = Plan.Right + ((FromLane + lane) * Plan.RightLane) + ((FromK + k) * Plan.RightStep);
        Packing.Copy<T, V>(source, Plan.RightLane, Plan.RightStep, Math.Min(width, Lanes - lane), steps, PackedPanel(panel, k), width, width);
    }

    /// <summary>Panels side by side: rows of the source are read along their length.</summary>
    public readonly void PackPanels(long first, long end)
    {
        long whole = Math.Min(end, Lanes / PanelWidth);
        if (Plan.RightLane == 1 && whole > first)
        {
            T* source = Plan.Right + FromLane + (first * PanelWidth) + (FromK * Plan.RightStep);
            Packing.CopyPanels<T, V>(source, Plan.RightStep, K, whole - first, PackedPanel(first, 0));
            first = whole;
        }
        for (; first < end; first++)
            PackPanel(first, 0);
    }

    public readonly void PackTiles(long first, long end)
    {
        while (first < end)
        {
            int height = Tiles.Height(first);
            long next = first + 1;
            while (next < end && Tiles.Height(next) == height)
                next++;
            PackTiles(Tiles.Start(first), next - first, height);
            first = next;
        }
    }

    readonly void PackTiles(long row, long tiles, int height)
    {
        T* source = Plan.Left + ((FromRow + row) * Plan.LeftRow) + (FromK * Plan.LeftStep), target = PackedLeft + (row * PackedRow);
        if (LeftRows)
        {
            for (long r = 0; r < tiles * height; r++)
                Unsafe.CopyBlockUnaligned(target + (r * PackedRow), source + (r * Plan.LeftRow), (uint)(K * sizeof(T)));
            return;
        }
        if (Plan.LeftRow == 1)
        {
            Packing.CopyTiles<T, V>(source, Plan.LeftStep, K, tiles, height, target);
            return;
        }
        for (long t = 0; t < tiles; t++, source += height * Plan.LeftRow, target += height * PackedRow)
            Packing.Copy<T, V>(source, Plan.LeftRow, Plan.LeftStep, height, K, target, height, height);
    }

    public readonly void Invoke(long cell)
    {
        long across = cell / CellsDown, down = cell % CellsDown;
        long fromPanel = Panels * across / CellsAcross, toPanel = Panels * (across + 1) / CellsAcross;
        long fromTile = Tiles.Count * down / CellsDown, toTile = Tiles.Count * (down + 1) / CellsDown;
        for (long k = 0; k < K; k += Steps)
        {
            if (PackedLeft != null ? !LeftRows : Plan.LeftRow == 1)
                Block<UnitRows>(k, fromTile, toTile, fromPanel, toPanel);
            else if (LeftRows)
                Block<UnitSteps>(k, fromTile, toTile, fromPanel, toPanel);
            else
                Block<AnyRows>(k, fromTile, toTile, fromPanel, toPanel);
        }
    }

    readonly void Block<P>(long k, long fromTile, long toTile, long fromPanel, long toPanel)
    {
        if (Plan.Swapped)
        {
            Turned<P>(k, fromTile, toTile, fromPanel, toPanel);
            return;
        }
        var edge = new TileEdge<T, V>();
        var tile = new TileArgs<T> { K = Math.Min(Steps, K - k), BStep = Plan.RightStep };
        bool add = Plan.Add || FromK + k > 0, finish = Plan.Finishes && FromK + k + tile.K == Plan.K;
        for (long t = fromTile; t < toTile; t++)
        {
            long row = Tiles.Start(t), r = FromRow + row;
            int height = Tiles.Height(t);
            SetLeft(ref tile, row, height, k);
            for (long panel = fromPanel; panel < toPanel; panel++)
            {
                long lane = panel * PanelWidth, l = FromLane + lane;
                int width = Width(panel);
                int lanes = (int)Math.Min(width, Lanes - lane);
                delegate*<TileArgs<T>*, void> kernel = SetRight<P>(ref tile, panel, height, width, k);
                tile.C = Plan.C + (r * Plan.CRow) + l;
                tile.CRow = Plan.CRow;
                tile.Add = add;
                tile.Bias = Plan.Bias == null ? null : Plan.Bias + l;
                if (!TiledGemm.PanelsStay && panel + 1 < toPanel)
                    Ask(tile.C + width, Plan.CRow, height);
                if (finish && Plan.Finish.Residual != null)
                    Ask(Plan.Finish.Residual + (r * Plan.Finish.ResidualRow) + l, Plan.Finish.ResidualRow, height);
                if (lanes == width)
                    kernel(&tile);
                else
                    edge.Run(&tile, kernel, height, lanes, width);
                if (finish)
                    Plan.Finish.Run<V>(new(tile.C, tile.CRow, r, l, height, lanes));
            }
        }
    }

    // Rows of a tile that is needed soon: those of a wide matrix lie on pages of their own, where the hardware does not look ahead.
    readonly void Ask(T* p, long row, int rows)
    {
        for (int r = 0; Sse.IsSupported && r < rows; r++, p += row)
        {
            Sse.Prefetch0(p);
            if (V.Count * sizeof(T) == LineBytes)
                Sse.Prefetch0(p + V.Count);
        }
    }

    /// <summary>Where a panel's steps are, and the kernel that reads them so.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly delegate*<TileArgs<T>*, void> SetRight<P>(ref TileArgs<T> tile, long panel, int height, int width, long k)
    {
        long lane = panel * PanelWidth;
        bool packed = Plan.PackRight || Lanes - lane < width;
        tile.B = packed ? PackedPanel(panel, k) : Plan.Right + FromLane + lane + ((FromK + k) * Plan.RightStep);
        return packed ? TileRows.Kernel<T, V, P, Packed>(height, width) : TileRows.Kernel<T, V, P, Stepped>(height, width);
    }

    readonly void SetLeft(ref TileArgs<T> tile, long row, int height, long k)
    {
        if (PackedLeft != null)
        {
            tile.A = PackedLeft + (row * PackedRow);
            tile.ARow = LeftRows ? PackedRow : 1;
            tile.AStep = LeftRows ? 1 : height;
        }
        else
        {
            tile.A = Plan.Left + ((FromRow + row) * Plan.LeftRow) + ((FromK + k) * Plan.LeftStep);
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

    public void Invoke(long block)
    {
        if (block < PanelBlocks)
        {
            cells.PackPanels(block * panelGroup, Math.Min((block + 1) * panelGroup, panels));
            return;
        }
        block -= PanelBlocks;
        cells.PackTiles(block * tileGroup, Math.Min((block + 1) * tileGroup, tiles));
    }
}
