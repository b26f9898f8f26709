using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Maxima of windows of two axes without gaps and with steps of one or two along the row, without their places: first down the rows of a window, in whole vectors, then along the row. NaN wins, and 0 over
/// -0.
/// </summary>
readonly unsafe struct PoolingMaxRows<T, V>(PoolingGeometry g, T* x, T* y) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    const long WorkAtOnce = 1 << 15;    // elements
    const long WidestKernel = 16;

    public static bool Fits(in PoolingGeometry g) =>
        g.Kernel[0] == 1 && g.Stride[0] == 1 && g.Output[0] == g.Input[0] && g.PadBegin[0] == 0 && g.Dilation[1] == 1 && g.Dilation[2] == 1
        && g.Stride[2] <= 2 && g.Kernel[2] <= WidestKernel && g.PadBegin[1] >= 0 && g.PadBegin[2] >= 0;

    public static void Run(in PoolingGeometry g, T* x, T* y) =>
        ParallelFor.Ranges(g.Planes * g.Input[0], Math.Max(1, WorkAtOnce / Math.Max(1, g.Input[1] * g.Input[2])), new PoolingMaxRows<T, V>(g, x, y));

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        // A row with its margins, and what vectors read past it.
        long cells = Math.Max(g.PadBegin[2] + g.Input[2], ((g.Output[2] - 1) * g.Stride[2]) + g.Kernel[2]) + (3 * V.Count);
        T* row = scratch.Take<T>(cells);
        new Span<T>(row, checked((int)cells)).Fill(T.CreateTruncating(double.NegativeInfinity));
        for (long plane = begin; plane < end; plane++)
        {
            T* from = x + (plane * g.Input[1] * g.Input[2]), to = y + (plane * g.Output[1] * g.Output[2]);
            for (long i = 0; i < g.Output[1]; i++, to += g.Output[2])
            {
                long top = (i * g.Stride[1]) - g.PadBegin[1];
                Down(from, Math.Max(top, 0), Math.Min(top + g.Kernel[1], g.Input[1]), row + g.PadBegin[2]);
                Along(row, to);
            }
        }
    }

    // The largest of rows first to last - 1, column by column; minus infinity where there are none.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Down(T* plane, long first, long last, T* row)
    {
        long width = g.Input[2];
        T* top = plane + (first * width);
        V none = V.Constant(double.NegativeInfinity);
        for (long j = 0; j < width; j += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, width - j);
            V best = none;
            T* p = top + j;
            if (lanes == V.Count)
            {
                for (long r = first; r < last; r++, p += width)
                    best = V.Max(best, V.Load(p));
                best.Store(row + j);
                continue;
            }
            for (long r = first; r < last; r++, p += width)
                best = V.Max(best, V.LoadPartial(p, lanes));
            best.StorePartial(row + j, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Along(T* row, T* to)
    {
        long width = g.Output[2], step = g.Stride[2], kernel = g.Kernel[2];
        for (long j = 0; j < width; j += V.Count)
        {
            T* p = row + (j * step);
            V best = V.Load(p);
            for (long k = 1; k < kernel; k++)
                best = V.Max(best, V.Load(p + k));
            if (step == 2)
            {
                V right = V.Load(p + V.Count);
                for (long k = 1; k < kernel; k++)
                    right = V.Max(right, V.Load(p + V.Count + k));
                best = EvenLanes<T, V>.Join(best, right);
            }
            int lanes = (int)Math.Min(V.Count, width - j);
            if (lanes == V.Count)
                best.Store(to + j);
            else
                best.StorePartial(to + j, lanes);
        }
    }
}
