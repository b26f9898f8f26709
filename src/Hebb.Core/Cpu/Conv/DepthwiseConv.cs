using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Convolutions in which each channel is filtered by itself: forward, and towards the data where no stride spreads the gradient. An item is one
/// plane; its rows are laid out with their padding in bands that stay in the L1 cache, and outputs go straight to their place.
/// </summary>
readonly unsafe struct DepthwiseConv<T, V> : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long WorkAtOnce = 1L << 17;

    readonly DepthwisePlane<T, V> _plane;
    readonly long _channels, _planes, _shuffle;
    readonly T* _source, _weights, _bias, _target;
    readonly bool _turned;
    readonly ConvFinish<T> _finish;

    DepthwiseConv(in DepthwisePlane<T, V> plane, long channels, long planes, T* source, T* weights, T* bias, T* target, bool turned, in ConvFinish<T> finish, long shuffle)
    {
        _shuffle = shuffle;
        _finish = finish;
        _plane = plane;
        (_channels, _planes) = (channels, planes);
        _source = source;
        _weights = weights;
        _bias = bias;
        _target = target;
        _turned = turned;
    }

    /// <summary>Computes y if this is a depthwise convolution of two dimensions (or one) with strides of at most two along the row. Channels are read as shuffled out of so many parts.</summary>
    public static bool TryForward(in ConvGeometry g, T* x, T* w, T* bias, T* y, in ConvFinish<T> finish, long shuffle)
    {
        if (!Describe(g, out DepthwisePlane<T, V> plane))
            return false;
        Run(plane, g, x, w, bias, y, turned: false, finish, shuffle);
        return true;
    }

    /// <summary>Computes dx likewise, without strides: dy is convolved with the kernel turned around.</summary>
    public static bool TryDataGrad(in ConvGeometry g, T* dy, T* w, T* bias, T* dx)
    {
        if (!Describe(g, out DepthwisePlane<T, V> plane) || plane.StrideHeight != 1 || plane.StrideWidth != 1)
            return false;
        (plane.SourceHeight, plane.SourceWidth, plane.Height, plane.Width) = (plane.Height, plane.Width, plane.SourceHeight, plane.SourceWidth);
        plane.Top = ((plane.KernelHeight - 1) * plane.DilationHeight) - plane.Top;
        plane.Left = ((plane.KernelWidth - 1) * plane.DilationWidth) - plane.Left;
        if (plane.Top < 0 || plane.Left < 0)
            return false;
        Run(plane, g, dy, w, bias, dx, turned: true, default, shuffle: 1);
        return true;
    }

    /// <summary>Whether kernels of this family take a convolution.</summary>
    public static bool Describe(in ConvGeometry g, out DepthwisePlane<T, V> plane)
    {
        plane = new DepthwisePlane<T, V>
        {
            SourceHeight = g.Input[1],
            SourceWidth = g.Input[2],
            Height = g.OutputLength(1),
            Width = g.OutputLength(2),
            KernelHeight = g.Kernel[1],
            KernelWidth = g.Kernel[2],
            StrideHeight = g.Stride[1],
            StrideWidth = g.Stride[2],
            DilationHeight = g.Dilation[1],
            DilationWidth = g.Dilation[2],
            Top = g.PadBegin[1],
            Left = g.PadBegin[2],
        };
        return g.InChannels == g.Groups && g.OutChannels == g.Groups && g.Input[0] == 1 && g.Kernel[0] == 1 && g.PadBegin[0] + g.PadEnd[0] == 0
            && g.Stride[2] <= 2 && plane.Taps > 1 && plane.Taps <= 256 && plane.Height * plane.Width * plane.SourceHeight * plane.SourceWidth > 0
            && plane.Top >= 0 && plane.Left >= 0;
    }

    static void Run(in DepthwisePlane<T, V> plane, in ConvGeometry g, T* source, T* weights, T* bias, T* target, bool turned, in ConvFinish<T> finish, long shuffle)
    {
        var conv = new DepthwiseConv<T, V>(plane, g.Groups, g.Batch * g.Groups, source, weights, bias, target, turned, finish, shuffle);
        ParallelFor.Ranges(g.Batch * g.Groups, Math.Max(1, WorkAtOnce / (plane.Height * plane.Width * plane.Taps)), conv);
    }

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        if (DepthwiseDirect<T, V>.Takes(_plane))
        {
            Direct(begin, end, scratch);
            return;
        }
        T* cells = scratch.Take<T>(_plane.Cells), weights = scratch.Take<T>(_plane.Taps);
        int* offsets = scratch.Take<int>(_plane.Taps);
        _plane.Offsets(offsets);
        long band = _plane.Band, last = -1;
        for (long item = begin; item < end; item++)
        {
            long channel = item % _channels;
            if (channel != last)
                Turn(_weights + (channel * _plane.Taps), weights);
            last = channel;
            V start = V.Create(_bias == null ? T.Zero : _bias[channel]);
            T* source = Source(item, channel), target = _target + (item * _plane.Height * _plane.Width);
            for (long row = 0; row < _plane.Height; row += band)
            {
                long rows = Math.Min(band, _plane.Height - row);
                _plane.Load(source, row, rows, cells);
                T* to = target + (row * _plane.Width);
                Rows(cells, rows, offsets, weights, start, to);
                _finish.Run<V>(to, 0, to, 1, rows * _plane.Width);
            }
        }
    }

    void Direct(long begin, long end, in Scratch scratch)
    {
        var direct = new DepthwiseDirect<T, V>(_plane, _source, _planes, scratch);
        T* weights = scratch.Take<T>(_plane.Taps);
        for (long item = begin; item < end; item++)
        {
            long channel = item % _channels;
            Turn(_weights + (channel * _plane.Taps), weights);
            T* source = Source(item, channel), target = _target + (item * _plane.Height * _plane.Width);
            direct.Run(source, weights, V.Create(_bias == null ? T.Zero : _bias[channel]), target, _finish);
        }
    }

    T* Source(long item, long channel)
    {
        if (_shuffle > 1)
            item += (channel % _shuffle * (_channels / _shuffle)) + (channel / _shuffle) - channel;
        return _source + (item * _plane.SourceHeight * _plane.SourceWidth);
    }

    // Column of the kernel by column, as the offsets are.
    void Turn(T* from, T* to)
    {
        (long height, long width) = (_plane.KernelHeight, _plane.KernelWidth);
        long step = _turned ? -1 : 1;
        if (_turned)
            from += _plane.Taps - 1;
        for (long x = 0; x < width; x++, from += step)
        {
            for (long y = 0; y < height; y++)
                *to++ = from[y * width * step];
        }
    }

    void Rows(T* cells, long rows, int* offsets, T* weights, V start, T* target)
    {
        long pitch = _plane.Pitch, step = _plane.StrideHeight * pitch, width = _plane.Width;
        int taps = (int)_plane.Taps, columns = (int)_plane.KernelWidth;
        bool plain = _plane.StrideHeight == 1 && _plane.StrideWidth == 1 && _plane.DilationHeight == 1 && rows >= 4;
        long height = plain ? _plane.KernelHeight : 0;

        // Few columns: more rows at once keep the multipliers busy.
        bool tall = width <= V.Count && rows >= 8;
        long atOnce = tall ? 8 : 4, across = _plane.DilationWidth;
        for (long row = 0; row < rows; row += atOnce)
        {
            // The last rows may overlap the ones before, and so may columns: what is written twice is the same.
            long r = Math.Max(0, Math.Min(row, rows - atOnce));
            T* p = cells + (r * step), y = target + (r * width);
            if (tall)
            {
                if (height == 3)
                    DepthwiseKernels<T, V>.Eight<DepthwiseKernels<T, V>.Height3>(p, pitch, across, columns, weights, start, y, width, (int)width);
                else if (height == 5)
                    DepthwiseKernels<T, V>.Eight<DepthwiseKernels<T, V>.Height5>(p, pitch, across, columns, weights, start, y, width, (int)width);
                else if (height == 7)
                    DepthwiseKernels<T, V>.Eight<DepthwiseKernels<T, V>.Height7>(p, pitch, across, columns, weights, start, y, width, (int)width);
                else
                    DepthwiseKernels<T, V>.AnyTall(p, step, offsets, weights, taps, start, y, width, (int)width);
                continue;
            }
            for (long at = 0; at < width; at += 2 * V.Count)
            {
                int lanes = (int)Math.Min(width, width - at > V.Count ? 2 * V.Count : V.Count);
                long c = Math.Min(at, width - lanes);
                if (height == 3)
                    DepthwiseKernels<T, V>.Four<DepthwiseKernels<T, V>.Height3>(p + c, pitch, across, columns, weights, start, y + c, width, lanes);
                else if (height == 5)
                    DepthwiseKernels<T, V>.Four<DepthwiseKernels<T, V>.Height5>(p + c, pitch, across, columns, weights, start, y + c, width, lanes);
                else if (height == 7)
                    DepthwiseKernels<T, V>.Four<DepthwiseKernels<T, V>.Height7>(p + c, pitch, across, columns, weights, start, y + c, width, lanes);
                else
                    DepthwiseKernels<T, V>.Any(p + c, step, Math.Min(4, rows - r), offsets, weights, taps, start, y + c, width, lanes);
            }
        }
    }
}
