namespace Hebb.Data;

/// <summary>A band of a resolution: the area that it covers in its own samples, and its blocks.</summary>
internal sealed record J2kBand(int Kind, int X0, int Y0, int X1, int Y1)
{
    public List<J2kBlock> Blocks { get; } = [];
}

/// <summary>The blocks of a band in a precinct, by rows, with the trees that tell of them.</summary>
internal sealed class J2kPrecinctBand(int across, int down, J2kBlock[] blocks)
{
    public int Across { get; } = across;

    public J2kBlock[] Blocks { get; } = blocks;

    public J2kTagTree Inclusion { get; } = new(across, down);

    public J2kTagTree Planes { get; } = new(across, down);
}

/// <summary>A resolution of a component in a tile (T.800, B.5 to B.7).</summary>
internal sealed class J2kResolution
{
    private readonly int _across, _precinctX, _precinctY;

    public J2kResolution((int X0, int Y0, int X1, int Y1) area, int r, J2kCoding coding, ref long room)
    {
        int down = coding.Levels - r;
        (X0, Y0, X1, Y1) = (J2kMath.UpShift(area.X0, down), J2kMath.UpShift(area.Y0, down), J2kMath.UpShift(area.X1, down), J2kMath.UpShift(area.Y1, down));
        Index = r;
        // Means, or differences across, down, and both.
        Bands = r == 0 ? [Band(area, down, 0)] : [Band(area, down + 1, 1), Band(area, down + 1, 2), Band(area, down + 1, 3)];
        (_precinctX, _precinctY) = coding.Precinct(r);
        _across = X1 > X0 ? J2kMath.UpShift(X1, _precinctX) - (X0 >> _precinctX) : 0;
        int high = Y1 > Y0 ? J2kMath.UpShift(Y1, _precinctY) - (Y0 >> _precinctY) : 0;
        room -= (long)_across * high;
        if (room < 0) throw new J2kException("is truncated: it is too short for its precincts");
        Precincts = new J2kPrecinctBand[_across * high][];
        for (int p = 0; p < Precincts.Length; p++)
            Precincts[p] = Array.ConvertAll(Bands, band => Fill(band, (X0 >> _precinctX) + p % _across, (Y0 >> _precinctY) + p / _across, coding));
    }

    public int Index { get; }

    public int X0 { get; }

    public int Y0 { get; }

    public int X1 { get; }

    public int Y1 { get; }

    public J2kBand[] Bands { get; }

    /// <summary>By precinct and band.</summary>
    public J2kPrecinctBand[][] Precincts { get; }

    /// <summary>Where a precinct begins, in samples of the component.</summary>
    public (long X, long Y) Place(int precinct, int levels) =>
        ((long)((X0 >> _precinctX) + precinct % _across) << (_precinctX + levels), (long)((Y0 >> _precinctY) + precinct / _across) << (_precinctY + levels));

    private static J2kBand Band((int X0, int Y0, int X1, int Y1) area, int levels, int kind)
    {
        long x = levels == 0 ? 0 : (long)(kind & 1) << (levels - 1), y = levels == 0 ? 0 : (long)(kind >> 1) << (levels - 1);
        return new J2kBand(kind, J2kMath.UpShift(area.X0 - x, levels), J2kMath.UpShift(area.Y0 - y, levels), J2kMath.UpShift(area.X1 - x, levels), J2kMath.UpShift(area.Y1 - y, levels));
    }

    private J2kPrecinctBand Fill(J2kBand band, int column, int row, J2kCoding coding)
    {
        // Bands of differences have half the samples.
        int half = Index == 0 ? 0 : 1, wide = _precinctX - half, high = _precinctY - half;
        int x0 = (int)Math.Max((long)column << wide, band.X0), x1 = (int)Math.Min((column + 1L) << wide, band.X1);
        int y0 = (int)Math.Max((long)row << high, band.Y0), y1 = (int)Math.Min((row + 1L) << high, band.Y1);
        if (x0 >= x1 || y0 >= y1) return new J2kPrecinctBand(0, 0, []);
        int blockX = Math.Min(coding.BlockX, wide), blockY = Math.Min(coding.BlockY, high);
        int firstX = x0 >> blockX, firstY = y0 >> blockY, across = J2kMath.UpShift(x1, blockX) - firstX, down = J2kMath.UpShift(y1, blockY) - firstY;
        var blocks = new J2kBlock[across * down];
        for (int i = 0; i < blocks.Length; i++)
        {
            int bx = firstX + i % across, by = firstY + i / across;
            blocks[i] = new J2kBlock(Math.Max(bx << blockX, x0), Math.Max(by << blockY, y0), Math.Min((bx + 1) << blockX, x1), Math.Min((by + 1) << blockY, y1));
        }
        band.Blocks.AddRange(blocks);
        return new J2kPrecinctBand(across, down, blocks);
    }
}
