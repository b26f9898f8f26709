using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Optim;

/// <summary>A parameter and its state in memory; null for what an update does without.</summary>
internal unsafe struct UpdateStreams<T> where T : unmanaged
{
    public T* Parameter, First, Second, Third;
}

/// <summary>Applies an update to elements in a row.</summary>
internal static unsafe class UpdateLoop
{
    /// <summary>What is next to nothing in Float32: two to the power -120.</summary>
    public const double Trace = 7.52316384526264e-37;

    /// <summary>Updates elements <paramref name="begin"/> to <paramref name="end"/> - 1. Each is read before it is written.</summary>
    [MethodImpl(Jit.Full)]
    public static void Run<V, T, TUpdate>(in TUpdate rule, T* gradient, in UpdateStreams<T> before, in UpdateStreams<T> after, long begin, long end)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TUpdate : struct, IUpdate<T>
    {
        var (update, from, to) = (rule, before, after);
        long i = begin;
        for (; i <= end - V.Count; i += V.Count)
            One<V, T, TUpdate>(ref update, gradient, from, to, i, V.Count);
        if (i < end)
            One<V, T, TUpdate>(ref update, gradient, from, to, i, (int)(end - i));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void One<V, T, TUpdate>(ref TUpdate update, T* gradient, in UpdateStreams<T> from, in UpdateStreams<T> to, long i, int n)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged
        where TUpdate : struct, IUpdate<T>
    {
        V p = Load<V, T>(from.Parameter, i, n), first = V.Zero, second = V.Zero, third = V.Zero;
        if (Has<T, TUpdate>(1, from.First))
            first = Load<V, T>(from.First, i, n);
        if (Has<T, TUpdate>(2, from.Second))
            second = Load<V, T>(from.Second, i, n);
        if (Has<T, TUpdate>(3, from.Third))
            third = Load<V, T>(from.Third, i, n);
        update.Step(ref p, WithoutTraces<V, T>(Load<V, T>(gradient, i, n)), ref first, ref second, ref third);
        Store(p, to.Parameter, i, n);
        if (Has<T, TUpdate>(1, to.First))
            Store(WithoutTraces<V, T>(first), to.First, i, n);
        if (Has<T, TUpdate>(2, to.Second))
            Store(WithoutTraces<V, T>(second), to.Second, i, n);
        if (Has<T, TUpdate>(3, to.Third))
            Store(WithoutTraces<V, T>(third), to.Third, i, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool Has<T, TUpdate>(int state, T* p) where T : unmanaged where TUpdate : struct, IUpdate<T> =>
        state <= TUpdate.Fewest || (state <= TUpdate.Most && p != null);

    /// <summary>
    /// Zero for what is next to nothing. A mean that only fades ends among the denormal numbers, where rounding holds it for ever and arithmetic takes ten times as
    /// long: so do the states of units that have died.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V WithoutTraces<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        typeof(T) == typeof(float) ? V.AndNot(x, V.Less(V.Abs(x), V.Constant(Trace))) : x;

    /// <summary>The square of a gradient; zero where it would be next to nothing.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Square<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        V seen = typeof(T) == typeof(float) ? V.AndNot(x, V.Less(V.Abs(x), V.Constant(8.673617379884035e-19))) : x;
        return seen * seen;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load<V, T>(T* p, long i, int n) where V : unmanaged, ISimd<V, T> where T : unmanaged =>
        n == V.Count ? V.Load(p + i) : V.LoadPartial(p + i, n);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<V, T>(V value, T* p, long i, int n) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        if (n == V.Count)
            value.Store(p + i);
        else
            value.StorePartial(p + i, n);
    }
}
