using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of the data of a depthwise convolution with strides. Rows and columns of dx fall into classes by their remainder; each class is a
/// convolution without strides of dy with the taps that reach it. Two classes of columns are put together as rows are written.
/// </summary>
readonly unsafe struct DepthwiseDataGrad<T, V> : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long WorkAtOnce = 1L << 17;
    const int RowsAtOnce = 8;

    readonly DepthwisePlane<T, V> _plane;
    readonly long _channels, _top, _left, _height, _width;
    readonly T* _dy, _weights, _bias, _dx;

    DepthwiseDataGrad(in DepthwisePlane<T, V> plane, long channels, T* dy, T* weights, T* bias, T* dx)
    {
        _plane = plane;
        _channels = channels;
        _dy = dy;
        _weights = weights;
        _bias = bias;
        _dx = dx;

        // dy with as much padding as the first and the last place of dx reach over.
        _top = Before(plane.KernelHeight, plane.DilationHeight, plane.Top, plane.StrideHeight);
        _left = Before(plane.KernelWidth, plane.DilationWidth, plane.Left, plane.StrideWidth);
        _height = _top + ((plane.SourceHeight - 1 + plane.Top) / plane.StrideHeight) + 1;
        _width = _left + ((plane.SourceWidth - 1 + plane.Left) / plane.StrideWidth) + 1;
    }

    static long Before(long kernel, long dilation, long pad, long stride) => Math.Max(0, (((kernel - 1) * dilation) - pad + stride - 1) / stride);

    /// <summary>Computes dx if kernels of this family take the convolution.</summary>
    public static bool TryRun(in ConvGeometry g, T* dy, T* w, T* bias, T* dx)
    {
        if (!DepthwiseConv<T, V>.Describe(g, out DepthwisePlane<T, V> plane))
            return false;
        var grad = new DepthwiseDataGrad<T, V>(plane, g.Groups, dy, w, bias, dx);
        ParallelFor.Ranges(g.Batch * g.Groups, Math.Max(1, WorkAtOnce / (plane.Height * plane.Width * plane.Taps)), grad);
        return true;
    }

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        long cellCount = (_height * _width) + (4 * V.Count), pitch = _plane.SourceWidth + (2 * V.Count);
        T* cells = scratch.Take<T>(cellCount), weights = scratch.Take<T>(_plane.Taps), parts = scratch.Take<T>(2 * RowsAtOnce * pitch);
        // The taps of one class of rows and columns after those of another; they are the same for all planes, but for their weights.
        int* offsets = scratch.Take<int>(_plane.Taps), places = scratch.Take<int>(_plane.Taps), ends = scratch.Take<int>(_plane.StrideHeight * _plane.StrideWidth);
        int taps = 0;
        for (long y = 0; y < _plane.StrideHeight; y++)
        {
            for (long x = 0; x < _plane.StrideWidth; x++)
                ends[(y * _plane.StrideWidth) + x] = taps = Taps(y, x, places, offsets, taps);
        }
        new Span<T>(cells, checked((int)cellCount)).Clear();
        long copied = Math.Min(_plane.Width, _width - _left), rows = Math.Min(_plane.Height, _height - _top);
        for (long item = begin; item < end; item++)
        {
            long channel = item % _channels;
            for (int i = 0; i < taps; i++)
                weights[i] = _weights[(channel * _plane.Taps) + places[i]];
            V start = V.Create(_bias == null ? T.Zero : _bias[channel]);
            T* dy = _dy + (item * _plane.Height * _plane.Width), dx = _dx + (item * _plane.SourceHeight * _plane.SourceWidth);
            for (long r = 0; r < rows; r++)
                VectorCopy<T, V>.Copy(dy + (r * _plane.Width), cells + ((_top + r) * _width) + _left, copied);
            for (long y = 0; y < Math.Min(_plane.StrideHeight, _plane.SourceHeight); y++)
            {
                long count = TiledGemm.CeilDiv(_plane.SourceHeight - y, _plane.StrideHeight);
                for (long row = 0; row < count; row += RowsAtOnce)
                    Rows(y, row, Math.Min(RowsAtOnce, count - row), start, cells, dx, weights, offsets, ends, parts, pitch);
            }
        }
    }

    // Rows of dx: y + (first + r) * stride, for r below count.
    void Rows(long y, long first, long count, V start, T* cells, T* dx, T* weights, int* offsets, int* ends, T* parts, long pitch)
    {
        T* target = dx + ((y + (first * _plane.StrideHeight)) * _plane.SourceWidth);
        long step = _plane.StrideHeight * _plane.SourceWidth;
        for (long x = 0; x < _plane.StrideWidth; x++)
        {
            long columns = _plane.SourceWidth <= x ? 0 : TiledGemm.CeilDiv(_plane.SourceWidth - x, _plane.StrideWidth);
            long kind = (y * _plane.StrideWidth) + x;
            int from = kind == 0 ? 0 : ends[kind - 1], taps = ends[kind] - from;
            T* to = _plane.StrideWidth == 1 ? target : parts + (x * RowsAtOnce * pitch);
            long toStep = _plane.StrideWidth == 1 ? step : pitch;
            for (long c = 0; c < columns; c += 2 * V.Count)
            {
                int lanes = (int)Math.Min(columns - c, 2 * V.Count);
                T* p = cells + (first * _width) + c;
                if (count == RowsAtOnce && lanes <= V.Count)
                {
                    DepthwiseKernels<T, V>.AnyTall(p, _width, offsets + from, weights + from, taps, start, to + c, toStep, lanes);
                    continue;
                }
                for (long r = 0; r < count; r += 4)
                    DepthwiseKernels<T, V>.Any(p + (r * _width), _width, Math.Min(4, count - r), offsets + from, weights + from, taps, start, to + (r * toStep) + c, toStep, lanes);
            }
        }
        for (long r = 0; _plane.StrideWidth == 2 && r < count; r++)
            EvenLanes<T, V>.Merge(parts + (r * pitch), parts + ((RowsAtOnce + r) * pitch), target + (r * step), _plane.SourceWidth);
    }

    /// <summary>
    /// The taps that reach a class of rows and columns, column of the kernel by column from the far end: their places in the kernel and their distances from a class's own
    /// place, from number <paramref name="count"/> on. Returns the number after them.
    /// </summary>
    int Taps(long y, long x, int* places, int* offsets, int count)
    {
        for (long kx = _plane.KernelWidth - 1; kx >= 0; kx--)
        {
            long atX = x + _plane.Left - (kx * _plane.DilationWidth);
            if (atX % _plane.StrideWidth != 0)
                continue;
            for (long ky = _plane.KernelHeight - 1; ky >= 0; ky--)
            {
                long atY = y + _plane.Top - (ky * _plane.DilationHeight);
                if (atY % _plane.StrideHeight != 0)
                    continue;
                places[count] = (int)((ky * _plane.KernelWidth) + kx);
                offsets[count++] = checked((int)((((atY / _plane.StrideHeight) + _top) * _width) + (atX / _plane.StrideWidth) + _left));
            }
        }
        return count;
    }
}
