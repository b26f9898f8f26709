using System.Runtime.CompilerServices;

namespace Hebb.Ops;

/// <summary>The element types an elementwise op takes, and what it does with those it does not.</summary>
public enum OpDomain
{
    /// <summary>Integers and floats as they are; Bool is refused.</summary>
    Numeric,

    /// <summary>Floats; integers and Bool become Float32 first.</summary>
    Float,

    /// <summary>Integers and Bool; floats are refused.</summary>
    Integer,

    /// <summary>Integers; floats and Bool are refused.</summary>
    Whole,

    /// <summary>Every real type, Bool as 0 and 1 in a byte.</summary>
    Any,
}

internal static class OpDomains
{
    extension(OpDomain domain)
    {
        /// <summary>Whether floats are taken, as they are.</summary>
        public bool TakesFloats
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => domain is OpDomain.Numeric or OpDomain.Float or OpDomain.Any;
        }
    }

    /// <summary>The type in which an op of this domain computes on inputs that meet in <paramref name="dtype"/>.</summary>
    /// <exception cref="DTypeException">The domain refuses it.</exception>
    public static DType Resolve(this OpDomain domain, DType dtype, string op, bool complex)
    {
        if (dtype.IsStorageOnly)
            throw new DTypeException($"{op}: {dtype.Name} is for storage only; cast it first, with To(DType.Float32)");
        if (dtype.IsComplex)
            return complex ? dtype : throw new DTypeException($"{op}: {dtype.Name} is not supported");
        return domain switch
        {
            OpDomain.Float => dtype.IsFloat ? dtype : DType.Float32,
            OpDomain.Numeric when dtype == DType.Bool => throw new DTypeException($"{op}: bool is not supported; cast it first, or use the logical ops"),
            OpDomain.Whole when !dtype.IsInteger => throw new DTypeException($"{op}: {dtype.Name} is not supported; it takes integers"),
            OpDomain.Integer when dtype.IsFloat => throw new DTypeException($"{op}: {dtype.Name} is not supported; it takes integers and bool"),
            _ => dtype,
        };
    }

    /// <summary>The type that vectors hold while computing: halves widen to float, Bool is a byte.</summary>
    public static DType Compute(DType dtype) => dtype.IsHalf ? DType.Float32 : dtype == DType.Bool ? DType.UInt8 : dtype;

    /// <summary>Calls for the C# type that holds the elements of a type to compute in.</summary>
    public static void ForType<TCall>(DType compute, in TCall arguments) where TCall : struct, ITypedCall
    {
        // Called in place: a copy of what was just written field by field waits until every store before it is done.
        ref var call = ref Unsafe.AsRef(in arguments);
        switch (compute)
        {
            case DType.Float32:
                call.Invoke<float>();
                break;
            case DType.Float64:
                call.Invoke<double>();
                break;
            case DType.Int8:
                call.Invoke<sbyte>();
                break;
            case DType.Int16:
                call.Invoke<short>();
                break;
            case DType.Int32:
                call.Invoke<int>();
                break;
            case DType.Int64:
                call.Invoke<long>();
                break;
            case DType.UInt8:
                call.Invoke<byte>();
                break;
            case DType.UInt16:
                call.Invoke<ushort>();
                break;
            case DType.UInt32:
                call.Invoke<uint>();
                break;
            default:
                call.Invoke<ulong>();
                break;
        }
    }
}

/// <summary>Work to be done in a type that is known only when it runs.</summary>
internal interface ITypedCall
{
    void Invoke<T>() where T : unmanaged;
}
