using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>What a CPU kernel may ask for beside its inputs and outputs. One instance serves one thread at a time.</summary>
public sealed unsafe class CpuContext
{
    private const int Slots = 4;

    private readonly nint[] _scratch = new nint[Slots];
    private readonly long[] _sizes = new long[Slots];

    /// <summary>The current thread's context.</summary>
    public static CpuContext Current => EngineThread.Current.Kernels;

    ~CpuContext()
    {
        for (int slot = 0; slot < Slots; slot++)
            Free(slot);
    }

    /// <summary>Where reductions find elements that were not written.</summary>
    internal Compile.ElementSource Source { get; } = new();

    /// <summary>Uninitialised scratch memory of this thread, aligned to 64 bytes, valid until the same slot (0 to 3) is asked for again.</summary>
    public T* Scratch<T>(int slot, long count) where T : unmanaged
    {
        long bytes = checked(Math.Max(count, 1) * sizeof(T));
        // Under a guard, exactly as much as is asked for.
        if (_sizes[slot] < bytes || GuardedPages.On)
        {
            Free(slot);
            _scratch[slot] = (nint)AlignedMemory.Allocate(bytes);
            _sizes[slot] = bytes;
        }
        return (T*)_scratch[slot];
    }

    private void Free(int slot)
    {
        if (_scratch[slot] != 0)
            AlignedMemory.Free((byte*)_scratch[slot], _sizes[slot]);
        (_scratch[slot], _sizes[slot]) = (0, 0);
    }
}
