using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>Which input of two is one number for all elements.</summary>
internal interface IConstantSide
{
    static abstract bool IsFirst { get; }
}

internal readonly struct FirstIsConstant : IConstantSide
{
    public static bool IsFirst => true;
}

internal readonly struct SecondIsConstant : IConstantSide
{
    public static bool IsFirst => false;
}

/// <summary>A function of two inputs of which one is a number. The other is its first array.</summary>
internal readonly unsafe struct BinaryConstantMap<TOp, T, TSide>(TOp op, T constant) : IElementwiseMap
    where TOp : struct, IBinaryOp<TOp>
    where T : unmanaged
    where TSide : struct, IConstantSide
{
    public static bool WritesMask => false;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Cached>(op, constant, (T*)a, (T*)y, count);
        Isa.Dispatch<Kernel<Cached>, T>(ref kernel);
    }

    public void Stream(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel<Streamed>(op, constant, (T*)a, (T*)y, count);
        Isa.Dispatch<Kernel<Streamed>, T>(ref kernel);
    }

    private readonly struct Kernel<TStore>(TOp op, T constant, T* x, T* y, long count) : ISimdKernel<T> where TStore : struct, IStore
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            V k = V.Create(constant);
            T* from = x, to = y;
            long last = count - V.Count;
            V end = last >= 0 ? V.Load(from + last) : TSide.IsFirst && default(TOp) is IDividesByB ? Elementwise.LoadOverOnes<V, T>(from, (int)count) : V.LoadPartial(from, (int)count);
            end = TSide.IsFirst ? f.Invoke<V, T>(k, end) : f.Invoke<V, T>(end, k);
            if (last < 0)
            {
                end.StorePartial(to, (int)count);
                return;
            }
            long i = 0;
            if (default(TOp) is IBrief && !TStore.IsPastCaches)
            {
                for (; i < last - 3 * V.Count; i += 4 * V.Count)
                {
                    long j = i + V.Count, l = j + V.Count, m = l + V.Count;
                    TStore.Store<V, T>(TSide.IsFirst ? f.Invoke<V, T>(k, V.Load(from + i)) : f.Invoke<V, T>(V.Load(from + i), k), to + i);
                    TStore.Store<V, T>(TSide.IsFirst ? f.Invoke<V, T>(k, V.Load(from + j)) : f.Invoke<V, T>(V.Load(from + j), k), to + j);
                    TStore.Store<V, T>(TSide.IsFirst ? f.Invoke<V, T>(k, V.Load(from + l)) : f.Invoke<V, T>(V.Load(from + l), k), to + l);
                    TStore.Store<V, T>(TSide.IsFirst ? f.Invoke<V, T>(k, V.Load(from + m)) : f.Invoke<V, T>(V.Load(from + m), k), to + m);
                }
            }
            for (; i < last; i += V.Count)
            {
                TStore.Fetch(from + i);
                V v = V.Load(from + i);
                TStore.Store<V, T>(TSide.IsFirst ? f.Invoke<V, T>(k, v) : f.Invoke<V, T>(v, k), to + i);
            }
            if (last % V.Count == 0)
                TStore.Store<V, T>(end, to + last);
            else
                end.Store(to + last);
        }
    }
}

/// <summary>A comparison with a number.</summary>
internal readonly unsafe struct CompareConstantMap<TOp, T, TSide>(TOp op, T constant) : IElementwiseMap
    where TOp : struct, ICompareOp<TOp>
    where T : unmanaged
    where TSide : struct, IConstantSide
{
    public static bool WritesMask => true;

    public void Run(byte* a, byte* b, byte* c, byte* y, long count)
    {
        var kernel = new Kernel(op, constant, (T*)a, y, count);
        Isa.Dispatch<Kernel, T>(ref kernel);
    }

    private readonly struct Kernel(TOp op, T constant, T* x, byte* y, long count) : ISimdKernel<T>
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            var f = op;
            V k = V.Create(constant);
            T* from = x;
            byte* to = y;
            long last = count - V.Count;
            V end = last < 0 ? V.LoadPartial(from, (int)count) : V.Load(from + last);
            end = TSide.IsFirst ? f.Invoke<V, T>(k, end) : f.Invoke<V, T>(end, k);
            if (last < 0)
            {
                Elementwise.StoreMaskPartial<V, T>(end, to, (int)count);
                return;
            }
            for (long i = 0; i < last; i += V.Count)
            {
                V v = V.Load(from + i);
                (TSide.IsFirst ? f.Invoke<V, T>(k, v) : f.Invoke<V, T>(v, k)).StoreMask(to + i);
            }
            end.StoreMask(to + last);
        }
    }
}
