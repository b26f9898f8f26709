using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights of few channels over small planes of many images: lanes are images, and each weight is a dot product of vectors, two output channels by up to six taps of an
/// input channel at a time. An item is a run of images and some input channels.
/// </summary>
unsafe struct ImageWeightGrad<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long ElementsAtMost = 1 << 14;    // of one image, both sides: two vectors of them stay near L2
    const long RunsWanted = 16, ItemsWanted = 8;
    const long FullPercent = 85;
    const long NearBytes = 28 << 10;
    const int Wide = 6, Sums = 2 * Wide;

    ConvGeometry _g;
    long _height, _width, _outHeight, _outWidth, _taps;
    int _atOnce;                          // taps: five or six
    long _tapGroups, _pairs;
    long _runs, _runGroups, _splits;      // groups of images in a run; parts of the input channels
    long _rowsAtOnce;
    T* _x, _dy, _sums;

    static int Lanes => 2 * V.Count;

    readonly long InSize => _g.Input.Product;

    readonly long OutSize => _outHeight * _outWidth;

    public static bool IsBetter(in ConvGeometry g)
    {
        // With 512 bits it was not measured.
        if (V.Count * sizeof(T) == 64 || g.Groups != 1 || g.Batch < Lanes || g.Input[0] != 1 || g.Kernel[0] != 1 || g.PadBegin[0] != 0 || g.PadEnd[0] != 0 || g.Stride[2] != 1)
            return false;
        // Measured: whole vectors of channels are no slower as lanes, but for one alone.
        long lanes = TiledGemm.CeilDiv(g.InChannels, V.Count) * V.Count, waste = (TiledGemm.CeilDiv(g.Batch, Lanes) * Lanes) - g.Batch;
        if ((lanes > V.Count && g.InChannels * 100 > lanes * FullPercent) || waste * 4 > g.Batch)
            return false;
        return (g.InChannels * Height(g) * Width(g)) + (g.OutChannels * g.Output.Product) <= ElementsAtMost;
    }

    // Cells that outputs meet.
    static long Height(in ConvGeometry g) => ((g.OutputLength(1) - 1) * g.Stride[1]) + ((g.Kernel[1] - 1) * g.Dilation[1]) + 1;

    static long Width(in ConvGeometry g) => g.OutputLength(2) + ((g.Kernel[2] - 1) * g.Dilation[2]);

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        Axes output = g.Output;
        var w = new ImageWeightGrad<T, V> { _g = g, _x = x, _dy = dy, _outHeight = output[1], _outWidth = output[2], _taps = g.Kernel.Product };
        (w._height, w._width) = (Height(g), Width(g));
        w._atOnce = TiledGemm.CeilDiv(w._taps, Wide) * Wide <= TiledGemm.CeilDiv(w._taps, Wide - 1) * (Wide - 1) ? Wide : Wide - 1;
        w._tapGroups = TiledGemm.CeilDiv(w._taps, w._atOnce);
        w._pairs = (g.OutChannels + 1) / 2;
        long groups = TiledGemm.CeilDiv(g.Batch, Lanes);
        w._runGroups = TiledGemm.CeilDiv(groups, Math.Min(RunsWanted, groups));
        w._runs = TiledGemm.CeilDiv(groups, w._runGroups);
        w._splits = Math.Clamp(ItemsWanted / w._runs, 1, g.InChannels);
        // Rows whose cells of one input channel and two output channels stay in the first cache.
        long reach = (w._height - (w._outHeight * g.Stride[1])) * w._width, row = (g.Stride[1] * w._width) + (2 * w._outWidth);
        w._rowsAtOnce = Math.Clamp(((NearBytes / sizeof(T) / Lanes) - reach) / row, 1, w._outHeight);
        long size = g.OutChannels * g.InChannels * w._taps;
        w._sums = w._runs == 1 ? dw : scratch.Take<T>(w._runs * size);
        ParallelFor.Run(w._runs * w._splits, in w);
        for (long i = 0; i < size && w._runs > 1; i++)
        {
            T sum = w._sums[i];
            for (long run = 1; run < w._runs; run++)
                sum += w._sums[(run * size) + i];
            dw[i] = sum;
        }
    }

    public readonly void Invoke(long item)
    {
        (long run, long split) = Math.DivRem(item, _splits);
        long fromChannel = split * _g.InChannels / _splits, channels = ((split + 1) * _g.InChannels / _splits) - fromChannel, cellCount = _height * _width;
        long sumCount = channels * _pairs * _tapGroups * Sums * V.Count;
        using var scratch = Scratch.Open();
        T* cells = scratch.Take<T>(channels * cellCount * Lanes), grads = scratch.Take<T>(_g.OutChannels * OutSize * Lanes), sums = scratch.Take<T>(sumCount);
        new Span<T>(cells, checked((int)(channels * cellCount * Lanes))).Clear();
        new Span<T>(sums, checked((int)sumCount)).Clear();
        long last = Math.Min(TiledGemm.CeilDiv(_g.Batch, Lanes), (run + 1) * _runGroups);
        for (long group = run * _runGroups; group < last; group++)
        {
            long first = group * Lanes, images = Math.Min(Lanes, _g.Batch - first);
            if (images < Lanes)
            {
                new Span<T>(cells, checked((int)(channels * cellCount * Lanes))).Clear();
                new Span<T>(grads, checked((int)(_g.OutChannels * OutSize * Lanes))).Clear();
            }
            for (long c = 0; c < channels; c++)
                Load(_x + (((first * _g.InChannels) + fromChannel + c) * InSize), images, cells + (c * cellCount * Lanes));
            for (long o = 0; o < _g.OutChannels; o++)
                Packing.Transpose(_dy + (((first * _g.OutChannels) + o) * OutSize), _g.OutChannels * OutSize, images, OutSize, grads + (o * OutSize * Lanes), Lanes);
            for (long c = 0; c < channels; c++)
            {
                for (long y = 0; y < _outHeight; y += _rowsAtOnce)
                    Multiply(cells + (c * cellCount * Lanes), grads, y, Math.Min(_rowsAtOnce, _outHeight - y), sums + (c * _pairs * _tapGroups * Sums * V.Count));
            }
        }
        for (long o = 0; o < _g.OutChannels; o++)
        {
            for (long c = 0; c < channels; c++)
            {
                T* to = _sums + ((((run * _g.OutChannels) + o) * _g.InChannels) + fromChannel + c) * _taps;
                for (long tap = 0; tap < _taps; tap++)
                {
                    (long tapGroup, long i) = Math.DivRem(tap, _atOnce);
                    to[tap] = V.Sum(V.Load(sums + (((((((c * _pairs) + (o / 2)) * _tapGroups) + tapGroup) * Sums) + ((o & 1) * Wide) + i) * V.Count)));
                }
            }
        }
    }

    // One channel of some images, [row][column][image], where it lies in the padding.
    readonly void Load(T* x, long images, T* cells)
    {
        long pad = _g.PadBegin[2];
        long begin = Math.Clamp(pad, 0, _width), end = Math.Clamp(pad + _g.Input[2], begin, _width);
        for (long row = 0; row < _height && end > begin; row++)
        {
            long y = row - _g.PadBegin[1];
            if ((ulong)y < (ulong)_g.Input[1])
                Packing.Transpose(x + (y * _g.Input[2]) + begin - pad, _g.InChannels * InSize, images, end - begin, cells + (((row * _width) + begin) * Lanes), Lanes);
        }
    }

    // Missing taps repeat the last one, and a missing output channel the one before; their sums are not read.
    readonly void Multiply(T* cells, T* grads, long y, long rows, T* sums)
    {
        var args = new ImageDotsArgs<T>
        {
            Rows = (nint)rows,
            Length = (nint)(_outWidth * Lanes * sizeof(T)),
            CellStep = (nint)(_g.Stride[1] * _width * Lanes * sizeof(T)),
        };
        T* top = cells + (y * _g.Stride[1] * _width * Lanes);
        var kernel = _atOnce == Wide ? ImageDots.Kernel<T, V, ImageDots.Six>() : ImageDots.Kernel<T, V, ImageDots.Five>();
        for (long pair = 0; pair < _pairs; pair++)
        {
            args.Grad = grads + (((2 * pair * _outHeight) + y) * _outWidth * Lanes);
            args.Other = (2 * pair) + 1 < _g.OutChannels ? (nint)(OutSize * Lanes * sizeof(T)) : 0;
            for (long tap = 0; tap < _taps; tap += _atOnce, sums += Sums * V.Count)
            {
                long first = Tap(tap);
                args.Cells = top + first;
                args.Sums = sums;
                args.Tap1 = (nint)((Tap(tap + 1) - first) * sizeof(T));
                args.Tap2 = (nint)((Tap(tap + 2) - first) * sizeof(T));
                args.Tap3 = (nint)((Tap(tap + 3) - first) * sizeof(T));
                args.Tap4 = (nint)((Tap(tap + 4) - first) * sizeof(T));
                args.Tap5 = (nint)((Tap(tap + 5) - first) * sizeof(T));
                kernel(&args);
            }
        }
    }

    readonly long Tap(long tap)
    {
        (long down, long across) = Math.DivRem(Math.Min(tap, _taps - 1), _g.Kernel[2]);
        return ((down * _g.Dilation[1] * _width) + (across * _g.Dilation[2])) * Lanes;
    }
}
