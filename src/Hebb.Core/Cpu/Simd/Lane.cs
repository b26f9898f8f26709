using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu.Simd;

/// <summary>Facts about element types that the JIT folds to constants, and the last steps of reductions.</summary>
static class Lane
{
    /// <summary>Whether fused multiply-add is an instruction here.</summary>
    public static bool HasFma
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Fma.IsSupported || AdvSimd.IsSupported;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsFloat<T>() => typeof(T) == typeof(float) || typeof(T) == typeof(double);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUnsigned<T>() =>
        typeof(T) == typeof(byte) || typeof(T) == typeof(ushort) || typeof(T) == typeof(uint) || typeof(T) == typeof(ulong);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T SignBit<T>()
    {
        if (typeof(T) == typeof(float))
            return (T)(object)-0f;
        if (typeof(T) == typeof(double))
            return (T)(object)-0d;
        throw new NotSupportedException($"CopySign: {typeof(T).Name} has no sign bit");
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T Sum<T>(Vector128<T> v)
        where T : unmanaged
    {
        // Halves are folded onto each other, so the order is the same on every machine.
        v += High(v);
        if (sizeof(T) <= 4)
            v += (v.AsUInt64() >>> 32).As<ulong, T>();
        if (sizeof(T) <= 2)
            v += (v.AsUInt32() >>> 16).As<uint, T>();
        if (sizeof(T) == 1)
            v += (v.AsUInt16() >>> 8).As<ushort, T>();
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T Min<T>(Vector128<T> v)
        where T : unmanaged
    {
        v = Vector128.Min(v, High(v));
        if (sizeof(T) <= 4)
            v = Vector128.Min(v, (v.AsUInt64() >>> 32).As<ulong, T>());
        if (sizeof(T) <= 2)
            v = Vector128.Min(v, (v.AsUInt32() >>> 16).As<uint, T>());
        if (sizeof(T) == 1)
            v = Vector128.Min(v, (v.AsUInt16() >>> 8).As<ushort, T>());
        return v.ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T Max<T>(Vector128<T> v)
        where T : unmanaged
    {
        v = Vector128.Max(v, High(v));
        if (sizeof(T) <= 4)
            v = Vector128.Max(v, (v.AsUInt64() >>> 32).As<ulong, T>());
        if (sizeof(T) <= 2)
            v = Vector128.Max(v, (v.AsUInt32() >>> 16).As<uint, T>());
        if (sizeof(T) == 1)
            v = Vector128.Max(v, (v.AsUInt16() >>> 8).As<ushort, T>());
        return v.ToScalar();
    }

    /// <summary><see cref="Max"/> in native instructions: any lane where one is NaN.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe T MaxNative<T>(Vector128<T> v)
        where T : unmanaged
    {
        v = Vector128.MaxNative(v, High(v));
        if (sizeof(T) <= 4)
            v = Vector128.MaxNative(v, (v.AsUInt64() >>> 32).As<ulong, T>());
        if (sizeof(T) <= 2)
            v = Vector128.MaxNative(v, (v.AsUInt32() >>> 16).As<uint, T>());
        if (sizeof(T) == 1)
            v = Vector128.MaxNative(v, (v.AsUInt16() >>> 8).As<ushort, T>());
        return v.ToScalar();
    }

    // The upper half in the lower one, without a way through a general register.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> High<T>(Vector128<T> v) => Vector128.Shuffle(v.AsUInt64(), Vector128.Create(1UL, 1)).As<ulong, T>();

    public readonly struct IntegerSqrt<T> : ILaneFunc<T>
        where T : unmanaged
    {
        public static T Invoke(T x)
        {
            if (typeof(T) == typeof(ulong))
                return (T)(object)Root((ulong)(object)x);
            if (typeof(T) == typeof(uint))
                return (T)(object)(uint)Root((uint)(object)x);
            if (typeof(T) == typeof(ushort))
                return (T)(object)(ushort)Root((ushort)(object)x);
            if (typeof(T) == typeof(byte))
                return (T)(object)(byte)Root((byte)(object)x);
            if (typeof(T) == typeof(long))
                return (T)(object)(long)Root(Positive((long)(object)x));
            if (typeof(T) == typeof(int))
                return (T)(object)(int)Root(Positive((int)(object)x));
            if (typeof(T) == typeof(short))
                return (T)(object)(short)Root(Positive((short)(object)x));
            return (T)(object)(sbyte)Root(Positive((sbyte)(object)x));
        }

        static ulong Positive(long x) => x < 0 ? 0 : (ulong)x;

        static ulong Root(ulong x)
        {
            ulong r = Math.Min((ulong)Math.Sqrt(x), uint.MaxValue);
            if (r * r > x)
                r--;
            else if (r < uint.MaxValue && (r + 1) * (r + 1) <= x)
                r++;
            return r;
        }
    }
}
