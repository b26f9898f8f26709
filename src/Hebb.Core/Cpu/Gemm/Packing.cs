using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Copies a slice of a matrix into the order in which a micro-kernel reads it: all lanes of step 0, all of step 1, and so on.</summary>
static unsafe class Packing
{
    const int StepsAtOnce = 8;    // of each tile in turn

    /// <summary>
    /// target[k * targetStep + j] = source[j * lane + k * step] for j below <paramref name="lanes"/> and k below <paramref name="steps"/>; lanes from
    /// there up to <paramref name="width"/> become 0.
    /// </summary>
    public static void Copy<T, V>(T* source, long lane, long step, long lanes, long steps, T* target, long targetStep, long width)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        if (lane == 1)
        {
            if (lanes == width && width == targetStep)
                CopyTiles<T, V>(source, step, steps, 1, lanes, target);
            else
                CopyRows<T, V>(source, step, lanes, steps, target, targetStep, width);
            return;
        }
        if (lanes < width)
            ClearLast<T, V>(target, targetStep, lanes, width, steps);
        if (step == 1)
            Transpose(source, lane, lanes, steps, target, targetStep);
        else
            Gather(source, lane, step, lanes, steps, target, targetStep);
    }

    // Lanes from the given one on, or some before them too.
    [MethodImpl(Jit.Full)]
    static void ClearLast<T, V>(T* target, long targetStep, long lanes, long width, long steps)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        for (long k = 0; k < steps; k++, target += targetStep)
        {
            long j = Math.Max(Math.Min(lanes, width - V.Count), 0);
            for (; j <= width - V.Count; j += V.Count)
                V.Zero.Store(target + j);
            for (; j < width; j++)
                target[j] = default;
        }
    }

    /// <summary>The same without vectors, for any element type.</summary>
    public static void Copy<T>(T* source, long lane, long step, long lanes, long steps, T* target, long targetStep)
        where T : unmanaged => Gather(source, lane, step, lanes, steps, target, targetStep);

    [MethodImpl(Jit.Full)]
    static void CopyRows<T, V>(T* source, long step, long lanes, long steps, T* target, long targetStep, long width)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        for (long k = 0; k < steps; k++, source += step, target += targetStep)
        {
            long j = 0;
            for (; j <= lanes - V.Count; j += V.Count)
                V.Load(source + j).Store(target + j);
            if (j < lanes)
            {
                V rest = V.LoadPartial(source + j, (int)(lanes - j));
                if (j + V.Count <= width)
                    rest.Store(target + j);
                else
                    rest.StorePartial(target + j, (int)(lanes - j));
                j += V.Count;
            }
            for (; j < width; j += V.Count)
                V.Zero.StorePartial(target + j, (int)Math.Min(V.Count, width - j));
        }
    }

    /// <summary>Whole panels of two vectors, which stand side by side in the source and follow each other in the target.</summary>
    [MethodImpl(Jit.Full)]
    public static void CopyPanels<T, V>(T* source, long step, long steps, long panels, T* target)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        long panel = 2 * V.Count * steps;
        long k = 0;
        for (; k + 4 <= steps; k += 4, source += 4 * step, target += 8 * V.Count)
        {
            T* s = source, s2 = source + (2 * step), t = target;
            for (long p = panels; p > 0; p--, s += 2 * V.Count, s2 += 2 * V.Count, t += panel)
            {
                V a0 = V.Load(s), a1 = V.Load(s + V.Count), b0 = V.Load(s + step), b1 = V.Load(s + step + V.Count);
                V c0 = V.Load(s2), c1 = V.Load(s2 + V.Count), d0 = V.Load(s2 + step), d1 = V.Load(s2 + step + V.Count);
                a0.Store(t);
                a1.Store(t + V.Count);
                b0.Store(t + (2 * V.Count));
                b1.Store(t + (3 * V.Count));
                c0.Store(t + (4 * V.Count));
                c1.Store(t + (5 * V.Count));
                d0.Store(t + (6 * V.Count));
                d1.Store(t + (7 * V.Count));
            }
        }
        for (; k < steps; k++, source += step, target += 2 * V.Count)
        {
            T* s = source, t = target;
            for (long p = panels; p > 0; p--, s += 2 * V.Count, t += panel)
            {
                V.Load(s).Store(t);
                V.Load(s + V.Count).Store(t + V.Count);
            }
        }
    }

    /// <summary>
    /// Tiles of some lanes, which stand side by side in the source and follow each other in the target: eight steps of each in turn. A tile takes part of a line from each row of the source, and rows
    /// that lie a power of two apart push each other out of the caches before the next tile takes the rest.
    /// </summary>
    [MethodImpl(Jit.Full)]
    public static void CopyTiles<T, V>(T* source, long step, long steps, long tiles, long lanes, T* target)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        // Whole vectors, as long as what they read too much is in the source, and what they write too much is written again.
        long whole = step > 0 ? Math.Max(0, steps - TiledGemm.CeilDiv(V.Count, Math.Min(lanes, step))) : 0, tile = steps * lanes, k = 0;
        for (; k + StepsAtOnce <= whole; k += StepsAtOnce)
        {
            T* s = source + (k * step), t = target + (k * lanes);
            for (long i = tiles; i > 0; i--, s += lanes, t += tile)
                CopyWhole<T, V>(s, step, lanes, StepsAtOnce, t, ask: true);
        }
        for (source += k * step, target += k * lanes; tiles > 0; tiles--, source += lanes, target += tile)
        {
            CopyWhole<T, V>(source, step, lanes, whole - k, target, ask: false);
            CopyRows<T, V>(source + ((whole - k) * step), step, lanes, steps - whole, target + ((whole - k) * lanes), lanes, lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void CopyWhole<T, V>(T* source, long step, long lanes, long steps, T* target, bool ask)
        where T : unmanaged
        where V : unmanaged, ISimd<V, T>
    {
        for (; steps > 0; steps--, source += step, target += lanes)
        {
            if (Sse.IsSupported && ask)
                Sse.Prefetch0(source + (StepsAtOnce * step));
            V.Load(source).Store(target);
            for (long j = V.Count; j < lanes; j += V.Count)
                V.Load(source + j).Store(target + j);
        }
    }

    /// <summary>target[k * targetStep + j] = source[j * lane + k]: rows become columns.</summary>
    [MethodImpl(Jit.Full)]
    public static void Transpose<T>(T* source, long lane, long lanes, long steps, T* target, long targetStep)
        where T : unmanaged
    {
        long side = Side<T>();
        while (sizeof(T) == 4 && side > 4 && Math.Min(lanes, steps) < side)
            side /= 2;
        if (side == 0 || Math.Min(lanes, steps) < side)
        {
            Gather(source, lane, 1, lanes, steps, target, targetStep);
            return;
        }
        for (long k = 0; k < steps; k += side)
        {
            long fromK = Math.Min(k, steps - side);    // the last square overlaps the one before
            for (long j = 0; j < lanes; j += side)
            {
                long fromJ = Math.Min(j, lanes - side);
                T* p = source + (fromJ * lane) + fromK;
                T* q = target + (fromK * targetStep) + fromJ;
                if (side == 16)
                    Square16((float*)p, lane, (float*)q, targetStep);
                else if (side == 8)
                    Square8((float*)p, lane, (float*)q, targetStep);
                else if (sizeof(T) == 8 && side == 4)
                    Square4((double*)p, lane, (double*)q, targetStep);
                else if (side == 4)
                    Square4((float*)p, lane, (float*)q, targetStep);
                else
                    Square2((double*)p, lane, (double*)q, targetStep);
            }
        }
    }

    // The side of the squares that are turned in registers.
    static int Side<T>()
        where T : unmanaged => sizeof(T) switch
        {
            4 => Isa.Path >= IsaPath.Avx512 ? 16 : Isa.Path >= IsaPath.Avx2 ? 8 : 4,
            8 => Isa.Path >= IsaPath.Avx2 ? 4 : 2,
            _ => 0,
        };

    static void Gather<T>(T* source, long lane, long step, long lanes, long steps, T* target, long targetStep)
        where T : unmanaged
    {
        for (long k = 0; k < steps; k++)
        {
            for (long j = 0; j < lanes; j++)
                target[(k * targetStep) + j] = source[(j * lane) + (k * step)];
        }
    }

    // Four columns of rows i, i + 4, i + 8 and i + 12 make a vector: loads gather them, so that half of the steps in registers are enough.
    static void Square16(float* p, long row, float* q, long targetRow)
    {
        for (int column = 0; column < 16; column += 4, p += 4, q += 4 * targetRow)
        {
            Vector512<float> r0 = Every4(p, row), r1 = Every4(p + row, row), r2 = Every4(p + (2 * row), row), r3 = Every4(p + (3 * row), row);
            Vector512<float> a0 = Avx512F.UnpackLow(r0, r1), a1 = Avx512F.UnpackHigh(r0, r1), a2 = Avx512F.UnpackLow(r2, r3), a3 = Avx512F.UnpackHigh(r2, r3);
            Avx512F.Shuffle(a0, a2, 0x44).Store(q);
            Avx512F.Shuffle(a0, a2, 0xEE).Store(q + targetRow);
            Avx512F.Shuffle(a1, a3, 0x44).Store(q + (2 * targetRow));
            Avx512F.Shuffle(a1, a3, 0xEE).Store(q + (3 * targetRow));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector512<float> Every4(float* p, long row)
    {
        Vector512<float> v = Vector128.Load(p).ToVector256Unsafe().ToVector512Unsafe();
        v = Avx512F.InsertVector128(v, Vector128.Load(p + (4 * row)), 1);
        v = Avx512F.InsertVector128(v, Vector128.Load(p + (8 * row)), 2);
        return Avx512F.InsertVector128(v, Vector128.Load(p + (12 * row)), 3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square8(float* p, long row, float* q, long targetRow)
    {
        Vector256<float> r0 = Vector256.Load(p), r1 = Vector256.Load(p + row), r2 = Vector256.Load(p + (2 * row)), r3 = Vector256.Load(p + (3 * row));
        p += 4 * row;
        Vector256<float> r4 = Vector256.Load(p), r5 = Vector256.Load(p + row), r6 = Vector256.Load(p + (2 * row)), r7 = Vector256.Load(p + (3 * row));
        Vector256<float> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Vector256<float> a4 = Avx.UnpackLow(r4, r5), a5 = Avx.UnpackHigh(r4, r5), a6 = Avx.UnpackLow(r6, r7), a7 = Avx.UnpackHigh(r6, r7);
        Vector256<float> b0 = Avx.Shuffle(a0, a2, 0x44), b1 = Avx.Shuffle(a0, a2, 0xEE), b2 = Avx.Shuffle(a1, a3, 0x44), b3 = Avx.Shuffle(a1, a3, 0xEE);
        Vector256<float> b4 = Avx.Shuffle(a4, a6, 0x44), b5 = Avx.Shuffle(a4, a6, 0xEE), b6 = Avx.Shuffle(a5, a7, 0x44), b7 = Avx.Shuffle(a5, a7, 0xEE);
        Avx.Permute2x128(b0, b4, 0x20).Store(q);
        Avx.Permute2x128(b1, b5, 0x20).Store(q + targetRow);
        Avx.Permute2x128(b2, b6, 0x20).Store(q + (2 * targetRow));
        Avx.Permute2x128(b3, b7, 0x20).Store(q + (3 * targetRow));
        q += 4 * targetRow;
        Avx.Permute2x128(b0, b4, 0x31).Store(q);
        Avx.Permute2x128(b1, b5, 0x31).Store(q + targetRow);
        Avx.Permute2x128(b2, b6, 0x31).Store(q + (2 * targetRow));
        Avx.Permute2x128(b3, b7, 0x31).Store(q + (3 * targetRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square4(double* p, long row, double* q, long targetRow)
    {
        Vector256<double> r0 = Vector256.Load(p), r1 = Vector256.Load(p + row), r2 = Vector256.Load(p + (2 * row)), r3 = Vector256.Load(p + (3 * row));
        Vector256<double> a0 = Avx.UnpackLow(r0, r1), a1 = Avx.UnpackHigh(r0, r1), a2 = Avx.UnpackLow(r2, r3), a3 = Avx.UnpackHigh(r2, r3);
        Avx.Permute2x128(a0, a2, 0x20).Store(q);
        Avx.Permute2x128(a1, a3, 0x20).Store(q + targetRow);
        Avx.Permute2x128(a0, a2, 0x31).Store(q + (2 * targetRow));
        Avx.Permute2x128(a1, a3, 0x31).Store(q + (3 * targetRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square4(float* p, long row, float* q, long targetRow)
    {
        Vector128<float> r0 = Vector128.Load(p), r1 = Vector128.Load(p + row), r2 = Vector128.Load(p + (2 * row)), r3 = Vector128.Load(p + (3 * row));
        Vector128<float> a0 = Low(r0, r1), a1 = High(r0, r1), a2 = Low(r2, r3), a3 = High(r2, r3);
        Low(a0.AsDouble(), a2.AsDouble()).AsSingle().Store(q);
        High(a0.AsDouble(), a2.AsDouble()).AsSingle().Store(q + targetRow);
        Low(a1.AsDouble(), a3.AsDouble()).AsSingle().Store(q + (2 * targetRow));
        High(a1.AsDouble(), a3.AsDouble()).AsSingle().Store(q + (3 * targetRow));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Square2(double* p, long row, double* q, long targetRow)
    {
        Vector128<double> r0 = Vector128.Load(p), r1 = Vector128.Load(p + row);
        Low(r0, r1).Store(q);
        High(r0, r1).Store(q + targetRow);
    }

    // a0 b0 a1 b1, and a2 b2 a3 b3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> Low(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackLow(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b)
        : Vector128.Create(a[0], b[0], a[1], b[1]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<float> High(Vector128<float> a, Vector128<float> b) =>
        Sse.IsSupported ? Sse.UnpackHigh(a, b)
        : AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b)
        : Vector128.Create(a[2], b[2], a[3], b[3]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<double> Low(Vector128<double> a, Vector128<double> b) => Vector128.Create(a.GetLower(), b.GetLower());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector128<double> High(Vector128<double> a, Vector128<double> b) => Vector128.Create(a.GetUpper(), b.GetUpper());
}
