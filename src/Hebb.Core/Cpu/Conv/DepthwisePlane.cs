using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// How one plane is laid out for a depthwise convolution: rows with their padding, and with a stride of two along the row first its even cells,
/// then its odd ones, so that each tap of a run of outputs is a run of cells.
/// </summary>
unsafe struct DepthwisePlane<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const int MostPhases = 2;
    const long BandBytes = 32 << 10;    // of cells laid out at once: they stay in the L1 cache

    /// <summary>Rows and columns of the plane that is read and of the one that is written.</summary>
    public long SourceHeight, SourceWidth, Height, Width;
    public long KernelHeight, KernelWidth, StrideHeight, StrideWidth, DilationHeight, DilationWidth, Top, Left;

    public readonly long Taps => KernelHeight * KernelWidth;

    public readonly long PhaseWidth => Width + ((KernelWidth - 1) * DilationWidth / StrideWidth) + 1;

    /// <summary>From one laid-out row to the next.</summary>
    public readonly long Pitch => StrideWidth * PhaseWidth;

    /// <summary>Rows of cells for so many rows of outputs.</summary>
    public readonly long Rows(long outputs) => ((outputs - 1) * StrideHeight) + ((KernelHeight - 1) * DilationHeight) + 1;

    /// <summary>Output rows to do at once.</summary>
    public readonly long Band
    {
        get
        {
            long rows = (BandBytes / sizeof(T) / Pitch) - ((KernelHeight - 1) * DilationHeight);
            long all = Math.Max(4, rows / StrideHeight);
            return TiledGemm.CeilDiv(Height, TiledGemm.CeilDiv(Height, Math.Min(all, Height)));
        }
    }

    /// <summary>Cells of a band, and what vectors read past it.</summary>
    public readonly long Cells => (Rows(Band) * Pitch) + (4 * V.Count);

    /// <summary>The distance of each tap from the first, column of the kernel by column.</summary>
    public readonly void Offsets(int* offsets)
    {
        for (long kx = 0; kx < KernelWidth; kx++)
        {
            (long shift, long phase) = Math.DivRem(kx * DilationWidth, StrideWidth);
            for (long ky = 0; ky < KernelHeight; ky++)
                *offsets++ = checked((int)((ky * DilationHeight * Pitch) + (phase * PhaseWidth) + shift));
        }
    }

    /// <summary>Lays out what <paramref name="count"/> rows of outputs from <paramref name="first"/> on read.</summary>
    [MethodImpl(Jit.Full)]
    public readonly void Load(T* source, long first, long count, T* cells)
    {
        long from = (first * StrideHeight) - Top, rows = Rows(count), width = PhaseWidth;

        // Cells begin..end of a phase have a source; the first of them is at column at. Divisions would take longer than the rows.
        long* begins = stackalloc long[MostPhases], ends = stackalloc long[MostPhases], columns = stackalloc long[MostPhases];
        for (long phase = 0; phase < StrideWidth; phase++)
        {
            long begin = Math.Min(width, (Left - phase + StrideWidth - 1) / StrideWidth), at = (begin * StrideWidth) + phase - Left;
            (begins[phase], columns[phase]) = (begin, at);
            ends[phase] = Math.Min(width, begin + ((SourceWidth - at + StrideWidth - 1) / StrideWidth));
        }
        T* last = source + (SourceHeight * SourceWidth);
        for (long r = from; r < from + rows; r++)
        {
            T* row = source + (r * SourceWidth);
            for (long phase = 0; phase < StrideWidth; phase++, cells += width)
            {
                (long begin, long end) = (begins[phase], ends[phase]);
                if (r < 0 || r >= SourceHeight || end <= begin)
                    (begin, end) = (0, 0);
                for (long i = 0; i < begin; i++)
                    cells[i] = T.Zero;
                if (StrideWidth == 1)
                    VectorCopy<T, V>.CopyOver(row + columns[phase], cells + begin, end - begin, last);
                else
                    EvenLanes<T, V>.CopyOver(row + columns[phase], cells + begin, end - begin, last);
                for (long i = end; i < width; i += V.Count)
                    V.Zero.Store(cells + i);
            }
        }
    }
}
