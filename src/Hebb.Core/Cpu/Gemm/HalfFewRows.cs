using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;
using static Hebb.Cpu.MicroKernel;

namespace Hebb.Cpu;

/// <summary>
/// Few rows by a right side of 16-bit floats. A block is some panels; of each, as many steps as fit the L1 cache are widened and meet
/// all rows at once, so that the right side is read from memory at half the bytes of float32. BFloat16 of a kept copy is widened in registers.
/// </summary>
unsafe struct HalfFewRows<S, V>(GemmProblem<ushort> problem) : IBlockBody
    where S : struct, IHalfWords
    where V : unmanaged, ISimd<V, float>
{
    const int PanelBytes = 24 << 10;    // of a panel, widened
    const int LineWords = 32;
    const long StepsInPlace = 1024;     // between two visits to the sums, of what is widened in registers

    public readonly GemmProblem<ushort> Problem = problem;

    /// <summary>All rows, widened, K apart.</summary>
    public float* Left;

    /// <summary>The right side in panels through all of k, as <see cref="HalfPacking.KeptPanel"/> writes them, or null.</summary>
    public ushort* Kept;

    public long PanelsAtOnce;

    public readonly void Invoke(long block)
    {
        int panel = 2 * V.Count;
        long first = block * PanelsAtOnce * panel, end = Math.Min(first + (PanelsAtOnce * panel), Problem.N), steps = PanelBytes / sizeof(float) / panel;
        bool inPlace = Kept != null && typeof(S) == typeof(BFloat16Words);
        if (inPlace)
            steps = StepsInPlace;
        using var scratch = Scratch.Open();
        float* right = scratch.Take<float>(inPlace ? 0 : steps * panel), sums = scratch.Take<float>(Problem.M * panel), bias = scratch.Take<float>(panel);
        new Span<float>(bias, panel).Clear();
        for (long lane = first; lane < end; lane += panel)
        {
            long lanes = Math.Min(panel, end - lane);
            int width = Kept == null && lanes <= V.Count ? V.Count : panel;
            Start(lane, lanes, width, sums, bias);
            for (long k = 0; k < Problem.K; k += steps)
            {
                long count = Math.Min(steps, Problem.K - k);
                if (inPlace)
                {
                    Multiply<Paired>(k, count, width, sums, (float*)(Kept + (lane * Problem.K) + (k * width)));
                    continue;
                }
                if (Kept != null)
                    Widen(Kept + (lane * Problem.K) + (k * width), right, count * width);
                else
                    HalfPacking.Panel<S, V>(Problem.B + (lane * Problem.BCol) + (k * Problem.BRow), Problem.BCol, Problem.BRow, lanes, count, right, width);
                Multiply<Packed>(k, count, width, sums, right);
            }
            for (long r = 0; r < Problem.M; r++)
                S.Narrow(sums + (r * width), Problem.C + (r * Problem.CRow) + lane, lanes);
        }
    }

    /// <summary>What the sums start from.</summary>
    readonly void Start(long lane, long lanes, int width, float* sums, float* bias)
    {
        if (Problem.Bias != null)
            S.Widen(Problem.Bias + lane, bias, lanes);
        for (long r = 0; r < Problem.M; r++, sums += width)
        {
            new Span<float>(bias, width).CopyTo(new Span<float>(sums, width));
            if (!Problem.Accumulate)
                continue;
            S.Widen(Problem.C + (r * Problem.CRow) + lane, sums, lanes);
            for (int i = 0; i < lanes; i++)
                sums[i] += bias[i];
        }
    }

    readonly void Multiply<Q>(long k, long count, int width, float* sums, float* right)
    {
        var tiles = new RowTiles(Problem.M, TileRows.Max<float, V>());
        var tile = new TileArgs<float> { K = count, ARow = Problem.K, AStep = 1, B = right, CRow = width, Add = true };
        for (long t = 0; t < tiles.Count; t++)
        {
            long row = tiles.Start(t);
            int height = tiles.Height(t);
            tile.A = Left + (row * Problem.K) + k;
            tile.C = sums + (row * width);
            TileRows.Kernel<float, V, UnitSteps, Q>(height, width)(&tile);
        }
    }

    // The words that come next in memory are called into the L2 cache meanwhile.
    [MethodImpl(Jit.Full)]
    static void Widen(ushort* source, float* target, long count)
    {
        for (long i = 0; i < count; i += LineWords)
        {
            if (Sse.IsSupported)
                Sse.Prefetch1(source + i + count);
            for (int j = 0; j < LineWords && i + j < count; j += 2 * V.Count)
            {
                S.First<V>(source + i + j).Store(target + i + j);
                S.Second<V>(source + i + j).Store(target + i + j + V.Count);
            }
        }
    }
}
