using System.Numerics;

namespace Hebb.Cpu;

/// <summary>The grid of cells of a product of 8-bit integers: ranges of row tiles by ranges of panels, each through all of k.</summary>
unsafe struct IntegerCells<D, V> : IBlockBody
    where D : struct, IIntegerDot<V>
    where V : unmanaged
{
    const int MostLanes = 32;

    public readonly IntegerProblem Problem;

    /// <summary>Along k.</summary>
    public readonly long Words;

    /// <summary>What a packed number stands for: what it is less this. The zeros count from there.</summary>
    readonly int _leftZero, _rightZero;

    readonly IntegerPacking _left, _right;

    /// <summary>The lanes in work in panels, and the sum of each over k.</summary>
    public int* Right, Sums;

    /// <summary>The rows in work: each by itself, or word by word if they are contiguous in memory; and their sums where they are asked for.</summary>
    public int* Left, RowSums;

    public long FromLane, Lanes, FromRow, Rows;
    public RowTiles Tiles;
    public long CellsDown, CellsAcross;

    public IntegerCells(in IntegerProblem problem)
    {
        Problem = problem;
        bool flipLeft = D.PerWord == 4 && problem.ASigned == D.LeftUnsigned, flipRight = D.PerWord == 4 && !problem.BSigned;
        _leftZero = !flipLeft ? 0 : problem.ASigned ? 128 : -128;
        _rightZero = flipRight ? -128 : 0;
        _left = new IntegerPacking(D.PerWord, problem.ASigned, flipLeft);
        _right = new IntegerPacking(D.PerWord, problem.BSigned, flipRight);
        Words = _left.Words(problem.K);
    }

    static int Panel => 2 * IntegerKernel.Lanes<V>();

    readonly bool ByWords => Problem.ARow == 1 && Problem.ACol != 1;

    readonly bool NeedsRowSums => Problem.BZeros != null || Problem.BZero + _rightZero != 0;

    // The number 1 in each place of a word.
    static int Ones => D.PerWord == 4 ? 0x01010101 : 0x00010001;

    public void SetRows(long rows)
    {
        Rows = rows;
        Tiles = new RowTiles(rows, IntegerKernel.MaxRows);
    }

    public readonly void PackPanel(long panel)
    {
        long lane = panel * Panel, lanes = Math.Min(Panel, Lanes - lane);
        int* target = Right + (lane * Words);
        if (lanes < Panel)
            new Span<int>(target, checked((int)(Words * Panel))).Clear();
        _right.Lanes(Problem.B + ((FromLane + lane) * Problem.BCol), Problem.BCol, Problem.BRow, lanes, Problem.K, target, Panel);
        int* start = stackalloc int[MostLanes];
        new Span<int>(start, MostLanes).Clear();
        int ones = Ones;
        var tile = new IntegerTile { Words = Words, A = &ones, B = target, BStep = Panel, C = Sums + lane, Start = start };
        IntegerKernel.For<D, V>(1)(&tile);
    }

    public readonly void PackRows(long fromTile, long toTile)
    {
        long from = Tiles.Start(fromTile), rows = Tiles.Start(toTile - 1) + Tiles.Height(toTile - 1) - from;
        byte* source = Problem.A + ((FromRow + from) * Problem.ARow);
        if (ByWords)
        {
            _left.Lanes(source, 1, Problem.ACol, rows, Problem.K, Left + from, Rows);
        }
        else
        {
            for (long r = 0; r < rows; r++)
            {
                int* target = Left + ((from + r) * Words);
                if (Problem.ACol == 1)
                    _left.Line(source + (r * Problem.ARow), Problem.K, target);
                else
                    _left.Lanes(source + (r * Problem.ARow), 0, Problem.ACol, 1, Problem.K, target, 1);
            }
        }
        if (NeedsRowSums)
            SumRows(fromTile, toTile);
    }

    readonly void SumRows(long fromTile, long toTile)
    {
        int* ones = stackalloc int[MostLanes], start = stackalloc int[MostLanes], sums = stackalloc int[IntegerKernel.MaxRows * MostLanes];
        new Span<int>(ones, MostLanes).Fill(Ones);
        new Span<int>(start, MostLanes).Clear();
        for (long t = fromTile; t < toTile; t++)
        {
            IntegerTile tile = LeftTile(t);
            tile.B = ones;
            tile.C = sums;
            tile.CRow = Panel;
            tile.Start = start;
            IntegerKernel.For<D, V>(Tiles.Height(t))(&tile);
            for (int r = 0; r < Tiles.Height(t); r++)
                RowSums[Tiles.Start(t) + r] = sums[r * Panel];
        }
    }

    readonly IntegerTile LeftTile(long t)
    {
        long row = Tiles.Start(t);
        return ByWords
            ? new IntegerTile { Words = Words, A = Left + row, ARow = 1, AStep = Rows }
            : new IntegerTile { Words = Words, A = Left + (row * Words), ARow = Words, AStep = 1 };
    }

    public readonly void Invoke(long cell)
    {
        long panels = TiledGemm.CeilDiv(Lanes, Panel), across = cell / CellsDown, down = cell % CellsDown;
        long fromPanel = panels * across / CellsAcross, toPanel = panels * (across + 1) / CellsAcross;
        long fromTile = Tiles.Count * down / CellsDown, toTile = Tiles.Count * (down + 1) / CellsDown;
        using var scratch = Scratch.Open();
        int* starts = scratch.Take<int>((toPanel - fromPanel) * Panel), zeros = scratch.Take<int>((toPanel - fromPanel) * Panel);
        Prepare(fromPanel * Panel, (toPanel - fromPanel) * Panel, starts, zeros);
        int* buffer = stackalloc int[IntegerKernel.MaxRows * MostLanes];
        for (long t = fromTile; t < toTile; t++)
        {
            IntegerTile tile = LeftTile(t);
            int height = Tiles.Height(t);
            delegate*<IntegerTile*, void> kernel = IntegerKernel.For<D, V>(height);
            tile.BStep = Panel;
            for (long panel = fromPanel; panel < toPanel; panel++)
            {
                long lane = panel * Panel, at = lane - (fromPanel * Panel), row = Tiles.Start(t);
                int* c = Problem.C + ((FromRow + row) * Problem.CRow) + FromLane + lane;
                int lanes = (int)Math.Min(Panel, Lanes - lane);
                tile.B = Right + (lane * Words);
                tile.Start = starts + at;
                tile.C = lanes == Panel ? c : buffer;
                tile.CRow = lanes == Panel ? Problem.CRow : Panel;
                kernel(&tile);
                if (NeedsRowSums || Problem.AZeros != null)
                    AddZeros(row, height, tile.C, tile.CRow, Sums + lane, zeros + at);
                for (int r = 0; lanes < Panel && r < height; r++)
                    new Span<int>(buffer + (r * Panel), lanes).CopyTo(new Span<int>(c + (r * Problem.CRow), lanes));
            }
        }
    }

    /// <summary>The zeros of the lanes, and what the lanes' sums start from: all that the one zero of the rows adds.</summary>
    readonly void Prepare(long from, long count, int* starts, int* zeros)
    {
        int left = Problem.AZero + _leftZero;
        for (long i = 0; i < count; i++)
        {
            long lane = FromLane + from + i;
            zeros[i] = (Problem.BZeros == null ? Problem.BZero : lane < Problem.N ? Problem.BZeros[lane] : 0) + _rightZero;
            starts[i] = Problem.AZeros != null ? 0 : unchecked(left * (((int)Problem.K * zeros[i]) - Sums[from + i]));
        }
    }

    // What depends on a row and a lane both.
    readonly void AddZeros(long row, int height, int* c, long cRow, int* sums, int* zeros)
    {
        for (int r = 0; r < height; r++, c += cRow)
        {
            int left = Problem.AZeros == null ? 0 : Problem.AZeros[FromRow + row + r] + _leftZero;
            int right = unchecked((NeedsRowSums ? -RowSums[row + r] : 0) + (left * (int)Problem.K));
            if (Vector<int>.Count <= Panel)
            {
                for (int i = 0; i < Panel; i += Vector<int>.Count)
                    Vector.Store(Vector.Load(c + i) + (Vector.Load(zeros + i) * right) - (Vector.Load(sums + i) * left), c + i);
                continue;
            }
            for (int i = 0; i < Panel; i++)
                c[i] = unchecked(c[i] + (zeros[i] * right) - (sums[i] * left));
        }
    }
}

readonly struct IntegerPanels<D, V>(IntegerCells<D, V> cells) : IRangeBody
    where D : struct, IIntegerDot<V>
    where V : unmanaged
{
    public void Invoke(long begin, long end)
    {
        for (long panel = begin; panel < end; panel++)
            cells.PackPanel(panel);
    }
}

readonly struct IntegerRows<D, V>(IntegerCells<D, V> cells) : IRangeBody
    where D : struct, IIntegerDot<V>
    where V : unmanaged
{
    public void Invoke(long begin, long end) => cells.PackRows(begin, end);
}
