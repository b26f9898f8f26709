using Hebb.Gguf;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// A tensor as a GGUF file stores it: numbers, or packed blocks that share scales. It stays packed until its values are asked for, all or some rows.
/// <code>var packed = GgufTensor.Pack(weight, GgufType.Q4_K);      // 4.5 bits an element
/// Tensor again = packed.ToTensor();</code>
/// </summary>
public sealed class GgufTensor
{
    internal GgufTensor(Tensor stored, GgufType type, Shape shape) => (Stored, Type, Shape) = (stored, type, shape);

    /// <summary>The bytes of blocks, UInt8 [..., bytes of a row]; of numbers the tensor itself.</summary>
    public Tensor Stored { get; }

    /// <summary>How the elements are stored.</summary>
    public GgufType Type { get; }

    /// <summary>The sizes of the tensor that it stands for.</summary>
    public Shape Shape { get; }

    /// <summary>The bytes that it takes.</summary>
    public long Bytes => Type.BytesFor(Shape.Count);

    /// <summary>A tensor of numbers as it is.</summary>
    /// <exception cref="DTypeException">GGUF has no such element type.</exception>
    public static GgufTensor Of(Tensor x) => new(Copying.Contiguous(x.Detach()), GgufTypes.Of(x.DType, "the tensor"), x.Shape);

    /// <summary>Rounds a tensor of floats into blocks. Values that are not finite count as 0.</summary>
    /// <param name="x">Floats, whose last axis is a multiple of the block size.</param>
    /// <param name="type">Blocks, or numbers to cast to.</param>
    /// <exception cref="DTypeException">Not floats.</exception>
    /// <exception cref="ShapeException">The last axis is no multiple of the block size.</exception>
    public static GgufTensor Pack(Tensor x, GgufType type)
    {
        if (!x.DType.IsFloat)
            throw new DTypeException($"Pack: {x.DType.Name} is no float type");
        if (type.DType is { } dtype)
            return Of(x.To(dtype));
        if (x.Rank == 0 || x.Shape[^1] % type.BlockSize != 0)
            throw new ShapeException($"Pack: the last axis of {x.Shape} is no multiple of {type.BlockSize}, the block of {type}");
        var values = Copying.To(x.Detach(), DType.Float32);
        var stored = Tensor.Empty(PackedShape(x.Shape, type), DType.UInt8);
        for (long block = 0, count = x.Count / type.BlockSize; block < count; block += ChunkBlocks)
        {
            int blocks = (int)Math.Min(ChunkBlocks, count - block);
            BlockWriter.Write(type, Span<float>(values, block * type.BlockSize, blocks * type.BlockSize), Span<byte>(stored, block * type.BlockBytes, blocks * type.BlockBytes));
        }
        return new GgufTensor(stored, type, x.Shape);
    }

    /// <summary>The tensor, with blocks made float32.</summary>
    public Tensor ToTensor() => Type.DType is not null ? Stored : Read(0, Shape.Count, Shape);

    /// <summary>Some rows of the first axis, with blocks made float32: of an embedding those that are needed.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ShapeException">There are no such rows.</exception>
    public Tensor Rows(int first, int count)
    {
        if (Shape.Rank < 2 || first < 0 || count < 0 || count > Shape[0] - first)
            throw new ShapeException($"Rows: {Shape} has no {count} rows from {first} on");
        long row = Shape.Count / Math.Max(1, Shape[0]);
        return Type.DType is not null ? Stored.Narrow(0, first, count) : Read(first * row, count * row, Shape.With(0, count));
    }

    internal static Shape PackedShape(Shape shape, GgufType type) => shape.With(-1, checked((int)type.BytesFor(shape[^1])));

    private const int ChunkBlocks = 1 << 12;

    private Tensor Read(long from, long elements, in Shape shape)
    {
        var y = Tensor.Empty(shape);
        long first = from / Type.BlockSize, count = elements / Type.BlockSize;
        for (long block = 0; block < count; block += ChunkBlocks)
        {
            int blocks = (int)Math.Min(ChunkBlocks, count - block);
            BlockReader.Read(Type, Span<byte>(Stored, (first + block) * Type.BlockBytes, blocks * Type.BlockBytes), Span<float>(y, block * Type.BlockSize, blocks * Type.BlockSize));
        }
        GC.KeepAlive(Stored);
        GC.KeepAlive(y);
        return y;
    }

    private static unsafe Span<T> Span<T>(Tensor x, long start, int count) where T : unmanaged => new(x.Data<T>() + start, count);

    public override string ToString() => $"{Type}{Shape}";
}
