using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Ops;

internal static unsafe partial class IndexKernel
{
    /// <summary>y[before, place m, after] += v[before, m, after], in the order of m. Both are contiguous; <typeparamref name="T"/> is the type, complex numbers count as two.</summary>
    public static void Add<T>(Tensor v, long before, long after, long* offsets, long places, Tensor y, int parts = 1) where T : unmanaged, INumber<T>
    {
        if (v.Count == 0)
            return;
        var body = new AddBody<T>(v.Data<T>(), before, after * parts, offsets, places, y.Data<T>(), y.Count / before * parts, parts);
        ParallelFor.Run(before * body.Pieces, body);
    }

    /// <summary>Where ranges of destinations begin that take about as many rows each, as one thread works on each range.</summary>
    [InlineArray(Most + 1)]
    private struct Bounds
    {
        public const int Most = 16;

        private long _first;

        /// <summary>False where the rows of one of so few destinations are more than a thread's share.</summary>
        [SkipLocalsInit]
        public static bool TryCreate(long* offsets, long places, int parts, long size, int pieces, out Bounds bounds)
        {
            const int buckets = 256;
            int* counts = stackalloc int[buckets];
            new Span<int>(counts, buckets).Clear();
            int shift = Math.Max(0, 64 - BitOperations.LeadingZeroCount((ulong)size) - 8);
            long total = 0, seen = 0, most = 0, before = 0;
            for (long m = 0; m < places; m++)
            {
                if (offsets[m] == Skip)
                    continue;
                counts[offsets[m] * parts >> shift]++;
                total++;
            }
            bounds = default;
            int piece = 1;
            for (int i = 0; i < buckets && piece < pieces; i++)
            {
                seen += counts[i];
                if (seen * pieces < total * piece)
                    continue;
                bounds[piece++] = Math.Min((long)(i + 1) << shift, size);
                most = Math.Max(most, seen - before);
                before = seen;
            }
            for (; piece <= pieces; piece++)
                bounds[piece] = size;
            return Math.Max(most, total - before) * pieces * 4 <= total * 5;
        }
    }

    private readonly struct AddBody<T> : IBlockBody where T : unmanaged, INumber<T>
    {
        /// <summary>Elements of a row that several threads share, whatever its destination.</summary>
        private const long LongRow = 16 << 10;

        private readonly T* _v, _y;
        private readonly long _after, _places, _size;
        private readonly long* _offsets;
        private readonly int _parts;
        private readonly bool _byColumn;
        private readonly Bounds _bounds;

        public readonly long Pieces = 1;

        // Each destination takes its values in their order however many pieces there are. Rows that are read whole come faster than columns of them, so threads
        // share out destinations; each looks at all places. Columns are left for a few destinations that take the most rows.
        public AddBody(T* v, long before, long after, long* offsets, long places, T* y, long size, int parts)
        {
            _v = v;
            _y = y;
            _offsets = offsets;
            (_after, _places, _size, _parts) = (after, places, size, parts);
            int threads = Math.Min(ParallelFor.Threads, Bounds.Most);
            if (before >= 8 || threads == 1 || after < 8 || after * places < 2 * BlockSize)
                return;
            int pieces = after < 256 ? Math.Min(threads, 4) : threads;
            if (after < LongRow && Bounds.TryCreate(offsets, places, parts, size, pieces, out _bounds))
            {
                Pieces = pieces;
            }
            else if (after >= 256)
            {
                _byColumn = true;
                Pieces = Math.Min(after / 64, Math.Min(2 * threads, 16));
            }
        }

        public void Invoke(long block)
        {
            (long before, long piece) = Math.DivRem(block, Pieces);
            long start = 0, length = _after, low = 0, high = _size;
            if (_byColumn)
                (start, length) = (piece * _after / Pieces, (piece + 1) * _after / Pieces - piece * _after / Pieces);
            else if (Pieces > 1)
                (low, high) = (_bounds[(int)piece], _bounds[(int)piece + 1]);
            T* to = _y + before * _size + start, from = _v + before * _places * _after + start;
            for (long m = 0; m < _places; m++, from += _after)
            {
                long offset = _offsets[m] * _parts;
                if (_offsets[m] == Skip || offset < low || offset >= high)
                    continue;
                if (length < 8)
                {
                    for (long i = 0; i < length; i++)
                        to[offset + i] += from[i];
                }
                else
                {
                    var sum = new Span<T>(to + offset, checked((int)length));
                    TensorPrimitives.Add(sum, new ReadOnlySpan<T>(from, (int)length), sum);
                }
            }
        }
    }
}
