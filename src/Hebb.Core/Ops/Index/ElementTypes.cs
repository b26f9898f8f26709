namespace Hebb.Ops;

/// <summary>Work on elements of a type that is known only when it runs.</summary>
internal interface IElementBody
{
    void Invoke<T>() where T : unmanaged;
}

/// <summary>Picks the C# type of a real element type. Every case is written out, so that all code exists ahead of time.</summary>
internal static class ElementTypes
{
    /// <summary>Calls the body with the element's type: Bool as bool, Float16 as Half.</summary>
    /// <exception cref="DTypeException">The type is complex or for storage only.</exception>
    public static void Visit<TBody>(string op, DType dtype, TBody body) where TBody : struct, IElementBody
    {
        switch (dtype)
        {
            case DType.Float32:
                body.Invoke<float>();
                break;
            case DType.Float64:
                body.Invoke<double>();
                break;
            case DType.Float16:
                body.Invoke<Half>();
                break;
            case DType.BFloat16:
                body.Invoke<BFloat16>();
                break;
            case DType.Int8:
                body.Invoke<sbyte>();
                break;
            case DType.Int16:
                body.Invoke<short>();
                break;
            case DType.Int32:
                body.Invoke<int>();
                break;
            case DType.Int64:
                body.Invoke<long>();
                break;
            case DType.UInt8:
                body.Invoke<byte>();
                break;
            case DType.UInt16:
                body.Invoke<ushort>();
                break;
            case DType.UInt32:
                body.Invoke<uint>();
                break;
            case DType.UInt64:
                body.Invoke<ulong>();
                break;
            case DType.Bool:
                body.Invoke<bool>();
                break;
            default:
                throw NotOrdered(op, dtype);
        }
    }

    /// <exception cref="DTypeException">Elements of the type have no order.</exception>
    public static void CheckOrdered(string op, DType dtype)
    {
        if (dtype.IsComplex || dtype.IsStorageOnly)
            throw NotOrdered(op, dtype);
    }

    private static DTypeException NotOrdered(string op, DType dtype) => new($"{op}: {dtype.Name} elements have no order");
}
