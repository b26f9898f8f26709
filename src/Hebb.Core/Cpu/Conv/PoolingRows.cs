using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>What becomes of the elements of a window, two at a time.</summary>
interface IWindowFold
{
    /// <summary>What stands for no element.</summary>
    static abstract double Start { get; }

    /// <summary>Whether joining that changes nothing, not the sign of a zero either.</summary>
    static abstract bool StartIsNone { get; }

    static abstract V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>The largest: NaN wins, and 0 over -0.</summary>
readonly struct LargestFold : IWindowFold
{
    public static double Start => double.NegativeInfinity;

    public static bool StartIsNone => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.Max(a, b);
}

/// <summary>The largest of elements without a sign, or of the start: as integers, where one instruction does what takes eight with signs. A NaN without a sign is the largest of all.</summary>
readonly unsafe struct LargestBitsFold : IWindowFold
{
    public static double Start => double.NegativeInfinity;

    public static bool StartIsNone => true;

    /// <summary>Whether it pays here, and the elements are such.</summary>
    [MethodImpl(Jit.Full)]
    public static bool Fits<V, T>(T* p, long count)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
    {
        if (typeof(V) != typeof(V256<float>) || !Avx2.IsSupported || count < V.Count)
            return false;
        Vector256<int> a = default, b = default;
        int* bits = (int*)p, last = bits + count - Vector256<int>.Count;
        for (; bits < last - Vector256<int>.Count; bits += 2 * Vector256<int>.Count)
        {
            a |= Vector256.Load(bits);
            b |= Vector256.Load(bits + Vector256<int>.Count);
        }
        a |= Vector256.Load(bits < last ? bits : last) | Vector256.Load(last);
        return (a | b).ExtractMostSignificantBits() == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V, T>(V a, V b)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => typeof(V) == typeof(V256<float>)
            ? Unsafe.BitCast<Vector256<int>, V>(Vector256.Max(Unsafe.BitCast<V, Vector256<int>>(a), Unsafe.BitCast<V, Vector256<int>>(b)))
            : V.Max(a, b);
}

/// <summary>The sum.</summary>
readonly struct SumFold : IWindowFold
{
    public static double Start => 0;

    public static bool StartIsNone => false;

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
    const long WorkAtOnce = 1 << 14;    // elements
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
                long last = Math.Min(first + atOnce, g.Output[1]);
                long top = Math.Max(Top(first), 0), bottom = Math.Min(Top(last - 1) + g.Kernel[1], g.Input[1]);
                if (typeof(F) == typeof(LargestFold) && LargestBitsFold.Fits<V, T>(from + (top * g.Input[2]), (bottom - top) * g.Input[2]))
                    Rows<LargestBitsFold>(from, to, rows, cells, first, last);
                else
                    Rows<F>(from, to, rows, cells, first, last);
            }
        }
    }

    // The row of the input at which a row of windows begins; it may be padding.
    long Top(long row) => (row * g.Stride[1]) - g.PadBegin[1];

    // Some rows of each step together: what has just been written by halves of vectors can't be read at once.
    void Rows<G>(T* from, T* to, T* rows, long cells, long first, long last)
        where G : struct, IWindowFold
    {
        for (long i = first; i < last; i++)
            Down<G>(from, Math.Max(Top(i), 0), Math.Min(Top(i) + g.Kernel[1], g.Input[1]), rows + ((i - first) * cells) + g.PadBegin[2]);
        for (long i = first; i < last; i++)
            Along<G>(rows + ((i - first) * cells), to + (i * g.Output[2]), down == null ? T.One : down[i]);
    }

    // Rows first to last - 1 joined, column by column. The last vector overlaps the one before.
    [MethodImpl(Jit.Full)]
    void Down<G>(T* plane, long first, long last, T* row)
        where G : struct, IWindowFold
    {
        long width = g.Input[2], whole = width - V.Count;
        T* top = plane + (first * width);
        if (first >= last)
        {
            new Span<T>(row, checked((int)width)).Fill(T.CreateTruncating(G.Start));
            return;
        }
        if (whole < 0)
        {
            V best = Lead<G>(V.LoadPartial(top, (int)width));
            for (long r = first + 1; r < last; r++)
                best = G.Join<V, T>(best, V.LoadPartial(top += width, (int)width));
            best.StorePartial(row, (int)width);
            return;
        }
        for (long j = 0; ; j = Math.Min(j + V.Count, whole))
        {
            T* p = top + j;
            V best = Lead<G>(V.Load(p));
            if (last - first == 3)
            {
                best = G.Join<V, T>(G.Join<V, T>(best, V.Load(p + width)), V.Load(p + (2 * width)));
            }
            else
            {
                for (long r = first + 1; r < last; r++)
                    best = G.Join<V, T>(best, V.Load(p += width));
            }
            best.Store(row + j);
            if (j == whole)
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Lead<G>(V first)
        where G : struct, IWindowFold => G.StartIsNone ? first : G.Join<V, T>(V.Constant(G.Start), first);

    [MethodImpl(Jit.Full)]
    void Along<G>(T* row, T* to, T count)
        where G : struct, IWindowFold
    {
        long width = g.Output[2], step = g.Stride[2], kernel = g.Kernel[2], whole = width - V.Count;
        for (long j = 0; ; j = Math.Min(j + V.Count, whole))
        {
            T* p = row + (j * step);
            V best = Window<G>(p, kernel);
            if (step == 2)
                best = EvenLanes<T, V>.Join(best, Window<G>(p + V.Count, kernel));
            if (along != null)
                best /= V.Create(count) * (whole < 0 ? V.LoadPartial(along, (int)width) : V.Load(along + j));
            if (whole < 0)
                best.StorePartial(to, (int)width);
            else
                best.Store(to + j);
            if (j >= whole)
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Window<G>(T* p, long kernel)
        where G : struct, IWindowFold
    {
        V best = V.Load(p);
        if (kernel == 3)
            return G.Join<V, T>(G.Join<V, T>(best, V.Load(p + 1)), V.Load(p + 2));
        for (long k = 1; k < kernel; k++)
            best = G.Join<V, T>(best, V.Load(p + k));
        return best;
    }
}
