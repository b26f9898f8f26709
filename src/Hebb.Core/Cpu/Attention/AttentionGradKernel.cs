using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The backward pass of attention: tiles of weights are worked out again from scores and saved logarithms, so that memory grows with the numbers of queries and of keys
/// alone (Dao et al., 2022; Dao, 2023).
/// </summary>
/// <remarks>
/// A part is every so-many-th block of queries of all heads that share keys; it adds up gradients of keys and values of its own, in a fixed order. How many parts there
/// are follows from shapes alone; where there is more than one, their sums are then added in order.
/// </remarks>
internal static unsafe class AttentionGradKernel
{
    private const int QueryBlock = 64;
    private const long NearBytes = 64 << 10;    // of a matrix that is copied where its rows stand apart

    // As many parts as keep a machine of some cores busy, each with work enough to pay for sums of its own.
    private const long WantedParts = 16, LeastBlocks = 2;

    /// <summary>
    /// From gradients [B, H, L, F] of the results, the results and logarithms of sums [B, H, L], writes gradients of queries [B, H, L, E], keys [B, G, S, E] and values
    /// [B, G, S, F], each row contiguous.
    /// </summary>
    public static void Run<T>(in AttentionProblem<T> problem, HeadMatrix<T> grad, HeadMatrix<T> result, T* logSum, HeadMatrix<T> query, HeadMatrix<T> key, HeadMatrix<T> value) where T : unmanaged, IFloatingPointIeee754<T>
    {
        long groups = problem.Batches * problem.KeyHeads, blocks = (problem.Queries + QueryBlock - 1) / QueryBlock;
        if (groups == 0)
            return;
        long parts = Math.Clamp(TiledGemm.CeilDiv(WantedParts, groups), 1, Math.Max(1, blocks / LeastBlocks));
        if (parts == 1)
        {
            ParallelFor.Run(groups, new Body<T>(problem, grad, result, logSum, query, key, value, 0, 0, parts));
            return;
        }
        long rows = groups * problem.Keys, keys = rows * problem.Width, values = rows * problem.ValueWidth;
        using var scratch = Scratch.Open();
        T* keyParts = scratch.Take<T>(parts * keys), valueParts = scratch.Take<T>(parts * values);
        var keySums = new HeadMatrix<T>(keyParts, problem.KeyHeads, problem.Keys, problem.Width);
        var valueSums = new HeadMatrix<T>(valueParts, problem.KeyHeads, problem.Keys, problem.ValueWidth);
        ParallelFor.Run(groups * parts, new Body<T>(problem, grad, result, logSum, query, keySums, valueSums, keys, values, parts));
        ParallelFor.Ranges(rows, Math.Max(1, (1 << 14) / problem.Width), new PartSums<T>(problem, keyParts, problem.Width, keys, parts, key));
        ParallelFor.Ranges(rows, Math.Max(1, (1 << 14) / Math.Max(1, problem.ValueWidth)), new PartSums<T>(problem, valueParts, problem.ValueWidth, values, parts, value));
    }

    /// <summary>Adds up parts that lie one after the other, row by row.</summary>
    private readonly struct PartSums<T>(AttentionProblem<T> problem, T* from, long width, long count, long parts, HeadMatrix<T> to) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(PartSums<T> owner, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Add<V>(begin, end);
        }

        private void Add<V>(long begin, long end) where V : unmanaged, ISimd<V, T>
        {
            for (long row = begin; row < end; row++)
            {
                (long group, long key) = Math.DivRem(row, problem.Keys);
                (long batch, long head) = Math.DivRem(group, problem.KeyHeads);
                T* source = from + row * width, target = to.At(batch, head, key);
                for (long i = 0; i < width; i += V.Count)
                {
                    int n = (int)Math.Min(V.Count, width - i);
                    V sum = V.LoadPartial(source + i, n);
                    for (long part = 1; part < parts; part++)
                        sum += V.LoadPartial(source + part * count + i, n);
                    sum.StorePartial(target + i, n);
                }
            }
        }
    }

    // keyPart and valuePart: from the sums of one part to those of the next.
    private readonly struct Body<T>(
        AttentionProblem<T> problem, HeadMatrix<T> grad, HeadMatrix<T> result, T* logSum, HeadMatrix<T> queryGrad, HeadMatrix<T> keyGrad, HeadMatrix<T> valueGrad, long keyPart, long valuePart, long parts) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const int KeyTile = AttentionProblem<T>.KeyTile;

        public void Invoke(long block)
        {
            var kernel = new Kernel(this, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long block) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Part<V>(block);
        }

        private void Part<V>(long block) where V : unmanaged, ISimd<V, T>
        {
            long groups = problem.Batches * problem.KeyHeads, share = problem.Heads / problem.KeyHeads;
            (long part, long group) = Math.DivRem(block, groups);
            (long batch, long keyHead) = Math.DivRem(group, problem.KeyHeads);
            using var scratch = Scratch.Open();
            var buffers = new Buffers<V>(scratch, problem);
            var keys = new GradSums(scratch, problem.Keys, problem.Width, keyGrad.At(batch, keyHead, 0) + part * keyPart, keyGrad.Row);
            var values = new GradSums(scratch, problem.Keys, problem.ValueWidth, valueGrad.At(batch, keyHead, 0) + part * valuePart, valueGrad.Row);
            HeadMatrix<T> key = Near<V>(scratch, problem.Key, batch, keyHead, problem.Width), value = Near<V>(scratch, problem.Value, batch, keyHead, problem.ValueWidth);
            for (long head = keyHead * share; head < (keyHead + 1) * share; head++)
            {
                for (long query = part * QueryBlock; query < problem.Queries; query += parts * QueryBlock)
                    Queries(buffers, batch, head, query, key, value, keys, values);
            }
            keys.Finish();
            values.Finish();
        }

        /// <summary>The keys or values of one head, in a copy like those of <see cref="GradSums"/>.</summary>
        private HeadMatrix<T> Near<V>(Scratch scratch, HeadMatrix<T> matrix, long batch, long head, long columns) where V : unmanaged, ISimd<V, T>
        {
            if (matrix.Row == columns || problem.Keys * columns * sizeof(T) > NearBytes)
                return matrix.Of(batch, head);
            T* copy = scratch.Take<T>(problem.Keys * columns);
            matrix.Copy<V>(batch, head, 0, problem.Keys, columns, copy, columns);
            return new(copy, 0, 0, columns);
        }

        /// <summary>
        /// Where gradients of keys or values add up: in their place, or, where rows of a small matrix stand apart (heads side by side, a power of two from one row to the next), in a copy whose rows don't
        /// push each other out of the caches.
        /// </summary>
        private readonly struct GradSums
        {
            public readonly T* Data;
            public readonly long Row;
            private readonly T* _target;
            private readonly long _rows, _columns, _targetRow;

            public GradSums(Scratch scratch, long rows, long columns, T* target, long targetRow)
            {
                (_rows, _columns, _targetRow) = (rows, columns, targetRow);
                _target = target;
                bool near = targetRow != columns && rows * columns * sizeof(T) <= NearBytes;
                Data = near ? scratch.Take<T>(rows * columns) : target;
                Row = near ? columns : targetRow;
                Clear(Data, rows, columns, Row);
            }

            public void Finish()
            {
                for (long r = 0; Data != _target && r < _rows; r++)
                    Unsafe.CopyBlockUnaligned(_target + r * _targetRow, Data + r * _columns, (uint)(_columns * sizeof(T)));
            }
        }

        private readonly ref struct Buffers<V> where V : unmanaged, ISimd<V, T>
        {
            /// <summary>Queries, gradients of results and gradients of queries in panels of <see cref="Panel"/>, turned.</summary>
            public readonly T* TurnedQuery, TurnedGrad, Sums;

            /// <summary>A panel of results, turned.</summary>
            public readonly T* TurnedResult;

            /// <summary>Queries and gradients of results in rows, padded to whole vectors.</summary>
            public readonly T* Query, Grad;

            /// <summary>Weights and the slopes of scores, [key][query].</summary>
            public readonly T* Weights, Slopes;

            public readonly T* Shift, Delta, Masks;
            public readonly KeyRun* Runs;
            public readonly long QueryPitch, GradPitch;

            public Buffers(Scratch scratch, in AttentionProblem<T> problem)
            {
                QueryPitch = (problem.Width + V.Count - 1) / V.Count * V.Count;
                GradPitch = (problem.ValueWidth + V.Count - 1) / V.Count * V.Count;
                TurnedQuery = scratch.Take<T>(QueryBlock * problem.Width);
                Sums = scratch.Take<T>(QueryBlock * problem.Width);
                TurnedGrad = scratch.Take<T>(QueryBlock * problem.ValueWidth);
                TurnedResult = scratch.Take<T>(Panel * problem.ValueWidth);
                Query = scratch.Take<T>(QueryBlock * QueryPitch);
                Grad = scratch.Take<T>(QueryBlock * GradPitch);
                Weights = scratch.Take<T>(KeyTile * QueryBlock);
                Slopes = scratch.Take<T>(KeyTile * QueryBlock);
                Shift = scratch.Take<T>(QueryBlock);
                Delta = scratch.Take<T>(QueryBlock);
                Masks = scratch.Take<T>(problem.MaskScratch(Panel));
                Runs = (KeyRun*)scratch.Take<long>(2 * problem.MostRuns);
            }

            public static int Panel => 2 * V.Count;
        }

        private void Queries<V>(in Buffers<V> b, long batch, long head, long query, HeadMatrix<T> keys, HeadMatrix<T> values, in GradSums keySums, in GradSums valueSums) where V : unmanaged, ISimd<V, T>
        {
            long e = problem.Width, f = problem.ValueWidth, at = (batch * problem.Heads + head) * problem.Queries + query;
            int queries = (int)Math.Min(QueryBlock, problem.Queries - query), panel = Buffers<V>.Panel;
            for (int p = 0; p < queries; p += panel)
            {
                int n = Math.Min(panel, queries - p);
                problem.Query.Turn<V>(batch, head, query + p, n, e, b.TurnedQuery + p * e, panel);
                grad.Turn<V>(batch, head, query + p, n, f, b.TurnedGrad + p * f, panel);
                result.Turn<V>(batch, head, query + p, n, f, b.TurnedResult, panel);
                Deltas<V>(b.TurnedResult, b.TurnedGrad + p * f, b.Delta + p);
            }
            problem.Query.Copy<V>(batch, head, query, queries, e, b.Query, b.QueryPitch);
            grad.Copy<V>(batch, head, query, queries, f, b.Grad, b.GradPitch);
            Clear(b.Sums, 1, QueryBlock * e, 0);
            // The shift makes up for scores being to base 2; lanes past the last query and queries that see nothing weigh 0.
            for (int i = 0; i < QueryBlock; i++)
            {
                T log = i < queries ? logSum[at + i] : T.PositiveInfinity;
                b.Shift[i] = T.IsNegativeInfinity(log) ? T.PositiveInfinity : log * T.CreateTruncating(1.4426950408889634);
            }
            for (long i = 0; i < QueryBlock * e; i += V.Count)
                (V.Load(b.TurnedQuery + i) * V.Create(problem.Scale2)).Store(b.TurnedQuery + i);

            var (from, to) = problem.Span(query, queries);
            for (long key = from / KeyTile * KeyTile; key < to; key += KeyTile)
            {
                int count = problem.Runs(batch, head, query, queries, key, b.Runs);
                for (int i = 0; i < count; i++)
                    Run(b, batch, head, query, queries, b.Runs[i], keys, values, keySums, valueSums);
            }

            for (int p = 0; p < queries; p += panel)
                Packing.Copy<T, V>(b.Sums + p * e, panel, 1, e, Math.Min(panel, queries - p), queryGrad.At(batch, head, query + p), queryGrad.Row, e);
        }

        /// <summary>How a score moves a result: dS = P (dP - delta), where delta is the result times its gradient, added up.</summary>
        [MethodImpl(Jit.Full)]
        private void Deltas<V>(T* results, T* grads, T* deltas) where V : unmanaged, ISimd<V, T>
        {
            V first = V.Zero, second = V.Zero;
            for (long i = 0; i < problem.ValueWidth; i++, results += Buffers<V>.Panel, grads += Buffers<V>.Panel)
            {
                first = V.MultiplyAdd(V.Load(results), V.Load(grads), first);
                second = V.MultiplyAdd(V.Load(results + V.Count), V.Load(grads + V.Count), second);
            }
            first.Store(deltas);
            second.Store(deltas + V.Count);
        }

        private void Run<V>(in Buffers<V> b, long batch, long head, long query, int queries, KeyRun run, HeadMatrix<T> keys, HeadMatrix<T> values, in GradSums keySums, in GradSums valueSums) where V : unmanaged, ISimd<V, T>
        {
            long e = problem.Width, f = problem.ValueWidth;
            int panel = Buffers<V>.Panel;
            for (int p = 0; p < queries; p += panel)
            {
                int n = Math.Min(panel, queries - p);
                bool two = n > V.Count;
                T* weights = b.Weights + p, slopes = b.Slopes + p;
                // Keys that other panels of the block see, but this one does not, weigh 0.
                var (from, to) = problem.Span(query + p, n);
                int skip = (int)Math.Clamp(from - run.Start, 0, run.Count), last = (int)Math.Clamp(to - run.Start, skip, run.Count);
                for (int v = 0; v < n; v += V.Count)
                {
                    ClearRows<V>(weights + v, 0, skip);
                    ClearRows<V>(slopes + v, 0, skip);
                    ClearRows<V>(weights + v, last, run.Count);
                    ClearRows<V>(slopes + v, last, run.Count);
                }
                var seen = new KeyRun(run.Start + skip, last - skip);
                if (seen.Count == 0)
                    continue;
                weights += skip * QueryBlock;
                slopes += skip * QueryBlock;
                T* k = keys.At(0, 0, seen.Start), factors = null;
                // S = K Q', dP = V dY'
                TileProduct.Run<T, V>(k, keys.Row, keys.Column, seen.Count, e, b.TurnedQuery + p * e, panel, weights, QueryBlock, two, add: false);
                problem.Mask<V>(batch, head, query + p, n, seen, weights, QueryBlock, two ? panel : V.Count, b.Masks);
                TileProduct.Run<T, V>(values.At(0, 0, seen.Start), values.Row, values.Column, seen.Count, f, b.TurnedGrad + p * f, panel, slopes, QueryBlock, two, add: false);
                if (problem.Drop > 0)
                    factors = problem.Factors<V>(batch, head, query + p, n, seen, panel, b.Masks);
                for (int v = 0; v < n; v += V.Count)
                    Slopes<V>(weights + v, slopes + v, factors is null ? null : factors + v, seen.Count, b.Shift + p + v, b.Delta + p + v);
                // dQ += dS K
                TileProduct.Run<T, V>(k, keys.Column, keys.Row, e, seen.Count, slopes, QueryBlock, b.Sums + p * e, panel, two, add: true);
            }
            // dV += P' dY, dK += dS' Q: where not all queries see all keys, a few keys at a time, with the panels of queries that see one of them.
            var (common, end) = problem.Span(query, Math.Min(panel, queries));
            var (start, commonEnd) = problem.Span(query + queries - 1, 1);
            bool all = Math.Max(common, start) <= run.Start && Math.Min(end, commonEnd) >= run.Start + run.Count;
            int atOnce = all ? run.Count : 2 * TileRows.Max<T, V>();
            for (int key = 0, keyCount; key < run.Count; key += keyCount)
            {
                keyCount = Math.Min(atOnce, run.Count - key);
                int first = 0, last = (queries + panel - 1) / panel * panel;
                while (first < last && !Sees(query + first, Math.Min(panel, queries - first), run.Start + key, keyCount))
                    first += panel;
                while (last > first && !Sees(query + last - panel, Math.Min(panel, queries - last + panel), run.Start + key, keyCount))
                    last -= panel;
                int steps = Math.Min(last, queries) - first;
                if (steps <= 0)
                    continue;
                long to = run.Start + key, weights = key * QueryBlock + first;
                TileProduct.Wide<T, V>(b.Weights + weights, QueryBlock, 1, keyCount, steps, b.Grad + first * b.GradPitch, b.GradPitch, valueSums.Data + to * valueSums.Row, valueSums.Row, f, add: true);
                TileProduct.Wide<T, V>(b.Slopes + weights, QueryBlock, 1, keyCount, steps, b.Query + first * b.QueryPitch, b.QueryPitch, keySums.Data + to * keySums.Row, keySums.Row, e, add: true);
            }
        }

        private bool Sees(long query, int queries, long key, int keys)
        {
            var (from, to) = problem.Span(query, queries);
            return from < key + keys && to > key;
        }

        /// <summary>Scores of a vector of queries become weights (with what was dropped gone), gradients of weights become those of scores, times the scale.</summary>
        [MethodImpl(Jit.Full)]
        private void Slopes<V>(T* weights, T* slopes, T* factors, int keys, T* shifts, T* deltas) where V : unmanaged, ISimd<V, T>
        {
            V shift = V.Load(shifts), less = V.Load(deltas), scale = V.Create(problem.Scale);
            for (int k = 0; k < keys; k++, weights += QueryBlock, slopes += QueryBlock)
            {
                V p = VectorMath.SoftmaxPowerOfTwo<V, T>(V.Load(weights) - shift), d = V.Load(slopes), kept = p;
                if (factors is not null)
                {
                    V f = V.Load(factors);
                    kept = p * f;
                    d *= f;
                    factors += Buffers<V>.Panel;
                }
                kept.Store(weights);
                (p * (d - less) * scale).Store(slopes);
            }
        }

        private static void ClearRows<V>(T* p, int from, int to) where V : unmanaged, ISimd<V, T>
        {
            for (int k = from; k < to; k++)
                V.Zero.Store(p + k * QueryBlock);
        }

        private static void Clear(T* p, long rows, long columns, long row)
        {
            if (row == columns)
                (rows, columns) = (1, rows * columns);
            for (long r = 0; r < rows; r++, p += row)
            {
                for (long i = 0; i < columns; i += 1 << 28)
                    new Span<T>(p + i, (int)Math.Min(1 << 28, columns - i)).Clear();
            }
        }
    }
}
