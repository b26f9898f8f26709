using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Images cut into tiles for <see cref="WinogradTransforms{V}"/>: of x 6x6 cells that overlap by two, of the outputs' gradient 4x4 that do not. Cells outside an
/// image are 0.
/// </summary>
unsafe struct WinogradTiles<V>
    where V : unmanaged, ISimd<V, float>
{
    public const int Side = 4;

    public float* Source;
    public long Channels, Height, Width;

    /// <summary>Cells in front of the image that the first tile holds.</summary>
    public long Lead0, Lead1;

    /// <summary>Tiles of an image along its axes.</summary>
    public long Down, Across;

    /// <summary>Cells of a tile along an axis: 6, or 4.</summary>
    public int Cells;

    /// <summary>From one tile to the next in what is written: its channels, at least.</summary>
    public long Lanes;

    readonly long Filled => TiledGemm.CeilDiv(Channels, V.Count) * V.Count;

    readonly long RowCells => (Across * Side) + (Cells - Side);

    /// <summary>The transforms of some rows of tiles, rows of all images in one line: to[number * step + tile * Lanes + channel].</summary>
    [SkipLocalsInit]
    public readonly void Enter(long fromRow, long rows, float* to, long step)
    {
        using var scratch = Scratch.Open();
        long filled = Filled, rowSize = RowCells * filled;
        float* strip = scratch.Take<float>(Cells * rowSize);
        new Span<float>(strip, checked((int)(Cells * rowSize))).Clear();    // what stands for padding, and channels that do not exist, is never written
        float** row = stackalloc float*[6];
        float** next = stackalloc float*[6];
        for (int i = 0; i < Cells; i++)
            row[i] = strip + (i * rowSize);
        for (long r = fromRow; r < fromRow + rows; r++)
        {
            (long image, long down) = Math.DivRem(r, Down);
            int known = r > fromRow && down > 0 ? Cells - Side : 0;
            if (known > 0)
            {
                for (int i = 0; i < Cells; i++)
                    next[i] = row[(i + Side) % Cells];
                for (int i = 0; i < Cells; i++)
                    row[i] = next[i];
            }
            for (int i = known; i < Cells; i++)
                Load(image, (down * Side) + i - Lead0, row[i], filled);
            for (long tile = 0; tile < Across; tile++, to += Lanes)
            {
                for (long lane = 0; lane < filled; lane += V.Count)
                {
                    long at = (tile * Side * filled) + lane;
                    if (Cells == Side)
                        WinogradTransforms<V>.OutputGrad(row, at, filled, to + lane, step);
                    else
                        WinogradTransforms<V>.Input(row, at, filled, to + lane, step);
                }
            }
        }
    }

    // A row of cells, channels last.
    readonly void Load(long image, long y, float* row, long filled)
    {
        if (y < 0 || y >= Height)
        {
            new Span<float>(row, checked((int)(RowCells * filled))).Clear();
            return;
        }
        float* source = Source + (((image * Channels * Height) + y) * Width);
        long begin = Math.Max(0, -Lead1), count = Math.Min(Width - begin, RowCells - Math.Max(0, Lead1));
        if (count > 0)
            Packing.Transpose(source + begin, Height * Width, Channels, count, row + (Math.Max(0, Lead1) * filled), filled);
    }
}
