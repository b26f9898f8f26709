using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Numbers as vectors, for elementwise functions of floats.</summary>
internal static class Constant
{
    /// <summary>A number in every lane, rounded to the element type, which is float or double.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of<V, T>(double value) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        typeof(T) == typeof(float) ? V.Create(Unsafe.BitCast<float, T>((float)value)) : V.Create(Unsafe.BitCast<double, T>(value));
}
