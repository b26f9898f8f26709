namespace Hebb.Torch;

/// <summary>PyTorch's names of element types.</summary>
internal static class TorchTypes
{
    /// <summary>Classes of storages, which tell the type of their elements.</summary>
    public static readonly (string Name, DType DType)[] Storages =
    [
        ("FloatStorage", DType.Float32),
        ("DoubleStorage", DType.Float64),
        ("HalfStorage", DType.Float16),
        ("BFloat16Storage", DType.BFloat16),
        ("LongStorage", DType.Int64),
        ("IntStorage", DType.Int32),
        ("ShortStorage", DType.Int16),
        ("CharStorage", DType.Int8),
        ("ByteStorage", DType.UInt8),
        ("BoolStorage", DType.Bool),
        ("ComplexFloatStorage", DType.Complex64),
        ("ComplexDoubleStorage", DType.Complex128),
    ];

    /// <summary>Element types by name, under their other names too.</summary>
    public static readonly (string Name, DType DType)[] Elements =
    [
        ("float32", DType.Float32), ("float", DType.Float32),
        ("float64", DType.Float64), ("double", DType.Float64),
        ("float16", DType.Float16), ("half", DType.Float16),
        ("bfloat16", DType.BFloat16),
        ("int64", DType.Int64), ("long", DType.Int64),
        ("int32", DType.Int32), ("int", DType.Int32),
        ("int16", DType.Int16), ("short", DType.Int16),
        ("int8", DType.Int8),
        ("uint8", DType.UInt8), ("uint16", DType.UInt16), ("uint32", DType.UInt32), ("uint64", DType.UInt64),
        ("bool", DType.Bool),
        ("complex64", DType.Complex64), ("cfloat", DType.Complex64),
        ("complex128", DType.Complex128), ("cdouble", DType.Complex128),
        ("float8_e4m3fn", DType.Float8E4M3FN), ("float8_e4m3fnuz", DType.Float8E4M3FNUZ),
        ("float8_e5m2", DType.Float8E5M2), ("float8_e5m2fnuz", DType.Float8E5M2FNUZ),
        ("float8_e8m0fnu", DType.Float8E8M0),
    ];

    /// <summary>The class of a storage of such elements.</summary>
    /// <exception cref="DTypeException">PyTorch has none.</exception>
    public static string StorageOf(DType dtype, string tensor)
    {
        foreach (var (name, known) in Storages)
        {
            if (known == dtype)
                return name;
        }
        throw new DTypeException($"a PyTorch file has no {dtype.Name}; cast '{tensor}' first");
    }
}
