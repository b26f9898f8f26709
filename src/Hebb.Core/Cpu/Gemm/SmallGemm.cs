using System.Numerics;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Products that lie in the L1 cache, of which planning, cutting into cells and sharing out would take a good part of the time: the tiles of one panel after
/// the other. The sums are those of <see cref="TiledGemm"/>, each one chain in ascending k.
/// </summary>
static unsafe class SmallGemm
{
    const long MostWork = 1L << 17;    // multiply-adds
    const long MostSteps = 256;
    const long FewestRows = 4;         // fewer are better the other way round

    /// <summary>Does the problem if it is small and its columns fill the vectors.</summary>
    public static bool TryRun<T, V>(in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (p.M < FewestRows || p.N < V.Count / 2 || p.K > MostSteps || p.M > MostWork || p.N > MostWork || p.M * p.N > MostWork || p.M * p.N * p.K > MostWork || (p.Accumulate && p.StartBias != null))
            return false;
        if (p.ARow == 1)
            Run<T, V, UnitRows>(p);
        else if (p.ACol == 1)
            Run<T, V, UnitSteps>(p);
        else
            Run<T, V, AnyRows>(p);
        if (!p.Epilogue.IsNone)
            p.Finish.Run<V>(new(p.C, p.CRow, 0, 0, p.M, p.N));
        return true;
    }

    static void Run<T, V, P>(in GemmProblem<T> p)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        int rows = (int)p.M, columns = (int)p.N, panel = 2 * V.Count;
        T* bias = p.StartBias;
        using var scratch = Scratch.Open();
        bool ragged = columns % V.Count != 0;
        T* packed = p.BCol == 1 && !ragged ? null : scratch.Take<T>(p.K * panel);
        T* sums = ragged ? scratch.Take<T>((rows + 1) * panel) : null;
        for (int column = 0; column < columns; column += panel)
        {
            int lanes = Math.Min(panel, columns - column), width = lanes <= V.Count ? V.Count : panel;
            T* c = p.C + column;
            var tile = new TileArgs<T> { K = p.K, ARow = p.ARow, AStep = p.ACol, B = p.B + (column * p.BCol), BStep = p.BRow, C = c, CRow = p.CRow, Add = p.Accumulate, Bias = bias == null ? null : bias + column };
            bool packs = p.BCol != 1 || lanes < width;
            if (packs)
            {
                Packing.Copy<T, V>(tile.B, p.BCol, p.BRow, lanes, p.K, packed, width, width);
                tile.B = packed;
            }
            // A panel that overhangs is summed up beside C: all of it, or the last tile alone where rows follow each other, for what overhangs of the others is written over by the rows after them.
            bool follows = columns < panel && p.CRow == columns && !p.Accumulate;
            if (lanes < width && !follows)
            {
                tile.C = sums;
                tile.CRow = width;
                for (int r = 0; p.Accumulate && r < rows; r++)
                    TileEdge<T, V>.Widen(c + (r * p.CRow), sums + (r * width), lanes, width);
            }
            if (lanes < width && bias != null)
            {
                tile.Bias = sums + (rows * width);
                TileEdge<T, V>.Widen(bias + column, tile.Bias, lanes, width);
            }
            T* last = lanes < width && follows ? sums : null;
            int aside = packs ? Tiles<T, V, P, Packed>(&tile, p.A, rows, width, last) : Tiles<T, V, P, Stepped>(&tile, p.A, rows, width, last);
            for (int r = lanes < width ? rows - aside : rows; r < rows; r++, sums += width)
                TileEdge<T, V>.Narrow(sums, c + (r * p.CRow), lanes);
        }
    }

    /// <summary>All tiles of a panel. The last goes to <paramref name="last"/> unless that is null.</summary>
    /// <returns>How many rows were summed up beside C, if any were.</returns>
    static int Tiles<T, V, P, Q>(TileArgs<T>* tile, T* a, int rows, int width, T* last)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        var tiles = new RowTiles(rows, TileRows.Max<T, V>());
        for (long t = 0; t < tiles.Count; t++)
        {
            int high = tiles.Height(t);
            if (last != null && t == tiles.Count - 1)
            {
                tile->C = last;
                tile->CRow = width;
            }
            tile->A = a;
            TileRows.Kernel<T, V, P, Q>(high, width)(tile);
            a += high * tile->ARow;
            tile->C += high * tile->CRow;
        }
        return last == null ? rows : tiles.Height(tiles.Count - 1);
    }
}
