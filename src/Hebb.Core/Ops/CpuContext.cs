using System.Runtime.InteropServices;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>What a CPU kernel may ask for beside its inputs and outputs. One instance serves one thread at a time.</summary>
public sealed unsafe class CpuContext
{
    private const int Slots = 4;

    private readonly nint[] _scratch = new nint[Slots];
    private readonly nuint[] _sizes = new nuint[Slots];

    /// <summary>The current thread's context.</summary>
    public static CpuContext Current => EngineThread.Current.Kernels;

    ~CpuContext()
    {
        foreach (nint pointer in _scratch)
            NativeMemory.AlignedFree((void*)pointer);
    }

    /// <summary>Where reductions find elements that were not written.</summary>
    internal Compile.ElementSource Source { get; } = new();

    /// <summary>Uninitialised scratch memory of this thread, aligned to 64 bytes, valid until the same slot (0 to 3) is asked for again.</summary>
    public T* Scratch<T>(int slot, long count) where T : unmanaged
    {
        nuint bytes = (nuint)Math.Max(count, 1) * (nuint)sizeof(T);
        if (_sizes[slot] < bytes)
        {
            NativeMemory.AlignedFree((void*)_scratch[slot]);
            _scratch[slot] = 0;
            _scratch[slot] = (nint)NativeMemory.AlignedAlloc(bytes, 64);
            _sizes[slot] = bytes;
        }
        return (T*)_scratch[slot];
    }
}
