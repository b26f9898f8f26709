using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>
/// Maps numbers to unsigned integers of the same size whose order is the sorting order: NaN, of either sign, is greater than everything and
/// equal to itself; -0 equals +0.
/// </summary>
internal static unsafe class SortKey
{
    /// <summary>The key, in the low bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of<T>(T value)
        where T : unmanaged
    {
        ulong bits = sizeof(T) switch
        {
            1 => Unsafe.BitCast<T, byte>(value),
            2 => Unsafe.BitCast<T, ushort>(value),
            4 => Unsafe.BitCast<T, uint>(value),
            _ => Unsafe.BitCast<T, ulong>(value),
        };
        if (typeof(T) == typeof(float))
        {
            return Float(bits, 1ul << 31, 0x7F800000);
        }

        if (typeof(T) == typeof(double))
        {
            return Float(bits, 1ul << 63, 0x7FF0000000000000);
        }

        if (typeof(T) == typeof(Half))
        {
            return Float(bits, 1ul << 15, 0x7C00);
        }

        if (typeof(T) == typeof(BFloat16))
        {
            return Float(bits, 1ul << 15, 0x7F80);
        }

        if (typeof(T) == typeof(sbyte) || typeof(T) == typeof(short) || typeof(T) == typeof(int) || typeof(T) == typeof(long))
        {
            return bits ^ (1ul << (8 * sizeof(T) - 1));
        }

        return bits;
    }

    /// <summary>True for the key of NaN, which only floating types have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsNaN<T>(ulong key)
        where T : unmanaged =>
        (typeof(T) == typeof(float) || typeof(T) == typeof(double) || typeof(T) == typeof(Half) || typeof(T) == typeof(BFloat16)) && key == Highest<T>();

    /// <summary>The greatest key of the type; subtracting a key from it reverses the order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Highest<T>()
        where T : unmanaged => ulong.MaxValue >> (64 - 8 * sizeof(T));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Float(ulong bits, ulong sign, ulong infinity)
    {
        ulong magnitude = bits & ~sign;
        if (magnitude > infinity)
        {
            return sign | (sign - 1);
        }

        // Negative numbers count down from the middle; -0 meets +0 there.
        return bits < sign ? bits | sign : sign - magnitude;
    }
}
