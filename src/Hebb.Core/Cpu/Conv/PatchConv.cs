using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Runs a <see cref="ShiftPlan{T}"/> of one part and one block as a matrix product: what the terms of the sums meet at some places is laid out as a panel of the product's right
/// side, straight from the padded plane of a channel, and no matrix of patches is made beside. Terms go in blocks, so that the panels of a block stay in the L2 cache.
/// </summary>
unsafe struct PatchConv<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long PanelsAtOnce = 4 << 20;     // elements of panels that lie in memory at a time
    const long TermsAtOnce = 384;          // of a block
    const long ItemsWanted = 8;
    const long PackAtOnce = 1L << 15;
    const long LeastTerms = 128, LeastRows = 32;
    const long LeastYield = 90;            // percent of the lanes that are places (7x7 of them fill 87, and take 3 to 6 % longer so)
    static readonly long GroupBytes = Caches.L2 / 2;    // panels of a block that meet one tile of weights after the other

    ShiftPlan<T> _plan;
    ConvFinish<T> _finish;
    RowTiles _tiles;
    T* _weights, _panels;
    PatchRun* _runs;
    int* _ends;
    long _terms, _taps, _places, _panelCount, _panelGroups, _rowGroups;
    long _channelsAtOnce;                  // whose terms make a block
    long _first;                           // image and group whose panels stand first in memory

    static int Width => 2 * V.Count;

    /// <summary>Whether it is quicker than other sums: measured with 16 registers of 256 bits only, and where places fill the panels.</summary>
    public static bool IsBetter(in ShiftPlan<T> plan)
    {
        if (V.Count * sizeof(T) != 32 || plan.PartCount > 1 || plan.Rows < LeastRows || plan.Parts[0].Terms < LeastTerms || ShiftConv<T, V>.FillsLines(plan, plan.Parts[0].Count))
            return false;
        long lanes = TiledGemm.CeilDiv(plan.TargetSize, V.Count) * V.Count;
        return plan.TargetSize * 100 >= lanes * LeastYield && lanes * plan.Parts[0].Terms <= PanelsAtOnce;
    }

    /// <summary>Runs a plan that was made uncut.</summary>
    public static void Run(in ShiftPlan<T> plan, in ConvFinish<T> finish, in Scratch scratch)
    {
        var conv = new PatchConv<T, V>
        {
            _plan = plan,
            _finish = finish,
            _tiles = new RowTiles(plan.Rows, TileRows.Max<T, V>()),
            _terms = plan.Parts[0].Terms,
            _taps = plan.Parts[0].TapCount,
            _places = plan.TargetSize,
            _panelCount = TiledGemm.CeilDiv(plan.TargetSize, Width),
        };
        conv.Run(scratch);
    }

    void Run(in Scratch scratch)
    {
        long size = _plan.Groups * _plan.Rows * _terms;
        PackedKey key = _plan.Key with { Layout = 6, Lanes = V.Count };
        PackedWeights? kept = PackedWeights.Find(_plan.WeightStorage, key, size * sizeof(T), out bool fresh);
        _weights = kept != null ? (T*)kept.Pointer : scratch.Take<T>(size);
        if (kept == null || fresh)
        {
            ParallelFor.Ranges(_plan.Groups * _tiles.Count, Math.Max(1, PackAtOnce / (_terms * TileRows.Max<T, V>())), new Packer(this));
            kept?.Keep(_plan.WeightStorage!, key);
        }
        FindRuns(scratch);
        _channelsAtOnce = Math.Max(1, TermsAtOnce / _taps);
        long wide = Math.Clamp(GroupBytes / (_channelsAtOnce * _taps * Width * sizeof(T)), 1, _panelCount);
        _panelGroups = TiledGemm.CeilDiv(_panelCount, wide);
        long images = _plan.Batch * _plan.Groups, each = _panelCount * Width * _terms, atOnce = Math.Clamp(PanelsAtOnce / each, 1, images);
        _panels = scratch.Take<T>(atOnce * each);
        for (_first = 0; _first < images; _first += atOnce)
        {
            long count = Math.Min(atOnce, images - _first);
            _rowGroups = Math.Min(_tiles.Count, TiledGemm.CeilDiv(ItemsWanted, count * _panelGroups));
            ParallelFor.Ranges(count * _plan.Channels, Math.Max(1, PackAtOnce / (_panelCount * Width * _taps)), new Layer(this));
            ParallelFor.Run(count * _panelGroups * _rowGroups, in this);
        }
        GC.KeepAlive(kept);
    }

    // Places of a panel that follow each other in the plane of cells.
    struct PatchRun
    {
        public long Cell;
        public int Lane, Length;
    }

    void FindRuns(in Scratch scratch)
    {
        Axes count = _plan.Parts[0].Count;
        _runs = scratch.Take<PatchRun>(_panelCount + (count[0] * count[1]));
        _ends = scratch.Take<int>(_panelCount);
        ShiftBox box = _plan.Clip(_plan.Parts[0], 0);
        int runs = 0;
        for (long place = 0; place < _places; place += _runs[runs++].Length)
        {
            (long row, long i2) = Math.DivRem(place, count[2]);
            (long i0, long i1) = Math.DivRem(row, count[1]);
            (long panel, long lane) = Math.DivRem(place, Width);
            _runs[runs] = new PatchRun
            {
                Cell = box.Cell + (((i0 * _plan.Extent[1]) + i1) * _plan.Extent[2]) + i2,
                Lane = (int)lane,
                Length = (int)Math.Min(count[2] - i2, Width - lane),
            };
            _ends[panel] = runs + 1;
        }
    }

    readonly struct Packer(PatchConv<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long group, long tile) = Math.DivRem(i, w._tiles.Count);
                long row = w._tiles.Start(tile), height = w._tiles.Height(tile);
                T* source = w._plan.Weights + (group * w._plan.WeightGroupSource) + (row * w._plan.WeightRow);
                Packing.Copy<T, V>(source, w._plan.WeightRow, 1, height, w._terms, w._weights + (((group * w._plan.Rows) + row) * w._terms), height, height);
            }
        }
    }

    // An item is a channel of an image: its padded plane, and from there its terms of all panels.
    readonly struct Layer(PatchConv<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            using var scratch = Scratch.Open();
            T* cells = scratch.Take<T>(w._plan.ChannelCells + (2 * Width));    // runs are read by whole vectors
            new Span<T>(cells + w._plan.ChannelCells, 2 * Width).Clear();
            for (long i = begin; i < end; i++)
            {
                (long image, long channel) = Math.DivRem(i, w._plan.Channels);
                PlaneCopy<T, V>.Load(w._plan, w._plan.Source + ((((w._first + image) * w._plan.Channels) + channel) * w._plan.SourceSize), 1, 0, cells);
                w.LayOut(cells, channel, w._panels + (image * w._panelCount * Width * w._terms));
            }
        }
    }

    // [block of terms, panel, term of the block, lane]
    readonly T* Block(T* image, long firstTerm, long terms, long panel) => image + (firstTerm * _panelCount * Width) + (panel * terms * Width);

    [MethodImpl(Jit.Full)]
    readonly void LayOut(T* cells, long channel, T* image)
    {
        long firstChannel = channel / _channelsAtOnce * _channelsAtOnce, terms = Math.Min(_channelsAtOnce, _plan.Channels - firstChannel) * _taps;
        int* offsets = _plan.Parts[0].Offsets;    // of the first channel
        PatchRun* run = _runs;
        for (long p = 0; p < _panelCount; p++)
        {
            PatchRun* first = run, end = _runs + _ends[p];
            T* to = Block(image, firstChannel * _taps, terms, p) + ((channel - firstChannel) * _taps * Width);
            for (long t = 0; t < _taps; t++, to += Width)
            {
                T* from = cells + offsets[t];
                for (run = first; run < end; run++)
                {
                    V low = V.Load(from + run->Cell), high = V.Load(from + run->Cell + V.Count);
                    T* at = to + run->Lane;
                    if (run->Lane == 0 || t < _taps - 1)
                    {
                        // What goes past the run is written over by the next run or term.
                        low.Store(at);
                        if (run->Length > V.Count)
                            high.Store(at + V.Count);
                    }
                    else if (run->Length <= V.Count)
                        low.StorePartial(at, run->Length);
                    else
                    {
                        low.Store(at);
                        high.StorePartial(at + V.Count, run->Length - V.Count);
                    }
                }
            }
        }
    }

    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public void Invoke(long item)
    {
        (long rest, long rowGroup) = Math.DivRem(item, _rowGroups);
        (long image, long panelGroup) = Math.DivRem(rest, _panelGroups);
        long group = (_first + image) % _plan.Groups;
        long fromPanel = panelGroup * _panelCount / _panelGroups, toPanel = (panelGroup + 1) * _panelCount / _panelGroups;
        long fromTile = rowGroup * _tiles.Count / _rowGroups, toTile = (rowGroup + 1) * _tiles.Count / _rowGroups;
        long firstRow = _tiles.Start(fromTile), ragged = _places % Width;
        using var scratch = Scratch.Open();
        T* last = ragged == 0 || toPanel < _panelCount ? null : scratch.Take<T>((_tiles.Start(toTile) - firstRow) * Width);
        T* panels = _panels + (image * _panelCount * Width * _terms), target = _plan.Target + ((_first + image) * _plan.Rows * _places);
        var args = new TileArgs<T> { ARow = 1 };
        for (long term = 0; term < _terms; term += args.K)
        {
            args.K = Math.Min(_channelsAtOnce * _taps, _terms - term);
            for (long t = fromTile; t < toTile; t++)
            {
                long row = _tiles.Start(t);
                int height = _tiles.Height(t);
                args.A = _weights + (((group * _plan.Rows) + row) * _terms) + (term * height);
                args.AStep = height;
                for (long p = fromPanel; p < toPanel; p++)
                {
                    bool whole = last == null || p < _panelCount - 1;
                    int width = !whole && ragged <= V.Count ? V.Count : Width;
                    T* at = target + (row * _places) + (p * Width);
                    args.B = Block(panels, term, args.K, p);
                    args.BStep = Width;
                    args.C = whole ? at : last + ((row - firstRow) * Width);
                    args.CRow = whole ? _places : Width;
                    args.Add = term > 0;
                    args.RowBias = _plan.Bias == null ? null : _plan.Bias + (group * _plan.Rows) + row;
                    (width == Width ? TileRows.Kernel<T, V, UnitRows, Packed>(height, width) : TileRows.Kernel<T, V, UnitRows, Stepped>(height, width))(&args);
                    if (term + args.K < _terms)
                        continue;
                    if (whole)
                    {
                        _finish.Run<V>(at, _places, at, height, Width);
                        continue;
                    }
                    _finish.Run<V>(args.C, Width, at, height, ragged);
                    for (int r = 0; r < height; r++)
                        VectorCopy<T, V>.Copy(args.C + (r * Width), at + (r * _places), ragged);
                }
            }
        }
    }
}
