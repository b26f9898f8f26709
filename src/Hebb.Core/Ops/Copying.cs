using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Moves elements between layouts and types. Works on values only: nothing here is recorded or transformed.</summary>
internal static unsafe class Copying
{
    private const long BlockSize = 64 << 10;

    /// <summary>The tensor itself if contiguous, else a contiguous copy.</summary>
    public static Tensor Contiguous(Tensor x)
    {
        if (x.IsContiguous)
            return x;
        var y = new Tensor(x.Spec);
        Convert(x, y);
        return y;
    }

    /// <summary>The tensor in another element type, contiguous.</summary>
    public static Tensor To(Tensor x, DType dtype)
    {
        if (x.DType == dtype)
            return Contiguous(x);
        var y = new Tensor(x.Spec with { DType = dtype });
        Convert(x, y);
        return y;
    }

    /// <summary>A view broadcast to a shape.</summary>
    public static Tensor Expand(Tensor x, in Shape shape)
    {
        if (x.Shape == shape)
            return x;
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        var result = new long[shape.Rank];
        int shift = shape.Rank - x.Rank;
        for (int i = shift; i < shape.Rank; i++)
            result[i] = x.Shape[i - shift] == 1 && shape[i] != 1 ? 0 : strides[i - shift];
        return Tensor.Strided(x, shape, result, x.Offset);
    }

    /// <summary>Writes the elements of <paramref name="x"/>, any layout, broadcast to the shape of <paramref name="y"/>, contiguous, in y's type.</summary>
    public static void Convert(Tensor x, Tensor y)
    {
        if (y.Count == 0)
            return;
        if (x.IsContiguous && x.Count == y.Count)
        {
            var body = new FlatBody(x, y);
            ParallelFor.Run((y.Count + BlockSize - 1) / BlockSize, body);
        }
        else if (x.DType == y.DType)
        {
            StridedCopy.Run(Expand(x, y.Shape), y);
        }
        else
        {
            if (x.DType.IsStorageOnly)
                throw new DTypeException($"a {x.DType.Name} tensor has to be contiguous; cast it first");
            var body = new TileBody(x, y);
            ParallelFor.Run((y.Count + BlockSize - 1) / BlockSize, body);
        }
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    private readonly struct FlatBody(Tensor x, Tensor y) : IBlockBody
    {
        private readonly byte* _x = x.Pointer, _y = y.Pointer;
        private readonly DType _from = x.DType, _to = y.DType;
        private readonly long _count = y.Count;

        public void Invoke(long block)
        {
            long start = block * BlockSize;
            Converting.Convert(_x + _from.BytesFor(start), _from, _y + _to.BytesFor(start), _to, Math.Min(BlockSize, _count - start));
        }
    }

    private readonly struct TileBody(Tensor x, Tensor y) : IBlockBody
    {
        private readonly byte* _y = y.Pointer;
        private readonly Operand _operand = new(x, y.Shape, x.DType, exact: true);
        private readonly DType _from = x.DType, _to = y.DType;
        private readonly long _count = y.Count;

        [SkipLocalsInit]
        public void Invoke(long block)
        {
            byte* tile = stackalloc byte[Operand.TileSize * 16];
            long end = Math.Min((block + 1) * BlockSize, _count);
            for (long at = block * BlockSize; at < end; at += Operand.TileSize)
            {
                int length = (int)Math.Min(Operand.TileSize, end - at);
                byte* to = _y + _to.BytesFor(at);
                byte* run = _operand.Read(at, length, _from == _to ? to : tile, null);
                if (run != to)
                    Converting.Convert(run, _from, to, _to, length);
            }
        }
    }

    /// <summary>Writes a tensor's elements, broadcast and converted, into a view of any layout. The two share no memory.</summary>
    public static void Scatter(Tensor source, Tensor view)
    {
        if (view.IsContiguous)
        {
            Convert(source, view);
            return;
        }
        if (source.DType != view.DType)
            source = To(source, view.DType);
        StridedCopy.Run(Expand(source, view.Shape), view);
    }

    /// <summary>Whether a float tensor holds a NaN, and whether an infinity.</summary>
    public static (bool Nan, bool Infinite) FindNonFinite(Tensor x)
    {
        x = To(x, DType.Float64);
        bool nan = false, infinite = false;
        double* p = x.Data<double>();
        for (long i = 0, count = x.Count; i < count; i++)
        {
            nan |= double.IsNaN(p[i]);
            infinite |= double.IsInfinity(p[i]);
        }
        GC.KeepAlive(x);
        return (nan, infinite);
    }
}
