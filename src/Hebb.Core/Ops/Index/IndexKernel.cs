using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Rows picked out of a tensor, or written and added into one, at places that index tensors name. The tensor is seen as [before, picked axes, after]; a
/// place is an offset in elements. Each destination takes its values in the order of the indices, whoever works on it: bits don't depend on threads.
/// </summary>
internal static unsafe partial class IndexKernel
{
    /// <summary>The offset of a place that is passed over.</summary>
    public const long Skip = long.MinValue;

    private const long BlockSize = 32 << 10, Line = 64;

    /// <summary>The offset that each position of the index tensors stands for, in scratch slot 0.</summary>
    /// <param name="c">Lends the memory.</param>
    /// <param name="op">The op's name in errors.</param>
    /// <param name="shape">The shape that is indexed.</param>
    /// <param name="axis">Its first axis that is indexed.</param>
    /// <param name="strides">Its strides.</param>
    /// <param name="indices">Integer tensors of one shape, one for each indexed axis.</param>
    /// <param name="skip">An index to pass over; -1 for none.</param>
    /// <exception cref="ShapeException">An index is out of range.</exception>
    public static long* Offsets(CpuContext c, string op, in Shape shape, int axis, ReadOnlySpan<long> strides, ReadOnlySpan<Tensor> indices, long skip = -1)
    {
        long count = indices[0].Count;
        long* offsets = c.Scratch<long>(0, count);
        for (int i = 0; i < indices.Length; i++)
        {
            var index = Copying.To(indices[i], DType.Int64);
            var body = new OffsetBody(offsets, index.Data<long>(), shape, axis + i, strides[axis + i], skip, i == 0, op);
            ParallelFor.Ranges(count, BlockSize, body);
            GC.KeepAlive(index);
        }
        return offsets;
    }

    private readonly struct OffsetBody(long* offsets, long* index, Shape shape, int axis, long stride, long skip, bool first, string op) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            long size = shape[axis];
            for (long i = begin; i < end; i++)
            {
                long at = index[i];
                if (at < 0)
                    at += size;
                if ((ulong)at >= (ulong)size)
                    throw OutOfRange(op, index[i], axis, shape);
                if (first)
                    offsets[i] = at == skip ? Skip : at * stride;
                else
                    offsets[i] += at * stride;
            }
        }
    }

    public static ShapeException OutOfRange(string op, long index, int axis, in Shape shape) =>
        new($"{op}: index {index} is out of range for axis {axis} of {shape}, of size {shape[axis]}");

    /// <summary>The axes before the picked ones and those after, as a strided tensor has them.</summary>
    public readonly struct Sides
    {
        private readonly Sizes _sizes, _strides;
        private readonly int _rank;

        /// <summary>Elements before, and elements after with their distance.</summary>
        public readonly long Before, After, AfterStride;

        [InlineArray(Shape.MaxRank)]
        private struct Sizes
        {
            private long _first;
        }

        private Sides(Tensor x, int axis, int end, long after, long afterStride)
        {
            Span<long> strides = stackalloc long[Shape.MaxRank];
            x.CopyStrides(strides);
            Before = 1;
            _rank = axis;
            for (int i = 0; i < axis; i++)
            {
                _sizes[i] = x.Shape[i];
                _strides[i] = strides[i];
                Before *= x.Shape[i];
            }
            After = after;
            AfterStride = afterStride;
        }

        /// <summary>Whether the axes from <paramref name="end"/> on step evenly, so that they can be walked as one.</summary>
        public static bool TryCreate(Tensor x, int axis, int end, out Sides sides)
        {
            Span<long> strides = stackalloc long[Shape.MaxRank];
            x.CopyStrides(strides);
            long after = 1, step = 1;
            for (int i = x.Rank - 1; i >= end; i--)
            {
                int size = x.Shape[i];
                if (size == 1)
                    continue;
                if (after == 1)
                {
                    step = strides[i];
                }
                else if (strides[i] != step * after)
                {
                    sides = default;
                    return false;
                }
                after *= size;
            }
            sides = new Sides(x, axis, end, after, step);
            return true;
        }

        /// <summary>The offset of element <paramref name="i"/> of the axes before.</summary>
        public long Offset(long i)
        {
            long offset = 0;
            for (int axis = _rank - 1; axis >= 0; axis--)
            {
                (i, long at) = Math.DivRem(i, _sizes[axis]);
                offset += at * _strides[axis];
            }
            return offset;
        }
    }

    /// <summary>y[before, m, after] = x[before, place m, after]; zero where the place is passed over.</summary>
    public static void Gather(Tensor x, in Sides sides, long* offsets, long places, Tensor y)
    {
        switch (y.DType.Size)
        {
            case 1:
                Gather<byte>(x, sides, offsets, places, y);
                break;
            case 2:
                Gather<ushort>(x, sides, offsets, places, y);
                break;
            case 4:
                Gather<uint>(x, sides, offsets, places, y);
                break;
            case 8:
                Gather<ulong>(x, sides, offsets, places, y);
                break;
            default:
                Gather<UInt128>(x, sides, offsets, places, y);
                break;
        }
    }

    private static void Gather<T>(Tensor x, in Sides sides, long* offsets, long places, Tensor y) where T : unmanaged
    {
        if (y.Count > 0)
            ParallelFor.Ranges(sides.Before * places, Math.Max(1, BlockSize / sides.After), new GatherBody<T>(x.Data<T>(), sides, offsets, places, y.Data<T>()));
    }

    private readonly struct GatherBody<T>(T* x, Sides sides, long* offsets, long places, T* y) : IRangeBody where T : unmanaged
    {
        public void Invoke(long begin, long end)
        {
            long after = sides.After, stride = sides.AfterStride, bytes = after * sizeof(T);
            bool streams = stride == 1 && bytes >= Line && Streaming.Pays((byte*)y, sides.Before * places * bytes);
            (long before, long m) = Math.DivRem(begin, places);
            T* from = x + sides.Offset(before), to = y + begin * after;
            for (long row = begin; row < end; row++, to += after)
            {
                if (m == places)
                {
                    m = 0;
                    from = x + sides.Offset(++before);
                }
                long offset = offsets[m++];
                if (offset == Skip)
                    new Span<T>(to, checked((int)after)).Clear();
                else if (after == 1)
                    *to = from[offset];
                else if (streams)
                    // Rows lie anywhere: the next one is asked for while this one is written.
                    Streaming.Write((byte*)(from + offset), (byte*)to, bytes, (byte*)(from + (m < places && offsets[m] != Skip ? offsets[m] : offset)), (byte*)(from + offset));
                else if (stride == 1)
                    Buffer.MemoryCopy(from + offset, to, bytes, bytes);
                else
                {
                    for (long i = 0; i < after; i++)
                        to[i] = from[offset + i * stride];
                }
            }
            if (streams)
                Streaming.Fence();
        }
    }

    /// <summary>y[before, place m, after] = v[before, m, after]; of several values for one place the last stays.</summary>
    public static void Put(Tensor v, in Sides sides, long* offsets, long places, Tensor y)
    {
        switch (y.DType.Size)
        {
            case 1:
                Put<byte>(v, sides, offsets, places, y);
                break;
            case 2:
                Put<ushort>(v, sides, offsets, places, y);
                break;
            case 4:
                Put<uint>(v, sides, offsets, places, y);
                break;
            case 8:
                Put<ulong>(v, sides, offsets, places, y);
                break;
            default:
                Put<UInt128>(v, sides, offsets, places, y);
                break;
        }
    }

    private static void Put<T>(Tensor v, in Sides sides, long* offsets, long places, Tensor y) where T : unmanaged
    {
        if (v.Count == 0)
            return;
        long pieces = Pieces(sides, places);
        ParallelFor.Run(sides.Before * pieces, new PutBody<T>(v.Data<T>(), sides, offsets, places, y.Data<T>(), pieces));
    }

    // Columns are what threads share out among them where there are few axes before: a destination belongs to one block.
    private static long Pieces(in Sides sides, long places) => Math.Clamp(Math.Min(sides.After / 64, sides.After * places / BlockSize), 1, 16);

    private readonly struct PutBody<T>(T* v, Sides sides, long* offsets, long places, T* y, long pieces) : IBlockBody where T : unmanaged
    {
        public void Invoke(long block)
        {
            (long before, long piece) = Math.DivRem(block, pieces);
            long after = sides.After, stride = sides.AfterStride, start = piece * after / pieces, length = (piece + 1) * after / pieces - start;
            T* to = y + sides.Offset(before) + start * stride, from = v + before * places * after + start;
            for (long m = 0; m < places; m++, from += after)
            {
                if (length == 1)
                {
                    to[offsets[m]] = *from;
                }
                else if (stride == 1)
                {
                    Buffer.MemoryCopy(from, to + offsets[m], length * sizeof(T), length * sizeof(T));
                }
                else
                {
                    for (long i = 0; i < length; i++)
                        to[offsets[m] + i * stride] = from[i];
                }
            }
        }
    }

    /// <summary>Sets bytes to 0, many of them on all threads.</summary>
    public static void Clear(byte* p, long bytes) => ParallelFor.Ranges(bytes, 1 << 20, new ClearBody(p));

    private readonly struct ClearBody(byte* p) : IRangeBody
    {
        public void Invoke(long begin, long end) => NativeMemory.Clear(p + begin, (nuint)(end - begin));
    }
}
