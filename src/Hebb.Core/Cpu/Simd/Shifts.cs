using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>Shifts whose count differs by lane. The x86 instructions give 0 (or the sign) for counts past the width; the scalar code follows them.</summary>
static class Shifts
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<T> Left<T>(Vector128<T> a, Vector128<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 4 && Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        if (sizeof(T) == 8 && Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(a.AsInt64(), n.AsUInt64()).As<long, T>();
        return V128<T>.Map2<ScalarLeft<T>>(a, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<T> Left<T>(Vector256<T> a, Vector256<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 4 && Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        if (sizeof(T) == 8 && Avx2.IsSupported)
            return Avx2.ShiftLeftLogicalVariable(a.AsInt64(), n.AsUInt64()).As<long, T>();
        return V256<T>.Map2<ScalarLeft<T>>(a, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<T> Left<T>(Vector512<T> a, Vector512<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 2 && Avx512BW.IsSupported)
            return Avx512BW.ShiftLeftLogicalVariable(a.AsInt16(), n.AsUInt16()).As<short, T>();
        if (sizeof(T) == 4 && Avx512F.IsSupported)
            return Avx512F.ShiftLeftLogicalVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        if (sizeof(T) == 8 && Avx512F.IsSupported)
            return Avx512F.ShiftLeftLogicalVariable(a.AsInt64(), n.AsUInt64()).As<long, T>();
        return V512<T>.Map2<ScalarLeft<T>>(a, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector128<T> Right<T>(Vector128<T> a, Vector128<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 4 && Avx2.IsSupported)
        {
            return Lane.IsUnsigned<T>()
                ? Avx2.ShiftRightLogicalVariable(a.AsUInt32(), n.AsUInt32()).As<uint, T>()
                : Avx2.ShiftRightArithmeticVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        }
        if (typeof(T) == typeof(ulong) && Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(a.AsUInt64(), n.AsUInt64()).As<ulong, T>();
        return V128<T>.Map2<ScalarRight<T>>(a, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector256<T> Right<T>(Vector256<T> a, Vector256<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 4 && Avx2.IsSupported)
        {
            return Lane.IsUnsigned<T>()
                ? Avx2.ShiftRightLogicalVariable(a.AsUInt32(), n.AsUInt32()).As<uint, T>()
                : Avx2.ShiftRightArithmeticVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        }
        if (typeof(T) == typeof(ulong) && Avx2.IsSupported)
            return Avx2.ShiftRightLogicalVariable(a.AsUInt64(), n.AsUInt64()).As<ulong, T>();
        return V256<T>.Map2<ScalarRight<T>>(a, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe Vector512<T> Right<T>(Vector512<T> a, Vector512<T> n)
        where T : unmanaged
    {
        if (sizeof(T) == 2 && Avx512BW.IsSupported)
        {
            return Lane.IsUnsigned<T>()
                ? Avx512BW.ShiftRightLogicalVariable(a.AsUInt16(), n.AsUInt16()).As<ushort, T>()
                : Avx512BW.ShiftRightArithmeticVariable(a.AsInt16(), n.AsUInt16()).As<short, T>();
        }
        if (sizeof(T) == 4 && Avx512F.IsSupported)
        {
            return Lane.IsUnsigned<T>()
                ? Avx512F.ShiftRightLogicalVariable(a.AsUInt32(), n.AsUInt32()).As<uint, T>()
                : Avx512F.ShiftRightArithmeticVariable(a.AsInt32(), n.AsUInt32()).As<int, T>();
        }
        if (sizeof(T) == 8 && Avx512F.IsSupported)
        {
            return Lane.IsUnsigned<T>()
                ? Avx512F.ShiftRightLogicalVariable(a.AsUInt64(), n.AsUInt64()).As<ulong, T>()
                : Avx512F.ShiftRightArithmeticVariable(a.AsInt64(), n.AsUInt64()).As<long, T>();
        }
        return V512<T>.Map2<ScalarRight<T>>(a, n);
    }

    readonly struct ScalarLeft<T> : ILaneFunc2<T>
        where T : unmanaged
    {
        public static unsafe T Invoke(T x, T n)
        {
            ulong count = Bits(n);
            ulong r = count >= (ulong)sizeof(T) * 8 ? 0 : Bits(x) << (int)count;
            return *(T*)&r; // little-endian: the low bytes
        }
    }

    readonly struct ScalarRight<T> : ILaneFunc2<T>
        where T : unmanaged
    {
        public static unsafe T Invoke(T x, T n)
        {
            int width = sizeof(T) * 8;
            int count = (int)Math.Min(Bits(n), (ulong)width);
            ulong bits = Bits(x);
            ulong r;
            if (Lane.IsUnsigned<T>())
                r = count == width ? 0 : bits >> count;
            else
                r = (ulong)((long)(bits << (64 - width)) >> (64 - width) >> Math.Min(count, width - 1));
            return *(T*)&r;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static unsafe ulong Bits<T>(T x)
        where T : unmanaged => sizeof(T) switch
        {
            1 => *(byte*)&x,
            2 => *(ushort*)&x,
            4 => *(uint*)&x,
            _ => *(ulong*)&x,
        };
}
