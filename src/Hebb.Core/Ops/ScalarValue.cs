using System.Numerics;

namespace Hebb.Ops;

/// <summary>Single elements between memory and C# numbers.</summary>
internal static unsafe class ScalarValue
{
    public static void Write(double value, DType dtype, byte* to)
    {
        switch (dtype)
        {
            case DType.Float32:
                *(float*)to = (float)value;
                break;
            case DType.Float64:
                *(double*)to = value;
                break;
            case DType.Float16:
                *(Half*)to = (Half)value;
                break;
            case DType.Complex64:
                *(Complex64*)to = new Complex64((float)value, 0);
                break;
            case DType.Complex128:
                *(Complex*)to = value;
                break;
            default:
                Converting.Convert((byte*)&value, DType.Float64, to, dtype, 1);
                break;
        }
    }
}
