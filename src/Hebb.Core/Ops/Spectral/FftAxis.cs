using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>A transform of one contiguous row.</summary>
internal unsafe interface IRowTransform<TIn, TOut>
    where TIn : unmanaged
    where TOut : unmanaged
{
    /// <summary>Bytes of working memory that a call needs.</summary>
    long ScratchBytes { get; }

    void Invoke(TIn* x, TOut* y, byte* scratch);
}

/// <summary>Applies a row transform along any axis of contiguous tensors, rows in parallel.</summary>
internal static unsafe class FftAxis
{
    // Rows across the axis that are gathered together, so that each line of the cache is read once.
    private const int Width = 8;
    private const long BlockPoints = 16 << 10;

    public static void Run<TIn, TOut, TRow>(TRow row, Tensor x, Tensor y, int axis)
        where TIn : unmanaged
        where TOut : unmanaged
        where TRow : struct, IRowTransform<TIn, TOut>
    {
        if (y.Count == 0)
            return;
        long inner = 1;
        for (int i = axis + 1; i < x.Rank; i++)
            inner *= x.Shape[i];
        var body = new Body<TIn, TOut, TRow>(row, x.Data<TIn>(), y.Data<TOut>(), y.Count / (inner * y.Shape[axis]), x.Shape[axis], y.Shape[axis], inner);
        ParallelFor.Run(body.Blocks, body);
    }

    private readonly struct Body<TIn, TOut, TRow>(TRow row, TIn* x, TOut* y, long outer, int n, int m, long inner) : IBlockBody
        where TIn : unmanaged
        where TOut : unmanaged
        where TRow : struct, IRowTransform<TIn, TOut>
    {
        // Groups of neighbouring rows; several to a block where rows are short.
        private readonly long _across = (inner + Width - 1) / Width;
        private readonly long _perBlock = Math.Max(1, BlockPoints / Math.Max(n, m) / Math.Min(inner, Width));

        public long Blocks => (outer * _across + _perBlock - 1) / _perBlock;

        public void Invoke(long block)
        {
            bool direct = inner == 1;
            using var scratch = new Scratch<byte>(row.ScratchBytes);
            using var rows = new Scratch<TIn>(direct ? 0 : (long)n * Width);
            using var results = new Scratch<TOut>(direct ? 0 : (long)m * Width);
            long end = Math.Min(outer * _across, (block + 1) * _perBlock);
            for (long group = block * _perBlock; group < end; group++)
            {
                if (direct)
                {
                    row.Invoke(x + group * n, y + group * m, scratch.Pointer);
                    continue;
                }

                long i = group / _across, first = group % _across * Width;
                int width = (int)Math.Min(Width, inner - first);
                TIn* from = x + i * n * inner + first;
                TOut* to = y + i * m * inner + first;
                BlockOps.Transpose(n, width, from, inner, rows.Pointer, n);
                for (int k = 0; k < width; k++)
                    row.Invoke(rows.Pointer + (long)k * n, results.Pointer + (long)k * m, scratch.Pointer);
                BlockOps.Transpose(width, m, results.Pointer, m, to, inner);
            }
        }
    }
}
