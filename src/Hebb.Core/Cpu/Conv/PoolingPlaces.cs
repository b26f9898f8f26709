using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Places of maxima as integers in the lanes of a vector of values: 32 bits wide for float, 64 for double.</summary>
static unsafe class PoolingPlaces<T, V>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
{
    /// <summary>An element whose bits are an integer.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Bits(long value) => sizeof(T) == 4 ? Unsafe.BitCast<int, T>((int)value) : Unsafe.BitCast<long, T>(value);

    /// <summary>0, step, 2 step, ... by lane.</summary>
    public static T* Steps(long step, in Scratch scratch)
    {
        T* steps = scratch.Take<T>(V.Count);
        for (int lane = 0; lane < V.Count; lane++)
            steps[lane] = Bits(lane * step);
        return steps;
    }

    /// <summary>Writes the first lanes as 64-bit integers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(V places, long* to, int lanes)
    {
        if (sizeof(T) == 8)
        {
            places.StorePartial((T*)to, lanes);
        }
        else if (typeof(V) == typeof(V512<float>))
        {
            (Vector512<long> low, Vector512<long> high) = Vector512.Widen(Unsafe.BitCast<V, Vector512<int>>(places));
            Partial.Store512(to, Math.Min(lanes, 8), low);
            if (lanes > 8)
                Partial.Store512(to + 8, lanes - 8, high);
        }
        else if (typeof(V) == typeof(V256<float>))
        {
            (Vector256<long> low, Vector256<long> high) = Vector256.Widen(Unsafe.BitCast<V, Vector256<int>>(places));
            Partial.Store256(to, Math.Min(lanes, 4), low);
            if (lanes > 4)
                Partial.Store256(to + 4, lanes - 4, high);
        }
        else
        {
            T* narrow = stackalloc T[V.Count];
            places.Store(narrow);
            for (int lane = 0; lane < lanes; lane++)
                to[lane] = ((int*)narrow)[lane];
        }
    }
}
