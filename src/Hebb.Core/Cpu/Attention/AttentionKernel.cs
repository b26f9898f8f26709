using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The forward pass of attention: keys come by in tiles, with the running maximum and sum of their exponentials, so that memory grows with the number of queries alone
/// (Milakov and Gimelshein, 2018; Rabe and Staats, 2021; Dao et al., 2022).
/// </summary>
/// <remarks>
/// A panel of queries, two or three vectors wide, is turned so that queries are lanes. Its scores then are K Qᵀ and its results Vᵀ P: keys and values are the broadcast sides of
/// micro-kernels, which read them where they lie, and maxima and sums are kept lane by lane, with no step across lanes. What a panel yields depends on nothing but the
/// panel, so panels may be dealt out to threads in any way.
/// </remarks>
internal static unsafe class AttentionKernel
{
    // Queries that pass over a tile of keys while it is in the L2 cache: whole panels, also when they are halved.
    private static int MostQueries => Isa.UseAvx2 ? 192 : 128;

    // Bytes of packed keys and values at once, unless threads have more heads.
    private const long MostPacked = 256 << 10;

    /// <summary>Writes [B, H, L, F] results, each row contiguous, and [B, H, L] logarithms of the sums of exponentials. Queries that see no key get 0 and -infinity.</summary>
    public static void Run<T>(in AttentionProblem<T> problem, HeadMatrix<T> output, T* logSum) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long queries = MostQueries, heads = problem.Batches * problem.Heads;
        if (heads * problem.Queries == 0)
            return;
        while (queries > 2 * 64 / sizeof(T) && heads * TiledGemm.CeilDiv(problem.Queries, queries) < 4 * ParallelFor.Threads)
            queries /= 2;
        long tiles = TiledGemm.CeilDiv(problem.Queries, queries);
        if (!PackedKeys<T>.Pays(problem))
        {
            ParallelFor.Run(heads * tiles, new Body<T>(problem, output, logSum, default, queries, tiles, 0, heads));
            return;
        }
        long groups = problem.Batches * problem.KeyHeads, share = problem.Heads / problem.KeyHeads, size = PackedKeys<T>.Size(problem);
        long atOnce = Math.Clamp(MostPacked / (size * sizeof(T)), Math.Min(ParallelFor.Threads, groups), groups);
        using var scratch = Scratch.Open();
        T* packed = scratch.Take<T>(atOnce * size);
        for (long group = 0; group < groups; group += atOnce)
        {
            long n = Math.Min(atOnce, groups - group);
            var near = new PackedKeys<T>(problem, group, packed);
            near.Fill(n);
            ParallelFor.Run(n * share * tiles, new Body<T>(problem, output, logSum, near, queries, tiles, group * share, n * share));
        }
    }

    // Of some heads.
    private readonly struct Body<T>(
        AttentionProblem<T> problem, HeadMatrix<T> output, T* logSum, PackedKeys<T> packed, long most, long tiles, long firstHead, long heads) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long block)
        {
            var kernel = new Kernel(this, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long block) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Tile<V>(block);
        }

        [SkipLocalsInit]
        private void Tile<V>(long block) where V : unmanaged, ISimd<V, T>
        {
            // Later queries first: of causal ones they see the most, and the last piece of work should be a small one.
            (long outer, long tile) = Math.DivRem(block, tiles);
            tile = tiles - 1 - tile;
            outer += firstHead;
            (long batch, long head) = Math.DivRem(outer, problem.Heads);
            long query = tile * most, queries = Math.Min(most, problem.Queries - query), keyHead = problem.KeyHead(head), e = problem.Width, f = problem.ValueWidth;
            int width = TileProduct.PanelVectors<T, V>() * V.Count, panels = (int)TiledGemm.CeilDiv(queries, width);
            using var scratch = Scratch.Open();
            T* turned = scratch.Take<T>(panels * width * e), sums = scratch.Take<T>(panels * width * f), scores = scratch.Take<T>(AttentionProblem<T>.KeyTile * width);
            T* most2 = scratch.Take<T>(panels * width), total = scratch.Take<T>(panels * width), masks = scratch.Take<T>(problem.MaskScratch(width));
            KeyRun* runs = (KeyRun*)scratch.Take<long>(2 * problem.MostRuns);
            ulong seen = 0;    // panels that have sums
            new Span<T>(total, panels * width).Clear();
            new Span<T>(most2, panels * width).Fill(T.NegativeInfinity);
            var (from, to) = problem.Span(query, queries);
            bool first = true;
            for (long key = from / AttentionProblem<T>.KeyTile * AttentionProblem<T>.KeyTile; key < to; key += AttentionProblem<T>.KeyTile)
            {
                for (int p = 0; p < panels; p++)
                {
                    long start = query + p * width;
                    int n = (int)Math.Min(width, queries - p * width), count = problem.Runs(batch, head, start, n, key, runs), keys = 0;
                    if (first)
                    {
                        T* q = turned + p * width * e;
                        problem.Query.Turn<V>(batch, head, start, n, e, q, width);
                        Multiply<V>(q, e * width, problem.Scale2);
                    }
                    // Keys and values of the next tile arrive meanwhile, a share with every panel; and first of all the next queries and the place for these results.
                    var later = Later(block, key + AttentionProblem<T>.KeyTile < to ? key + AttentionProblem<T>.KeyTile : -1, p, panels);
                    var sooner = first && p + 1 < panels
                        ? new RowsAhead<T>(problem.Query.At(batch, head, start + width), problem.Query.Row, e, output.At(batch, head, start), output.Row, f, Math.Min(width, queries - (p + 1) * width))
                        : default;
                    int vectors = (n + V.Count - 1) / V.Count;
                    for (int i = 0; i < count; i++)
                    {
                        var run = runs[i];
                        T* s = scores + keys * width;
                        T* k = packed.IsEmpty ? problem.Key.At(batch, keyHead, run.Start) : packed.Key(batch, keyHead, run.Start);
                        TileProduct.Panel<T, V>(k, packed.IsEmpty ? problem.Key.Row : e, problem.Key.Column, run.Count, e, turned + p * width * e, s, vectors, add: false, ahead: first ? &sooner : &later, rowsAhead: 2);
                        problem.Mask<V>(batch, head, start, n, run, s, width, vectors * V.Count, masks);
                        keys += run.Count;
                    }
                    if (count == 0)
                        continue;
                    bool add = (seen >> p & 1) != 0;
                    for (int i = 0; i < vectors * V.Count; i += V.Count)
                        Weigh<V>(scores + i, keys, width, most2 + p * width + i, total + p * width + i, sums + p * width * f + i, add ? f : 0);
                    seen |= 1UL << p;
                    keys = 0;
                    for (int i = 0; i < count; i++)
                    {
                        var run = runs[i];
                        T* s = scores + keys * width;
                        if (problem.Drop > 0)
                            Multiply<V>(s, problem.Factors<V>(batch, head, start, n, run, width, masks), run.Count * width);
                        if (vectors == 3 && !packed.IsEmpty)
                            TileProduct.PackedPanel<T, V>(packed.Value(batch, keyHead, run.Start), f, run.Count, s, sums + p * width * f, add);
                        else
                            TileProduct.Panel<T, V>(problem.Value.At(batch, keyHead, run.Start), problem.Value.Column, problem.Value.Row, f, run.Count, s, sums + p * width * f, vectors, add, ahead: &later, rowsAhead: 8);
                        add = true;
                        keys += run.Count;
                    }
                }
                first = false;
            }
            for (int p = 0; p < panels; p++)
            {
                int n = (int)Math.Min(width, queries - p * width);
                long at = outer * problem.Queries + query + p * width;
                T* results = sums + p * width * f;
                if ((seen >> p & 1) == 0)
                    new Span<T>(results, checked((int)(width * f))).Clear();
                Finish<V>(results, f, width, n, most2 + p * width, total + p * width, logSum + at);
                Packing.Copy<T, V>(results, width, 1, f, n, output.At(batch, head, query + p * width), output.Row, f);
            }
        }

        /// <summary>The rows of keys and values that panel <paramref name="p"/> of a block has brought: of the tile at <paramref name="key"/>, or of the block that this thread may take next.</summary>
        private RowsAhead<T> Later(long block, long key, int p, int panels)
        {
            if (key < 0)
            {
                block += ParallelFor.Threads;
                if (block >= heads * tiles)
                    return default;
            }
            (long outer, long tile) = Math.DivRem(block, tiles);
            (long batch, long head) = Math.DivRem(firstHead + outer, problem.Heads);
            if (key < 0)
            {
                long query = (tiles - 1 - tile) * most;
                key = problem.Span(query, Math.Min(most, problem.Queries - query)).From / AttentionProblem<T>.KeyTile * AttentionProblem<T>.KeyTile;
            }
            long share = TiledGemm.CeilDiv(AttentionProblem<T>.KeyTile, panels), keyHead = problem.KeyHead(head);
            key += p * share;
            // With 256 bits a tile is long enough at work for the hardware to see by itself that rows follow each other (asked for nonetheless: 3 % slower).
            bool plain = packed.IsEmpty && problem.Key.Column == 1 && problem.Value.Column == 1 && !(Isa.UseAvx2 && problem.Key.Row == problem.Width && problem.Value.Row == problem.ValueWidth);
            return new(
                problem.Key.At(batch, keyHead, key), problem.Key.Row, problem.Width, problem.Value.At(batch, keyHead, key), problem.Value.Row, problem.ValueWidth,
                plain ? Math.Clamp(problem.Keys - key, 0, share) : 0);
        }

        /// <summary>
        /// Turns a vector of queries' scores, to base 2, into weights relative to the largest score so far; what was summed up before is brought to it too.
        /// </summary>
        [MethodImpl(Jit.Full)]
        private static void Weigh<V>(T* scores, int keys, long pitch, T* most, T* total, T* sums, long rows) where V : unmanaged, ISimd<V, T>
        {
            V before = V.Load(most), a = before, b = before, c = before, d = before;
            int k = 0;
            T* s = scores;
            for (; k <= keys - 4; k += 4, s += 4 * pitch)
            {
                V s0 = V.Load(s), s1 = V.Load(s + pitch), s2 = V.Load(s + 2 * pitch), s3 = V.Load(s + 3 * pitch);
                a = V.MaxNative(s0, a);
                b = V.MaxNative(s1, b);
                c = V.MaxNative(s2, c);
                d = V.MaxNative(s3, d);
            }
            for (; k < keys; k++, s += pitch)
            {
                a = V.MaxNative(V.Load(s), a);
            }
            // A NaN may be lost here, but not from the sum.
            a = V.Round(V.MaxNative(V.MaxNative(a, b), V.MaxNative(c, d)));
            V turns = V.SelectEqual(a, V.Create(T.NegativeInfinity), V.Zero, a), off = turns;    // where nothing is seen so far
            if (V.AnyLess(V.Create(T.CreateTruncating(1 << 20)), V.Abs(turns)))
            {
                // Where a float's steps are not whole turns.
                Subtract(scores, keys, pitch, turns);
                off = V.Zero;
            }
            V sum = Weights(scores, keys, pitch, off), old = V.Load(total);
            if (V.AnyLess(before, a))
            {
                old *= Shrink(before - turns, sums, rows, pitch);
                a.Store(most);
            }
            (old + sum).Store(total);
        }

        // These by themselves: what a method may inline would not do for all.
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static V Weights<V>(T* scores, int keys, long pitch, V turns) where V : unmanaged, ISimd<V, T>
        {
            (V least, V shift) = VectorMath.SharedPowerBounds<V, T>(turns);
            V sum = V.Zero;
            int k = 0;
            for (; k <= keys - 4; k += 4, scores += 4 * pitch)
            {
                V p0 = V.Load(scores), p1 = V.Load(scores + pitch), p2 = V.Load(scores + 2 * pitch), p3 = V.Load(scores + 3 * pitch);
                VectorMath.SharedPowersOfTwo<V, T>(ref p0, ref p1, ref p2, ref p3, least, shift);
                p0.Store(scores);
                p1.Store(scores + pitch);
                p2.Store(scores + 2 * pitch);
                p3.Store(scores + 3 * pitch);
                sum += (p0 + p1) + (p2 + p3);
            }
            return k < keys ? sum + LastWeights(scores, keys - k, pitch, turns) : sum;
        }

        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static V LastWeights<V>(T* scores, int keys, long pitch, V turns) where V : unmanaged, ISimd<V, T>
        {
            V sum = V.Zero;
            for (int k = 0; k < keys; k++, scores += pitch)
            {
                V p = VectorMath.SoftmaxPowerOfTwo<V, T>(V.Load(scores) - turns);
                p.Store(scores);
                sum += p;
            }
            return sum;
        }

        /// <summary>Brings sums to a larger score, as many turns away, and says by what factor.</summary>
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static V Shrink<V>(V turns, T* sums, long rows, long pitch) where V : unmanaged, ISimd<V, T>
        {
            V shrink = VectorMath.SoftmaxPowerOfTwo<V, T>(turns);
            for (long r = 0; r < rows; r++, sums += pitch)
                (V.Load(sums) * shrink).Store(sums);
            return shrink;
        }

        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static void Subtract<V>(T* scores, int keys, long pitch, V turns) where V : unmanaged, ISimd<V, T>
        {
            for (int k = 0; k < keys; k++, scores += pitch)
                (V.Load(scores) - turns).Store(scores);
        }

        private static void Finish<V>(T* results, long rows, int width, int queries, T* most, T* total, T* logSum) where V : unmanaged, ISimd<V, T>
        {
            V hidden = V.Create(T.NegativeInfinity), ln2 = V.Constant(0.6931471805599453);
            for (int i = 0; i < queries; i += V.Count)
            {
                V sum = V.Load(total + i), inverse = V.SelectEqual(sum, V.Zero, V.Zero, V.One / sum);
                V log = V.SelectEqual(sum, V.Zero, hidden, V.MultiplyAdd(V.Load(most + i), ln2, VectorMath.Log<V, T>(sum)));
                log.StorePartial(logSum + i, Math.Min(V.Count, queries - i));
                for (long r = 0; r < rows; r++)
                    (V.Load(results + r * width + i) * inverse).Store(results + r * width + i);
            }
        }

        // Within Tile its operators would no longer be put in line.
        [MethodImpl(MethodImplOptions.NoInlining)]
        private static void Multiply<V>(T* x, long count, T factor) where V : unmanaged, ISimd<V, T>
        {
            V f = V.Create(factor);
            for (long i = 0; i < count; i += V.Count)
                (V.Load(x + i) * f).Store(x + i);
        }

        private static void Multiply<V>(T* x, T* factors, long count) where V : unmanaged, ISimd<V, T>
        {
            for (long i = 0; i < count; i += V.Count)
                (V.Load(x + i) * V.Load(factors + i)).Store(x + i);
        }
    }
}
