using System.Numerics;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>
/// Forward discrete Fourier transforms of 2, 3, 4, 5 and 8 points, in place, one per lane, on split real and imaginary parts.
/// </summary>
internal static class Butterfly
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Two<T>(ref Vector<T> r0, ref Vector<T> i0, ref Vector<T> r1, ref Vector<T> i1)
        where T : unmanaged
    {
        Vector<T> r = r0 - r1, i = i0 - i1;
        r0 += r1;
        i0 += i1;
        r1 = r;
        i1 = i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Three<T>(
        ref Vector<T> r0, ref Vector<T> i0, ref Vector<T> r1, ref Vector<T> i1, ref Vector<T> r2, ref Vector<T> i2)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var half = new Vector<T>(T.CreateTruncating(-0.5));
        var sin = new Vector<T>(T.CreateTruncating(0.86602540378443864676));
        Vector<T> sr = r1 + r2, si = i1 + i2, dr = (r1 - r2) * sin, di = (i1 - i2) * sin;
        Vector<T> mr = RowOps.MultiplyAdd(half, sr, r0), mi = RowOps.MultiplyAdd(half, si, i0);
        r0 += sr;
        i0 += si;
        r1 = mr + di;
        i1 = mi - dr;
        r2 = mr - di;
        i2 = mi + dr;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Four<T>(
        ref Vector<T> r0, ref Vector<T> i0, ref Vector<T> r1, ref Vector<T> i1,
        ref Vector<T> r2, ref Vector<T> i2, ref Vector<T> r3, ref Vector<T> i3)
        where T : unmanaged
    {
        Vector<T> ar = r0 + r2, ai = i0 + i2, br = r0 - r2, bi = i0 - i2;
        Vector<T> cr = r1 + r3, ci = i1 + i3, dr = r1 - r3, di = i1 - i3;
        r0 = ar + cr;
        i0 = ai + ci;
        r1 = br + di;
        i1 = bi - dr;
        r2 = ar - cr;
        i2 = ai - ci;
        r3 = br - di;
        i3 = bi + dr;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Five<T>(
        ref Vector<T> r0, ref Vector<T> i0, ref Vector<T> r1, ref Vector<T> i1, ref Vector<T> r2, ref Vector<T> i2,
        ref Vector<T> r3, ref Vector<T> i3, ref Vector<T> r4, ref Vector<T> i4)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var c1 = new Vector<T>(T.CreateTruncating(0.30901699437494742410));
        var c2 = new Vector<T>(T.CreateTruncating(-0.80901699437494742410));
        var s1 = new Vector<T>(T.CreateTruncating(0.95105651629515357212));
        var s2 = new Vector<T>(T.CreateTruncating(0.58778525229247312917));
        Vector<T> ar = r1 + r4, ai = i1 + i4, br = r2 + r3, bi = i2 + i3;
        Vector<T> cr = r1 - r4, ci = i1 - i4, dr = r2 - r3, di = i2 - i3;
        Vector<T> mr = RowOps.MultiplyAdd(c2, br, RowOps.MultiplyAdd(c1, ar, r0));
        Vector<T> mi = RowOps.MultiplyAdd(c2, bi, RowOps.MultiplyAdd(c1, ai, i0));
        Vector<T> nr = RowOps.MultiplyAdd(c1, br, RowOps.MultiplyAdd(c2, ar, r0));
        Vector<T> ni = RowOps.MultiplyAdd(c1, bi, RowOps.MultiplyAdd(c2, ai, i0));
        Vector<T> ur = RowOps.MultiplyAdd(s2, dr, s1 * cr), ui = RowOps.MultiplyAdd(s2, di, s1 * ci);
        Vector<T> vr = RowOps.MultiplyAdd(-s1, dr, s2 * cr), vi = RowOps.MultiplyAdd(-s1, di, s2 * ci);
        r0 += ar + br;
        i0 += ai + bi;
        r1 = mr + ui;
        i1 = mi - ur;
        r4 = mr - ui;
        i4 = mi + ur;
        r2 = nr + vi;
        i2 = ni - vr;
        r3 = nr - vi;
        i3 = ni + vr;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight<T>(
        ref Vector<T> r0, ref Vector<T> i0, ref Vector<T> r1, ref Vector<T> i1, ref Vector<T> r2, ref Vector<T> i2,
        ref Vector<T> r3, ref Vector<T> i3, ref Vector<T> r4, ref Vector<T> i4, ref Vector<T> r5, ref Vector<T> i5,
        ref Vector<T> r6, ref Vector<T> i6, ref Vector<T> r7, ref Vector<T> i7)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        Four(ref r0, ref i0, ref r2, ref i2, ref r4, ref i4, ref r6, ref i6);
        Four(ref r1, ref i1, ref r3, ref i3, ref r5, ref i5, ref r7, ref i7);

        // The odd half times 1, (1 - i)/sqrt 2, -i, (-1 - i)/sqrt 2.
        var root = new Vector<T>(T.CreateTruncating(0.70710678118654752440));
        Vector<T> ar = (r3 + i3) * root, ai = (i3 - r3) * root, br = (i7 - r7) * root, bi = (r7 + i7) * -root;
        Vector<T> e0r = r0, e0i = i0, e1r = r2, e1i = i2, e2r = r4, e2i = i4, e3r = r6, e3i = i6;
        Vector<T> o0r = r1, o0i = i1, o2r = i5, o2i = -r5;
        r0 = e0r + o0r;
        i0 = e0i + o0i;
        r4 = e0r - o0r;
        i4 = e0i - o0i;
        r1 = e1r + ar;
        i1 = e1i + ai;
        r5 = e1r - ar;
        i5 = e1i - ai;
        r2 = e2r + o2r;
        i2 = e2i + o2i;
        r6 = e2r - o2r;
        i6 = e2i - o2i;
        r3 = e3r + br;
        i3 = e3i + bi;
        r7 = e3r - br;
        i7 = e3i - bi;
    }
}
