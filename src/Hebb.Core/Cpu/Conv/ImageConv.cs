using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Convolutions of few channels over small planes of many images, forward and towards the data: lanes are images. So lanes are full whatever the channels and places, and sums leave out
/// all that lies outside the source. An item is some rows of the results of as many images as two vectors hold.
/// </summary>
unsafe struct ImageConv<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long ElementsAtMost = 1 << 14;    // of one image's source: two vectors of them stay in L2
    const long WeightsAtMost = 1 << 16;
    const long CellBytesAtOnce = 192 << 10;
    const long ItemsWanted = 16;
    const long ResultsAtOnce = 1 << 13;     // elements, before they are turned back
    const double TurnCost = 0.7, CallCost = 30;    // cycles an element and a tile, roughly

    ImageAxis _down, _across;
    T* _source, _target, _bias;
    long _batch, _channels, _rows;
    RowTiles _tiles;
    long _blocks;
    T** _weights;          // for each kind of column, [tiles][taps down][taps across][channels][rows]
    int** _offsets;        // the same order, but for the rows
    ConvFinish<T> _finish;

    static int Lanes => 2 * V.Count;

    readonly long SourceSize => _down.Source * _across.Source;

    readonly long TargetSize => _down.Count * _across.Count;

    /// <summary>Whether this takes fewer cycles than the kernels with places or channels as lanes, by an estimate from the geometry alone; then it runs.</summary>
    public static bool TryRun(in ConvGeometry g, in ShiftPlan<T> plan, T* w, bool forward, in ConvFinish<T> finish, in Scratch scratch)
    {
        if (g.Groups != 1 || g.Batch < Lanes || g.Input[0] != 1 || g.Kernel[0] != 1 || g.PadBegin[0] != 0 || g.PadEnd[0] != 0 || plan.Channels * plan.SourceSize > ElementsAtMost || plan.Channels * plan.Rows * plan.Taps > WeightsAtMost)
            return false;
        if (!forward && ((g.Stride[1] > 1 && g.Dilation[1] > 1) || (g.Stride[2] > 1 && g.Dilation[2] > 1)))
            return false;
        var conv = new ImageConv<T, V>
        {
            _down = ImageAxis.Create(g, 1, forward, scratch),
            _across = ImageAxis.Create(g, 2, forward, scratch),
            _source = plan.Source,
            _target = plan.Target,
            _bias = plan.Bias,
            _batch = g.Batch,
            _channels = plan.Channels,
            _rows = plan.Rows,
            _tiles = new RowTiles(plan.Rows, TileRows.Max<T, V>()),
            _finish = finish,
        };
        if (conv.Cycles >= ChannelConv<T, V>.FewestInSmallPlanes(plan))
            return false;
        conv.PackWeights(w, plan.WeightRow, plan.WeightChannel, scratch);
        long groups = TiledGemm.CeilDiv(g.Batch, Lanes);
        long wanted = Math.Max(ItemsWanted / groups, TiledGemm.CeilDiv(plan.Channels * plan.SourceSize * Lanes * sizeof(T), CellBytesAtOnce));
        conv._blocks = Math.Clamp(wanted, 1, Math.Max(1, conv._down.Count / conv._down.Taps));
        ParallelFor.Run(groups * conv._blocks, in conv);
        return true;
    }

    // Of one image.
    readonly double Cycles
    {
        get
        {
            double fill = (double)TiledGemm.CeilDiv(_batch, Lanes) / _batch, height = (double)_rows / _tiles.Count;
            double calls = TargetSize * (double)_tiles.Count;
            return (fill * ((_down.Met * (double)_across.Met * _channels * _tiles.Count * ChannelConv<T, V>.Step(height, 2)) + (calls * CallCost)))
                + (TurnCost * ((_channels * SourceSize) + (_rows * TargetSize)));
        }
    }

    void PackWeights(T* w, long weightRow, long weightChannel, in Scratch scratch)
    {
        _weights = (T**)scratch.Take<nint>(_across.Kinds);
        _offsets = (int**)scratch.Take<nint>(_across.Kinds);
        int known = 0;
        for (long x = 0; x < _across.Count; x++)
        {
            if (_across.Kind[x] < known)
                continue;
            long first = _across.First[x], last = _across.Last[x], terms = _down.Taps * (last - first) * _channels;
            T* packed = _weights[known] = scratch.Take<T>(terms * _rows);
            int* offsets = _offsets[known++] = scratch.Take<int>(terms);
            for (long down = 0; down < _down.Taps; down++)
            {
                for (long across = first; across < last; across++)
                {
                    for (long c = 0; c < _channels; c++)
                        *offsets++ = checked((int)(((((_down.Along[down] * _across.Source) + _across.Along[across]) * _channels) + c) * Lanes));
                }
            }
            for (long t = 0; t < _tiles.Count; t++)
            {
                long start = _tiles.Start(t), height = _tiles.Height(t);
                for (long down = 0; down < _down.Taps; down++)
                {
                    for (long across = first; across < last; across++)
                    {
                        for (long c = 0; c < _channels; c++, packed += height)
                        {
                            T* from = w + (start * weightRow) + (c * weightChannel) + (_down.Tap[down] * _across.Taps) + _across.Tap[across];
                            for (long r = 0; r < height; r++)
                                packed[r] = from[r * weightRow];
                        }
                    }
                }
            }
        }
    }

    public readonly void Invoke(long item)
    {
        (long group, long block) = Math.DivRem(item, _blocks);
        long first = group * Lanes, images = Math.Min(Lanes, _batch - first), begin = block * _down.Count / _blocks, end = (block + 1) * _down.Count / _blocks;
        (long from, long to) = _down.Span(begin, end);
        long cellCount = (to - from) * _across.Source, pixel = _channels * Lanes;
        long rowsAtOnce = Math.Clamp(ResultsAtOnce / (_across.Count * _rows * Lanes), 1, end - begin);
        using var scratch = Scratch.Open();
        T* cells = scratch.Take<T>(cellCount * pixel), results = scratch.Take<T>(rowsAtOnce * _across.Count * _rows * Lanes);
        if (images < Lanes)
            new Span<T>(cells, checked((int)(cellCount * pixel))).Clear();
        for (long c = 0; c < _channels && cellCount > 0; c++)
            Packing.Transpose(_source + (((first * _channels) + c) * SourceSize) + (from * _across.Source), _channels * SourceSize, images, cellCount, cells + (c * Lanes), pixel);
        for (long y = begin; y < end; y += rowsAtOnce)
        {
            long rows = Math.Min(rowsAtOnce, end - y), places = rows * _across.Count;
            for (long i = 0; i < rows; i++)
                Row(cells - (from * _across.Source * pixel), y + i, results + (i * _across.Count * _rows * Lanes));
            T* target = _target + (first * _rows * TargetSize) + (y * _across.Count);
            for (long r = 0; r < _rows; r++)
                Packing.Transpose(results + (r * Lanes), _rows * Lanes, places, images, target + (r * TargetSize), _rows * TargetSize);
            for (long image = 0; image < images && !_finish.IsNone; image++)
            {
                T* done = target + (image * _rows * TargetSize);
                _finish.Run<V>(done, TargetSize, done, _rows, places);
            }
        }
    }

    /// <summary>One row of results of each image, [column][row of the weights][image].</summary>
    [SkipLocalsInit]
    readonly void Row(T* cells, long y, T* results)
    {
        long tapsDown = _down.Last[y] - _down.First[y], pixel = _channels * Lanes;
        T* line = cells + (_down.Start[y] * _across.Source * pixel);
        long shorter = _tiles.Height(_tiles.Count - 1), taller = _tiles.Height(0);
        delegate*<TileArgs<T>*, void> tall = TileRows.Kernel<T, V, UnitRows, Listed>((int)taller, Lanes), low = TileRows.Kernel<T, V, UnitRows, Listed>((int)shorter, Lanes);
        var args = new TileArgs<T> { ARow = 1, CRow = Lanes };
        for (long x = 0; x < _across.Count; x++)
        {
            int kind = _across.Kind[x];
            long row = (_across.Last[x] - _across.First[x]) * _channels, skipped = _down.First[y] * row, all = _down.Taps * row;
            args.K = tapsDown * row;
            args.B = line + (_across.Start[x] * pixel);
            args.Offsets = _offsets[kind] + skipped;
            for (long t = 0; t < _tiles.Count; t++)
            {
                long start = _tiles.Start(t), height = _tiles.Height(t);
                args.A = _weights[kind] + (start * all) + (skipped * height);
                args.AStep = height;
                args.C = results;
                args.RowBias = _bias == null ? null : _bias + start;
                (height == taller ? tall : low)(&args);
                results += height * Lanes;
            }
        }
    }
}
