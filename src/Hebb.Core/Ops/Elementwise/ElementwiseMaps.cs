using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

// Each kernel ends on a whole vector that may overlap its neighbour. It is loaded before anything is stored, because the output may be an input.
// Only runs shorter than a vector see lanes past their end. Loops go by local pointers: fields are loaded anew for each vector.

internal readonly unsafe struct UnaryMap<TOp, T>(TOp op) : IElementwiseMap
    where TOp : struct, IUnaryOp<TOp>
    where T : unmanaged
{
    public static bool WritesMask => false;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Cached>(op, (T*)a, (T*)y, count);
        Isa.Dispatch<Kernel<Cached>, T>(ref kernel);
    }

    public void Stream(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Streamed>(op, (T*)a, (T*)y, count);
        Isa.Dispatch<Kernel<Streamed>, T>(ref kernel);
    }

    private readonly struct Kernel<TStore>(TOp op, T* x, T* y, long count) : ISimdKernel<T> where TStore : struct, IStore
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            // The function stands in one place only, so that even a long one is inlined.
            var f = op;
            T* from = x, to = y;
            long last = count - V.Count, i = 0;
            V end = last < 0 ? V.LoadPartial(from, (int)count) : V.Load(from + last);
            if (default(TOp) is IFourAtOnce && VectorMath.ReducesByShift<V, T>())
                i = Fours<V>(f, from, to, last);
            if (default(TOp) is IBrief && !TStore.IsPastCaches)
            {
                for (; i < last - 3 * V.Count; i += 4 * V.Count)
                {
                    long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(from + i)), to + i);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(from + j)), to + j);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(from + k)), to + k);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(from + l)), to + l);
                }
            }
            V v = last <= i ? end : V.Load(from + i);
            while (true)
            {
                v = f.Invoke<V, T>(v);
                if (i >= last)
                    break;
                TStore.Store<V, T>(v, to + i);
                TStore.Fetch(from + i);
                i += V.Count;
                v = i < last ? V.Load(from + i) : end;
            }
            if (last < 0)
                v.StorePartial(to, (int)count);
            else
                v.Store(to + last);
        }

        // Apart, for a call of a static member with a default isn't precompiled, nor is what holds it.
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static long Fours<V>(in TOp f, T* from, T* to, long last) where V : unmanaged, ISimd<V, T>
        {
            long i = 0;
            for (; i < last - 3 * V.Count; i += 4 * V.Count)
            {
                long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                V p = V.Load(from + i), q = V.Load(from + j), r = V.Load(from + k), s = V.Load(from + l);
                TOp.Four<V, T>(in f, ref p, ref q, ref r, ref s);
                TStore.Store<V, T>(p, to + i);
                TStore.Store<V, T>(q, to + j);
                TStore.Store<V, T>(r, to + k);
                TStore.Store<V, T>(s, to + l);
                TStore.Fetch<V, T>(from + i, 4);
            }
            return i;
        }
    }
}

internal readonly unsafe struct PredicateMap<TOp, T>(TOp op) : IElementwiseMap
    where TOp : struct, IPredicateOp<TOp>
    where T : unmanaged
{
    public static bool WritesMask => true;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel(op, (T*)a, y, count);
        Isa.Dispatch<Kernel, T>(ref kernel);
    }

    private readonly struct Kernel(TOp op, T* x, byte* y, long count) : ISimdKernel<T>
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            T* from = x;
            byte* to = y;
            long last = count - V.Count;
            var end = f.Invoke<V, T>(last < 0 ? V.LoadPartial(from, (int)count) : V.Load(from + last));
            if (last < 0)
            {
                Elementwise.StoreMaskPartial<V, T>(end, to, (int)count);
                return;
            }
            for (long i = 0; i < last; i += V.Count)
                f.Invoke<V, T>(V.Load(from + i)).StoreMask(to + i);
            end.StoreMask(to + last);
        }
    }
}

internal readonly unsafe struct BinaryMap<TOp, T>(TOp op) : IElementwiseMap
    where TOp : struct, IBinaryOp<TOp>
    where T : unmanaged
{
    public static bool WritesMask => false;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Cached>(op, (T*)a, (T*)b, (T*)y, count);
        Isa.Dispatch<Kernel<Cached>, T>(ref kernel);
    }

    public void Stream(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Streamed>(op, (T*)a, (T*)b, (T*)y, count);
        Isa.Dispatch<Kernel<Streamed>, T>(ref kernel);
    }

    private readonly struct Kernel<TStore>(TOp op, T* a, T* b, T* y, long count) : ISimdKernel<T> where TStore : struct, IStore
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            T* first = a, second = b, to = y;
            long last = count - V.Count;
            var end = f.Invoke<V, T>(last < 0 ? V.LoadPartial(first, (int)count) : V.Load(first + last), last < 0 ? Short<V>() : V.Load(second + last));
            if (last < 0)
            {
                end.StorePartial(to, (int)count);
                return;
            }
            long i = 0;
            if (default(TOp) is IFourAtOnce && VectorMath.ReducesByShift<V, T>())
                i = Fours<V>(f, first, second, to, last);
            if (default(TOp) is IBrief && !TStore.IsPastCaches)
            {
                for (; i < last - 3 * V.Count; i += 4 * V.Count)
                {
                    long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + i), V.Load(second + i)), to + i);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + j), V.Load(second + j)), to + j);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + k), V.Load(second + k)), to + k);
                    TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + l), V.Load(second + l)), to + l);
                }
            }
            for (; i < last; i += V.Count)
            {
                TStore.Fetch(first + i);
                TStore.Fetch(second + i);
                TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + i), V.Load(second + i)), to + i);
            }
            // Among results that go past the caches one that does not holds up those behind it: rows that are whole vectors have none.
            if (last % V.Count == 0)
                TStore.Store<V, T>(end, to + last);
            else
                end.Store(to + last);
        }

        // Apart, for a call of a static member with a default isn't precompiled, nor is what holds it.
        [MethodImpl(Jit.Full | MethodImplOptions.NoInlining)]
        private static long Fours<V>(in TOp f, T* first, T* second, T* to, long last) where V : unmanaged, ISimd<V, T>
        {
            long i = 0;
            for (; i < last - 3 * V.Count; i += 4 * V.Count)
            {
                long j = i + V.Count, k = j + V.Count, l = k + V.Count;
                V p = V.Load(first + i), q = V.Load(first + j), r = V.Load(first + k), s = V.Load(first + l);
                TOp.Four<V, T>(in f, ref p, ref q, ref r, ref s, V.Load(second + i), V.Load(second + j), V.Load(second + k), V.Load(second + l));
                TStore.Fetch<V, T>(first + i, 4);
                TStore.Fetch<V, T>(second + i, 4);
                TStore.Store<V, T>(p, to + i);
                TStore.Store<V, T>(q, to + j);
                TStore.Store<V, T>(r, to + k);
                TStore.Store<V, T>(s, to + l);
            }
            return i;
        }

        private V Short<V>() where V : unmanaged, ISimd<V, T> =>
            default(TOp) is IDividesByB ? Elementwise.LoadOverOnes<V, T>(b, (int)count) : V.LoadPartial(b, (int)count);
    }
}

internal readonly unsafe struct CompareMap<TOp, T>(TOp op) : IElementwiseMap
    where TOp : struct, ICompareOp<TOp>
    where T : unmanaged
{
    public static bool WritesMask => true;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel(op, (T*)a, (T*)b, y, count);
        Isa.Dispatch<Kernel, T>(ref kernel);
    }

    private readonly struct Kernel(TOp op, T* a, T* b, byte* y, long count) : ISimdKernel<T>
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            T* first = a, second = b;
            byte* to = y;
            long last = count - V.Count;
            var end = f.Invoke<V, T>(
                last < 0 ? V.LoadPartial(first, (int)count) : V.Load(first + last),
                last < 0 ? V.LoadPartial(second, (int)count) : V.Load(second + last));
            if (last < 0)
            {
                Elementwise.StoreMaskPartial<V, T>(end, to, (int)count);
                return;
            }
            for (long i = 0; i < last; i += V.Count)
                f.Invoke<V, T>(V.Load(first + i), V.Load(second + i)).StoreMask(to + i);
            end.StoreMask(to + last);
        }
    }
}

internal readonly unsafe struct TernaryMap<TOp, T>(TOp op) : IElementwiseMap
    where TOp : struct, ITernaryOp<TOp>
    where T : unmanaged
{
    public static bool WritesMask => false;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Cached>(op, (T*)a, (T*)b, (T*)c, (T*)y, count);
        Isa.Dispatch<Kernel<Cached>, T>(ref kernel);
    }

    public void Stream(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Streamed>(op, (T*)a, (T*)b, (T*)c, (T*)y, count);
        Isa.Dispatch<Kernel<Streamed>, T>(ref kernel);
    }

    private readonly struct Kernel<TStore>(TOp op, T* a, T* b, T* c, T* y, long count) : ISimdKernel<T> where TStore : struct, IStore
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            T* first = a, second = b, third = c, to = y;
            long last = count - V.Count;
            var end = f.Invoke<V, T>(
                last < 0 ? V.LoadPartial(first, (int)count) : V.Load(first + last),
                last < 0 ? V.LoadPartial(second, (int)count) : V.Load(second + last),
                last < 0 ? V.LoadPartial(third, (int)count) : V.Load(third + last));
            if (last < 0)
            {
                end.StorePartial(to, (int)count);
                return;
            }
            for (long i = 0; i < last; i += V.Count)
            {
                TStore.Fetch(first + i);
                TStore.Fetch(second + i);
                TStore.Fetch(third + i);
                TStore.Store<V, T>(f.Invoke<V, T>(V.Load(first + i), V.Load(second + i), V.Load(third + i)), to + i);
            }
            end.Store(to + last);
        }
    }
}

internal static unsafe class Elementwise
{
    /// <summary>Fewer elements than lanes; the other lanes are 1.</summary>
    public static V LoadOverOnes<V, T>(T* x, int count) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        T* lanes = stackalloc T[V.Count];
        V.One.Store(lanes);
        for (int i = 0; i < count; i++)
            lanes[i] = x[i];
        return V.Load(lanes);
    }

    /// <summary>Writes the first lanes of a mask as bytes of 0 and 1.</summary>
    public static void StoreMaskPartial<V, T>(V mask, byte* y, int count) where V : unmanaged, ISimd<V, T> where T : unmanaged
    {
        byte* lanes = stackalloc byte[64];
        mask.StoreMask(lanes);
        new ReadOnlySpan<byte>(lanes, count).CopyTo(new Span<byte>(y, count));
    }
}
