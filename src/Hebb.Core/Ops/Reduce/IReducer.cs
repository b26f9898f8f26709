using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>How elements become one: each is mapped, then all are combined. Written once for every vector width.</summary>
internal interface IReducer<T> where T : unmanaged
{
    /// <summary>Combining is adding: what roundings lose is carried along and added at the end.</summary>
    static virtual bool IsSum => false;

    /// <summary>Whether <see cref="Map"/> reads a number of the output's own, such as its mean.</summary>
    static virtual bool HasShift => false;

    /// <summary>What changes nothing when combined.</summary>
    T Identity { get; }

    /// <summary>What an element counts as. No default: called on a struct it would box.</summary>
    V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T>;

    V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T>;
}

internal readonly struct SumReducer<T> : IReducer<T> where T : unmanaged, INumber<T>
{
    public static bool IsSum => true;

    public T Identity => T.Zero;

    public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => x;

    public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a + b;
}

internal readonly struct ProductReducer<T> : IReducer<T> where T : unmanaged, INumber<T>
{
    public T Identity => T.One;

    public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => x;

    public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => a * b;
}

/// <summary>Whose <see cref="IReducer{T}.Combine"/> is <see cref="ISimd{V,T}.Max"/>.</summary>
internal interface ILargest;

/// <summary>Whose <see cref="IReducer{T}.Combine"/> is <see cref="ISimd{V,T}.Min"/>.</summary>
internal interface ISmallest;

/// <summary>The largest; NaN if one is.</summary>
internal readonly struct MaxReducer<T> : IReducer<T>, ILargest where T : unmanaged, INumber<T>
{
    public T Identity => Extremes.Lowest<T>();

    public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => x;

    public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => V.Max(a, b);
}

/// <summary>The smallest; NaN if one is.</summary>
internal readonly struct MinReducer<T> : IReducer<T>, ISmallest where T : unmanaged, INumber<T>
{
    public T Identity => Extremes.Highest<T>();

    public V Map<V>(V x, V shift) where V : unmanaged, ISimd<V, T> => x;

    public V Combine<V>(V a, V b) where V : unmanaged, ISimd<V, T> => V.Min(a, b);
}

internal static class Extremes
{
    /// <summary>Below which there is nothing: -infinity, or the smallest integer.</summary>
    public static T Lowest<T>() where T : unmanaged, INumber<T> => Lane.IsFloat<T>() ? T.CreateTruncating(double.NegativeInfinity)
        : Lane.IsUnsigned<T>() ? T.Zero : T.CreateSaturating(long.MinValue);

    /// <summary>Above which there is nothing: infinity, or the largest integer.</summary>
    public static T Highest<T>() where T : unmanaged, INumber<T> => Lane.IsFloat<T>() ? T.CreateTruncating(double.PositiveInfinity) : T.CreateSaturating(ulong.MaxValue);
}
