using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A function of one element, written once for every vector width and type; its fields are its parameters.</summary>
interface IElementFunction
{
    V Invoke<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

/// <summary>A function of two elements, written once for every vector width and type; its fields are its parameters.</summary>
interface IPairFunction
{
    V Invoke<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;

    /// <summary>Whether the second element counts; where it does not, none is read.</summary>
    static virtual bool ReadsSecond => true;
}

/// <summary>f(x).</summary>
readonly struct OfFirst<F>(F function) : IPairFunction
    where F : struct, IElementFunction
{
    public static bool ReadsSecond => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Invoke<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => function.Invoke<V, T>(x);
}

/// <summary>f(x + y).</summary>
readonly struct OfSum<F>(F function) : IPairFunction
    where F : struct, IElementFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Invoke<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => function.Invoke<V, T>(x + y);
}

/// <summary>f(x) + y.</summary>
readonly struct SumOf<F>(F function) : IPairFunction
    where F : struct, IElementFunction
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Invoke<V, T>(V x, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => function.Invoke<V, T>(x) + y;
}
