using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// Attention of few queries, such as a model that writes token by token has: bound by the memory that keys and values are read from, each once for all heads that share
/// them. Keys are cut into runs whose results are put together in the end (Dao et al., Flash-Decoding, 2023).
/// </summary>
/// <remarks>Runs follow from shapes alone and are joined in order, so that threads do not show in the bits.</remarks>
internal static unsafe class FewQueriesKernel
{
    private const int MostQueries = 8, Tile = 128;

    // Enough items for threads to share evenly; fewer elements than the last are not worth waking one.
    private const long WantedItems = 32, LeastElements = 1 << 16;

    public static bool Fits<T>(in AttentionProblem<T> problem) where T : unmanaged, IFloatingPointIeee754<T> =>
        problem.Queries <= MostQueries && problem.Key.Column == 1 && problem.Value.Column == 1 && problem.Drop == 0 && !problem.HasBlocks;

    /// <summary>Writes [B, H, L, F] results and [B, H, L] logarithms of the sums of exponentials, both contiguous. Queries that see no key get 0 and -infinity.</summary>
    public static void Run<T>(in AttentionProblem<T> problem, T* output, T* logSum) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long groups = problem.Batches * problem.KeyHeads, rows = problem.Heads / problem.KeyHeads * problem.Queries;
        if (groups * rows == 0)
            return;
        long run = Math.Max(1, TiledGemm.CeilDiv(TiledGemm.CeilDiv(groups * problem.Keys, WantedItems), Tile)) * Tile, runs = Math.Max(1, TiledGemm.CeilDiv(problem.Keys, run));
        using var scratch = Scratch.Open();
        var body = new Body<T>(problem, rows, run, runs, scratch.Take<T>(groups * runs * rows * (problem.ValueWidth + 2)), output, logSum);
        if (groups * problem.Keys * (problem.Width + problem.ValueWidth) >= LeastElements)
        {
            ParallelFor.Run(groups * runs, body);
        }
        else
        {
            for (long i = 0; i < groups * runs; i++)
                body.Invoke(i);
        }
        var join = new Join<T>(body);
        for (long group = 0; group < groups; group++)
            join.Invoke(group);
    }

    private readonly struct Join<T>(Body<T> body) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long block)
        {
            var kernel = new Kernel(body, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> body, long group) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => body.Join<V>(group);
        }
    }

    private readonly struct Body<T>(AttentionProblem<T> problem, long rows, long run, long runs, T* parts, T* output, T* logSum) : IBlockBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long block)
        {
            var kernel = new Kernel(this, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long block) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Part<V>(block);
        }

        // Of each part the sums of weighted values [rows, F], the largest scores and the sums of exponentials [rows].
        private T* Sums(long part) => parts + part * rows * (problem.ValueWidth + 2);

        private T* Most(long part) => Sums(part) + rows * problem.ValueWidth;

        private T* Total(long part) => Most(part) + rows;

        /// <summary>All queries of the heads that share keys, for one run of these.</summary>
        [SkipLocalsInit]
        private void Part<V>(long part) where V : unmanaged, ISimd<V, T>
        {
            (long group, long at) = Math.DivRem(part, runs);
            (long batch, long keyHead) = Math.DivRem(group, problem.KeyHeads);
            long e = problem.Width, f = problem.ValueWidth, l = problem.Queries, head = keyHead * (problem.Heads / problem.KeyHeads);
            T* sums = Sums(part), most = Most(part), total = Total(part);
            for (long i = 0; i < rows * f; i++)
                sums[i] = T.Zero;
            for (long r = 0; r < rows; r++)
                (most[r], total[r]) = (T.NegativeInfinity, T.Zero);
            using var scratch = Scratch.Open();
            // A dot product along the width takes less than a lane of a vector that is mostly empty.
            bool dots = rows < Math.Max(2, V.Count / 2);
            long pitch = TiledGemm.CeilDiv(e, V.Count) * V.Count, lanes = TiledGemm.CeilDiv(rows, V.Count) * V.Count, padded = TiledGemm.CeilDiv(f, V.Count) * V.Count;
            T* query = scratch.Take<T>(dots ? rows * pitch : e * lanes), scores = scratch.Take<T>(rows * Tile), turned = dots ? null : scratch.Take<T>(Tile * lanes);
            T* copy = f == padded ? null : scratch.Take<T>(Tile * padded);
            if (!dots)
                new Span<T>(query, checked((int)(e * lanes))).Clear();
            for (long r = 0; r < rows; r++)
            {
                HeadMatrix<T> q = problem.Query;
                T* from = q.At(batch, head + r / l, r % l);
                for (long i = 0; i < (dots ? pitch : e); i++)
                    query[dots ? r * pitch + i : i * lanes + r] = i < e ? from[i * q.Column] * problem.Scale2 : T.Zero;
            }

            var (first, end) = problem.Span(0, l);
            (first, end) = (Math.Max(first, at * run), Math.Min(end, (at + 1) * run));
            for (long key = first; key < end; key += Tile)
            {
                int n = (int)Math.Min(Tile, end - key);
                HeadMatrix<T> keys = problem.Key, values = problem.Value;
                T* k = keys.At(batch, keyHead, key), v = values.At(batch, keyHead, key);
                var ahead = new RowsAhead<T>(k + 16 * keys.Row, keys.Row, e, v, values.Row, f, n);
                if (dots)
                    Dots<V>(k, keys.Row, n, query, pitch, scores, &ahead);
                else
                    Lanes<V>(k, keys.Row, n, query, lanes, turned, scores, &ahead);
                for (long r = 0; r < rows; r++)
                {
                    problem.MaskRow(batch, head + r / l, r % l, new(key, n), scores + r * Tile);
                    Weigh<V>(scores + r * Tile, n, most + r, total + r, sums + r * f);
                }
                long step = values.Row;
                if (copy is not null)
                {
                    values.Copy<V>(batch, keyHead, key, n, f, copy, padded);
                    v = copy;
                    step = padded;
                }
                TileProduct.Wide<T, V>(scores, Tile, 1, rows, n, v, step, sums, f, f, add: true);
            }
        }

        /// <summary>scores[r, k] = query r . key k.</summary>
        [MethodImpl(Jit.Full)]
        private void Dots<V>(T* k, long step, int keys, T* query, long pitch, T* scores, RowsAhead<T>* ahead) where V : unmanaged, ISimd<V, T>
        {
            long e = problem.Width, whole = e / V.Count * V.Count;
            int rest = (int)(e - whole);
            for (long r = 0; r < rows; r++, query += pitch, scores += Tile)
            {
                for (int j = 0; j < keys; j += 4)
                {
                    ahead->Next(4);
                    // Past the last key that key once more.
                    T* k0 = k + j * step, k1 = k + Math.Min(j + 1, keys - 1) * step, k2 = k + Math.Min(j + 2, keys - 1) * step, k3 = k + Math.Min(j + 3, keys - 1) * step;
                    V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
                    for (long i = 0; i < whole; i += V.Count)
                    {
                        V q = V.Load(query + i);
                        a = V.MultiplyAdd(V.Load(k0 + i), q, a);
                        b = V.MultiplyAdd(V.Load(k1 + i), q, b);
                        c = V.MultiplyAdd(V.Load(k2 + i), q, c);
                        d = V.MultiplyAdd(V.Load(k3 + i), q, d);
                    }
                    if (rest > 0)
                    {
                        V q = V.Load(query + whole);
                        a = V.MultiplyAdd(V.LoadPartial(k0 + whole, rest), q, a);
                        b = V.MultiplyAdd(V.LoadPartial(k1 + whole, rest), q, b);
                        c = V.MultiplyAdd(V.LoadPartial(k2 + whole, rest), q, c);
                        d = V.MultiplyAdd(V.LoadPartial(k3 + whole, rest), q, d);
                    }
                    scores[j] = V.Sum(a);
                    scores[j + 1] = V.Sum(b);
                    scores[j + 2] = V.Sum(c);
                    scores[j + 3] = V.Sum(d);
                }
            }
        }

        /// <summary>The same with queries as lanes.</summary>
        private void Lanes<V>(T* k, long step, int keys, T* query, long lanes, T* turned, T* scores, RowsAhead<T>* ahead) where V : unmanaged, ISimd<V, T>
        {
            for (long lane = 0; lane < lanes; lane += 2 * V.Count)
                TileProduct.Run<T, V>(k, step, 1, keys, problem.Width, query + lane, lanes, turned + lane, lanes, lanes - lane > V.Count, add: false, ahead: ahead, rowsAhead: 14);
            Packing.Copy<T, V>(turned, lanes, 1, keys, rows, scores, Tile, keys);
        }

        /// <summary>Turns a query's scores, to base 2, into weights relative to the largest so far; what was summed up before is brought to it too.</summary>
        [MethodImpl(Jit.Full)]
        private void Weigh<V>(T* scores, int keys, T* most, T* total, T* sums) where V : unmanaged, ISimd<V, T>
        {
            int count = (keys + V.Count - 1) / V.Count * V.Count;
            for (int k = keys; k < count; k++)
                scores[k] = T.NegativeInfinity;
            V before = V.Create(*most), max = before;
            for (int k = 0; k < count; k += V.Count)
                max = V.MaxNative(V.Load(scores + k), max);
            T peak = V.MaxLaneNative(max);
            V shift = V.Create(T.IsNegativeInfinity(peak) ? T.Zero : peak), sum = V.Zero;    // where nothing is seen so far
            for (int k = 0; k < count; k += V.Count)
            {
                V p = VectorMath.SoftmaxPowerOfTwo<V, T>(V.Load(scores + k) - shift);
                p.Store(scores + k);
                sum += p;
            }
            if (!(peak <= *most))
            {
                T shrink = VectorMath.SoftmaxPowerOfTwo<V, T>(before - shift)[0];
                *total *= shrink;
                for (long i = 0; i < problem.ValueWidth; i++)
                    sums[i] *= shrink;
                *most = peak;
            }
            *total += V.Sum(sum);
        }

        /// <summary>Puts the runs of a group together.</summary>
        public void Join<V>(long group) where V : unmanaged, ISimd<V, T>
        {
            long f = problem.ValueWidth, first = group * runs;
            for (long r = 0; r < rows; r++)
            {
                T peak = T.NegativeInfinity, total = T.Zero;
                for (long i = 0; i < runs; i++)
                    peak = T.Max(peak, Most(first + i)[r]);
                T shift = T.IsNegativeInfinity(peak) ? T.Zero : peak, ln2 = T.CreateTruncating(0.6931471805599453);
                T* to = output + (group * rows + r) * f;
                for (long i = 0; i < f; i++)
                    to[i] = T.Zero;
                for (long i = 0; i < runs; i++)
                {
                    T factor = VectorMath.SoftmaxPowerOfTwo<V, T>(V.Create(Most(first + i)[r] - shift))[0];
                    total += Total(first + i)[r] * factor;
                    T* from = Sums(first + i) + r * f;
                    for (long j = 0; j < f; j++)
                        to[j] += from[j] * factor;
                }
                T inverse = total == T.Zero ? T.Zero : T.One / total;
                for (long j = 0; j < f; j++)
                    to[j] *= inverse;
                logSum[group * rows + r] = total == T.Zero ? T.NegativeInfinity : peak * ln2 + T.Log(total);
            }
        }
    }
}
