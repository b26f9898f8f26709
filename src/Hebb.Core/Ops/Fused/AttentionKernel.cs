using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// The forward pass of attention, a tile of queries at a time: keys come by in tiles, with the running maximum and sum of their exponentials, so that memory grows with
/// the number of queries alone (Milakov and Gimelshein, 2018; Dao et al., 2022).
/// </summary>
internal static unsafe class AttentionKernel
{
    /// <summary>Writes [B, H, L, F] results and [B, H, L] logarithms of the sums of exponentials, both contiguous. Queries that see no key get 0 and -infinity.</summary>
    public static void Run<T>(in AttentionProblem<T> problem, T* output, T* logSum) where T : unmanaged, IFloatingPointIeee754<T>
    {
        const int Tile = AttentionProblem<T>.QueryTile;
        var body = new Body<T>(problem, output, logSum, (problem.Queries + Tile - 1) / Tile);
        ParallelFor.Run(problem.Batches * problem.Heads * body.Tiles, body);
    }

    private readonly struct Body<T>(AttentionProblem<T> problem, T* output, T* logSum, long tiles) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public long Tiles => tiles;

        public void Invoke(long block)
        {
            var kernel = new Kernel(this, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long block) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Tile<V>(block);
        }

        private void Tile<V>(long block) where V : unmanaged, ISimd<V, T>
        {
            const int QueryTile = AttentionProblem<T>.QueryTile, KeyTile = AttentionProblem<T>.KeyTile;
            (long outer, long tile) = Math.DivRem(block, tiles);
            (long batch, long head) = Math.DivRem(outer, problem.Heads);
            long query = tile * QueryTile, width = problem.ValueWidth;
            int queries = (int)Math.Min(QueryTile, problem.Queries - query);
            T* y = output + (outer * problem.Queries + query) * width, log = logSum + outer * problem.Queries + query;
            using var scratch = Scratch.Open();
            T* scores = scratch.Take<T>(QueryTile * KeyTile), factors = scratch.Take<T>(KeyTile), most = scratch.Take<T>(QueryTile), sum = scratch.Take<T>(QueryTile);
            float* uniform = scratch.Take<float>(KeyTile);
            for (long i = 0; i < queries * width; i++)
                y[i] = T.Zero;
            for (int i = 0; i < queries; i++)
                (most[i], sum[i]) = (T.NegativeInfinity, T.Zero);
            long last = problem.Seen(query + queries - 1);
            for (long key = 0; key < last; key += KeyTile)
            {
                int keys = (int)Math.Min(KeyTile, last - key);
                problem.Scores<V>(batch, head, query, queries, key, keys, scores);
                for (int i = 0; i < queries; i++)
                {
                    Weigh<V>(scores + i * KeyTile, keys, y + i * width, ref most[i], ref sum[i]);
                    if (problem.Drop > 0)
                    {
                        problem.Keep(batch, head, query + i, key, keys, uniform, factors);
                        for (int j = 0; j < keys; j++)
                            scores[i * KeyTile + j] *= factors[j];
                    }
                }
                Gemm.Run(new GemmProblem<T>
                {
                    M = queries,
                    N = width,
                    K = keys,
                    A = scores,
                    ARow = KeyTile,
                    ACol = 1,
                    B = problem.Value.At(batch, problem.KeyHead(head), key),
                    BRow = problem.Value.Row,
                    BCol = problem.Value.Column,
                    C = y,
                    CRow = width,
                    Accumulate = true,
                });
            }
            for (int i = 0; i < queries; i++)
            {
                log[i] = sum[i] == T.Zero ? T.NegativeInfinity : most[i] + T.Log(sum[i]);
                if (sum[i] != T.Zero)
                    Multiply<V>(y + i * width, T.One / sum[i]);
            }
        }

        /// <summary>Turns a row of scores into weights relative to the largest score so far; what was summed up before is brought to it too.</summary>
        private void Weigh<V>(T* row, int keys, T* y, ref T most, ref T sum) where V : unmanaged, ISimd<V, T>
        {
            T larger = T.Max(most, RowMath.Max<V, T>(row, keys));
            if (T.IsNegativeInfinity(larger))
            {
                new Span<T>(row, keys).Clear();
                return;
            }
            if (larger != most)
            {
                T shrink = T.Exp(most - larger);
                sum *= shrink;
                Multiply<V>(y, shrink);
                most = larger;
            }
            sum += RowMath.Sum<V, T, RowMath.Exp<T>>(new(row, larger, row), keys);
        }

        private void Multiply<V>(T* y, T factor) where V : unmanaged, ISimd<V, T>
        {
            for (long i = 0; i < problem.ValueWidth; i += V.Count)
            {
                int n = (int)Math.Min(V.Count, problem.ValueWidth - i);
                RowMath.Store<V, T>(RowMath.Load<V, T>(y + i, n) * V.Create(factor), y + i, n);
            }
        }
    }
}
