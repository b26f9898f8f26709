using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Cells whose result is written transposed, as rows of the tiles are columns of C. Some row tiles by some panels are gathered in a buffer that stays in the L1 cache, and moved to C in whole
/// squares: a tile by itself has too few rows for those, and what finishes the sums would have to do it by pieces of as few.
/// </summary>
unsafe partial struct GemmCells<T, V>
{
    const int TurnedPanels = 8;
    const int TurnedRows = 28;
    const int MaxPanelBytes = 128;    // of one step: two vectors

    [SkipLocalsInit]
    readonly void Turned<P>(long k, long fromTile, long toTile, long fromPanel, long toPanel)
    {
        byte* bytes = stackalloc byte[TurnedRows * TurnedPanels * MaxPanelBytes];
        var buffer = (T*)bytes;
        long bufferRow = TurnedPanels * PanelWidth, tiles = TurnedRows / Tallest;
        var tile = new TileArgs<T> { K = Math.Min(Steps, K - k), BStep = Plan.RightStep, CRow = bufferRow, Add = Plan.Add || FromK + k > 0 };
        bool finish = Plan.Finishes && FromK + k + tile.K == Plan.K;
        for (long t = fromTile; t < toTile; t += tiles)
        {
            long endTile = Math.Min(t + tiles, toTile), row = Tiles.Start(t), r = FromRow + row, rows = Tiles.Start(endTile) - row;
            for (long p = fromPanel; p < toPanel; p += TurnedPanels)
            {
                long endPanel = Math.Min(p + TurnedPanels, toPanel), l = FromLane + (p * PanelWidth);
                long lanes = Math.Min(endPanel * PanelWidth, Lanes) - (p * PanelWidth);
                T* c = Plan.C + (l * Plan.CRow) + r;
                if (tile.Add)
                    Packing.Copy<T, V>(c, Plan.CRow, 1, lanes, rows, buffer, bufferRow, (endPanel - p) * PanelWidth);
                for (long i = t; i < endTile; i++)
                    Gather<P>(&tile, k, i, p, endPanel, buffer + ((Tiles.Start(i) - row) * bufferRow));
                if (finish && Plan.Finish.IsPlain)
                    Plan.Finish.Run<V>(new(buffer, bufferRow, 0, 0, rows, lanes));
                Packing.Transpose(buffer, bufferRow, rows, lanes, c, Plan.CRow);
                if (finish && !Plan.Finish.IsPlain)
                    Plan.Finish.Run<V>(new(c, Plan.CRow, l, r, lanes, rows));
            }
        }
    }

    // One row tile by some panels.
    readonly void Gather<P>(TileArgs<T>* tile, long k, long t, long fromPanel, long toPanel, T* buffer)
    {
        long row = Tiles.Start(t);
        int height = Tiles.Height(t);
        SetLeft(ref *tile, row, height, k);
        tile->RowBias = Plan.Bias == null ? null : Plan.Bias + FromRow + row;
        tile->C = buffer;
        for (long panel = fromPanel; panel < toPanel; panel++, tile->C += PanelWidth)
            SetRight<P>(ref *tile, panel, height, Width(panel), k)(tile);
    }
}
