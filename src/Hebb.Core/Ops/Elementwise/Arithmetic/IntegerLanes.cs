using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Integer arithmetic that vectors lack, lane by lane.</summary>
internal static unsafe class IntegerLanes
{
    /// <summary>The quotient rounded down.</summary>
    public readonly struct FloorDivide<T> : ILaneFunc2<T> where T : unmanaged
    {
        public static T Invoke(T x, T y)
        {
            if (Lane.IsUnsigned<T>())
                return Narrow<T>(Unsigned(y) == 0 ? DivisorIsZero("FloorDivide") : Quotient<T>(Unsigned(x), Unsigned(y)));
            long a = Signed(x), b = Signed(y);
            if (b == 0)
                DivisorIsZero("FloorDivide");
            // The smallest number by -1 wraps, where the instruction would trap.
            if (b == -1)
                return Narrow<T>((ulong)-a);
            long quotient = Quotient<T>(a, b);
            return Narrow<T>((ulong)(quotient * b != a && a < 0 != b < 0 ? quotient - 1 : quotient));
        }
    }

    /// <summary>The remainder with the sign of the divisor.</summary>
    public readonly struct Remainder<T> : ILaneFunc2<T> where T : unmanaged
    {
        public static T Invoke(T x, T y)
        {
            if (Lane.IsUnsigned<T>())
                return Narrow<T>(Unsigned(y) == 0 ? DivisorIsZero("Remainder") : Unsigned(x) - Quotient<T>(Unsigned(x), Unsigned(y)) * Unsigned(y));
            long a = Signed(x), b = Signed(y);
            if (b == 0)
                DivisorIsZero("Remainder");
            long rest = b == -1 ? 0 : a - Quotient<T>(a, b) * b;
            return Narrow<T>((ulong)(rest != 0 && rest < 0 != b < 0 ? rest + b : rest));
        }
    }

    /// <summary>The remainder with the sign of the dividend.</summary>
    public readonly struct Fmod<T> : ILaneFunc2<T> where T : unmanaged
    {
        public static T Invoke(T x, T y)
        {
            if (Lane.IsUnsigned<T>())
                return Narrow<T>(Unsigned(y) == 0 ? DivisorIsZero("Fmod") : Unsigned(x) - Quotient<T>(Unsigned(x), Unsigned(y)) * Unsigned(y));
            long a = Signed(x), b = Signed(y);
            if (b == 0)
                DivisorIsZero("Fmod");
            return Narrow<T>((ulong)(b == -1 ? 0 : a - Quotient<T>(a, b) * b));
        }
    }

    /// <summary>x to the power y, wrapping. Negative powers truncate to 0, but for those of 1 and -1.</summary>
    public readonly struct Pow<T> : ILaneFunc2<T> where T : unmanaged
    {
        public static T Invoke(T x, T y)
        {
            ulong factor = Lane.IsUnsigned<T>() ? Unsigned(x) : (ulong)Signed(x);
            ulong power = Lane.IsUnsigned<T>() ? Unsigned(y) : (ulong)Signed(y);
            if (!Lane.IsUnsigned<T>() && Signed(y) < 0)
                return Narrow<T>(Signed(x) == 1 ? 1 : Signed(x) == -1 ? (power & 1) == 0 ? 1 : ulong.MaxValue : 0);
            ulong result = 1;
            for (; power != 0; power >>= 1, factor *= factor)
            {
                if ((power & 1) != 0)
                    result *= factor;
            }
            return Narrow<T>(result);
        }
    }

    /// <summary>The truncated quotient. Division of 64 bits takes several times as long as that of 32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Quotient<T>(long a, long b) where T : unmanaged => sizeof(T) < sizeof(long) ? (int)a / (int)b : a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Quotient<T>(ulong a, ulong b) where T : unmanaged => sizeof(T) < sizeof(long) ? (uint)a / (uint)b : a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Signed<T>(T x) where T : unmanaged => sizeof(T) switch
    {
        1 => *(sbyte*)&x,
        2 => *(short*)&x,
        4 => *(int*)&x,
        _ => *(long*)&x,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Unsigned<T>(T x) where T : unmanaged => sizeof(T) switch
    {
        1 => *(byte*)&x,
        2 => *(ushort*)&x,
        4 => *(uint*)&x,
        _ => *(ulong*)&x,
    };

    /// <summary>The low bytes; every platform of .NET is little-endian here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Narrow<T>(ulong bits) where T : unmanaged => *(T*)&bits;

    [DoesNotReturn]
    private static ulong DivisorIsZero(string op) => throw new DataException($"{op}: an integer divisor is 0; divide by a float tensor to get infinities and NaN");
}
