using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>The first k elements of each line along an axis in sorted order, and where they stood; lines in parallel.</summary>
internal readonly unsafe struct OrderKernel(Tensor x, Tensor values, Tensor indices, int axis, bool descending) : IElementBody
{
    // Lines across the axis that are gathered together, so that each line of the cache is read once.
    private const int Width = 8;
    private const long BlockElements = 8 << 10;

    public void Invoke<T>() where T : unmanaged
    {
        if (values.Count == 0)
            return;
        long inner = 1;
        for (int i = axis + 1; i < x.Rank; i++)
            inner *= x.Shape[i];
        var body = new Body<T>(x.Data<T>(), values.Data<T>(), indices.Data<long>(), x.Shape[axis], values.Shape[axis], inner, descending);
        long across = (inner + Width - 1) / Width;
        long groups = values.Count / (inner * values.Shape[axis]) * across;
        ParallelFor.Ranges(groups, Math.Max(1, BlockElements / x.Shape[axis] / Math.Min(inner, Width)), body);
    }

    private readonly struct Body<T>(T* x, T* values, long* indices, int n, int k, long inner, bool descending) : IRangeBody
        where T : unmanaged
    {
        public void Invoke(long begin, long end)
        {
            bool direct = inner == 1;
            long across = (inner + Width - 1) / Width;
            using var lines = new Scratch<T>(direct ? 0 : (long)(n + k) * Width);
            using var places = new Scratch<long>(direct ? 0 : (long)k * Width);
            T* sorted = lines.Pointer + (long)n * Width;
            for (long group = begin; group < end; group++)
            {
                if (direct)
                {
                    Line(x + group * n, values + group * k, indices + group * k);
                    continue;
                }
                long outer = group / across, first = group % across * Width;
                int width = (int)Math.Min(Width, inner - first);
                BlockOps.Transpose(n, width, x + outer * n * inner + first, inner, lines.Pointer, n);
                for (int i = 0; i < width; i++)
                    Line(lines.Pointer + (long)i * n, sorted + (long)i * k, places.Pointer + (long)i * k);
                BlockOps.Transpose(width, k, sorted, k, values + outer * k * inner + first, inner);
                BlockOps.Transpose(width, k, places.Pointer, k, indices + outer * k * inner + first, inner);
            }
        }

        private void Line(T* from, T* to, long* at)
        {
            if (k < n)
                TopK.Select(n, from, k, descending, to, at);
            else
                RowSort.Sort(n, from, descending, to, at);
        }
    }
}
