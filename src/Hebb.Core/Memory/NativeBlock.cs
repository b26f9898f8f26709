namespace Hebb.Memory;

/// <summary>A storage of its own native allocation, above <see cref="SmallHeap.MaxBytes"/>. Its finalizer returns it to the pool, not to the system.</summary>
internal sealed unsafe class NativeBlock : Storage
{
    /// <summary>
    /// Refers to this block without keeping it alive. Short on purpose: while it still has a target, no finalizer is pending, so whoever
    /// gets the target may release the block without racing one.
    /// </summary>
    internal readonly WeakReference<NativeBlock> Weak;

    /// <summary>What it is used for, while it is.</summary>
    internal BlockNote Note;

    /// <summary>Whether a tensor has it, rather than the pool.</summary>
    internal bool InUse;

    /// <summary>Whether the pool has listed it.</summary>
    internal bool IsListed;

    public NativeBlock(long bytes)
    {
        Pointer = AlignedMemory.Allocate(bytes);
        Capacity = bytes;
        Weak = new WeakReference<NativeBlock>(this);
    }

    private NativeBlock(byte* pointer, long capacity)
    {
        Pointer = pointer;
        Capacity = capacity;
        Weak = new WeakReference<NativeBlock>(this);
    }

    // A young object takes the memory over: the next collection of the youngest generation finds it when it dies, where this one, old by now, would need a full one.
    ~NativeBlock()
    {
        if (Pointer == null)
            return;
        var successor = new NativeBlock(Pointer, Capacity) { Version = Version };
        Pointer = null;
        Generation++;
        BlockPool.Return(successor);
    }

    internal override void Release()
    {
        Generation++;
        BlockPool.Return(this);
    }

    /// <summary>Gives the memory back to the system.</summary>
    internal void Free()
    {
        AlignedMemory.Free(Pointer, Capacity);
        Pointer = null;
        GC.SuppressFinalize(this);
    }
}
