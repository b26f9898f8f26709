using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The gradient of a depthwise convolution's weights: each is the dot product of dy and the plane, shifted. An item is one channel of a run of
/// images; runs are added up in their order.
/// </summary>
readonly unsafe struct DepthwiseWeightGrad<T, V> : IBlockBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int AtOnce = 9;
    const long ItemsWanted = 64;

    readonly DepthwisePlane<T, V> _plane;
    readonly long _batch, _channels, _runImages;
    readonly T* _x, _dy, _sums;

    DepthwiseWeightGrad(in DepthwisePlane<T, V> plane, long batch, long channels, long runImages, T* x, T* dy, T* sums)
    {
        _plane = plane;
        _batch = batch;
        _channels = channels;
        _runImages = runImages;
        _x = x;
        _dy = dy;
        _sums = sums;
    }

    /// <summary>Computes dw if kernels of this family take the convolution.</summary>
    public static bool TryRun(in ConvGeometry g, T* x, T* dy, T* dw)
    {
        if (!DepthwiseConv<T, V>.Describe(g, out DepthwisePlane<T, V> plane))
            return false;
        long images = TiledGemm.CeilDiv(g.Batch, Math.Clamp(ItemsWanted / g.Groups, 1, g.Batch)), runs = TiledGemm.CeilDiv(g.Batch, images), size = g.Groups * plane.Taps;
        using var scratch = Scratch.Open();
        T* sums = runs == 1 ? dw : scratch.Take<T>(runs * size);
        ParallelFor.Run(runs * g.Groups, new DepthwiseWeightGrad<T, V>(plane, g.Batch, g.Groups, images, x, dy, sums));
        for (long i = 0; runs > 1 && i < size; i++)
        {
            T sum = sums[i];
            for (long run = 1; run < runs; run++)
                sum += sums[(run * size) + i];
            dw[i] = sum;
        }
        return true;
    }

    public void Invoke(long block)
    {
        (long run, long channel) = Math.DivRem(block, _channels);
        using var scratch = Scratch.Open();
        T* cells = scratch.Take<T>(_plane.Cells);
        V* sums = scratch.Take<V>(_plane.Taps);
        int* offsets = scratch.Take<int>(_plane.Taps);
        _plane.Offsets(offsets);
        for (long t = 0; t < _plane.Taps; t++)
            sums[t] = V.Zero;
        bool shared = _plane.KernelHeight == 3 && _plane.KernelWidth == 3 && _plane.StrideHeight * _plane.StrideWidth * _plane.DilationHeight * _plane.DilationWidth == 1;
        long band = _plane.Band;
        for (long image = run * _runImages; image < Math.Min((run + 1) * _runImages, _batch); image++)
        {
            long item = (image * _channels) + channel;
            T* x = _x + (item * _plane.SourceHeight * _plane.SourceWidth), dy = _dy + (item * _plane.Height * _plane.Width);
            for (long row = 0; row < _plane.Height; row += band)
            {
                long rows = Math.Min(band, _plane.Height - row);
                _plane.Load(x, row, rows, cells);
                T* g = dy + (row * _plane.Width);
                if (shared)
                {
                    Nine(cells, _plane.Pitch, g, _plane.Width, rows, sums);
                    continue;
                }
                for (long t = 0; t < _plane.Taps; t += AtOnce)
                    Dots(cells, _plane.StrideHeight * _plane.Pitch, offsets + t, (int)Math.Min(AtOnce, _plane.Taps - t), g, _plane.Width, rows, sums + t);
            }
        }
        T* target = _sums + (((run * _channels) + channel) * _plane.Taps);
        for (long kx = 0; kx < _plane.KernelWidth; kx++)
        {
            for (long ky = 0; ky < _plane.KernelHeight; ky++)
                target[(ky * _plane.KernelWidth) + kx] = V.Sum(sums[(kx * _plane.KernelHeight) + ky]);
        }
    }

    /// <summary>A 3x3 kernel without strides: a row of cells and three rows of dy stay in registers. Lanes past the end are never multiplied with.</summary>
    [MethodImpl(Jit.Full)]
    static void Nine(T* cells, long pitch, T* dy, long width, long rows, V* sums)
    {
        V s0 = sums[0], s1 = sums[1], s2 = sums[2], s3 = sums[3], s4 = sums[4], s5 = sums[5], s6 = sums[6], s7 = sums[7], s8 = sums[8];
        for (long c = 0; c < width; c += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, width - c);
            T* p = cells + c, g = dy + c;
            V d0, d1 = V.Zero, d2 = V.Zero, x0, x1, x2;
            for (long r = 0; r < rows + 2; r++, p += pitch, g += width)
            {
                d0 = V.Zero;
                if (lanes == V.Count)
                {
                    (x0, x1, x2) = (V.Load(p), V.Load(p + 1), V.Load(p + 2));
                    if (r < rows)
                        d0 = V.Load(g);
                }
                else
                {
                    (x0, x1, x2) = (V.LoadPartial(p, lanes), V.LoadPartial(p + 1, lanes), V.LoadPartial(p + 2, lanes));
                    if (r < rows)
                        d0 = V.LoadPartial(g, lanes);
                }
                if (r < rows)
                {
                    s0 = V.MultiplyAdd(d0, x0, s0);
                    s3 = V.MultiplyAdd(d0, x1, s3);
                    s6 = V.MultiplyAdd(d0, x2, s6);
                }
                if (r >= 1 && r <= rows)
                {
                    s1 = V.MultiplyAdd(d1, x0, s1);
                    s4 = V.MultiplyAdd(d1, x1, s4);
                    s7 = V.MultiplyAdd(d1, x2, s7);
                }
                if (r >= 2)
                {
                    s2 = V.MultiplyAdd(d2, x0, s2);
                    s5 = V.MultiplyAdd(d2, x1, s5);
                    s8 = V.MultiplyAdd(d2, x2, s8);
                }
                d2 = d1;
                d1 = d0;
            }
        }
        sums[0] = s0;
        sums[1] = s1;
        sums[2] = s2;
        sums[3] = s3;
        sums[4] = s4;
        sums[5] = s5;
        sums[6] = s6;
        sums[7] = s7;
        sums[8] = s8;
    }

    /// <summary>Up to nine weights. Those that are missing repeat the last one, and their sums are dropped.</summary>
    [MethodImpl(Jit.Full)]
    static void Dots(T* cells, long step, int* offsets, int count, T* dy, long width, long rows, V* sums)
    {
        long o0 = offsets[Math.Min(0, count - 1)];
        long o1 = offsets[Math.Min(1, count - 1)];
        long o2 = offsets[Math.Min(2, count - 1)];
        long o3 = offsets[Math.Min(3, count - 1)];
        long o4 = offsets[Math.Min(4, count - 1)];
        long o5 = offsets[Math.Min(5, count - 1)];
        long o6 = offsets[Math.Min(6, count - 1)];
        long o7 = offsets[Math.Min(7, count - 1)];
        long o8 = offsets[Math.Min(8, count - 1)];
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, s4 = V.Zero, s5 = V.Zero, s6 = V.Zero, s7 = V.Zero, s8 = V.Zero;
        for (long r = 0; r < rows; r++, cells += step, dy += width)
        {
            long c = 0;
            for (; c <= width - V.Count; c += V.Count)
            {
                V d = V.Load(dy + c);
                T* p = cells + c;
                s0 = V.MultiplyAdd(d, V.Load(p + o0), s0);
                s1 = V.MultiplyAdd(d, V.Load(p + o1), s1);
                s2 = V.MultiplyAdd(d, V.Load(p + o2), s2);
                s3 = V.MultiplyAdd(d, V.Load(p + o3), s3);
                s4 = V.MultiplyAdd(d, V.Load(p + o4), s4);
                s5 = V.MultiplyAdd(d, V.Load(p + o5), s5);
                s6 = V.MultiplyAdd(d, V.Load(p + o6), s6);
                s7 = V.MultiplyAdd(d, V.Load(p + o7), s7);
                s8 = V.MultiplyAdd(d, V.Load(p + o8), s8);
            }
            if (c < width)
            {
                int lanes = (int)(width - c);
                V d = V.LoadPartial(dy + c, lanes);
                T* p = cells + c;
                s0 = V.MultiplyAdd(d, V.LoadPartial(p + o0, lanes), s0);
                s1 = V.MultiplyAdd(d, V.LoadPartial(p + o1, lanes), s1);
                s2 = V.MultiplyAdd(d, V.LoadPartial(p + o2, lanes), s2);
                s3 = V.MultiplyAdd(d, V.LoadPartial(p + o3, lanes), s3);
                s4 = V.MultiplyAdd(d, V.LoadPartial(p + o4, lanes), s4);
                s5 = V.MultiplyAdd(d, V.LoadPartial(p + o5, lanes), s5);
                s6 = V.MultiplyAdd(d, V.LoadPartial(p + o6, lanes), s6);
                s7 = V.MultiplyAdd(d, V.LoadPartial(p + o7, lanes), s7);
                s8 = V.MultiplyAdd(d, V.LoadPartial(p + o8, lanes), s8);
            }
        }
        Span<V> found = [s0, s1, s2, s3, s4, s5, s6, s7, s8];
        for (int i = 0; i < count; i++)
            sums[i] += found[i];
    }
}
