namespace Hebb;

/// <summary>
/// The integers of 4 and 2 bits as ONNX packs them: the first element in the lowest bits of a byte; unused bits of the last byte are 0.
/// </summary>
public static class PackedIntegers
{
    /// <summary>The smallest and the largest value that a type holds.</summary>
    /// <exception cref="DTypeException">Not Int4, UInt4, Int2 or UInt2.</exception>
    public static (int Least, int Most) RangeOf(DType type) => type switch
    {
        DType.Int4 => (-8, 7),
        DType.UInt4 => (0, 15),
        DType.Int2 => (-2, 1),
        DType.UInt2 => (0, 3),
        _ => throw new DTypeException($"{type.Name} is no integer of 4 or 2 bits"),
    };

    /// <summary>Reads packed elements, one to a byte; those of the unsigned types are never negative.</summary>
    /// <param name="type">Int4, UInt4, Int2 or UInt2.</param>
    /// <param name="source">As many bytes as the elements take.</param>
    /// <param name="destination">One byte an element.</param>
    /// <exception cref="DTypeException">Not an integer of 4 or 2 bits.</exception>
    /// <exception cref="ShapeException">The lengths do not fit.</exception>
    public static void Unpack(DType type, ReadOnlySpan<byte> source, Span<sbyte> destination)
    {
        int bits = BitsOf(type, source.Length, destination.Length);
        int perByte = 8 / bits, mask = (1 << bits) - 1;
        int sign = type.IsSigned ? 1 << (bits - 1) : 0;
        for (int i = 0; i < destination.Length; i++)
        {
            int field = (source[i / perByte] >> (i % perByte * bits)) & mask;
            destination[i] = (sbyte)((field ^ sign) - sign);
        }
    }

    /// <summary>Packs elements; values that the type does not hold go to its nearest.</summary>
    /// <param name="type">Int4, UInt4, Int2 or UInt2.</param>
    /// <param name="source">One byte an element.</param>
    /// <param name="destination">As many bytes as the elements take.</param>
    /// <exception cref="DTypeException">Not an integer of 4 or 2 bits.</exception>
    /// <exception cref="ShapeException">The lengths do not fit.</exception>
    public static void Pack(DType type, ReadOnlySpan<sbyte> source, Span<byte> destination)
    {
        int bits = BitsOf(type, destination.Length, source.Length);
        int perByte = 8 / bits, mask = (1 << bits) - 1;
        (int least, int most) = RangeOf(type);
        destination.Clear();
        for (int i = 0; i < source.Length; i++)
            destination[i / perByte] |= (byte)((Math.Clamp(source[i], least, most) & mask) << (i % perByte * bits));
    }

    private static int BitsOf(DType type, int bytes, int count)
    {
        _ = RangeOf(type);
        if (bytes != type.BytesFor(count))
            throw new ShapeException($"{type.Name}: {count} elements take {type.BytesFor(count)} bytes, not {bytes}");
        return type.Bits;
    }
}
