using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights of 3x3 kernels of stride 1 by <see cref="WinogradTransforms{V}"/>, a quarter of the multiplications: sums over 4x4 outputs are the
/// transpose of the forward algorithm with respect to the weights. For each of the 36 numbers there is a matrix product over all tiles,
/// and only the sums are transformed back.
/// </summary>
/// <remarks>
/// With few channels an item takes a run of the tiles, whose sums stay in the L2 cache, and runs are added up in their order. With many, the tiles of
/// some images are transformed first, and an item is a block of the sums. Errors are a few times those of the direct sum (float only).
/// </remarks>
unsafe struct WinogradWeightGrad<V>
    where V : unmanaged, ISimd<V, float>
{
    const int Numbers = 36, Side = WinogradTiles<V>.Side, Taps = 9;
    const long SumBytes = 1 << 20;         // up to which a run has sums of its own
    const long TileBytes = 768 << 10;      // of a run at once
    const long SharedBytes = 24 << 20;     // of images at once
    const long RunsWanted = 8, BlocksWanted = 8;

    WinogradTiles<V> _x, _dy;
    long _outs, _ins, _inLanes;            // channels; those of x up to whole vectors
    long _rows;                            // rows of tiles, in all
    float* _weights;                       // [run, output channel, tap, input channel]
    long _runs, _rowsAtOnce;
    float* _left, _right;                  // tiles of the chunk
    long _firstRow, _chunkRows;
    RowTiles _pieces;                      // of the chunk's rows
    long _outBlocks, _inBlocks;

    /// <summary>Whether this is such a convolution, and takes fewer cycles than a direct sum by an estimate from the geometry alone.</summary>
    public static bool IsBetter(in ConvGeometry g)
    {
        if (g.Groups != 1 || g.Input[0] != 1 || g.Kernel[0] != 1 || g.PadBegin[0] != 0 || g.PadEnd[0] != 0 || g.InChannels < 16 || g.OutChannels < 16)
            return false;
        for (int i = 1; i < Axes.Count; i++)
        {
            if (g.Kernel[i] != 3 || g.Stride[i] != 1 || g.Dilation[i] != 1 || g.PadBegin[i] < 0 || g.OutputLength(i) < Side)
                return false;
        }
        Axes output = g.Output;
        double tiles = g.Batch * TiledGemm.CeilDiv(output[1], Side) * TiledGemm.CeilDiv(output[2], Side);
        double columns = TiledGemm.CeilDiv(g.InChannels, V.Count), layers = TiledGemm.CeilDiv(g.OutChannels, V.Count);
        double direct = g.Batch * output.Product * g.OutChannels * columns * Taps / 2 * 1.3;
        double products = Numbers * tiles * g.OutChannels * columns / 2 * 1.1;
        double turns = tiles * (columns + layers) * (160 + (10 * V.Count));
        double sums = g.OutChannels * columns * (150 + (4 * V.Count));
        return products + turns + sums < direct;
    }

    public static void Run(in ConvGeometry g, float* x, float* dy, float* dw, in Scratch scratch)
    {
        Axes output = g.Output;
        long down = TiledGemm.CeilDiv(output[1], Side), across = TiledGemm.CeilDiv(output[2], Side);
        var w = new WinogradWeightGrad<V> { _outs = g.OutChannels, _ins = g.InChannels, _inLanes = RoundUp(g.InChannels), _rows = g.Batch * down };
        w._x = new WinogradTiles<V>
        {
            Source = x,
            Channels = g.InChannels,
            Height = g.Input[1],
            Width = g.Input[2],
            Lead0 = g.PadBegin[1],
            Lead1 = g.PadBegin[2],
            Down = down,
            Across = across,
            Cells = Side + 2,
            Lanes = Spaced(w._inLanes),
        };
        w._dy = new WinogradTiles<V>
        {
            Source = dy,
            Channels = g.OutChannels,
            Height = output[1],
            Width = output[2],
            Down = down,
            Across = across,
            Cells = Side,
            Lanes = Spaced(RoundUp(g.OutChannels)),
        };
        long rowBytes = Numbers * across * (w._x.Lanes + w._dy.Lanes) * sizeof(float);
        bool apart = Numbers * w._outs * w._inLanes * sizeof(float) <= SumBytes;
        w._rowsAtOnce = Math.Clamp((apart ? TileBytes : SharedBytes) / rowBytes, 1, w._rows);
        w._runs = apart ? Math.Min(RunsWanted, TiledGemm.CeilDiv(w._rows, w._rowsAtOnce)) : 1;
        w._weights = scratch.Take<float>(w._runs * w._outs * Taps * w._inLanes);
        if (apart)
            ParallelFor.Run(w._runs, new Runs(w));
        else
            w.InChunks(scratch);
        ParallelFor.Ranges(w._outs, Math.Max(1, (1 << 14) / (Taps * w._inLanes)), new Collect(w, dw));
    }

    static long RoundUp(long channels) => TiledGemm.CeilDiv(channels, V.Count) * V.Count;

    // Tiles that lie a fraction of a page apart would push each other out of the L1 cache.
    static long Spaced(long lanes) => lanes * sizeof(float) % 1024 == 0 ? lanes + 16 : lanes;

    // From one number to the next: an odd count of cache lines, so that all 36 find room in the L1 cache.
    static long Step(long tiles, long lanes) => (((tiles * lanes) + 31) & ~31L) + 16;

    readonly struct Runs(WinogradWeightGrad<V> w) : IBlockBody
    {
        public void Invoke(long run)
        {
            long first = w._rows * run / w._runs, last = w._rows * (run + 1) / w._runs;
            var chunks = new RowTiles(last - first, (int)w._rowsAtOnce);
            long most = chunks.Height(0) * w._x.Across;
            using var scratch = Scratch.Open();
            float* left = scratch.Take<float>(Numbers * Step(most, w._dy.Lanes)), right = scratch.Take<float>(Numbers * Step(most, w._x.Lanes));
            float* sums = scratch.Take<float>(Numbers * w._outs * w._inLanes);
            for (long chunk = 0; chunk < chunks.Count; chunk++)
            {
                long from = first + chunks.Start(chunk), rows = chunks.Height(chunk), tiles = rows * w._x.Across;
                w._dy.Enter(from, rows, left, Step(most, w._dy.Lanes));
                w._x.Enter(from, rows, right, Step(most, w._x.Lanes));
                w.Multiply(0, w._outs, 0, w._inLanes, left, Step(most, w._dy.Lanes), right, Step(most, w._x.Lanes), tiles, sums, chunk > 0);
            }
            w.Leave(0, w._outs, 0, w._inLanes, sums, w._weights + (run * w._outs * Taps * w._inLanes), add: false);
        }
    }

    void InChunks(in Scratch scratch)
    {
        var chunks = new RowTiles(_rows, (int)_rowsAtOnce);
        long most = chunks.Height(0) * _x.Across;
        _left = scratch.Take<float>(Numbers * Step(most, _dy.Lanes));
        _right = scratch.Take<float>(Numbers * Step(most, _x.Lanes));
        _inBlocks = TiledGemm.CeilDiv(_inLanes, 128);
        _outBlocks = TiledGemm.CeilDiv(_outs, 56);
        _outBlocks = Math.Max(_outBlocks, TiledGemm.CeilDiv(BlocksWanted, _inBlocks));
        for (long chunk = 0; chunk < chunks.Count; chunk++)
        {
            (_firstRow, _chunkRows) = (chunks.Start(chunk), chunks.Height(chunk));
            _pieces = new RowTiles(_chunkRows, (int)Math.Clamp(TileBytes * _chunkRows / SharedBytes, 1, Math.Max(1, _chunkRows / BlocksWanted)));
            ParallelFor.Run(2 * _pieces.Count, new Before(this, most));
            ParallelFor.Run(_outBlocks * _inBlocks, new Blocks(this, most));
        }
    }

    readonly struct Before(WinogradWeightGrad<V> w, long most) : IBlockBody
    {
        public void Invoke(long item)
        {
            (long piece, long side) = Math.DivRem(item, 2);
            long row = w._pieces.Start(piece);
            if (side == 0)
                w._x.Enter(w._firstRow + row, w._pieces.Height(piece), w._right + (row * w._x.Across * w._x.Lanes), Step(most, w._x.Lanes));
            else
                w._dy.Enter(w._firstRow + row, w._pieces.Height(piece), w._left + (row * w._dy.Across * w._dy.Lanes), Step(most, w._dy.Lanes));
        }
    }

    readonly struct Blocks(WinogradWeightGrad<V> w, long most) : IBlockBody
    {
        public void Invoke(long item)
        {
            (long inBlock, long outBlock) = Math.DivRem(item, w._outBlocks);
            long fromOut = w._outs * outBlock / w._outBlocks, outs = (w._outs * (outBlock + 1) / w._outBlocks) - fromOut, vectors = w._inLanes / V.Count;
            long fromIn = vectors * inBlock / w._inBlocks * V.Count, ins = (vectors * (inBlock + 1) / w._inBlocks * V.Count) - fromIn;
            using var scratch = Scratch.Open();
            float* sums = scratch.Take<float>(Numbers * outs * ins);
            w.Multiply(fromOut, outs, fromIn, ins, w._left, Step(most, w._dy.Lanes), w._right, Step(most, w._x.Lanes), w._chunkRows * w._x.Across, sums, add: false);
            w.Leave(fromOut, outs, fromIn, ins, sums, w._weights, w._firstRow > 0);
        }
    }

    // sums[number, output channel, input channel] of a block, over some tiles.
    [MethodImpl(Jit.Full)]
    readonly void Multiply(long fromOut, long outs, long fromIn, long ins, float* left, long leftStep, float* right, long rightStep, long tiles, float* sums, bool add)
    {
        var heights = new RowTiles(outs, TileRows.Max<float, V>());
        var args = new TileArgs<float> { K = tiles, ARow = 1, AStep = _dy.Lanes, BStep = _x.Lanes, CRow = ins, Add = add };
        left += fromOut;
        right += fromIn;
        for (int k = 0; k < Numbers; k++, left += leftStep, right += rightStep, sums += outs * ins)
        {
            for (long lane = 0; lane < ins; lane += 2 * V.Count)
            {
                args.B = right + lane;
                for (long t = 0; t < heights.Count; t++)
                {
                    int height = heights.Height(t);
                    args.A = left + heights.Start(t);
                    args.C = sums + (heights.Start(t) * ins) + lane;
                    TileRows.Kernel<float, V, UnitRows, Stepped>(height, (int)Math.Min(ins - lane, 2 * V.Count))(&args);
                }
            }
        }
    }

    [MethodImpl(Jit.Full)]
    readonly void Leave(long fromOut, long outs, long fromIn, long ins, float* sums, float* weights, bool add)
    {
        for (long o = 0; o < outs; o++)
        {
            float* to = weights + ((fromOut + o) * Taps * _inLanes) + fromIn;
            for (long lane = 0; lane < ins; lane += V.Count)
                WinogradTransforms<V>.WeightGrad(sums + (o * ins) + lane, outs * ins, to + lane, _inLanes, add);
        }
    }

    /// <summary>Adds the runs, and turns [taps, input channels] of each output channel.</summary>
    readonly struct Collect(WinogradWeightGrad<V> w, float* dw) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            long size = Taps * w._inLanes;
            for (long o = begin; o < end; o++)
            {
                float* sums = w._weights + (o * size);
                for (long i = 0; i < size && w._runs > 1; i += V.Count)
                {
                    V sum = V.Load(sums + i);
                    for (long run = 1; run < w._runs; run++)
                        sum += V.Load(sums + (run * w._outs * size) + i);
                    sum.Store(sums + i);
                }
                Packing.Transpose(sums, w._inLanes, Taps, w._ins, dw + (o * w._ins * Taps), Taps);
            }
        }
    }
}
