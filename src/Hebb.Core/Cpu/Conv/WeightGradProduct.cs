using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the weights where channels are many and images have few places: for each tap one matrix product over the places of several
/// images. Sums of such weights outgrow the inner caches, so they must not be visited anew for each image. Both sides are first
/// laid out with their channels last.
/// </summary>
readonly unsafe struct WeightGradProduct<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long StepsAtOnce = 1024;      // places between two visits to the sums
    const long ChannelsAtOnce = 64;     // turned by one item
    const long RowsAtOnce = 1 << 14;    // elements copied by one item

    readonly ConvGeometry _g;
    readonly Axes _output;
    readonly T* _x, _dy;
    readonly long _images, _places, _cells, _taps;
    readonly T* _left, _right, _met, _sums;

    WeightGradProduct(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        _g = g;
        _x = x;
        _dy = dy;
        _output = g.Output;
        _places = _output.Product;
        _taps = g.Kernel.Product;
        _images = Math.Min(g.Batch, TiledGemm.CeilDiv(StepsAtOnce, _places));
        _cells = g.Input.Product;
        _left = scratch.Take<T>(_images * _places * g.OutChannels);
        _right = scratch.Take<T>(_images * _cells * g.InChannels);
        _met = scratch.Take<T>(_images * _places * g.InChannels);
        _sums = _taps == 1 ? dw : scratch.Take<T>(_taps * g.OutChannels * g.InChannels);
    }

    // Measured: with fewer weights than that, sums of their own for each run of images stay in the inner caches.
    public static bool IsBetter(in ConvGeometry g) =>
        g.Groups == 1 && g.InChannels >= 2 * V.Count && g.OutChannels >= 2 * V.Count && g.InChannels * g.OutChannels >= Math.Max(1 << 16, 128 * g.Output.Product);

    public static void Run(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
    {
        var w = new WeightGradProduct<T, V>(g, x, dy, dw, scratch);
        long size = g.OutChannels * g.InChannels;
        for (long first = 0; first < g.Batch; first += w._images)
        {
            long images = Math.Min(w._images, g.Batch - first);
            var turn = new Turn(w, first);
            ParallelFor.Run(images * turn.Parts, in turn);
            for (long tap = 0; tap < w._taps; tap++)
            {
                ParallelFor.Ranges(images * w._places, Math.Max(1, RowsAtOnce / g.InChannels), new Meet(w, tap));
                GemmProblem<T> p = GemmProblem<T>.Dense(g.OutChannels, g.InChannels, images * w._places, w._left, w._met, w._sums + (tap * size), transposeA: true);
                p.Accumulate = first > 0;
                Gemm.Run<T, V>(p);
            }
        }
        if (w._taps > 1)
            ParallelFor.Ranges(size, RowsAtOnce, new Collect(w._sums, size, w._taps, dw));
    }

    /// <summary>Turns some channels of one image, first those of x, then those of dy.</summary>
    readonly struct Turn(WeightGradProduct<T, V> w, long first) : IBlockBody
    {
        long InParts => TiledGemm.CeilDiv(w._g.InChannels, ChannelsAtOnce);

        public long Parts => InParts + TiledGemm.CeilDiv(w._g.OutChannels, ChannelsAtOnce);

        public void Invoke(long block)
        {
            (long image, long part) = Math.DivRem(block, Parts);
            if (part >= InParts)
                Channels(w._dy, w._g.OutChannels, w._places, image, part - InParts, w._left);
            else
                Channels(w._x, w._g.InChannels, w._cells, image, part, w._right);
        }

        void Channels(T* source, long channels, long size, long image, long part, T* target)
        {
            long from = part * ChannelsAtOnce, count = Math.Min(ChannelsAtOnce, channels - from);
            Packing.Transpose(source + ((((first + image) * channels) + from) * size), size, count, size, target + (image * size * channels) + from, channels);
        }
    }

    /// <summary>Copies the channels of the cell that each output meets through one tap; zeros outside.</summary>
    readonly struct Meet(WeightGradProduct<T, V> w, long tap) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            ref readonly ConvGeometry g = ref w._g;
            Axes at = default;
            long rest = tap;
            for (int i = Axes.Count - 1; i >= 0; i--)
            {
                (rest, long k) = Math.DivRem(rest, g.Kernel[i]);
                at[i] = (k * g.Dilation[i]) - g.PadBegin[i];
            }
            int channels = checked((int)g.InChannels);
            for (long place = begin; place < end; place++)
            {
                (long row, long o2) = Math.DivRem(place, w._output[2]);
                (row, long o1) = Math.DivRem(row, w._output[1]);
                (long image, long o0) = Math.DivRem(row, w._output[0]);
                long c0 = (o0 * g.Stride[0]) + at[0], c1 = (o1 * g.Stride[1]) + at[1], c2 = (o2 * g.Stride[2]) + at[2];
                var target = new Span<T>(w._met + (place * g.InChannels), channels);
                if ((ulong)c0 >= (ulong)g.Input[0] || (ulong)c1 >= (ulong)g.Input[1] || (ulong)c2 >= (ulong)g.Input[2])
                    target.Clear();
                else
                    new Span<T>(w._right + ((((((image * g.Input[0]) + c0) * g.Input[1]) + c1) * g.Input[2]) + c2) * g.InChannels, channels).CopyTo(target);
            }
        }
    }

    /// <summary>[taps, weights] to [weights, taps].</summary>
    readonly struct Collect(T* sums, long size, long taps, T* dw) : IRangeBody
    {
        public void Invoke(long begin, long end) => Packing.Transpose(sums + begin, size, taps, end - begin, dw + (begin * taps), taps);
    }
}
