namespace Hebb;

/// <summary>The type of a tensor's elements. Those after <see cref="Complex128"/> are for storage only: cast them to compute.</summary>
public enum DType : byte
{
    Float32,
    Float64,
    Float16,
    BFloat16,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Bool,
    Complex64,
    Complex128,
    Float8E4M3FN,
    Float8E4M3FNUZ,
    Float8E5M2,
    Float8E5M2FNUZ,
    Float8E8M0,
    Float4E2M1,
    Int4,
    UInt4,
    Int2,
    UInt2,
}

/// <summary>Facts about element types: sizes, families, names, and the promotion rules of PyTorch.</summary>
public static class DTypes
{
    private static readonly byte[] BitsOf =
    [
        32, 64, 16, 16, 8, 16, 32, 64, 8, 16, 32, 64, 8, 64, 128, 8, 8, 8, 8, 8, 4, 4, 4, 2, 2,
    ];

    private static readonly string[] NameOf =
    [
        "float32", "float64", "float16", "bfloat16", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "bool",
        "complex64", "complex128", "float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0", "float4_e2m1",
        "int4", "uint4", "int2", "uint2",
    ];

    extension(DType dtype)
    {
        /// <summary>Bits an element takes in memory.</summary>
        public int Bits => BitsOf[(int)dtype];

        /// <summary>Bytes an element takes; 0 for the types packed several to a byte.</summary>
        public int Size => BitsOf[(int)dtype] >> 3;

        /// <summary>The lower-case name that files and printing use, such as <c>float32</c>.</summary>
        public string Name => NameOf[(int)dtype];

        /// <summary>Float16, BFloat16, Float32 or Float64.</summary>
        public bool IsFloat => dtype <= DType.BFloat16;

        /// <summary>Float16 or BFloat16: stored in 16 bits, computed in float.</summary>
        public bool IsHalf => dtype is DType.Float16 or DType.BFloat16;

        /// <summary>Any of the eight integer types; not Bool.</summary>
        public bool IsInteger => dtype is >= DType.Int8 and <= DType.UInt64;

        /// <summary>Complex64 or Complex128.</summary>
        public bool IsComplex => dtype is DType.Complex64 or DType.Complex128;

        /// <summary>Held and cast, never computed with.</summary>
        public bool IsStorageOnly => dtype > DType.Complex128;

        /// <summary>Signed integers and all float and complex types.</summary>
        public bool IsSigned => dtype is not (DType.Bool or (>= DType.UInt8 and <= DType.UInt64) or DType.UInt4 or DType.UInt2);

        /// <summary>Gradients flow through float and complex tensors only.</summary>
        public bool IsDifferentiable => dtype.IsFloat || dtype.IsComplex;

        /// <summary>The smallest and largest value of an integer type.</summary>
        internal (Int128 Min, Int128 Max) IntegerRange => dtype.IsSigned
            ? (-((Int128)1 << (dtype.Bits - 1)), ((Int128)1 << (dtype.Bits - 1)) - 1)
            : (0, ((Int128)1 << dtype.Bits) - 1);

        /// <summary>Bytes that <paramref name="count"/> contiguous elements take.</summary>
        public long BytesFor(long count) => (count * BitsOf[(int)dtype] + 7) >> 3;

        /// <summary>Complex64 gives Float32 and Complex128 Float64; every other type gives itself.</summary>
        public DType RealPart => dtype switch { DType.Complex64 => DType.Float32, DType.Complex128 => DType.Float64, _ => dtype };
    }

    /// <summary>The element type that holds <typeparamref name="T"/>.</summary>
    /// <exception cref="DTypeException">No tensor holds that C# type.</exception>
    public static DType Of<T>() where T : unmanaged
    {
        if (typeof(T) == typeof(float))
            return DType.Float32;
        if (typeof(T) == typeof(double))
            return DType.Float64;
        if (typeof(T) == typeof(Half))
            return DType.Float16;
        if (typeof(T) == typeof(BFloat16))
            return DType.BFloat16;
        if (typeof(T) == typeof(sbyte))
            return DType.Int8;
        if (typeof(T) == typeof(short))
            return DType.Int16;
        if (typeof(T) == typeof(int))
            return DType.Int32;
        if (typeof(T) == typeof(long))
            return DType.Int64;
        if (typeof(T) == typeof(byte))
            return DType.UInt8;
        if (typeof(T) == typeof(ushort))
            return DType.UInt16;
        if (typeof(T) == typeof(uint))
            return DType.UInt32;
        if (typeof(T) == typeof(ulong))
            return DType.UInt64;
        if (typeof(T) == typeof(bool))
            return DType.Bool;
        if (typeof(T) == typeof(Complex64))
            return DType.Complex64;
        if (typeof(T) == typeof(System.Numerics.Complex))
            return DType.Complex128;
        throw new DTypeException($"no tensor element type holds the C# type {typeof(T).Name}");
    }

    /// <summary>Finds an element type by its name, such as <c>bfloat16</c>.</summary>
    public static bool TryParse(string name, out DType dtype)
    {
        int index = Array.IndexOf(NameOf, name);
        dtype = index < 0 ? default : (DType)index;
        return index >= 0;
    }

    /// <summary>
    /// The type in which two tensors of equal standing meet, by PyTorch's table. Where PyTorch refuses (uint16, uint32, uint64 with a
    /// signed integer), the smallest signed type that holds both; uint64 with a signed integer meets in float32, as integers with floats do.
    /// </summary>
    /// <exception cref="DTypeException">One of them is for storage only and they differ.</exception>
    public static DType Promote(DType a, DType b)
    {
        if (a == b)
            return a;
        if (a.IsStorageOnly || b.IsStorageOnly)
            throw new DTypeException($"{(a.IsStorageOnly ? a : b).Name} is for storage only and does not mix with {(a.IsStorageOnly ? b : a).Name}; cast it first");
        if (a == DType.Bool)
            return b;
        if (b == DType.Bool)
            return a;
        if (a.IsComplex || b.IsComplex)
            return a is DType.Complex128 or DType.Float64 || b is DType.Complex128 or DType.Float64 ? DType.Complex128 : DType.Complex64;
        if (a.IsFloat && b.IsFloat)
            return a == DType.Float64 || b == DType.Float64 ? DType.Float64 : DType.Float32;
        if (a.IsFloat)
            return a;
        if (b.IsFloat)
            return b;
        if (a.IsSigned == b.IsSigned)
            return a.Bits > b.Bits ? a : b;
        var (signed, unsigned) = a.IsSigned ? (a, b) : (b, a);
        if (signed.Bits > unsigned.Bits)
            return signed;
        return unsigned.Bits switch { 8 => DType.Int16, 16 => DType.Int32, 32 => DType.Int64, _ => DType.Float32 };
    }

    /// <summary>The type in which two operands meet: a tensor with dimensions outweighs a scalar tensor of the same family, as in PyTorch.</summary>
    public static DType Promote(in TensorSpec a, in TensorSpec b)
    {
        if (a.DType == b.DType)
            return a.DType;
        if (a.Shape.Rank == 0 == (b.Shape.Rank == 0))
            return Promote(a.DType, b.DType);
        var (tensor, scalar) = a.Shape.Rank == 0 ? (b.DType, a.DType) : (a.DType, b.DType);
        return PromoteScalar(tensor, scalar);
    }

    /// <summary>The type in which any number of operands meet; those with dimensions outweigh the scalar tensors of the same family, whatever their order.</summary>
    public static DType Promote(ReadOnlySpan<TensorSpec> operands)
    {
        DType? tensors = null, scalars = null;
        foreach (ref readonly var operand in operands)
        {
            ref var met = ref operand.Shape.Rank == 0 ? ref scalars : ref tensors;
            met = met is { } before ? Promote(before, operand.DType) : operand.DType;
        }
        return tensors is not { } wide ? scalars ?? DType.Float32 : scalars is { } narrow ? PromoteScalar(wide, narrow) : wide;
    }

    /// <summary>The result type of a tensor with dimensions met by a scalar: the tensor's, unless the scalar's family is wider.</summary>
    public static DType PromoteScalar(DType tensor, DType scalar)
    {
        if (Family(scalar) <= Family(tensor))
            return tensor;
        if (scalar.IsComplex && tensor.IsFloat)
            return tensor == DType.Float64 ? DType.Complex128 : DType.Complex64;
        return scalar;
    }

    private static int Family(DType d) => d == DType.Bool ? 0 : d.IsInteger ? 1 : d.IsFloat ? 2 : 3;
}
