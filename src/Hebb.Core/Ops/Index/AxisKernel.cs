using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>
/// Elements picked along one axis by an index tensor that has a value for every element of the result, or combined into the places so named. The other
/// tensor may be larger than the index tensor along the other axes. Each line along the axis belongs to one block and is walked in order.
/// </summary>
internal static unsafe partial class AxisKernel
{
    private const long BlockSize = 32 << 10;

    /// <summary>The result's sizes beside the strides of the tensor that is picked from, or written to.</summary>
    private readonly struct Layout
    {
        private readonly Axes _sizes, _strides;
        private readonly int _axis;

        public readonly long Outer, Length, Inner, Stride;
        public readonly int Size;
        public readonly bool InnerIsContiguous;

        [InlineArray(Shape.MaxRank)]
        private struct Axes
        {
            private long _first;
        }

        public Layout(Tensor x, in Shape index, int axis)
        {
            Span<long> strides = stackalloc long[Shape.MaxRank];
            x.CopyStrides(strides);
            _axis = axis;
            (Outer, Inner, InnerIsContiguous) = (1, 1, true);
            for (int i = index.Rank - 1; i > axis; i--)
            {
                InnerIsContiguous &= index[i] == 1 || strides[i] == Inner;
                (_sizes[i], _strides[i]) = (index[i], strides[i]);
                Inner *= index[i];
            }
            for (int i = 0; i < axis; i++)
            {
                (_sizes[i], _strides[i]) = (index[i], strides[i]);
                Outer *= index[i];
            }
            Length = index[axis];
            Stride = strides[axis];
            Size = x.Shape[axis];
        }

        public long OuterOffset(long i) => Offset(i, _axis - 1, 0);

        public long InnerOffset(long i, int rank) => InnerIsContiguous ? i : Offset(i, rank - 1, _axis + 1);

        private long Offset(long i, int last, int first)
        {
            long offset = 0;
            for (int axis = last; axis >= first; axis--)
            {
                (i, long at) = Math.DivRem(i, _sizes[axis]);
                offset += at * _strides[axis];
            }
            return offset;
        }
    }

    /// <summary>The index tensor as contiguous Int64; its axes after <paramref name="axis"/> shrunk to 1 where it was expanded along them, so that whole rows move.</summary>
    private static Tensor Compact(Tensor index, int axis, out bool shared)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        index.CopyStrides(strides);
        int[] sizes = index.Shape.ToArray();
        shared = false;
        for (int i = axis + 1; i < sizes.Length; i++)
        {
            if (sizes[i] == 1)
                continue;
            if (strides[i] != 0)
            {
                shared = false;
                return Copying.To(index, DType.Int64);
            }
            sizes[i] = 1;
            shared = true;
        }
        return Copying.To(Tensor.Strided(index, sizes, strides[..sizes.Length].ToArray(), index.Offset), DType.Int64);
    }

    /// <summary>y[o, k, i] = x[o, index[o, k, i], i].</summary>
    /// <exception cref="ShapeException">An index is out of range.</exception>
    public static void Gather(string op, Tensor x, Tensor index, Tensor y, int axis)
    {
        index = Compact(index, axis, out bool shared);
        switch (y.DType.Size)
        {
            case 1:
                Gather<byte>(op, x, index, shared, y, axis);
                break;
            case 2:
                Gather<ushort>(op, x, index, shared, y, axis);
                break;
            case 4:
                Gather<uint>(op, x, index, shared, y, axis);
                break;
            case 8:
                Gather<ulong>(op, x, index, shared, y, axis);
                break;
            default:
                Gather<UInt128>(op, x, index, shared, y, axis);
                break;
        }
        GC.KeepAlive(index);
    }

    private static void Gather<T>(string op, Tensor x, Tensor index, bool shared, Tensor y, int axis) where T : unmanaged
    {
        if (y.Count == 0)
            return;
        var body = new GatherBody<T>(op, x, index, shared, y, axis);
        ParallelFor.Ranges(y.Count / y.Shape[^1], Math.Max(1, BlockSize / y.Shape[^1]), body);
    }

    private readonly struct GatherBody<T>(string op, Tensor x, Tensor index, bool shared, Tensor y, int axis) : IRangeBody where T : unmanaged
    {
        private readonly Layout _layout = new(x, y.Shape, axis);
        private readonly T* _x = x.Data<T>(), _y = y.Data<T>();
        private readonly long* _index = index.Data<long>();
        private readonly long _last = x.Stride(y.Rank - 1);
        private readonly int _row = y.Shape[^1], _rank = y.Rank;

        // By rows of the last axis: a piece of one line along the axis, or neighbours at one place of it.
        public void Invoke(long begin, long end)
        {
            bool along = axis == _rank - 1;
            long step = along ? 0 : _last;
            for (long row = begin; row < end; row++)
            {
                long at = row * _row;
                (long line, long inner) = Math.DivRem(at, _layout.Inner);
                T* from = _x + _layout.OuterOffset(line / _layout.Length) + (along ? 0 : _layout.InnerOffset(inner, _rank)), to = _y + at;
                if (!shared)
                {
                    Pick(from, step, _index + at, to);
                    continue;
                }
                from += Place(line);
                if (step == 1)
                {
                    Buffer.MemoryCopy(from, to, _row * sizeof(T), _row * sizeof(T));
                    continue;
                }
                for (int i = 0; i < _row; i++)
                    to[i] = from[i * step];
            }
        }

        private void Pick(T* from, long step, long* index, T* to)
        {
            long size = _layout.Size, stride = _layout.Stride;
            for (int i = 0, row = _row; i < row; i++, from += step)
            {
                long k = index[i];
                if (k < 0)
                    k += size;
                if ((ulong)k >= (ulong)size)
                    throw IndexKernel.OutOfRange(op, index[i], axis, x.Shape);
                to[i] = from[k * stride];
            }
        }

        private long Place(long i)
        {
            long at = _index[i], size = _layout.Size;
            long k = at < 0 ? at + size : at;
            return (ulong)k < (ulong)size ? k * _layout.Stride : throw IndexKernel.OutOfRange(op, at, axis, x.Shape);
        }
    }

    /// <summary>y[o, index[o, k, i], i] = combine(y[…], v[o, k, i]), in the order of k. Where <paramref name="v"/> is null, <paramref name="fill"/> takes its place.</summary>
    /// <exception cref="ShapeException">An index is out of range.</exception>
    public static void Scatter<T, TCombine>(string op, Tensor y, Tensor index, Tensor? v, T fill, int axis) where T : unmanaged, INumber<T> where TCombine : struct, ICombine
    {
        if (v is not null && v.Shape != index.Shape)
            throw new ShapeException($"{op}: elements of {v.Shape} for indices of {index.Shape}");
        if (index.Count == 0)
            return;
        if (v is not null)
            v = Copying.Contiguous(v);
        var compact = Compact(index, axis, out bool shared);
        var body = new ScatterBody<T, TCombine>(op, y, compact, shared, index.Shape, v, fill, axis);
        ParallelFor.Run(body.Blocks, body);
        GC.KeepAlive(compact);
        GC.KeepAlive(v);
    }

    private readonly struct ScatterBody<T, TCombine> : IBlockBody where T : unmanaged, INumber<T> where TCombine : struct, ICombine
    {
        private readonly Layout _layout;
        private readonly T* _y, _v;
        private readonly T _fill;
        private readonly long* _index;
        private readonly long _lines, _pieces;
        private readonly int _rank, _axis;
        private readonly bool _shared;
        private readonly string _op;
        private readonly Shape _shape;

        public ScatterBody(string op, Tensor y, Tensor index, bool shared, in Shape places, Tensor? v, T fill, int axis)
        {
            _layout = new Layout(y, places, axis);
            _y = y.Data<T>();
            _v = v is null ? null : v.Data<T>();
            _index = index.Data<long>();
            (_op, _fill, _axis, _rank, _shape, _shared) = (op, fill, axis, places.Rank, y.Shape, shared);
            // Lines along the axis are shared out whole: several of them to a block where they are short, a piece of their neighbours where there are many.
            _pieces = Math.Clamp(Math.Min(_layout.Inner / 64, _layout.Inner * _layout.Length / BlockSize), 1, 16);
            _lines = Math.Max(1, BlockSize / Math.Max(1, _layout.Inner * _layout.Length));
        }

        public long Blocks => (_layout.Outer + _lines - 1) / _lines * _pieces;

        public void Invoke(long block)
        {
            (long group, long piece) = Math.DivRem(block, _pieces);
            long inner = _layout.Inner, start = piece * inner / _pieces, end = (piece + 1) * inner / _pieces;
            for (long outer = group * _lines; outer < Math.Min((group + 1) * _lines, _layout.Outer); outer++)
            {
                T* to = _y + _layout.OuterOffset(outer);
                if (inner == 1)
                {
                    Send(to, outer * _layout.Length, _layout.Length, 0);
                    continue;
                }
                for (long line = outer * _layout.Length; line < (outer + 1) * _layout.Length; line++)
                {
                    T* from = _v == null ? null : _v + line * inner;
                    if (!_shared && _layout.InnerIsContiguous)
                    {
                        Send(to + start, line * inner + start, end - start, 1);
                        continue;
                    }
                    if (!_shared)
                    {
                        for (long i = start; i < end; i++)
                            Join(to + Place(line * inner + i), from, i);
                        continue;
                    }
                    T* row = to + Place(line);
                    if (_layout.InnerIsContiguous && from != null)
                    {
                        TCombine.Combine(new Span<T>(row + start, (int)(end - start)), new ReadOnlySpan<T>(from + start, (int)(end - start)));
                        continue;
                    }
                    for (long i = start; i < end; i++)
                        Join(row, from, i);
                }
            }
        }

        /// <summary>A run of values, each to the place its index names; the places' origin moves along by a step.</summary>
        private void Send(T* to, long first, long count, long step)
        {
            long size = _layout.Size, stride = _layout.Stride;
            long* index = _index + first;
            T* from = _v + first;
            bool filled = _v == null;
            for (long i = 0; i < count; i++, to += step)
            {
                long k = index[i];
                if (k < 0)
                    k += size;
                if ((ulong)k >= (ulong)size)
                    throw IndexKernel.OutOfRange(_op, index[i], _axis, _shape);
                T* place = to + k * stride;
                *place = TCombine.Combine(*place, filled ? _fill : from[i]);
            }
        }

        private void Join(T* to, T* from, long i)
        {
            to += _layout.InnerOffset(i, _rank);
            *to = TCombine.Combine(*to, from == null ? _fill : from[i]);
        }

        private long Place(long i)
        {
            long at = _index[i], size = _layout.Size;
            long k = at < 0 ? at + size : at;
            return (ulong)k < (ulong)size ? k * _layout.Stride : throw IndexKernel.OutOfRange(_op, at, _axis, _shape);
        }
    }
}
