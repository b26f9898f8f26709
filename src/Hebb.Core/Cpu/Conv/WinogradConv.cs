using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// 3x3 convolutions of stride 1, forward or towards the data, by <see cref="WinogradTransforms{V}"/>: a quarter of the multiplications. Tiles of
/// 4x4 outputs are taken a row of tiles after another; for each of the 36 numbers of a tile there is a matrix product of tiles by
/// source channels by target channels.
/// </summary>
/// <remarks>
/// Some rows of tiles go through all three steps within a block's cache-sized memory. Where there are too few tiles for that, each step is split
/// over the threads by itself. Errors are a few times those of the direct sum (float only).
/// </remarks>
unsafe struct WinogradConv<V>
    where V : unmanaged, ISimd<V, float>
{
    const int Numbers = 36, Side = WinogradTiles<V>.Side;
    static readonly long TileBytesAtOnce = Math.Min(512 << 10, Caches.L2 / 2);    // of a block
    const long TilesWanted = 28;                // a block should have at least that many for each read of the weights
    const long TilesAtLeast = 14;               // fill the registers
    const long ItemsWanted = 8;

    ShiftPlan<float> _plan;
    float* _weights, _bias;
    long _down, _across, _rows;       // tiles of an image along its axes, rows of tiles in all
    long _inLanes, _outLanes;         // channels up to whole vectors
    WinogradTiles<V> _source;
    RowTiles _chunks;                 // rows of tiles, cut into blocks
    float* _shared;                   // the memory of all tiles, if steps are split
    ConvFinish<float> _finish;

    /// <summary>Whether the plan is one for this, and has enough channels and tiles to gain. It follows from the geometry alone.</summary>
    static bool IsBetter(in ConvGeometry g, in ShiftPlan<float> plan, bool forward)
    {
        if (g.Groups != 1 || g.Input[0] != 1 || g.Kernel[0] != 1 || g.PadBegin[0] != 0 || g.PadEnd[0] != 0)
            return false;
        for (int i = 1; i < Axes.Count; i++)
        {
            if (g.Kernel[i] != 3 || g.Stride[i] != 1 || g.Dilation[i] != 1 || plan.Axis[i].Destination < Side || (!forward && g.PadBegin[i] > 2) || g.PadBegin[i] < 0)
                return false;
        }
        if (plan.Channels < 16 || plan.Rows < 16)
            return false;
        double tiles = plan.Batch * TiledGemm.CeilDiv(plan.Axis[1].Destination, Side) * TiledGemm.CeilDiv(plan.Axis[2].Destination, Side);
        double columns = TiledGemm.CeilDiv(plan.Rows, V.Count), layers = TiledGemm.CeilDiv(plan.Channels, V.Count);
        double direct = plan.Batch * plan.TargetSize * columns * plan.Channels * 9 / 2;
        double products = tiles * Numbers * plan.Channels * columns * 0.6;
        double turns = tiles * (layers + columns) * (160 + (10 * V.Count));
        double weights = Numbers * plan.Channels * columns * V.Count;    // read from beyond the L2 cache
        return products + turns + weights < direct;
    }

    /// <summary>Runs the plan if this takes fewer cycles than a direct sum.</summary>
    public static bool TryRun(in ConvGeometry g, in ShiftPlan<float> plan, bool forward, in ConvFinish<float> finish, in Scratch scratch)
    {
        if (!IsBetter(g, plan, forward))
            return false;
        var w = new WinogradConv<V>
        {
            _plan = plan,
            _finish = finish,
            _down = TiledGemm.CeilDiv(plan.Axis[1].Destination, Side),
            _across = TiledGemm.CeilDiv(plan.Axis[2].Destination, Side),
            _inLanes = TiledGemm.CeilDiv(plan.Channels, V.Count) * V.Count,
            _outLanes = TiledGemm.CeilDiv(plan.Rows, V.Count) * V.Count,
        };
        w._source = new WinogradTiles<V>
        {
            Source = plan.Source,
            Channels = plan.Channels,
            Height = plan.Axis[1].Source,
            Width = plan.Axis[2].Source,
            Lead0 = forward ? g.PadBegin[1] : 2 - g.PadBegin[1],
            Lead1 = forward ? g.PadBegin[2] : 2 - g.PadBegin[2],
            Down = w._down,
            Across = w._across,
            Cells = Side + 2,
            Lanes = w._inLanes,
        };
        w._rows = plan.Batch * w._down;
        w._bias = scratch.Take<float>(w._outLanes);
        new Span<float>(w._bias, checked((int)w._outLanes)).Clear();
        if (plan.Bias != null)
            new Span<float>(plan.Bias, checked((int)plan.Rows)).CopyTo(new Span<float>(w._bias, checked((int)plan.Rows)));
        PackedWeights? kept = w.PackWeights(!forward, scratch);
        long tileBytes = Numbers * (w._inLanes + w._outLanes) * sizeof(float);
        bool light = Numbers * plan.Channels * w._outLanes * sizeof(float) <= TileBytesAtOnce;    // weights that stay near may be read for few tiles
        long atOnce = Math.Max(1, Math.Max(TileBytesAtOnce / tileBytes, TilesWanted) / w._across);
        if (light)
            atOnce = Math.Min(atOnce, Math.Max(TiledGemm.CeilDiv(TilesAtLeast, w._across), w._rows / (2 * ItemsWanted)));
        if (!light && w._rows < atOnce * ItemsWanted && w._rows * w._across * tileBytes <= 8 * TileBytesAtOnce)
        {
            w._shared = scratch.Take<float>(Numbers * (Step(w.AllTiles, w._inLanes) + Step(w.AllTiles, w._outLanes)));
            w._chunks = new RowTiles(w._rows, (int)Math.Max(1, TiledGemm.CeilDiv(w._rows, ItemsWanted)));
            ParallelFor.Run(w._chunks.Count, new Before(w));
            ParallelFor.Run(Numbers, new Between(w));
            ParallelFor.Run(w._chunks.Count, new After(w));
        }
        else
        {
            w._chunks = new RowTiles(w._rows, (int)atOnce);
            ParallelFor.Run(w._chunks.Count, new Whole(w));
        }
        GC.KeepAlive(kept);
        return true;
    }

    readonly struct Whole(WinogradConv<V> w) : IBlockBody
    {
        public void Invoke(long chunk)
        {
            using var scratch = Scratch.Open();
            long tiles = w._chunks.Height(chunk) * w._across;
            float* left = scratch.Take<float>(Numbers * Step(tiles, w._inLanes)), sums = scratch.Take<float>(Numbers * Step(tiles, w._outLanes));
            w._source.Enter(w._chunks.Start(chunk), w._chunks.Height(chunk), left, Step(tiles, w._inLanes));
            for (int k = 0; k < Numbers; k++)
                w.Multiply(k, tiles, left, sums);
            w.Leave(w._chunks.Start(chunk), w._chunks.Height(chunk), sums, tiles);
        }
    }

    // From one number to the next: an odd count of cache lines, so that all 36 find room in the L1 cache.
    static long Step(long tiles, long lanes) => (((tiles * lanes) + 31) & ~31L) + 16;

    readonly long AllTiles => _rows * _across;

    readonly float* SharedSums => _shared + (Numbers * Step(AllTiles, _inLanes));

    readonly struct Before(WinogradConv<V> w) : IBlockBody
    {
        public void Invoke(long chunk) =>
            w._source.Enter(w._chunks.Start(chunk), w._chunks.Height(chunk), w._shared + (w._chunks.Start(chunk) * w._across * w._inLanes), Step(w.AllTiles, w._inLanes));
    }

    readonly struct Between(WinogradConv<V> w) : IBlockBody
    {
        public void Invoke(long number) => w.Multiply((int)number, w.AllTiles, w._shared, w.SharedSums);
    }

    readonly struct After(WinogradConv<V> w) : IBlockBody
    {
        public void Invoke(long chunk) =>
            w.Leave(w._chunks.Start(chunk), w._chunks.Height(chunk), w.SharedSums + (w._chunks.Start(chunk) * w._across * w._outLanes), w.AllTiles);
    }

    // sums[number, tile, target channel] = left[number, tile, channel] times the weights of that number.
    readonly void Multiply(int number, long tiles, float* left, float* sums)
    {
        var heights = new RowTiles(tiles, TileRows.Max<float, V>());
        left += number * Step(tiles, _inLanes);
        sums += number * Step(tiles, _outLanes);
        float* weights = _weights + (number * _plan.Channels * _outLanes);
        var args = new TileArgs<float> { K = _plan.Channels, ARow = _inLanes, AStep = 1, CRow = _outLanes };
        for (long lane = 0; lane < _outLanes; lane += 2 * V.Count)
        {
            var width = (int)Math.Min(_outLanes - lane, 2 * V.Count);
            args.B = weights + (lane * _plan.Channels);
            for (long t = 0; t < heights.Count; t++)
            {
                int height = heights.Height(t);
                args.A = left + (heights.Start(t) * _inLanes);
                args.C = sums + (heights.Start(t) * _outLanes) + lane;
                TileRows.Kernel<float, V, UnitSteps, Packed>(height, width)(&args);
            }
        }
    }

    readonly void Leave(long fromRow, long rows, float* sums, long tiles)
    {
        using var scratch = Scratch.Open();
        long rowSize = _across * Side * V.Count;
        float* strip = scratch.Take<float>(Side * rowSize);
        long step = Step(tiles, _outLanes), height = _plan.Axis[1].Destination, width = _plan.Axis[2].Destination;
        for (long r = fromRow; r < fromRow + rows; r++, sums += _across * _outLanes)
        {
            (long image, long down) = Math.DivRem(r, _down);
            for (long lane = 0; lane < _outLanes; lane += V.Count)
            {
                V bias = V.Load(_bias + lane);
                for (long tile = 0; tile < _across; tile++)
                    WinogradTransforms<V>.Output(sums + (tile * _outLanes) + lane, step, bias, strip + (tile * Side * V.Count), rowSize);
                float* target = _plan.Target + (((image * _plan.Rows) + lane) * _plan.TargetSize) + (down * Side * width);
                long channels = Math.Min(V.Count, _plan.Rows - lane), high = Math.Min(Side, height - (down * Side));
                for (int i = 0; i < high; i++)
                    Packing.Transpose(strip + (i * rowSize), V.Count, width, channels, target + (i * width), _plan.TargetSize);
                _finish.Run<V>(target, _plan.TargetSize, target, channels, high * width);
            }
        }
    }

    // [number, panel, channel, lanes of the panel], as Multiply reads them.
    PackedWeights? PackWeights(bool turned, in Scratch scratch)
    {
        long size = Numbers * _plan.Channels * _outLanes;
        PackedKey key = _plan.Key with { Layout = turned ? 3 : 2, Lanes = V.Count };
        PackedWeights? kept = PackedWeights.Find(_plan.WeightStorage, key, size * sizeof(float), out bool fresh);
        _weights = kept != null ? (float*)kept.Pointer : scratch.Take<float>(size);
        if (kept != null && !fresh)
            return kept;
        ParallelFor.Ranges(_plan.Channels, Math.Max(1, (1 << 12) / _outLanes), new Packer(this, turned));
        kept?.Keep(_plan.WeightStorage!, key);
        return kept;
    }

    readonly struct Packer(WinogradConv<V> w, bool turned) : IRangeBody
    {
        [SkipLocalsInit]
        public void Invoke(long begin, long end)
        {
            float* kernel = stackalloc float[9 * 16];
            ref readonly ShiftPlan<float> plan = ref w._plan;
            for (long lane = 0; lane < w._outLanes; lane += V.Count)
            {
                long panel = lane / (2 * V.Count) * (2 * V.Count), panelWidth = Math.Min(2 * V.Count, w._outLanes - panel);
                long rows = Math.Min(V.Count, plan.Rows - lane);
                for (long channel = begin; channel < end; channel++)
                {
                    Packing.Copy<float, V>(plan.Weights + (lane * plan.WeightRow) + (channel * plan.WeightChannel), plan.WeightRow, 1, rows, 9, kernel, V.Count, V.Count);
                    float* to = w._weights + (panel * plan.Channels) + (channel * panelWidth) + (lane - panel);
                    WinogradTransforms<V>.Weights(kernel, turned, to, plan.Channels * w._outLanes);
                }
            }
        }
    }
}
