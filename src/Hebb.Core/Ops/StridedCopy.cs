using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>
/// Copies between two layouts of one shape and element type. Axes are put in the order of the destination and merged where both sides step evenly,
/// so that the innermost loop is as long as it can be: a block copy, a strided run, or a square tile where one side is turned against the other.
/// </summary>
internal static unsafe class StridedCopy
{
    private const long BlockSize = 32 << 10;
    private const int Tile = 16;

    /// <summary>Writes <paramref name="source"/>, of any layout, into <paramref name="view"/>, of any layout whose elements are distinct. The two share no memory.</summary>
    public static void Run(Tensor source, Tensor view)
    {
        if (view.Count == 0)
            return;
        Span<long> to = stackalloc long[Shape.MaxRank];
        view.CopyStrides(to);
        Into(source, view, to, 0);
    }

    /// <summary>Writes <paramref name="source"/> to a part of a tensor, without a view of that: its elements lie <paramref name="to"/> apart along the source's axes, from the tensor's element at <paramref name="offset"/> on.</summary>
    public static void Into(Tensor source, Tensor whole, ReadOnlySpan<long> to, long offset)
    {
        if (source.Count == 0)
            return;
        var layout = new Layout(source, to);
        switch (whole.DType.Size)
        {
            case 1:
                Run<byte>(layout, source, whole, offset);
                break;
            case 2:
                Run<ushort>(layout, source, whole, offset);
                break;
            case 4:
                Run<uint>(layout, source, whole, offset);
                break;
            case 8:
                Run<ulong>(layout, source, whole, offset);
                break;
            case 16:
                Run<UInt128>(layout, source, whole, offset);
                break;
            default:
                throw new DTypeException($"a {whole.DType.Name} tensor has to be contiguous; cast it first");
        }
        GC.KeepAlive(source);
        GC.KeepAlive(whole);
    }

    private static void Run<T>(in Layout layout, Tensor source, Tensor whole, long offset) where T : unmanaged
    {
        var body = new Body<T>(layout, source.Data<T>(), whole.Data<T>() + offset);
        ParallelFor.Run(body.Blocks, body);
    }

    /// <summary>The axes of a copy, innermost first.</summary>
    private struct Layout
    {
        public int Rank;
        private fixed long _sizes[Shape.MaxRank];
        private fixed long _from[Shape.MaxRank];
        private fixed long _to[Shape.MaxRank];

        public Layout(Tensor source, ReadOnlySpan<long> to)
        {
            Span<long> from = stackalloc long[Shape.MaxRank];
            source.CopyStrides(from);
            for (int axis = source.Rank - 1; axis >= 0; axis--)
            {
                if (source.Shape[axis] == 1)
                    continue;
                int at = Rank++;
                // Insertion by the destination's step; equal steps keep their order.
                for (; at > 0 && Math.Abs(_to[at - 1]) > Math.Abs(to[axis]); at--)
                    Move(at - 1, at);
                (_sizes[at], _from[at], _to[at]) = (source.Shape[axis], from[axis], to[axis]);
            }
            Merge();
            // The second axis is the one that the source steps through most finely: the two make the tile of a transposition.
            int finest = 1;
            for (int i = 2; i < Rank; i++)
            {
                if (Math.Abs(_from[i]) < Math.Abs(_from[finest]))
                    finest = i;
            }
            if (finest > 1 && Math.Abs(_from[finest]) < Math.Abs(_from[0]))
            {
                var (size, a, b) = (_sizes[finest], _from[finest], _to[finest]);
                for (int i = finest; i > 1; i--)
                    Move(i - 1, i);
                (_sizes[1], _from[1], _to[1]) = (size, a, b);
            }
            for (; Rank < 2; Rank++)
                (_sizes[Rank], _from[Rank], _to[Rank]) = (1, 0, 0);
        }

        public readonly long Size(int axis) => _sizes[axis];

        public readonly long From(int axis) => _from[axis];

        public readonly long To(int axis) => _to[axis];

        /// <summary>The number of innermost runs.</summary>
        public readonly long Rows
        {
            get
            {
                long rows = 1;
                for (int i = 1; i < Rank; i++)
                    rows *= _sizes[i];
                return rows;
            }
        }

        private void Move(int from, int to) => (_sizes[to], _from[to], _to[to]) = (_sizes[from], _from[from], _to[from]);

        private void Merge()
        {
            int kept = 0;
            for (int i = 1; i < Rank; i++)
            {
                if (_from[i] == _from[kept] * _sizes[kept] && _to[i] == _to[kept] * _sizes[kept])
                    _sizes[kept] *= _sizes[i];
                else
                    Move(i, ++kept);
            }
            if (Rank > 0)
                Rank = kept + 1;
        }
    }

    private readonly struct Body<T> : IBlockBody where T : unmanaged
    {
        private readonly Layout _layout;
        private readonly T* _source, _view;
        private readonly long _rows, _rowsPerBlock, _pieces;

        public Body(in Layout layout, T* source, T* view)
        {
            _layout = layout;
            _source = source;
            _view = view;
            _rows = layout.Rows;
            _pieces = Math.Max(1, layout.Size(0) / BlockSize);
            _rowsPerBlock = _pieces > 1 ? 1 : Math.Max(1, BlockSize / layout.Size(0));
            if (_rowsPerBlock > Tile)
                _rowsPerBlock &= -Tile;
        }

        public long Blocks => (_rows + _rowsPerBlock - 1) / _rowsPerBlock * _pieces;

        [SkipLocalsInit]
        public void Invoke(long block)
        {
            long n = _layout.Size(0), from = _layout.From(0), to = _layout.To(0);
            (long group, long piece) = Math.DivRem(block, _pieces);
            long begin = piece * n / _pieces, count = (piece + 1) * n / _pieces - begin;
            long row = group * _rowsPerBlock, end = Math.Min(row + _rowsPerBlock, _rows);
            bool turned = to == 1 && from != 1 && Math.Abs(_layout.From(1)) == 1;
            long* index = stackalloc long[Shape.MaxRank];
            long rest = row;
            T* a = _source + begin * from, b = _view + begin * to;
            for (int axis = 1; axis < _layout.Rank; axis++)
            {
                (rest, index[axis]) = Math.DivRem(rest, _layout.Size(axis));
                a += index[axis] * _layout.From(axis);
                b += index[axis] * _layout.To(axis);
            }
            while (row < end)
            {
                long step = Math.Min(Math.Min(turned ? Tile : 1, end - row), _layout.Size(1) - index[1]);
                if (step > 1)
                    CopyTiles(a, from, _layout.From(1), b, _layout.To(1), count, (int)step);
                else
                    CopyRow(a, from, b, to, count);
                row += step;
                index[1] += step;
                a += step * _layout.From(1);
                b += step * _layout.To(1);
                for (int axis = 1; index[axis] == _layout.Size(axis) && axis + 1 < _layout.Rank; axis++)
                {
                    a += _layout.From(axis + 1) - index[axis] * _layout.From(axis);
                    b += _layout.To(axis + 1) - index[axis] * _layout.To(axis);
                    index[axis] = 0;
                    index[axis + 1]++;
                }
            }
        }

        private static void CopyRow(T* a, long from, T* b, long to, long count)
        {
            if (from == 1 && to == 1)
            {
                Buffer.MemoryCopy(a, b, count * sizeof(T), count * sizeof(T));
            }
            else if (from == 0 && to == 1)
            {
                new Span<T>(b, checked((int)count)).Fill(*a);
            }
            else if (to == 1)
            {
                for (long i = 0; i < count; i++)
                    b[i] = a[i * from];
            }
            else if (from == 1)
            {
                for (long i = 0; i < count; i++)
                    b[i * to] = a[i];
            }
            else
            {
                for (long i = 0; i < count; i++)
                    b[i * to] = a[i * from];
            }
        }

        /// <summary>A few rows at once, of which the source holds neighbouring elements side by side: every cache line of it is read once.</summary>
        private static void CopyTiles(T* a, long from, long fromRow, T* b, long toRow, long count, int rows)
        {
            for (long start = 0; start < count; start += Tile)
            {
                int width = (int)Math.Min(Tile, count - start);
                T* tile = a + start * from, to = b + start;
                for (int r = 0; r < rows; r++)
                {
                    T* x = tile + r * fromRow, y = to + r * toRow;
                    for (int i = 0; i < width; i++)
                        y[i] = x[i * from];
                }
            }
        }
    }
}
