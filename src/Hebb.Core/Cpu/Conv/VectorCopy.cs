using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Copies of short rows, inline; the last vector overlaps the one before, so that most rows need no mask.</summary>
static unsafe class VectorCopy<T, V>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Copy(T* from, T* to, long count)
    {
        if (count < V.Count)
        {
            V.LoadPartial(from, (int)count).StorePartial(to, (int)count);
            return;
        }
        long last = count - V.Count;
        for (long i = 0; i < last; i += V.Count)
            V.Load(from + i).Store(to + i);
        V.Load(from + last).Store(to + last);
    }

    /// <summary>The same for who writes what follows later: it may write past to[count - 1], but reads nothing from <paramref name="last"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void CopyOver(T* from, T* to, long count, T* last)
    {
        if (count >= V.Count || last - from < V.Count)
            Copy(from, to, count);
        else if (count > 0)
            V.Load(from).Store(to);
    }
}
