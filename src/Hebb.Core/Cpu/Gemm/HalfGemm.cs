using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Matrix products of Float16 or BFloat16. The operands are widened while they are packed, block by block; sums are float32 throughout and
/// rounded once, at the end. No operand is ever widened as a whole.
/// </summary>
static unsafe class HalfGemm
{
    const long ParallelWork = 1L << 20;      // multiply-adds from which on one product is worth several threads
    const long PackedElements = 2L << 20;    // of the right side at once
    const long FewRows = 112;                // up to so many, each panel is widened by who multiplies it
    const long FewWork = 1L << 19;           // multiply-adds for one thread to take then
    const long LeftBytes = 512 << 10;        // a block of rows, widened
    const long LeastElements = 1L << 14;     // of weights that are worth a kept copy
    const int Layout = -2;                   // tells kept copies from those of other kernels

    /// <summary>Computes the problem on the path of this process; a copy of the right side in tile order is kept if it is the values of <paramref name="weight"/>.</summary>
    public static void Run<S>(in GemmProblem<ushort> problem, Tensor? weight)
        where S : struct, IHalfWords
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            Run<S, V512<float>>(problem, weight);
        else if (Isa.UseAvx2)
            Run<S, V256<float>>(problem, weight);
        else
            Run<S, V128<float>>(problem, weight);
    }

    internal static void Run<S, V>(in GemmProblem<ushort> problem, Tensor? weight)
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        GemmProblem<ushort> p = problem;
        if (p.M <= 0 || p.N <= 0 || p.Batch <= 0)
            return;
        if (p.Batch > 1 && p.BBatch == 0 && p.ABatch == p.M * p.ARow && p.CBatch == p.M * p.CRow)
        {
            p.M *= p.Batch;    // the rows of all products follow each other: one tall product
            p.Batch = 1;
        }
        if (p.Batch == 1)
        {
            One<S, V>(p, weight);
            return;
        }
        long work = p.M * p.N * Math.Max(p.K, 1);
        var each = new Products<S, V>(p, Math.Max(1, ParallelWork / 2 / work));
        long blocks = TiledGemm.CeilDiv(p.Batch, each.Group);
        if (work < ParallelWork * 4)
        {
            ParallelFor.Run(blocks, in each);
            return;
        }
        for (long i = 0; i < blocks; i++)
            each.Invoke(i);
    }

    static void One<S, V>(in GemmProblem<ushort> p, Tensor? weight)
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        PackedWeights? kept = Worthwhile<V>(p) && weight is not null ? Find<V>(p, weight) : null;
        if (p.K > 0 && HalfGemv.TryRun<S, V>(p, kept is null ? null : (ushort*)kept.Pointer))
        {
            GC.KeepAlive(kept);
            return;
        }
        using var scratch = Scratch.Open();
        if (p.M <= FewRows)
        {
            var few = new HalfFewRows<S, V>(p) { Left = scratch.Take<float>(p.M * p.K), Kept = kept is null ? null : (ushort*)kept.Pointer };
            HalfPacking.Rows<S>(p.A, p.ARow, p.ACol, p.M, p.K, few.Left);
            few.PanelsAtOnce = Math.Max(1, FewWork / (p.M * Math.Max(1, p.K) * 2 * V.Count));
            ParallelFor.Run(TiledGemm.CeilDiv(TiledGemm.CeilDiv(p.N, 2 * V.Count), few.PanelsAtOnce), in few);
            GC.KeepAlive(kept);
            return;
        }
        var blocks = new HalfBlocks<S, V>(p);
        long lanes = Math.Min(Group(PackedElements * sizeof(float), p.K, blocks.Panel), TiledGemm.CeilDiv(p.N, blocks.Panel) * blocks.Panel);
        blocks.Right = scratch.Take<float>(lanes * p.K);
        // As many for each thread, of as many rows: one that is left over keeps the others waiting.
        long down = TiledGemm.CeilDiv(p.M, Math.Clamp(LeftBytes / sizeof(float) / Math.Max(1, p.K), 28, FewRows));
        blocks.RowsAtOnce = TiledGemm.CeilDiv(p.M, TiledGemm.CeilDiv(down, ParallelFor.Threads) * ParallelFor.Threads);
        for (blocks.FromLane = 0; blocks.FromLane < p.N; blocks.FromLane += lanes)
        {
            blocks.Lanes = Math.Min(lanes, p.N - blocks.FromLane);
            var pack = new Packs<S, V>(blocks);
            ParallelFor.Run(TiledGemm.CeilDiv(blocks.Lanes, blocks.Panel), in pack);
            ParallelFor.Run(TiledGemm.CeilDiv(p.M, blocks.RowsAtOnce), in blocks);
        }
    }

    // As many lanes as fit, in whole panels.
    static long Group(long bytes, long k, int panel) => Math.Max(1, bytes / sizeof(float) / Math.Max(1, k) / panel) * panel;

    static bool Worthwhile<V>(in GemmProblem<ushort> p)
        where V : unmanaged, ISimd<V, float> =>
        (p.M > 1 || p.IsReadDown) && p.M <= FewRows && p.Batch == 1 && p.N >= 4 * V.Count && p.K > 0 && p.N * p.K >= LeastElements;

    static PackedWeights? Find<V>(in GemmProblem<ushort> p, Tensor weight)
        where V : unmanaged, ISimd<V, float>
    {
        int panel = 2 * V.Count;
        var key = new PackedKey((nint)p.B, Layout, sizeof(ushort), V.Count, 2, p.K, p.N, 0, default, (p.BRow, p.BCol, 0), default);
        PackedWeights? kept = PackedWeights.Find(weight.Storage, key, TiledGemm.CeilDiv(p.N, panel) * panel * p.K * sizeof(ushort), out bool fresh);
        if (fresh && kept is not null)
        {
            var copy = new Copies(p, (ushort*)kept.Pointer, panel, V.Count);
            ParallelFor.Run(TiledGemm.CeilDiv(p.N, panel), in copy);
            kept.Keep(weight.Storage, key);
        }
        return kept;
    }

    readonly struct Copies(GemmProblem<ushort> p, ushort* target, int panel, int vector) : IBlockBody
    {
        public void Invoke(long block)
        {
            long lanes = Math.Min(panel, p.N - (block * panel));
            HalfPacking.KeptPanel(p.B + (block * panel * p.BCol), p.BCol, p.BRow, lanes, p.K, target + (block * panel * p.K), vector);
        }
    }

    readonly struct Packs<S, V>(HalfBlocks<S, V> blocks) : IBlockBody
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        public void Invoke(long block) => blocks.Pack(block);
    }

    readonly struct Products<S, V>(GemmProblem<ushort> problem, long group) : IBlockBody
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        public long Group => group;

        public void Invoke(long block)
        {
            GemmProblem<ushort> p = problem;
            p.Batch = 1;
            for (long i = block * group; i < Math.Min((block + 1) * group, problem.Batch); i++)
            {
                p.A = problem.A + (i * problem.ABatch);
                p.B = problem.B + (i * problem.BBatch);
                p.C = problem.C + (i * problem.CBatch);
                One<S, V>(p, null);
            }
        }
    }
}
