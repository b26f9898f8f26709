using System.Numerics;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights when a group has enough input channels to fill vectors: for each tap, a product of dy (output channels by places)
/// and x with its channels last (places by channels), over all images. An item is a run of images, one group, and some of its output
/// channels; each has sums of its own, which are added up in the order of the runs. Few channels are joined: the cells that a row of the kernel meets
/// stand side by side, and fill vectors together.
/// </summary>
unsafe struct WeightGradTiles<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long PlacesAtOnce = 256;       // both sides of a tile's sums then fit the L1 cache
    const long RunsWanted = 16;
    const long SumsAtMost = 16 << 20;    // elements, over all runs

    ConvGeometry _g;
    Axes _output;
    RowTiles _tiles;
    T* _x, _dy, _sums;
    long _taps, _inSize, _outSize;
    long _row;               // cells that lanes hold: of one tap, or of a row of taps
    long _lanes;             // their channels of a group, rounded up to whole vectors
    long _pixel;             // from one cell's channels to the next one's
    long _runs, _runImages, _splits;
    long _sumSize;           // of one run and group: [taps, output channels, lanes]
    int _cutAxis;
    long _cutLength;         // outputs along the cut axis that are taken at once
    Axes _extent;            // cells of x that they need
    long _layerPlaces;       // outputs for each step along the cut axis

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        var w = new WeightGradTiles<T, V>
        {
            _g = g,
            _output = g.Output,
            _tiles = new RowTiles(g.GroupOut, TileRows.Max<T, V>()),
            _x = x,
            _dy = dy,
            _row = IsJoined(g) ? g.Kernel[2] : 1,
            _inSize = g.Input.Product,
            _outSize = g.Output.Product,
        };
        w._taps = g.Kernel.Product / w._row;
        w._lanes = TiledGemm.CeilDiv(w._row * g.GroupIn, V.Count) * V.Count;
        w._pixel = w._row > 1 ? g.GroupIn : w._lanes;
        w.Cut();
        w._sumSize = w._taps * g.GroupOut * w._lanes;
        w._runs = Math.Clamp(SumsAtMost / (w._sumSize * g.Groups), 1, Math.Min(RunsWanted, g.Batch));
        w._runImages = TiledGemm.CeilDiv(g.Batch, w._runs);
        w._runs = TiledGemm.CeilDiv(g.Batch, w._runImages);
        w._splits = Math.Clamp(RunsWanted / 2 / (w._runs * g.Groups), 1, w._tiles.Count);
        w._sums = scratch.Take<T>(w._sumSize * g.Groups * w._runs);
        ParallelFor.Run(w._runs * g.Groups * w._splits, in w);
        ParallelFor.Ranges(g.OutChannels, Math.Max(1, (1 << 14) / (w._taps * w._lanes)), new Collect(w, dw));
    }

    /// <summary>Whether a row of taps takes fewer vectors than its taps do, or pairs of them where each tap has one.</summary>
    public static bool IsJoined(in ConvGeometry g)
    {
        long row = g.Kernel[2], joined = TiledGemm.CeilDiv(row * g.GroupIn, V.Count), apart = TiledGemm.CeilDiv(g.GroupIn, V.Count);
        return row > 1 && g.Dilation[2] == 1 && (apart == 1 || joined < row * apart);
    }

    void Cut()
    {
        _cutAxis = 0;
        while (_cutAxis < Axes.Count - 1 && _output[_cutAxis] == 1)
            _cutAxis++;
        _layerPlaces = 1;
        for (int i = _cutAxis + 1; i < Axes.Count; i++)
            _layerPlaces *= _output[i];
        _cutLength = Math.Clamp(PlacesAtOnce / _layerPlaces, 1, _output[_cutAxis]);
        for (int i = 0; i < Axes.Count; i++)
        {
            long outputs = i == _cutAxis ? _cutLength : _output[i];
            _extent[i] = ((outputs - 1) * _g.Stride[i]) + ((_g.Kernel[i] - 1) * _g.Dilation[i]) + 1;
        }
    }

    public readonly void Invoke(long item)
    {
        (long pair, long split) = Math.DivRem(item, _splits);
        (long run, long group) = Math.DivRem(pair, _g.Groups);
        long fromTile = split * _tiles.Count / _splits, toTile = (split + 1) * _tiles.Count / _splits;
        using var scratch = Scratch.Open();
        long most = _cutLength * _layerPlaces;
        T* cells = scratch.Take<T>((_extent.Product * _pixel) + _lanes);
        new Span<T>(cells + (_extent.Product * _pixel), checked((int)_lanes)).Clear();    // what lanes past the last cell read
        T* left = scratch.Take<T>(most * _g.GroupOut);
        int* offsets = scratch.Take<int>(most);
        List(offsets);
        T* sums = _sums + (pair * _sumSize);
        bool add = false;
        long lastImage = Math.Min((run + 1) * _runImages, _g.Batch);
        for (long image = run * _runImages; image < lastImage; image++)
        {
            T* x = _x + (((image * _g.InChannels) + (group * _g.GroupIn)) * _inSize);
            T* dy = _dy + (((image * _g.OutChannels) + (group * _g.GroupOut)) * _outSize);
            for (long at = 0; at < _output[_cutAxis]; at += _cutLength)
            {
                long places = Math.Min(_cutLength, _output[_cutAxis] - at) * _layerPlaces;
                Load(x, at, cells);
                for (long t = fromTile; t < toTile; t++)
                {
                    int height = _tiles.Height(t);
                    Packing.Transpose(dy + (_tiles.Start(t) * _outSize) + (at * _layerPlaces), _outSize, height, places, left + (_tiles.Start(t) * most), height);
                }
                Multiply(fromTile, toTile, places, left, most, cells, offsets, sums, add);
                add = true;
            }
        }
    }

    // The cell of each output, as the distance of its channels.
    readonly void List(int* offsets)
    {
        Axes count = _output;
        count[_cutAxis] = _cutLength;
        for (long i0 = 0; i0 < count[0]; i0++)
        {
            for (long i1 = 0; i1 < count[1]; i1++)
            {
                for (long i2 = 0; i2 < count[2]; i2++)
                {
                    long cell = (((i0 * _g.Stride[0] * _extent[1]) + (i1 * _g.Stride[1])) * _extent[2]) + (i2 * _g.Stride[2]);
                    *offsets++ = checked((int)(cell * _pixel));
                }
            }
        }
    }

    // Channels last, zeros around and in the lanes past the last channel.
    readonly void Load(T* x, long at, T* cells)
    {
        Axes start = default;
        for (int i = 0; i < Axes.Count; i++)
            start[i] = (i == _cutAxis ? at * _g.Stride[i] : 0) - _g.PadBegin[i];
        long width = _extent[2] * _pixel;
        long begin = Math.Clamp(-start[2], 0, _extent[2]), end = Math.Clamp(_g.Input[2] - start[2], begin, _extent[2]);
        for (long c0 = 0; c0 < _extent[0]; c0++)
        {
            for (long c1 = 0; c1 < _extent[1]; c1++, cells += width)
            {
                long s0 = start[0] + c0, s1 = start[1] + c1;
                if (s0 < 0 || s0 >= _g.Input[0] || s1 < 0 || s1 >= _g.Input[1] || begin == end)
                {
                    new Span<T>(cells, checked((int)width)).Clear();
                    continue;
                }
                new Span<T>(cells, (int)(begin * _pixel)).Clear();
                T* row = x + (((s0 * _g.Input[1]) + s1) * _g.Input[2]) + start[2] + begin;
                Packing.Copy<T, V>(row, _inSize, 1, _g.GroupIn, end - begin, cells + (begin * _pixel), _pixel, _pixel);
                new Span<T>(cells + (end * _pixel), (int)((_extent[2] - end) * _pixel)).Clear();
            }
        }
    }

    readonly void Multiply(long fromTile, long toTile, long places, T* left, long most, T* cells, int* offsets, T* sums, bool add)
    {
        var args = new TileArgs<T> { K = places, ARow = 1, Offsets = offsets, CRow = _lanes, Add = add };
        for (long lane = 0; lane < _lanes; lane += 2 * V.Count)
        {
            var width = (int)Math.Min(_lanes - lane, 2 * V.Count);
            long tap = 0;
            for (long k0 = 0; k0 < _g.Kernel[0]; k0++)
            {
                for (long k1 = 0; k1 < _g.Kernel[1]; k1++)
                {
                    for (long k2 = 0; k2 < _g.Kernel[2]; k2 += _row, tap++)
                    {
                        long cell = (((k0 * _g.Dilation[0] * _extent[1]) + (k1 * _g.Dilation[1])) * _extent[2]) + (k2 * _g.Dilation[2]);
                        args.B = cells + (cell * _pixel) + lane;
                        for (long t = fromTile; t < toTile; t++)
                        {
                            int height = _tiles.Height(t);
                            args.A = left + (_tiles.Start(t) * most);
                            args.AStep = height;
                            args.C = sums + (((tap * _g.GroupOut) + _tiles.Start(t)) * _lanes) + lane;
                            TileRows.Kernel<T, V, UnitRows, Listed>(height, width)(&args);
                        }
                    }
                }
            }
        }
    }

    /// <summary>Adds the runs, and turns [taps, lanes] of each output channel into [channels, taps]; joined lanes are [taps of a row, channels].</summary>
    readonly struct Collect(WeightGradTiles<T, V> w, T* dw) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            long channels = w._g.GroupIn, taps = w._g.Kernel.Product, perRun = w._sumSize * w._g.Groups;
            for (long o = begin; o < end; o++)
            {
                (long group, long row) = Math.DivRem(o, w._g.GroupOut);
                T* target = dw + (o * channels * taps);
                for (long tap = 0; tap < w._taps; tap++)
                {
                    T* sums = w._sums + (group * w._sumSize) + (((tap * w._g.GroupOut) + row) * w._lanes);
                    for (long lane = 0; lane < w._lanes; lane += V.Count)
                    {
                        V sum = V.Load(sums + lane);
                        for (long run = 1; run < w._runs; run++)
                            sum += V.Load(sums + (run * perRun) + lane);
                        sum.Store(sums + lane);
                    }
                    for (long k = 0; k < w._row; k++)
                    {
                        for (long c = 0; c < channels; c++)
                            target[(c * taps) + (tap * w._row) + k] = sums[(k * channels) + c];
                    }
                }
            }
        }
    }
}
