using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Planes filtered by three by three places, read where they stand: lanes beyond the sides of a plane are masked, rows beyond it are a line of zeros. Nothing is laid out first, which takes longer than
/// the arithmetic where planes are small or a stride leaves cells out. Each output is the chain of multiply-adds that <see cref="DepthwiseKernels{T,V}"/> gives it.
/// </summary>
readonly unsafe ref struct DepthwiseDirect<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int Side = 3, RowsAtOnce = 4, Vectors = 2;
    const long FinishAtOnce = 1 << 11;    // outputs that stay in the L1 cache

    readonly DepthwisePlane<T, V> _plane;
    readonly T* _first, _end;             // what may be read
    readonly T* _zeros, _copy, _masks;
    readonly T** _lines;
    readonly long _past;                  // cells that vectors read past a row

    /// <param name="plane">One that <see cref="Takes"/>.</param>
    /// <param name="source">The first of all planes.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="scratch">Holds masks and zeros.</param>
    public DepthwiseDirect(in DepthwisePlane<T, V> plane, T* source, long count, in Scratch scratch)
    {
        _plane = plane;
        long size = plane.SourceHeight * plane.SourceWidth, step = plane.StrideWidth, blocks = TiledGemm.CeilDiv(plane.Width, Vectors * V.Count);
        _first = source;
        _end = source + (count * size);
        _past = Math.Max(0, ((Math.Max(plane.Width, V.Count) - 1) * step) + Side + step - 1 - plane.Left - plane.SourceWidth);
        long line = plane.Left + plane.SourceWidth + _past;
        _zeros = scratch.Take<T>(line);
        new Span<T>(_zeros, checked((int)line)).Clear();
        _copy = scratch.Take<T>(size + plane.Left + _past) + plane.Left;
        _lines = (T**)scratch.Take<nint>(Lines(Math.Max(plane.Height, RowsAtOnce)));
        T* inside = scratch.Take<T>(line), mask = _masks = scratch.Take<T>(blocks * Side * Vectors * V.Count);
        new Span<T>(inside, checked((int)line)).Clear();
        new Span<byte>(inside + plane.Left, checked((int)plane.SourceWidth * sizeof(T))).Fill(byte.MaxValue);
        for (long block = 0; block < blocks; block++)
        {
            long at = Block(block, out int lanes);
            for (int x = 0; x < Side; x++)
            {
                for (int i = 0; i < Vectors; i++, mask += V.Count)
                {
                    T* p = inside + x + ((at + (i * Second(lanes))) * step);
                    (step == 1 ? V.Load(p) : EvenLanes<T, V>.JoinLoose(V.Load(p), V.Load(p + V.Count))).Store(mask);
                }
            }
        }
    }

    /// <summary>Whether planes are of this kind.</summary>
    public static bool Takes(in DepthwisePlane<T, V> plane) => plane.KernelHeight == Side && plane.KernelWidth == Side && plane.DilationHeight == 1 && plane.DilationWidth == 1
        && plane.StrideHeight == plane.StrideWidth && plane.StrideWidth <= 2 && plane.Left <= V.Count;

    /// <summary>Filters one plane.</summary>
    /// <param name="source">Where it stands.</param>
    /// <param name="weights">Column by column.</param>
    /// <param name="start">What sums begin with.</param>
    /// <param name="target">Where its outputs go.</param>
    /// <param name="finish">What becomes of them.</param>
    public void Run(T* source, T* weights, V start, T* target, in ConvFinish<T> finish)
    {
        long size = _plane.SourceHeight * _plane.SourceWidth;
        if (source - _plane.Left < _first || source + size + _past > _end)
        {
            new Span<T>(source, checked((int)size)).CopyTo(new Span<T>(_copy, checked((int)size)));
            source = _copy;
        }
        long lines = Lines(Math.Max(_plane.Height, RowsAtOnce)), width = _plane.Width;
        for (long i = 0; i < lines; i++)
        {
            long row = i - _plane.Top;
            _lines[i] = row >= 0 && row < _plane.SourceHeight ? source + (row * _plane.SourceWidth) - _plane.Left : _zeros;
        }
        long band = finish.IsNone ? _plane.Height : Math.Max(RowsAtOnce, FinishAtOnce / width);
        for (long row = 0; row < _plane.Height; row += band)
        {
            long rows = Math.Min(band, _plane.Height - row);
            T* to = target + (row * width);
            Rows(_lines + (row * _plane.StrideHeight), rows, weights, start, to);
            finish.Run<V>(to, 0, to, 1, rows * width);
        }
    }

    long Lines(long rows) => ((rows - 1) * _plane.StrideHeight) + Side;

    // Two vectors of outputs, or one where there are no more; a last block may overlap the one before.
    long Block(long block, out int lanes)
    {
        long at = block * Vectors * V.Count, width = _plane.Width;
        lanes = (int)Math.Min(width, width - at > V.Count ? Vectors * V.Count : V.Count);
        return Math.Min(at, width - lanes);
    }

    static long Second(int lanes) => Math.Max(0, lanes - V.Count);

    void Rows(T** lines, long rows, T* weights, V start, T* target)
    {
        long width = _plane.Width, step = _plane.StrideWidth, blocks = TiledGemm.CeilDiv(width, Vectors * V.Count);
        for (long row = 0; row < rows; row += RowsAtOnce)
        {
            // The last rows may overlap the ones before: what is written twice is the same.
            long r = Math.Max(0, Math.Min(row, rows - RowsAtOnce));
            int count = (int)Math.Min(RowsAtOnce, rows - r);
            T** from = lines + (r * step);
            for (long block = 0; block < blocks; block++)
            {
                long at = Block(block, out int lanes);
                T* y = target + (r * width) + at, masks = _masks + (block * Side * Vectors * V.Count);
                if (step == 1 && lanes > V.Count)
                    DepthwiseKernels<T, V>.Direct<DepthwiseKernels<T, V>.Stride1, MicroKernel.TwoVectors>(from, at, masks, weights, start, y, width, lanes, count);
                else if (step == 1)
                    DepthwiseKernels<T, V>.Direct<DepthwiseKernels<T, V>.Stride1, MicroKernel.OneVector>(from, at, masks, weights, start, y, width, lanes, count);
                else if (lanes > V.Count)
                    DepthwiseKernels<T, V>.Direct<DepthwiseKernels<T, V>.Stride2, MicroKernel.TwoVectors>(from, at * step, masks, weights, start, y, width, lanes, count);
                else
                    DepthwiseKernels<T, V>.Direct<DepthwiseKernels<T, V>.Stride2, MicroKernel.OneVector>(from, at * step, masks, weights, start, y, width, lanes, count);
            }
        }
    }
}
