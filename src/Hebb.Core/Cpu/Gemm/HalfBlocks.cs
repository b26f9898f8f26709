using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// A product of 16-bit floats in blocks of rows, which are widened here, by a right side in panels that all blocks share. Each block's
/// sums are float32 in scratch memory until they are rounded.
/// </summary>
unsafe struct HalfBlocks<S, V>(GemmProblem<ushort> problem) : IBlockBody
    where S : struct, IHalfWords
    where V : unmanaged, ISimd<V, float>
{
    const long SumBytes = 256 << 10;

    public readonly GemmProblem<ushort> Problem = problem;

    /// <summary>The lanes in work, widened, in panels.</summary>
    public float* Right;

    public long RowsAtOnce, FromLane, Lanes;

    public readonly int Panel => 2 * V.Count;

    /// <summary>Widens one panel of the lanes in work.</summary>
    public readonly void Pack(long panel)
    {
        long lane = panel * Panel, lanes = Math.Min(Panel, Lanes - lane);
        ushort* source = Problem.B + ((FromLane + lane) * Problem.BCol);
        HalfPacking.Panel<S, V>(source, Problem.BCol, Problem.BRow, lanes, Problem.K, Right + (lane * Problem.K), lanes <= V.Count ? V.Count : Panel);
    }

    public readonly void Invoke(long block)
    {
        using var scratch = Scratch.Open();
        long row = block * RowsAtOnce, rows = Math.Min(RowsAtOnce, Problem.M - row);
        float* left = scratch.Take<float>(rows * Problem.K);
        HalfPacking.Rows<S>(Problem.A + (row * Problem.ARow), Problem.ARow, Problem.ACol, rows, Problem.K, left);
        Multiply(row, rows, left, FromLane, FromLane + Lanes, Right);
    }

    readonly void Multiply(long row, long rows, float* left, long from, long to, float* right)
    {
        long atOnce = Math.Max(1, SumBytes / sizeof(float) / rows / Panel) * Panel;
        using var scratch = Scratch.Open();
        float* sums = scratch.Take<float>(rows * Math.Min(atOnce, to - from)), bias = scratch.Take<float>(atOnce);
        for (long lane = from; lane < to; lane += atOnce, right += atOnce * Problem.K)
        {
            long lanes = Math.Min(atOnce, to - lane);
            ushort* c = Problem.C + (row * Problem.CRow) + lane;
            if (Problem.Bias != null)
                S.Widen(Problem.Bias + lane, bias, lanes);
            for (long r = 0; Problem.Accumulate && r < rows; r++)
                S.Widen(c + (r * Problem.CRow), sums + (r * lanes), lanes);
            var p = new GemmProblem<float>
            {
                M = rows,
                N = lanes,
                K = Problem.K,
                A = left,
                ARow = Problem.K,
                ACol = 1,
                C = sums,
                CRow = lanes,
                Bias = Problem.Bias == null ? null : bias,
                Accumulate = Problem.Accumulate,
            };
            if (p.K > 0)
                TiledGemm.Run<float, V>(p, right);
            else
                Gemm.Run<float, V>(p);
            for (long r = 0; r < rows; r++)
                S.Narrow(sums + (r * lanes), c + (r * Problem.CRow), lanes);
        }
    }
}
