using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>What becomes of the elements of a window, two at a time.</summary>
interface IWindowFold
{
    /// <summary>What stands for no element.</summary>
    static abstract double Start { get; }

    static abstract V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>The largest: NaN wins, and 0 over -0.</summary>
readonly struct LargestFold : IWindowFold
{
    public static double Start => double.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Max(a, b);
}

/// <summary>The sum.</summary>
readonly struct SumFold : IWindowFold
{
    public static double Start => 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => a + b;
}

/// <summary>
/// Windows of two axes without gaps and with steps of one or two along the row, without their places: first down the rows of a window, in whole vectors, then along the row.
/// </summary>
/// <param name="g">The windows.</param>
/// <param name="x">The planes.</param>
/// <param name="y">The results.</param>
/// <param name="down">What each row of results is divided by; null for nothing.</param>
/// <param name="along">What each column of results is divided by beside that.</param>
readonly unsafe struct PoolingRows<T, V, F>(PoolingGeometry g, T* x, T* y, T* down, T* along) : IRangeBody
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
    where F : struct, IWindowFold
{
    const long WorkAtOnce = 1 << 15;    // elements
    const long CellsAtOnce = 2 << 10;
    const long WidestKernel = 16;

    public static bool Fits(in PoolingGeometry g) =>
        g.Kernel[0] == 1 && g.Stride[0] == 1 && g.Output[0] == g.Input[0] && g.PadBegin[0] == 0 && g.Dilation[1] == 1 && g.Dilation[2] == 1
        && g.Stride[2] <= 2 && g.Kernel[2] <= WidestKernel && g.PadBegin[1] >= 0 && g.PadBegin[2] >= 0;

    public static void Run(in PoolingGeometry g, T* x, T* y, T* down = null, T* along = null) =>
        ParallelFor.Ranges(g.Planes * g.Input[0], Math.Max(1, WorkAtOnce / Math.Max(1, g.Input[1] * g.Input[2])), new PoolingRows<T, V, F>(g, x, y, down, along));

    public void Invoke(long begin, long end)
    {
        using var scratch = Scratch.Open();
        // Rows with their margins, and what vectors read past them.
        long cells = Math.Max(g.PadBegin[2] + g.Input[2], ((g.Output[2] - 1) * g.Stride[2]) + g.Kernel[2]) + (3 * V.Count);
        cells = TiledGemm.CeilDiv(cells, V.Count) * V.Count;
        long atOnce = Math.Clamp(CellsAtOnce / cells, 1, g.Output[1]);
        T* rows = scratch.Take<T>(atOnce * cells);
        new Span<T>(rows, checked((int)(atOnce * cells))).Fill(T.CreateTruncating(F.Start));
        for (long plane = begin; plane < end; plane++)
        {
            T* from = x + (plane * g.Input[1] * g.Input[2]), to = y + (plane * g.Output[1] * g.Output[2]);
            for (long first = 0; first < g.Output[1]; first += atOnce)
            {
                // Some rows of each step together: what has just been written by halves of vectors can't be read at once.
                long last = Math.Min(first + atOnce, g.Output[1]);
                for (long i = first; i < last; i++)
                {
                    long top = (i * g.Stride[1]) - g.PadBegin[1];
                    Down(from, Math.Max(top, 0), Math.Min(top + g.Kernel[1], g.Input[1]), rows + ((i - first) * cells) + g.PadBegin[2]);
                }
                for (long i = first; i < last; i++)
                    Along(rows + ((i - first) * cells), to + (i * g.Output[2]), down == null ? T.One : down[i]);
            }
        }
    }

    // Rows first to last - 1 joined, column by column.
    [MethodImpl(Jit.Full)]
    void Down(T* plane, long first, long last, T* row)
    {
        long width = g.Input[2];
        T* top = plane + (first * width);
        V none = V.Constant(F.Start);
        for (long j = 0; j < width; j += V.Count)
        {
            int lanes = (int)Math.Min(V.Count, width - j);
            V best = none;
            T* p = top + j;
            if (lanes == V.Count)
            {
                for (long r = first; r < last; r++, p += width)
                    best = F.Join<V, T>(best, V.Load(p));
                best.Store(row + j);
                continue;
            }
            for (long r = first; r < last; r++, p += width)
                best = F.Join<V, T>(best, V.LoadPartial(p, lanes));
            best.StorePartial(row + j, lanes);
        }
    }

    [MethodImpl(Jit.Full)]
    void Along(T* row, T* to, T count)
    {
        long width = g.Output[2], step = g.Stride[2], kernel = g.Kernel[2];
        for (long j = 0; j < width; j += V.Count)
        {
            T* p = row + (j * step);
            V best = V.Load(p);
            for (long k = 1; k < kernel; k++)
                best = F.Join<V, T>(best, V.Load(p + k));
            if (step == 2)
            {
                V right = V.Load(p + V.Count);
                for (long k = 1; k < kernel; k++)
                    right = F.Join<V, T>(right, V.Load(p + V.Count + k));
                best = EvenLanes<T, V>.Join(best, right);
            }
            int lanes = (int)Math.Min(V.Count, width - j);
            if (along != null)
                best /= V.Create(count) * V.LoadPartial(along + j, lanes);
            if (lanes == V.Count)
                best.Store(to + j);
            else
                best.StorePartial(to + j, lanes);
        }
    }
}
