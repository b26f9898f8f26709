using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A 16-bit float format, as it is read from and written to memory.</summary>
unsafe interface IHalfWords
{
    /// <summary>A vector of them as floats, exactly.</summary>
    static abstract V Load<V>(ushort* p)
        where V : unmanaged, ISimd<V, float>;

    /// <summary>The first of each of so many pairs as a vector has lanes, as floats.</summary>
    static abstract V First<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float>;

    /// <summary>The second of each.</summary>
    static abstract V Second<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float>;

    /// <summary>Rounds to nearest even.</summary>
    static abstract void Store<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float>;

    static abstract void Widen(ushort* source, float* target, long count);

    static abstract void Narrow(float* source, ushort* target, long count);
}

readonly unsafe struct BFloat16Words : IHalfWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(ushort* p)
        where V : unmanaged, ISimd<V, float> => Conversions.LoadBFloat16<V>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Conversions.FirstBFloat16<V>(pairs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Conversions.SecondBFloat16<V>(pairs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float> => Conversions.StoreBFloat16(x, p);

    public static void Widen(ushort* source, float* target, long count) => Conversions.WidenBFloat16(source, target, count);

    public static void Narrow(float* source, ushort* target, long count) => Conversions.NarrowToBFloat16(source, target, count);
}

readonly unsafe struct Float16Words : IHalfWords
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<V>(ushort* p)
        where V : unmanaged, ISimd<V, float> => Conversions.LoadFloat16<V>(p);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V First<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Conversions.FirstFloat16<V>(pairs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Second<V>(ushort* pairs)
        where V : unmanaged, ISimd<V, float> => Conversions.SecondFloat16<V>(pairs);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V x, ushort* p)
        where V : unmanaged, ISimd<V, float> => Conversions.StoreFloat16(x, p);

    public static void Widen(ushort* source, float* target, long count) => Conversions.WidenFloat16(source, target, count);

    public static void Narrow(float* source, ushort* target, long count) => Conversions.NarrowToFloat16(source, target, count);
}
