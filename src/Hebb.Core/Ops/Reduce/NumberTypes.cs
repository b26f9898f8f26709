using System.Numerics;

namespace Hebb.Ops;

/// <summary>Generic work, to be done in the C# type of some elements.</summary>
internal interface INumberCall
{
    void Invoke<T>() where T : unmanaged, INumber<T>;
}

internal static class NumberTypes
{
    /// <summary>Calls for the C# type that holds elements of a real type; Bool is held as bytes. Not for halves, which are computed in float.</summary>
    public static void Call<TCall>(DType dtype, in TCall call) where TCall : struct, INumberCall
    {
        switch (dtype)
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
            case DType.UInt8 or DType.Bool:
                call.Invoke<byte>();
                break;
            case DType.UInt16:
                call.Invoke<ushort>();
                break;
            case DType.UInt32:
                call.Invoke<uint>();
                break;
            case DType.UInt64:
                call.Invoke<ulong>();
                break;
            default:
                throw new DTypeException($"no kernel computes in {dtype.Name}");
        }
    }
}
