using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>
/// A butterfly on vectors in memory. Inputs lie xs apart, results ys apart, and the twiddles of results 1, 2, … ws apart.
/// </summary>
internal unsafe interface IRadix
{
    static abstract void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles;
}

internal unsafe struct Radix2 : IRadix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles
    {
        Vector<T> r0 = Vector.Load(xr), i0 = Vector.Load(xi);
        Vector<T> r1 = Vector.Load(xr + xs), i1 = Vector.Load(xi + xs);
        Butterfly.Two(ref r0, ref i0, ref r1, ref i1);
        r0.Store(yr);
        i0.Store(yi);
        TTwiddles.Put(r1, i1, wr, wi, yr + ys, yi + ys);
    }
}

internal unsafe struct Radix3 : IRadix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles
    {
        Vector<T> r0 = Vector.Load(xr), i0 = Vector.Load(xi);
        Vector<T> r1 = Vector.Load(xr + xs), i1 = Vector.Load(xi + xs);
        Vector<T> r2 = Vector.Load(xr + 2 * xs), i2 = Vector.Load(xi + 2 * xs);
        Butterfly.Three(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2);
        r0.Store(yr);
        i0.Store(yi);
        TTwiddles.Put(r1, i1, wr, wi, yr + ys, yi + ys);
        TTwiddles.Put(r2, i2, wr + ws, wi + ws, yr + 2 * ys, yi + 2 * ys);
    }
}

internal unsafe struct Radix4 : IRadix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles
    {
        Vector<T> r0 = Vector.Load(xr), i0 = Vector.Load(xi);
        Vector<T> r1 = Vector.Load(xr + xs), i1 = Vector.Load(xi + xs);
        Vector<T> r2 = Vector.Load(xr + 2 * xs), i2 = Vector.Load(xi + 2 * xs);
        Vector<T> r3 = Vector.Load(xr + 3 * xs), i3 = Vector.Load(xi + 3 * xs);
        Butterfly.Four(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3);
        r0.Store(yr);
        i0.Store(yi);
        TTwiddles.Put(r1, i1, wr, wi, yr + ys, yi + ys);
        TTwiddles.Put(r2, i2, wr + ws, wi + ws, yr + 2 * ys, yi + 2 * ys);
        TTwiddles.Put(r3, i3, wr + 2 * ws, wi + 2 * ws, yr + 3 * ys, yi + 3 * ys);
    }
}

internal unsafe struct Radix5 : IRadix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles
    {
        Vector<T> r0 = Vector.Load(xr), i0 = Vector.Load(xi);
        Vector<T> r1 = Vector.Load(xr + xs), i1 = Vector.Load(xi + xs);
        Vector<T> r2 = Vector.Load(xr + 2 * xs), i2 = Vector.Load(xi + 2 * xs);
        Vector<T> r3 = Vector.Load(xr + 3 * xs), i3 = Vector.Load(xi + 3 * xs);
        Vector<T> r4 = Vector.Load(xr + 4 * xs), i4 = Vector.Load(xi + 4 * xs);
        Butterfly.Five(ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3, ref r4, ref i4);
        r0.Store(yr);
        i0.Store(yi);
        TTwiddles.Put(r1, i1, wr, wi, yr + ys, yi + ys);
        TTwiddles.Put(r2, i2, wr + ws, wi + ws, yr + 2 * ys, yi + 2 * ys);
        TTwiddles.Put(r3, i3, wr + 2 * ws, wi + 2 * ws, yr + 3 * ys, yi + 3 * ys);
        TTwiddles.Put(r4, i4, wr + 3 * ws, wi + 3 * ws, yr + 4 * ys, yi + 4 * ys);
    }
}

internal unsafe struct Radix8 : IRadix
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Compute<T, TTwiddles>(T* xr, T* xi, nint xs, T* yr, T* yi, nint ys, T* wr, T* wi, nint ws)
        where T : unmanaged, IFloatingPointIeee754<T>
        where TTwiddles : struct, ITwiddles
    {
        Vector<T> r0 = Vector.Load(xr), i0 = Vector.Load(xi);
        Vector<T> r1 = Vector.Load(xr + xs), i1 = Vector.Load(xi + xs);
        Vector<T> r2 = Vector.Load(xr + 2 * xs), i2 = Vector.Load(xi + 2 * xs);
        Vector<T> r3 = Vector.Load(xr + 3 * xs), i3 = Vector.Load(xi + 3 * xs);
        Vector<T> r4 = Vector.Load(xr + 4 * xs), i4 = Vector.Load(xi + 4 * xs);
        Vector<T> r5 = Vector.Load(xr + 5 * xs), i5 = Vector.Load(xi + 5 * xs);
        Vector<T> r6 = Vector.Load(xr + 6 * xs), i6 = Vector.Load(xi + 6 * xs);
        Vector<T> r7 = Vector.Load(xr + 7 * xs), i7 = Vector.Load(xi + 7 * xs);
        Butterfly.Eight(
            ref r0, ref i0, ref r1, ref i1, ref r2, ref i2, ref r3, ref i3,
            ref r4, ref i4, ref r5, ref i5, ref r6, ref i6, ref r7, ref i7);
        r0.Store(yr);
        i0.Store(yi);
        TTwiddles.Put(r1, i1, wr, wi, yr + ys, yi + ys);
        TTwiddles.Put(r2, i2, wr + ws, wi + ws, yr + 2 * ys, yi + 2 * ys);
        TTwiddles.Put(r3, i3, wr + 2 * ws, wi + 2 * ws, yr + 3 * ys, yi + 3 * ys);
        TTwiddles.Put(r4, i4, wr + 3 * ws, wi + 3 * ws, yr + 4 * ys, yi + 4 * ys);
        TTwiddles.Put(r5, i5, wr + 4 * ws, wi + 4 * ws, yr + 5 * ys, yi + 5 * ys);
        TTwiddles.Put(r6, i6, wr + 5 * ws, wi + 5 * ws, yr + 6 * ys, yi + 6 * ys);
        TTwiddles.Put(r7, i7, wr + 6 * ws, wi + 6 * ws, yr + 7 * ys, yi + 7 * ys);
    }
}
