using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights of a kernel of one place: a product over the places of all images. The side with fewer channels is turned, so that its channels fill
/// vectors; the other one's are broadcast from where they stand, or from a copy of the cells that count, or from tiles if images have few places.
/// An item is a block of the sums that fits the L2 cache, over a run of the steps; runs are added up in their order.
/// </summary>
unsafe struct PointWeightGrad<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long FewPlaces = 128;             // below that, a tile's sums are visited too often if each image is a step of its own
    const long CopiesAtOnce = 6L << 20;     // elements
    const long RightBytes = 512 << 10;      // of the right side between two visits to the sums
    const long StepsAtOnce = 512;           // between two visits: rows of a tile then fit the L1 cache
    const long LanesAtOnce = 256, RowsAtOnce = 256;
    const long ItemsWanted = 12, ItemWork = 1L << 19;
    const long PackAtOnce = 1L << 14;
    const long LeastStepsTurned = 512;

    ConvGeometry _g;
    bool _turned;                           // rows are channels of x, lanes those of dy
    bool _sampled;                          // x has cells that no output meets
    bool _leftCopied, _leftPacked;
    T* _x, _dy, _right, _left, _sums;
    long _places, _images, _rows, _lanes, _paddedLanes, _panels;
    RowTiles _tiles;
    long _leftRow;                          // from one row to the next where they stand
    long _firstImage, _count;               // images of the present chunk
    long _pieces, _perPiece;                // an image's places are cut, or images are taken together
    long _runs, _rowGroups, _laneGroups;
    long _sumSize;

    static int Width => 2 * V.Count;

    public static bool IsBetter(in ConvGeometry g) => g.IsSampled && g.GroupIn >= V.Count && g.GroupOut >= V.Count;

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        bool turned = g.GroupOut < g.GroupIn && g.Batch * g.Output.Product >= LeastStepsTurned;    // the sums are turned back
        var w = new PointWeightGrad<T, V>
        {
            _g = g,
            _turned = turned,
            _sampled = g.Output.Product != g.Input.Product,
            _x = x,
            _dy = dy,
            _places = g.Output.Product,
            _rows = turned ? g.GroupIn : g.GroupOut,
            _lanes = turned ? g.GroupOut : g.GroupIn,
        };
        w.Cut();    // later chunks, of fewer images, leave some runs empty
        bool direct = !turned && w._runs == 1 && w._paddedLanes == w._lanes;
        w._sums = direct ? dw : scratch.Take<T>(w._sumSize * w._runs * g.Groups);
        w._right = scratch.Take<T>(w._images * w._places * w._paddedLanes * g.Groups);
        if (w._leftCopied || w._leftPacked)
            w._left = scratch.Take<T>(w._images * w._rows * g.Groups * w._leftRow);
        for (w._firstImage = 0; w._firstImage < g.Batch; w._firstImage += w._images)
        {
            w._count = Math.Min(w._images, g.Batch - w._firstImage);
            long grain = Math.Max(1, PackAtOnce / (w._places * Width));
            ParallelFor.Ranges(g.Groups * w._panels * w._count, grain, new Right(w));
            if (w._left != null)
                ParallelFor.Ranges(g.Groups * w._tiles.Count * w._count, grain, new Left(w));
            ParallelFor.Run(g.Groups * w._runs * w._rowGroups * w._laneGroups, in w);
        }
        if (!direct)
            ParallelFor.Ranges(g.Groups * w._tiles.Count, Math.Max(1, PackAtOnce / (w._lanes * TileRows.Max<T, V>())), new Collect(w, dw));
    }

    // From the geometry alone.
    void Cut()
    {
        _tiles = new RowTiles(_rows, TileRows.Max<T, V>());
        _panels = TiledGemm.CeilDiv(_lanes, Width);
        _paddedLanes = TiledGemm.CeilDiv(_lanes, V.Count) * V.Count;
        _sumSize = _rows * _paddedLanes;
        _leftPacked = _places < FewPlaces && _g.Batch > 1;
        bool samples = _sampled && _turned;
        _leftCopied = !_leftPacked && (samples || _places * sizeof(T) % 4096 == 0);    // rows a page apart push each other out of the L1 cache
        _leftRow = _leftCopied ? ((_places + 15) & ~15L) + 16 : _places;
        long copied = _g.Groups * ((_places * _paddedLanes) + (_leftCopied || _leftPacked ? _rows * _leftRow : 0));
        _images = Math.Clamp(CopiesAtOnce / copied, 1, _g.Batch);
        _images = TiledGemm.CeilDiv(_g.Batch, TiledGemm.CeilDiv(_g.Batch, _images));
        _rowGroups = TiledGemm.CeilDiv(_tiles.Count * TileRows.Max<T, V>(), RowsAtOnce);
        _laneGroups = TiledGemm.CeilDiv(_lanes, LanesAtOnce);
        long steps = _images * _places, wanted = Math.Clamp(_g.Groups * steps * _rows * _lanes / ItemWork, 1, ItemsWanted);
        _rowGroups = Math.Clamp(TiledGemm.CeilDiv(wanted, _g.Groups * _laneGroups), _rowGroups, _tiles.Count);
        _laneGroups = Math.Clamp(TiledGemm.CeilDiv(wanted, _g.Groups * _rowGroups), _laneGroups, _panels);
        _runs = Math.Clamp(wanted / (_g.Groups * _rowGroups * _laneGroups), 1, TiledGemm.CeilDiv(steps, 4 * StepsAtOnce));
        long atOnce = Math.Clamp(RightBytes / (sizeof(T) * TiledGemm.CeilDiv(_panels, _laneGroups) * Width), StepsAtOnce / 4, StepsAtOnce);
        if (_places > atOnce)
        {
            _pieces = TiledGemm.CeilDiv(_places, atOnce);
            _perPiece = TiledGemm.CeilDiv(_places, _pieces);
            _pieces = TiledGemm.CeilDiv(_places, _perPiece);
        }
        else
        {
            _pieces = 0;
            _perPiece = Math.Max(1, atOnce / _places);
        }
        _count = _images;
        _runs = Math.Min(_runs, Blocks);
    }

    // Blocks of steps of a chunk: pieces of images, or some images.
    readonly long Blocks => _pieces > 0 ? _count * _pieces : TiledGemm.CeilDiv(_count, _perPiece);

    readonly T* Source(bool ofX, long image, long group, long channel)
    {
        long channels = ofX ? _g.InChannels : _g.OutChannels, each = ofX ? _g.GroupIn : _g.GroupOut, size = ofX ? _g.Input.Product : _places;
        return (ofX ? _x : _dy) + ((((_firstImage + image) * channels) + (group * each) + channel) * size);
    }

    // Channels of one image, each a row of places.
    readonly T* Rows(bool ofX, long image, long group, long channel, long channels, in Scratch scratch, out long size)
    {
        T* source = Source(ofX, image, group, channel);
        size = _places;
        if (!ofX || !_sampled)
            return source;
        T* cells = scratch.Take<T>(channels * _places);
        new SampledConv.Planes<T, V>(_g, source, cells, null).Invoke(0, channels);
        return cells;
    }

    // [group, panel, image, place, lanes of the panel]
    readonly struct Right(PointWeightGrad<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long rest, long image) = Math.DivRem(i, w._count);
                (long group, long panel) = Math.DivRem(rest, w._panels);
                long lane = panel * Width, lanes = Math.Min(Width, w._lanes - lane), width = Math.Min(Width, w._paddedLanes - lane);
                using var scratch = Scratch.Open();
                T* rows = w.Rows(!w._turned, image, group, lane, lanes, scratch, out long size);
                T* target = w.Panel(group, panel, image);
                Packing.Copy<T, V>(rows, size, 1, lanes, w._places, target, width, width);
            }
        }
    }

    readonly T* Panel(long group, long panel, long image)
    {
        long lane = panel * Width, width = Math.Min(Width, _paddedLanes - lane);
        return _right + (_count * _places * ((group * _paddedLanes) + lane)) + (image * _places * width);
    }

    // [group, image, row, place], or in tiles: [group, tile, image, place, rows of the tile]
    readonly struct Left(PointWeightGrad<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long rest, long image) = Math.DivRem(i, w._count);
                (long group, long tile) = Math.DivRem(rest, w._tiles.Count);
                long row = w._tiles.Start(tile), height = w._tiles.Height(tile);
                using var scratch = Scratch.Open();
                T* rows = w.Rows(w._turned, image, group, row, height, scratch, out long size);
                if (w._leftPacked)
                {
                    Packing.Copy<T, V>(rows, size, 1, height, w._places, w._left + (w._count * w._places * ((group * w._rows) + row)) + (image * w._places * height), height, height);
                    continue;
                }
                T* target = w._left + ((((group * w._count) + image) * w._rows) + row) * w._leftRow;
                for (long r = 0; r < height; r++)
                    VectorCopy<T, V>.Copy(rows + (r * size), target + (r * w._leftRow), size);
            }
        }
    }

    public readonly void Invoke(long item)
    {
        (long rest, long laneGroup) = Math.DivRem(item, _laneGroups);
        (rest, long rowGroup) = Math.DivRem(rest, _rowGroups);
        (long group, long run) = Math.DivRem(rest, _runs);
        long fromTile = _tiles.Count * rowGroup / _rowGroups, toTile = _tiles.Count * (rowGroup + 1) / _rowGroups;
        long fromPanel = _panels * laneGroup / _laneGroups, toPanel = _panels * (laneGroup + 1) / _laneGroups;
        T* sums = _sums + (((group * _runs) + run) * _sumSize);
        long first = Blocks * run / _runs, last = Blocks * (run + 1) / _runs;
        for (long block = first; block < last; block++)
        {
            long image, images = 1, place = 0, places = _places;
            if (_pieces > 0)
            {
                (image, long piece) = Math.DivRem(block, _pieces);
                place = piece * _perPiece;
                places = Math.Min(_perPiece, _places - place);
            }
            else
            {
                image = block * _perPiece;
                images = Math.Min(_perPiece, _count - image);
            }
            Block(group, fromTile, toTile, fromPanel, toPanel, image, images, place, places, sums, _firstImage > 0 || block > first);
        }
    }

    [MethodImpl(Jit.Full)]
    readonly void Block(
        long group, long fromTile, long toTile, long fromPanel, long toPanel, long image, long images, long place, long places, T* sums, bool add)
    {
        var args = new TileArgs<T> { CRow = _paddedLanes };
        long calls = _leftPacked ? 1 : images;
        args.K = _leftPacked ? images * places : places;
        for (long t = fromTile; t < toTile; t++)
        {
            long row = _tiles.Start(t);
            int height = _tiles.Height(t);
            for (long panel = fromPanel; panel < toPanel; panel++)
            {
                long lane = panel * Width;
                int width = (int)Math.Min(Width, _paddedLanes - lane);
                args.C = sums + (row * _paddedLanes) + lane;
                args.B = Panel(group, panel, image) + (place * width);
                args.Add = add;
                for (long call = 0; call < calls; call++)
                {
                    delegate*<TileArgs<T>*, void> kernel;
                    if (_leftPacked)
                    {
                        args.A = _left + (_count * _places * ((group * _rows) + row)) + (((image * _places) + place) * height);
                        args.ARow = 1;
                        args.AStep = height;
                        kernel = TileRows.Kernel<T, V, UnitRows, Packed>(height, width);
                    }
                    else
                    {
                        args.A = (_left != null ? _left + ((((group * _count) + image + call) * _rows) + row) * _leftRow : Source(_turned, image + call, group, row)) + place;
                        args.ARow = _leftRow;
                        args.AStep = 1;
                        kernel = TileRows.Kernel<T, V, UnitSteps, Packed>(height, width);
                    }
                    kernel(&args);
                    args.B += places * width;
                    args.Add = true;
                }
            }
        }
    }

    /// <summary>Adds the runs of some rows, and turns them if they are channels of x.</summary>
    readonly struct Collect(PointWeightGrad<T, V> w, T* dw) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long group, long tile) = Math.DivRem(i, w._tiles.Count);
                long row = w._tiles.Start(tile), height = w._tiles.Height(tile);
                T* sums = w._sums + (group * w._runs * w._sumSize) + (row * w._paddedLanes), target = dw + (group * w._rows * w._lanes);
                for (long at = 0; at < height * w._paddedLanes && w._runs > 1; at += V.Count)
                {
                    V sum = V.Load(sums + at);
                    for (long run = 1; run < w._runs; run++)
                        sum += V.Load(sums + (run * w._sumSize) + at);
                    sum.Store(sums + at);
                }
                if (w._turned)
                {
                    Packing.Transpose(sums, w._paddedLanes, height, w._lanes, target + row, w._rows);
                    continue;
                }
                for (long r = 0; r < height; r++)
                    VectorCopy<T, V>.Copy(sums + (r * w._paddedLanes), target + ((row + r) * w._lanes), w._lanes);
            }
        }
    }
}
