using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// The transforms of F(4x4, 3x3): 36 products of transformed numbers give 16 outputs that take 144 directly. Lanes are channels. Transposed, they give
/// the weights' gradient.
/// </summary>
/// <remarks>
/// Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, who interpolate at 0, ±1, ±2 and infinity. Here it is at 0, ±3/4, ±3/2 and
/// infinity: over 256 channels of uniform numbers the largest error is then 1.3 times that of the direct sum in float, not 6 times (measured).
/// </remarks>
static unsafe class WinogradTransforms<V>
    where V : unmanaged, ISimd<V, float>
{
    // The points, and their powers; all are exact in float.
    const double A = 0.75, B = 1.5, A2 = A * A, B2 = B * B;
    const double AtA = 1 / (2 * A2 * (A2 - B2)), AtB = 1 / (2 * B2 * (B2 - A2));

    /// <summary>to[k * step] = (Bt d B)[k] for the 36 k of a tile whose row i begins at rows[i] and whose columns are <paramref name="column"/> apart.</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public static void Input(float** rows, long at, long column, float* to, long step)
    {
        float* half = stackalloc float[36 * 16];
        float* r0 = rows[0] + at, r1 = rows[1] + at, r2 = rows[2] + at, r3 = rows[3] + at, r4 = rows[4] + at, r5 = rows[5] + at;
        for (int j = 0; j < 6; j++)
        {
            long c = j * column;
            V d0 = V.Load(r0 + c), d1 = V.Load(r1 + c), d2 = V.Load(r2 + c), d3 = V.Load(r3 + c), d4 = V.Load(r4 + c), d5 = V.Load(r5 + c);
            Mix(d0, d1, d2, d3, d4, d5, half + (j * V.Count), 6 * V.Count);
        }
        for (int i = 0; i < 6; i++)
        {
            float* h = half + (i * 6 * V.Count);
            V d0 = V.Load(h), d1 = V.Load(h + V.Count), d2 = V.Load(h + (2 * V.Count)), d3 = V.Load(h + (3 * V.Count)), d4 = V.Load(h + (4 * V.Count)), d5 = V.Load(h + (5 * V.Count));
            Mix(d0, d1, d2, d3, d4, d5, to + (i * 6 * step), step);
        }
    }

    // Bt times a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Mix(V d0, V d1, V d2, V d3, V d4, V d5, float* to, long step)
    {
        V.MultiplyAdd(V.Constant(A2 * B2), d0, V.MultiplyAdd(V.Constant(-A2 - B2), d2, d4)).Store(to);
        V even = V.MultiplyAdd(V.Constant(-B2), d2, d4), odd = V.Constant(A) * V.MultiplyAdd(V.Constant(-B2), d1, d3);
        (even + odd).Store(to + step);
        (even - odd).Store(to + (2 * step));
        even = V.MultiplyAdd(V.Constant(-A2), d2, d4);
        odd = V.Constant(B) * V.MultiplyAdd(V.Constant(-A2), d1, d3);
        (even + odd).Store(to + (3 * step));
        (even - odd).Store(to + (4 * step));
        V.MultiplyAdd(V.Constant(A2 * B2), d1, V.MultiplyAdd(V.Constant(-A2 - B2), d3, d5)).Store(to + (5 * step));
    }

    /// <summary>Output i, j of the tile, At m A plus <paramref name="bias"/>, goes to to[i * row + j * V.Count]; product k stands at m[k * step].</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public static void Output(float* m, long step, V bias, float* to, long row)
    {
        float* half = stackalloc float[24 * 16];
        for (int j = 0; j < 6; j++, m += step)
        {
            float* h = half + (j * V.Count);
            V m0 = V.Load(m), m1 = V.Load(m + (6 * step)), m2 = V.Load(m + (12 * step)), m3 = V.Load(m + (18 * step)), m4 = V.Load(m + (24 * step)), m5 = V.Load(m + (30 * step));
            Join(m0, m1, m2, m3, m4, m5, out V y0, out V y1, out V y2, out V y3);
            y0.Store(h);
            y1.Store(h + (6 * V.Count));
            y2.Store(h + (12 * V.Count));
            y3.Store(h + (18 * V.Count));
        }
        for (int i = 0; i < 4; i++, to += row)
        {
            float* h = half + (i * 6 * V.Count);
            V m0 = V.Load(h), m1 = V.Load(h + V.Count), m2 = V.Load(h + (2 * V.Count)), m3 = V.Load(h + (3 * V.Count)), m4 = V.Load(h + (4 * V.Count)), m5 = V.Load(h + (5 * V.Count));
            Join(m0, m1, m2, m3, m4, m5, out V y0, out V y1, out V y2, out V y3);
            (y0 + bias).Store(to);
            (y1 + bias).Store(to + V.Count);
            (y2 + bias).Store(to + (2 * V.Count));
            (y3 + bias).Store(to + (3 * V.Count));
        }
    }

    // At times a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Join(V m0, V m1, V m2, V m3, V m4, V m5, out V y0, out V y1, out V y2, out V y3)
    {
        V a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
        y0 = m0 + a + c;
        y1 = V.MultiplyAdd(V.Constant(B), d, V.Constant(A) * b);
        y2 = V.MultiplyAdd(V.Constant(B2), c, V.Constant(A2) * a);
        y3 = V.MultiplyAdd(V.Constant(B2 * B), d, V.MultiplyAdd(V.Constant(A2 * A), b, m5));
    }

    /// <summary>to[k * step] = (G w Gt)[k] for a kernel whose element t stands at w[t * V.Count]; turned by half a circle for the way back.</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public static void Weights(float* w, bool turned, float* to, long step)
    {
        float* half = stackalloc float[18 * 16];
        int first = turned ? 8 : 0, sign = turned ? -1 : 1;
        for (int j = 0; j < 3; j++)
        {
            float* p = w + ((first + (sign * j)) * V.Count);
            Spread(V.Load(p), V.Load(p + (sign * 3 * V.Count)), V.Load(p + (sign * 6 * V.Count)), half + (j * V.Count), 3 * V.Count);
        }
        for (int i = 0; i < 6; i++)
        {
            float* h = half + (i * 3 * V.Count);
            Spread(V.Load(h), V.Load(h + V.Count), V.Load(h + (2 * V.Count)), to + (i * 6 * step), step);
        }
    }

    // G times a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Spread(V w0, V w1, V w2, float* to, long step)
    {
        (w0 * V.Constant(1 / (A2 * B2))).Store(to);
        V even = V.MultiplyAdd(w2, V.Constant(A2 * AtA), w0 * V.Constant(AtA)), odd = w1 * V.Constant(A * AtA);
        (even + odd).Store(to + step);
        (even - odd).Store(to + (2 * step));
        even = V.MultiplyAdd(w2, V.Constant(B2 * AtB), w0 * V.Constant(AtB));
        odd = w1 * V.Constant(B * AtB);
        (even + odd).Store(to + (3 * step));
        (even - odd).Store(to + (4 * step));
        w2.Store(to + (5 * step));
    }

    /// <summary>to[k * step] = (A g At)[k] for the 4x4 gradients of a tile's outputs: what <see cref="Output"/> does, transposed.</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public static void OutputGrad(float** rows, long at, long column, float* to, long step)
    {
        float* half = stackalloc float[24 * 16];
        float* r0 = rows[0] + at, r1 = rows[1] + at, r2 = rows[2] + at, r3 = rows[3] + at;
        for (int j = 0; j < 4; j++)
        {
            long c = j * column;
            Widen(V.Load(r0 + c), V.Load(r1 + c), V.Load(r2 + c), V.Load(r3 + c), half + (j * V.Count), 4 * V.Count);
        }
        for (int i = 0; i < 6; i++)
        {
            float* h = half + (i * 4 * V.Count);
            Widen(V.Load(h), V.Load(h + V.Count), V.Load(h + (2 * V.Count)), V.Load(h + (3 * V.Count)), to + (i * 6 * step), step);
        }
    }

    // A times a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Widen(V g0, V g1, V g2, V g3, float* to, long step)
    {
        g0.Store(to);
        V even = V.MultiplyAdd(V.Constant(A2), g2, g0), odd = V.MultiplyAdd(V.Constant(A2 * A), g3, V.Constant(A) * g1);
        (even + odd).Store(to + step);
        (even - odd).Store(to + (2 * step));
        even = V.MultiplyAdd(V.Constant(B2), g2, g0);
        odd = V.MultiplyAdd(V.Constant(B2 * B), g3, V.Constant(B) * g1);
        (even + odd).Store(to + (3 * step));
        (even - odd).Store(to + (4 * step));
        g3.Store(to + (5 * step));
    }

    /// <summary>to[t * toStep] gets, or has added, (Gt m G)[t] for the 9 taps; product k stands at m[k * step]. It is <see cref="Weights"/>, transposed.</summary>
    [SkipLocalsInit]
    [MethodImpl(Jit.Full)]
    public static void WeightGrad(float* m, long step, float* to, long toStep, bool add)
    {
        float* half = stackalloc float[18 * 16];
        for (int j = 0; j < 6; j++, m += step)
        {
            float* h = half + (j * V.Count);
            Gather(V.Load(m), V.Load(m + (6 * step)), V.Load(m + (12 * step)), V.Load(m + (18 * step)), V.Load(m + (24 * step)), V.Load(m + (30 * step)), out V w0, out V w1, out V w2);
            w0.Store(h);
            w1.Store(h + (6 * V.Count));
            w2.Store(h + (12 * V.Count));
        }
        for (int i = 0; i < 3; i++, to += 3 * toStep)
        {
            float* h = half + (i * 6 * V.Count);
            Gather(
                V.Load(h), V.Load(h + V.Count), V.Load(h + (2 * V.Count)), V.Load(h + (3 * V.Count)), V.Load(h + (4 * V.Count)), V.Load(h + (5 * V.Count)),
                out V w0, out V w1, out V w2);
            (add ? w0 + V.Load(to) : w0).Store(to);
            (add ? w1 + V.Load(to + toStep) : w1).Store(to + toStep);
            (add ? w2 + V.Load(to + (2 * toStep)) : w2).Store(to + (2 * toStep));
        }
    }

    // Gt times a column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Gather(V m0, V m1, V m2, V m3, V m4, V m5, out V w0, out V w1, out V w2)
    {
        V a = m1 + m2, b = m1 - m2, c = m3 + m4, d = m3 - m4;
        w0 = V.MultiplyAdd(m0, V.Constant(1 / (A2 * B2)), V.MultiplyAdd(a, V.Constant(AtA), c * V.Constant(AtB)));
        w1 = V.MultiplyAdd(b, V.Constant(A * AtA), d * V.Constant(B * AtB));
        w2 = V.MultiplyAdd(a, V.Constant(A2 * AtA), V.MultiplyAdd(c, V.Constant(B2 * AtB), m5));
    }
}
