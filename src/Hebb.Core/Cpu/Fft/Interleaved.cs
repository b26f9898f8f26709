using System.Numerics;

namespace Hebb.Cpu;

/// <summary>Moves between interleaved complex numbers (re, im) and split parts.</summary>
internal static unsafe class Interleaved
{
    public static void Split<T>(int n, T* source, T* re, T* im)
        where T : unmanaged
    {
        int i = 0;
        if (typeof(T) == typeof(float))
        {
            // A complex float is one 64-bit lane: its halves fall out by narrowing.
            int v = Vector<float>.Count;
            for (; i <= n - v; i += v)
            {
                Vector<ulong> a = Vector.Load((ulong*)(source + 2L * i)), b = Vector.Load((ulong*)(source + 2L * i + v));
                Vector.Narrow(a, b).Store((uint*)(re + i));
                Vector.Narrow(a >>> 32, b >>> 32).Store((uint*)(im + i));
            }
        }

        for (; i < n; i++)
        {
            re[i] = source[2L * i];
            im[i] = source[2L * i + 1];
        }
    }

    /// <summary>target = scale (re, im).</summary>
    public static void Join<T>(int n, T* re, T* im, T scale, T* target)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = 0;
        if (typeof(T) == typeof(float))
        {
            int v = Vector<T>.Count;
            var factor = new Vector<T>(scale);
            for (; i <= n - v; i += v)
            {
                Vector.Widen((Vector.Load(re + i) * factor).As<T, uint>(), out Vector<ulong> r0, out Vector<ulong> r1);
                Vector.Widen((Vector.Load(im + i) * factor).As<T, uint>(), out Vector<ulong> i0, out Vector<ulong> i1);
                (r0 | (i0 << 32)).Store((ulong*)(target + 2L * i));
                (r1 | (i1 << 32)).Store((ulong*)(target + 2L * i + v));
            }
        }

        for (; i < n; i++)
        {
            target[2L * i] = re[i] * scale;
            target[2L * i + 1] = im[i] * scale;
        }
    }
}
