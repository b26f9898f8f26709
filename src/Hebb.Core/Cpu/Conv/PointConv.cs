using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;
using Hebb.Memory;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Kernels of one place, forward and towards the data: a product of the weights by the channels at each place. The places of all images stand in one line, which
/// is cut into panels of two vectors; a panel may begin in one image and end in the next. So small planes fill vectors as well as large
/// ones do, and a stride costs nothing but the copy that lays out a panel anyway.
/// </summary>
unsafe struct PointConv<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    static readonly long GroupBytes = Math.Min(768 << 10, Caches.L2 * 3 / 4);    // panels that an item lays out
    static readonly long WeightBytes = Math.Min(256 << 10, Caches.L2 / 4);    // more of them come from beyond the L2 cache when a whole model runs, once for each group of panels
    const long ItemWork = 1L << 19;        // multiply-adds
    const long ItemsWanted = 16;
    const long PackAtOnce = 1L << 15;
    const long FewestTerms = 4;            // below that results are written more than summed
    const int TermsAhead = 4;              // that a layout asks for: a term is a plane of its own, and the hardware follows no such steps
    const int LineBytes = 64;
    const long FinishAtOnce = 256;         // places, of all rows of a tile: they stay in the L1 cache

    PointPlaces<T> _places;
    T* _source, _target, _weights, _bias, _shared;
    long _groups, _terms, _rows;           // of a group of channels: terms of each sum, sums at each place
    long _weightRow, _weightTerm;
    T* _from;
    RowTiles _tiles;
    long _panels, _panelsAtOnce, _panelGroups, _rowGroups;
    bool _inPlace, _streams;
    ConvFinish<T> _finish;

    static int Width => 2 * V.Count;

    /// <summary>Whether places fill the panels, and channels the tiles.</summary>
    public static bool IsBetter(in ConvGeometry g, bool towardsData)
    {
        (long rows, long terms) = towardsData ? (g.GroupIn, g.GroupOut) : (g.GroupOut, g.GroupIn);
        if (!g.IsSampled || rows < Math.Min(16, V.Count) || terms < FewestTerms)
            return false;
        long lanes = g.Batch * g.Output.Product;
        return lanes * 100 >= TiledGemm.CeilDiv(lanes, V.Count) * V.Count * 85;
    }

    public static void Forward(in ConvGeometry g, T* x, T* w, T* bias, T* y, Storage? storage, in ConvFinish<T> finish, in Scratch scratch)
    {
        var conv = new PointConv<T, V>
        {
            _finish = finish,
            _places = new PointPlaces<T>(g, towardsData: false),
            _source = x,
            _target = y,
            _bias = bias,
            _terms = g.GroupIn,
            _rows = g.GroupOut,
            _from = w,
            _weightRow = g.GroupIn,
            _weightTerm = 1,
        };
        conv.Run(g, ShiftPlan<T>.MakeKey(g, w, 4), storage, scratch);
    }

    public static void DataGrad(in ConvGeometry g, T* dy, T* w, T* bias, T* dx, Storage? storage, in Scratch scratch)
    {
        var conv = new PointConv<T, V>
        {
            _places = new PointPlaces<T>(g, towardsData: true),
            _source = dy,
            _target = dx,
            _bias = bias,
            _terms = g.GroupOut,
            _rows = g.GroupIn,
            _from = w,
            _weightRow = 1,
            _weightTerm = g.GroupIn,
        };
        conv.Run(g, ShiftPlan<T>.MakeKey(g, w, 5), storage, scratch);
    }

    void Run(in ConvGeometry g, PackedKey key, Storage? storage, in Scratch scratch)
    {
        _groups = g.Groups;
        _tiles = new RowTiles(_rows, TileRows.Max<T, V>());
        long size = _groups * _rows * _terms;
        PackedWeights? kept = PackedWeights.Find(storage, key with { Lanes = V.Count }, size * sizeof(T), out bool fresh);
        _weights = kept != null ? (T*)kept.Pointer : scratch.Take<T>(size);
        if (kept == null || fresh)
        {
            ParallelFor.Ranges(_groups * _tiles.Count, Math.Max(1, PackAtOnce / (_terms * TileRows.Max<T, V>())), new Packer(this));
            kept?.Keep(storage!, key with { Lanes = V.Count });
        }
        Cut();
        long targetBytes = g.Batch * _groups * _rows * _places.TargetSize * sizeof(T);
        _streams = !_places.Strided && _places.Count * sizeof(T) % 64 == 0 && Streaming.Pays((byte*)_target, targetBytes);
        if (_rowGroups > 1)
        {
            _shared = scratch.Take<T>(_groups * _panels * Width * _terms);
            ParallelFor.Ranges(_groups * _panels, Math.Max(1, PackAtOnce / (_terms * Width)), new Layer(this));
        }
        ParallelFor.Run(_groups * _panelGroups * _rowGroups, in this);
        GC.KeepAlive(kept);
    }

    void Cut()
    {
        _panels = TiledGemm.CeilDiv(_places.Lanes, Width);
        long work = _groups * _places.Lanes * _rows * _terms;
        long wanted = Math.Clamp(work / ItemWork, 1, ItemsWanted);
        _panelsAtOnce = Math.Clamp(GroupBytes / (_terms * Width * sizeof(T)), 1, _panels);
        if (_rows * _terms * sizeof(T) <= WeightBytes)
            _panelsAtOnce = Math.Clamp(_groups * _panels / wanted, 1, _panelsAtOnce);
        _inPlace = _places.SourceStep == 1 && _tiles.Count <= TiledGemm.MostPackedRows && _places.SourceSize * sizeof(T) % 4096 != 0;
        _panelGroups = TiledGemm.CeilDiv(_panels, _panelsAtOnce);
        _panelsAtOnce = TiledGemm.CeilDiv(_panels, _panelGroups);
        _rowGroups = Math.Min(_tiles.Count, TiledGemm.CeilDiv(wanted, _groups * _panelGroups));
    }

    readonly struct Packer(PointConv<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            for (long i = begin; i < end; i++)
            {
                (long group, long tile) = Math.DivRem(i, w._tiles.Count);
                long row = w._tiles.Start(tile), height = w._tiles.Height(tile), size = w._rows * w._terms;
                T* source = w._from + (group * size) + (row * w._weightRow);
                Packing.Copy<T, V>(source, w._weightRow, w._weightTerm, height, w._terms, w._weights + (group * size) + (row * w._terms), height, height);
            }
        }
    }

    readonly struct Layer(PointConv<T, V> w) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            using var scratch = Scratch.Open();
            while (begin < end)
            {
                (long group, long panel) = Math.DivRem(begin, w._panels);
                long count = Math.Min(end - begin, w._panels - panel);
                w.LayOut(group, panel, count, w._shared + (begin * Width * w._terms), scratch, out _, out _);
                begin += count;
            }
        }
    }

    public void Invoke(long item)
    {
        (long rest, long rowGroup) = Math.DivRem(item, _rowGroups);
        (long group, long panelGroup) = Math.DivRem(rest, _panelGroups);
        long panel = panelGroup * _panels / _panelGroups, panels = ((panelGroup + 1) * _panels / _panelGroups) - panel;
        using var scratch = Scratch.Open();
        T* right;
        PointRun* runs;
        int* ends;
        if (_shared != null)
        {
            right = _shared + (((group * _panels) + panel) * Width * _terms);
            _places.Find(panel, panels, Width, scratch, out runs, out ends);
        }
        else
        {
            right = scratch.Take<T>(panels * Width * _terms);
            LayOut(group, panel, panels, right, scratch, out runs, out ends);
        }
        Multiply(group, _tiles.Count * rowGroup / _rowGroups, _tiles.Count * (rowGroup + 1) / _rowGroups, panel, panels, right, runs, ends);
        if (_streams)
            Streaming.Fence();
    }

    readonly int PanelWidth(long panel) => _places.Lanes - (panel * Width) <= V.Count ? V.Count : Width;

    // Panels of one group of channels: panel by panel, one row of places a term.
    [MethodImpl(Jit.Full)]
    readonly void LayOut(long group, long panel, long panels, T* target, in Scratch scratch, out PointRun* runs, out int* ends)
    {
        int count = _places.Find(panel, panels, Width, scratch, out runs, out ends);
        T* source = _source + (group * _terms * _places.SourceSize);
        long last = panels - 1, lastWidth = PanelWidth(panel + last), ragged = Math.Min(panels * Width, _places.Lanes - (panel * Width)) - (last * Width), step = _places.SourceStep;
        Move* moves = scratch.Take<Move>(count);
        int moved = 0;
        for (int i = 0; i < count; i++)
        {
            if (_inPlace && runs[i].Length == Width)
                continue;
            moves[moved++] = new Move
            {
                From = source + runs[i].Source,
                To = target + (runs[i].Panel * Width * _terms) + runs[i].Lane,
                ToStep = runs[i].Panel == last ? lastWidth : Width,
                Length = step == 1 && runs[i].Length == Width ? 0 : runs[i].Length,
            };
        }
        if (ragged < lastWidth)
            new Span<T>(target + (last * Width * _terms), checked((int)(lastWidth * _terms))).Clear();
        for (long k = 0; k < _terms; k++)
        {
            for (Move* move = moves; move < moves + moved; move++)
            {
                T* from = move->From, to = move->To;
                if (Sse.IsSupported)
                {
                    Sse.Prefetch0(from + (TermsAhead * _places.SourceSize));
                    if (step > 1)
                        Sse.Prefetch0(from + (TermsAhead * _places.SourceSize) + (LineBytes / sizeof(T)));
                }
                move->From = from + _places.SourceSize;
                move->To = to + move->ToStep;
                if (move->Length == 0)
                {
                    V.Load(from).Store(to);
                    V.Load(from + V.Count).Store(to + V.Count);
                }
                else if (step == 1)
                    VectorCopy<T, V>.Copy(from, to, move->Length);
                else if (step == 2)
                    EvenLanes<T, V>.Copy(from, to, move->Length);
                else
                {
                    for (long j = 0; j < move->Length; j++)
                        to[j] = from[j * step];
                }
            }
        }
    }

    // One run of one term: 0 stands for a whole panel.
    struct Move
    {
        public T* From, To;
        public long ToStep, Length;
    }

    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    readonly void Multiply(long group, long fromTile, long toTile, long panel, long panels, T* right, PointRun* runs, int* ends)
    {
        byte* bytes = stackalloc byte[(14 * 128) + 64];
        var buffer = (T*)(((nint)bytes + 63) & ~63);
        T* target = _target + (group * _rows * _places.TargetSize);
        var args = new TileArgs<T> { K = _terms, ARow = 1 };
        for (long t = fromTile; t < toTile; t++)
        {
            long row = _tiles.Start(t);
            int height = _tiles.Height(t);
            args.A = _weights + (group * _rows * _terms) + (row * _terms);
            args.AStep = height;
            T* bias = _bias == null ? null : _bias + (group * _rows) + row;
            args.RowBias = bias;
            T* rows = target + (row * _places.TargetSize), made = null;
            long madeLength = 0;    // places from made on that are to be finished
            delegate*<TileArgs<T>*, void> packed = TileRows.Kernel<T, V, UnitRows, Packed>(height, Width), inPlace = _inPlace ? TileRows.Kernel<T, V, UnitRows, Stepped>(height, Width) : null;
            for (long p = 0; p < panels; p++)
            {
                int width = PanelWidth(panel + p);
                PointRun* run = runs + (p == 0 ? 0 : ends[p - 1]), end = runs + ends[p];
                bool whole = end - run == 1 && run->Length == width && !_places.TargetStrided && !_streams;
                bool stays = _inPlace && run->Length == Width;
                args.B = stays ? _source + (group * _terms * _places.SourceSize) + run->Source : right + (p * Width * _terms);
                args.BStep = _places.SourceSize;
                args.C = whole ? rows + run->Target : buffer;
                args.CRow = whole ? _places.TargetSize : width;
                if (whole)
                    _finish.Ahead(args.C, height, width);
                (stays ? inPlace : width == Width ? packed : TileRows.Kernel<T, V, UnitRows, Packed>(height, width))(&args);
                if (whole)
                {
                    if (made + madeLength != args.C || madeLength >= FinishAtOnce)
                    {
                        Finish(made, height, madeLength);
                        made = args.C;
                        madeLength = 0;
                    }
                    madeLength += width;
                }
                for (; !whole && run < end; run++)
                {
                    if (_places.TargetStrided)
                    {
                        _places.Spread<V>(buffer + run->Lane, height, width, run, rows, bias);
                        continue;
                    }
                    _finish.Run<V>(buffer + run->Lane, width, rows + run->Target, height, run->Length);
                    Write(buffer + run->Lane, height, width, run->Length, rows + run->Target);
                }
            }
            Finish(made, height, madeLength);
        }
    }

    readonly void Finish(T* made, int height, long length)
    {
        if (length > 0)
            _finish.Run<V>(made, _places.TargetSize, made, height, length);
    }

    [MethodImpl(Jit.Full)]
    readonly void Write(T* tile, int height, int width, long length, T* to)
    {
        for (int r = 0; r < height; r++, tile += width, to += _places.TargetSize)
        {
            if (!_streams)
            {
                VectorCopy<T, V>.Copy(tile, to, length);
                continue;
            }
            for (long i = 0; i < length; i += V.Count)
                V.Load(tile + i).StoreNonTemporal(to + i);
        }
    }
}
