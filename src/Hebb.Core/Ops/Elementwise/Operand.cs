using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// An input of an elementwise kernel, seen through the output's shape: it hands out runs of elements in output order, in the type the kernel
/// computes in. Contiguous ones of that type are read where they lie; others are gathered and converted a tile at a time.
/// </summary>
internal unsafe struct Operand
{
    /// <summary>Elements of a tile; scratch buffers hold as many.</summary>
    public const int TileSize = 1024;

    private readonly byte* _pointer;
    private readonly DType _dtype;
    private readonly DType _compute;
    private readonly int _rank;
    private readonly bool _contiguous;
    private readonly bool _same;
    private fixed long _sizes[Hebb.Shape.MaxRank];
    private fixed long _strides[Hebb.Shape.MaxRank];

    /// <param name="tensor">The input.</param>
    /// <param name="output">The shape it is broadcast to.</param>
    /// <param name="compute">The type to hand out.</param>
    /// <param name="exact">Hands out elements of the tensor's own type, whatever it is.</param>
    public Operand(Tensor tensor, in Shape output, DType compute, bool exact = false)
    {
        _same = exact || (!tensor.DType.IsHalf && OpDomains.Compute(tensor.DType) == compute);
        _pointer = tensor.Pointer;
        _dtype = tensor.DType;
        _compute = compute;
        if (tensor.IsContiguous && tensor.Sizes == output)
        {
            _contiguous = true;
            return;
        }
        Span<long> strides = stackalloc long[Hebb.Shape.MaxRank];
        tensor.CopyStrides(strides);
        int shift = output.Rank - tensor.Rank;
        int rank = 0;
        for (int i = 0; i < output.Rank; i++)
        {
            long size = output[i];
            if (size == 1)
                continue;
            long stride = i < shift || tensor.Shape[i - shift] == 1 ? 0 : strides[i - shift];
            // Neighbouring axes that step evenly are one.
            if (rank > 0 && _strides[rank - 1] == stride * size)
            {
                _sizes[rank - 1] *= size;
                _strides[rank - 1] = stride;
                continue;
            }
            _sizes[rank] = size;
            _strides[rank++] = stride;
        }
        _rank = rank;
        _contiguous = rank == 1 && _strides[0] == 1 || rank == 0 && output.Count <= 1;
    }

    /// <summary>Whether one element stands for all.</summary>
    public readonly bool IsConstant => _rank == 0 && !_contiguous;

    /// <summary>After how many elements those handed out come again; none do before the end where this is the largest number.</summary>
    public readonly long Period
    {
        get
        {
            if (_contiguous || (_rank > 0 && _strides[0] != 0))
                return long.MaxValue;
            long period = 1;
            for (int i = 1; i < _rank; i++)
                period *= _sizes[i];
            return period;
        }
    }

    /// <summary>Whether a tensor's elements can be read where they lie: contiguous, of the output's shape, in the type to compute in.</summary>
    public static bool IsPlain(Tensor tensor, in Shape output, DType compute) =>
        tensor.IsContiguous && (tensor.DType == compute || (tensor.DType == DType.Bool && compute == DType.UInt8)) && tensor.Sizes == output;

    /// <summary>Whether a tensor is one element of the type to compute in.</summary>
    public static bool IsNumber(Tensor tensor, DType compute) => tensor.DType == compute && tensor.Count == 1;

    /// <summary>Where an element of a contiguous input lies; of others the first.</summary>
    public readonly byte* Peek(long at) => _contiguous ? _pointer + at * _dtype.Size : _pointer;

    /// <summary>Elements <paramref name="start"/> to start + count in output order; <paramref name="scratch"/> and <paramref name="raw"/> hold a tile of 16-byte elements each.</summary>
    public readonly byte* Read(long start, int count, byte* scratch, byte* raw)
    {
        int size = _dtype.Size;
        if (_contiguous)
        {
            if (_same)
                return _pointer + start * size;
            Converting.Convert(_pointer + start * size, _dtype, scratch, _compute, count);
            return scratch;
        }
        byte* gathered = _same ? scratch : raw;
        switch (size)
        {
            case 1:
                Gather(start, count, (byte*)_pointer, (byte*)gathered);
                break;
            case 2:
                Gather(start, count, (ushort*)_pointer, (ushort*)gathered);
                break;
            case 4:
                Gather(start, count, (uint*)_pointer, (uint*)gathered);
                break;
            case 8:
                Gather(start, count, (ulong*)_pointer, (ulong*)gathered);
                break;
            default:
                Gather(start, count, (UInt128*)_pointer, (UInt128*)gathered);
                break;
        }
        if (!_same)
            Converting.Convert(raw, _dtype, scratch, _compute, count);
        return scratch;
    }

    [SkipLocalsInit]
    private readonly void Gather<T>(long start, int count, T* source, T* destination) where T : unmanaged
    {
        if (_rank == 0)
        {
            new Span<T>(destination, count).Fill(*source);
            return;
        }
        int last = _rank - 1;
        long* index = stackalloc long[Hebb.Shape.MaxRank];
        long rest = start, offset = 0;
        for (int i = last; i >= 0; i--)
        {
            (rest, index[i]) = Math.DivRem(rest, _sizes[i]);
            offset += index[i] * _strides[i];
        }
        long stride = _strides[last];
        while (true)
        {
            int run = (int)Math.Min(count, _sizes[last] - index[last]);
            T* row = source + offset;
            if (stride == 1)
            {
                new ReadOnlySpan<T>(row, run).CopyTo(new Span<T>(destination, run));
            }
            else if (stride == 0)
            {
                new Span<T>(destination, run).Fill(*row);
            }
            else
            {
                for (int i = 0; i < run; i++)
                    destination[i] = row[i * stride];
            }
            destination += run;
            count -= run;
            if (count == 0)
                return;
            offset += run * stride;
            index[last] += run;
            for (int i = last; i > 0 && index[i] == _sizes[i]; i--)
            {
                offset += _strides[i - 1] - index[i] * _strides[i];
                index[i] = 0;
                index[i - 1]++;
            }
        }
    }
}
