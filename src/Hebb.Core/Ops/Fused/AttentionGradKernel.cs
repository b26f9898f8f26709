using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>The backward pass of attention: tiles of weights are worked out again from scores and saved logarithms. A head is one piece of work, in a fixed order.</summary>
internal static unsafe class AttentionGradKernel
{
    /// <summary>
    /// From gradients [B, H, L, F] of the results, logarithms of sums and deltas [B, H, L] (results times their gradients, added up), writes gradients of queries
    /// [B, H, L, E], keys [B, H, S, E] and values [B, H, S, F], one for every head of queries, all contiguous.
    /// </summary>
    public static void Run<T>(in AttentionProblem<T> problem, HeadMatrix<T> grad, T* logSum, T* delta, T* query, T* key, T* value) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var body = new Body<T>(problem, grad, logSum, delta, query, key, value);
        long heads = problem.Batches * problem.Heads;
        if (heads >= 4)
        {
            ParallelFor.Run(heads, body);
            return;
        }
        // Few heads leave the threads to the matrix products.
        for (long i = 0; i < heads; i++)
            body.Invoke(i);
    }

    private readonly struct Body<T>(AttentionProblem<T> problem, HeadMatrix<T> grad, T* logSum, T* delta, T* queryGrad, T* keyGrad, T* valueGrad) : IBlockBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        private const int QueryTile = AttentionProblem<T>.QueryTile, KeyTile = AttentionProblem<T>.KeyTile;

        public void Invoke(long block)
        {
            var kernel = new Kernel(this, block);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long block) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T> => owner.Head<V>(block);
        }

        private void Head<V>(long block) where V : unmanaged, ISimd<V, T>
        {
            (long batch, long head) = Math.DivRem(block, problem.Heads);
            T* dq = queryGrad + block * problem.Queries * problem.Width, dk = keyGrad + block * problem.Keys * problem.Width, dv = valueGrad + block * problem.Keys * problem.ValueWidth;
            Clear(dq, problem.Queries * problem.Width);
            Clear(dk, problem.Keys * problem.Width);
            Clear(dv, problem.Keys * problem.ValueWidth);
            using var scratch = Scratch.Open();
            T* weights = scratch.Take<T>(QueryTile * KeyTile), slopes = scratch.Take<T>(QueryTile * KeyTile), factors = scratch.Take<T>(KeyTile);
            float* uniform = scratch.Take<float>(KeyTile);
            for (long query = 0; query < problem.Queries; query += QueryTile)
            {
                int queries = (int)Math.Min(QueryTile, problem.Queries - query);
                long last = problem.Seen(query + queries - 1), at = block * problem.Queries + query;
                for (long key = 0; key < last; key += KeyTile)
                {
                    int keys = (int)Math.Min(KeyTile, last - key);
                    problem.Scores<V>(batch, head, query, queries, key, keys, weights);
                    // dP = dY V'
                    T* value = problem.Value.At(batch, problem.KeyHead(head), key), gradient = grad.At(batch, head, query);
                    Product(queries, keys, problem.ValueWidth, gradient, grad.Row, grad.Column, value, problem.Value.Column, problem.Value.Row, slopes, KeyTile, false);
                    for (int i = 0; i < queries; i++)
                    {
                        bool drop = problem.Drop > 0;
                        if (drop)
                            problem.Keep(batch, head, query + i, key, keys, uniform, factors);
                        T log = logSum[at + i];
                        Slopes<V>(weights + i * KeyTile, slopes + i * KeyTile, drop ? factors : null, keys, T.IsNegativeInfinity(log) ? T.Zero : log, delta[at + i]);
                    }
                    // dV += P' dY, dQ += dS K, dK += dS' Q
                    Product(keys, problem.ValueWidth, queries, weights, 1, KeyTile, gradient, grad.Row, grad.Column, dv + key * problem.ValueWidth, problem.ValueWidth, true);
                    T* k = problem.Key.At(batch, problem.KeyHead(head), key), q = problem.Query.At(batch, head, query);
                    Product(queries, problem.Width, keys, slopes, KeyTile, 1, k, problem.Key.Row, problem.Key.Column, dq + query * problem.Width, problem.Width, true);
                    Product(keys, problem.Width, queries, slopes, 1, KeyTile, q, problem.Query.Row, problem.Query.Column, dk + key * problem.Width, problem.Width, true);
                }
            }
        }

        /// <summary>Scores become weights (with what was dropped gone), gradients of weights become those of scores, times the scale.</summary>
        private void Slopes<V>(T* weights, T* slopes, T* factors, int keys, T log, T delta) where V : unmanaged, ISimd<V, T>
        {
            V shift = V.Create(log), less = V.Create(delta), scale = V.Create(problem.Scale);
            for (int j = 0; j < keys; j += V.Count)
            {
                int n = Math.Min(V.Count, keys - j);
                V p = VectorMath.Exp<V, T>(RowMath.Load<V, T>(weights + j, n) - shift), d = RowMath.Load<V, T>(slopes + j, n), kept = p;
                if (factors is not null)
                {
                    V f = RowMath.Load<V, T>(factors + j, n);
                    kept = p * f;
                    d *= f;
                }
                RowMath.Store<V, T>(kept, weights + j, n);
                RowMath.Store<V, T>(p * (d - less) * scale, slopes + j, n);
            }
        }

        private static void Product(long m, long n, long k, T* a, long aRow, long aColumn, T* b, long bRow, long bColumn, T* c, long cRow, bool accumulate) => Gemm.Run(new GemmProblem<T>
        {
            M = m,
            N = n,
            K = k,
            A = a,
            ARow = aRow,
            ACol = aColumn,
            B = b,
            BRow = bRow,
            BCol = bColumn,
            C = c,
            CRow = cRow,
            Accumulate = accumulate,
        });

        private static void Clear(T* p, long count)
        {
            for (long i = 0; i < count; i += 1 << 28)
                new Span<T>(p + i, (int)Math.Min(1 << 28, count - i)).Clear();
        }
    }
}
