using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>How the results of a butterfly get their twiddles; a type, so that the JIT compiles each way for itself.</summary>
internal unsafe interface ITwiddles
{
    /// <summary>Writes one vector of results times its twiddles, which start at (wr, wi).</summary>
    static abstract void Put<T>(Vector<T> r, Vector<T> i, T* wr, T* wi, T* yr, T* yi)
        where T : unmanaged;
}

/// <summary>Each lane has its own twiddle.</summary>
internal unsafe struct TwiddlePerLane : ITwiddles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(Vector<T> r, Vector<T> i, T* wr, T* wi, T* yr, T* yi)
        where T : unmanaged
    {
        Vector<T> a = Vector.Load(wr), b = Vector.Load(wi);
        RowOps.MultiplyAdd(-i, b, r * a).Store(yr);
        RowOps.MultiplyAdd(i, a, r * b).Store(yi);
    }
}

/// <summary>All lanes share one twiddle.</summary>
internal unsafe struct TwiddleShared : ITwiddles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(Vector<T> r, Vector<T> i, T* wr, T* wi, T* yr, T* yi)
        where T : unmanaged
    {
        Vector<T> a = new(*wr), b = new(*wi);
        RowOps.MultiplyAdd(-i, b, r * a).Store(yr);
        RowOps.MultiplyAdd(i, a, r * b).Store(yi);
    }
}

/// <summary>All twiddles are one.</summary>
internal unsafe struct TwiddleNone : ITwiddles
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Put<T>(Vector<T> r, Vector<T> i, T* wr, T* wi, T* yr, T* yi)
        where T : unmanaged
    {
        r.Store(yr);
        i.Store(yi);
    }
}
