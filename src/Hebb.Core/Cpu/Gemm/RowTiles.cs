namespace Hebb.Cpu;

/// <summary>Rows cut into the fewest tiles of at most a given height, as equal as can be; the first ones are the taller.</summary>
readonly struct RowTiles
{
    readonly long _height, _taller;

    public RowTiles(long rows, int tallest)
    {
        Count = rows == 0 ? 0 : TiledGemm.CeilDiv(rows, tallest);
        _height = rows / Math.Max(1, Count);
        _taller = rows % Math.Max(1, Count);
    }

    public long Count { get; }

    public long Start(long tile) => (tile * _height) + Math.Min(tile, _taller);

    public int Height(long tile) => (int)(_height + (tile < _taller ? 1 : 0));
}
