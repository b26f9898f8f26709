using System.Numerics;
using Hebb.Transforms;

namespace Hebb.Memory;

/// <summary>
/// Storages up to 16 KiB: slices of a slab, bumped off one after the other. Only the slab has a finalizer (one costs ten times a plain object), and
/// it lives as long as any of its slices. What a scope hands back is kept by size class and served first. One heap a thread, so nothing is locked.
/// </summary>
internal sealed unsafe class SmallHeap
{
    /// <summary>None are where each tensor has a guard of its own.</summary>
    public static readonly int MaxBytes = GuardedPages.On ? 0 : 16 << 10;

    // Few sizes share a slab, so that one tensor kept for long pins little: slabs of 32, 64 and 256 KiB.
    private const int Groups = 3;
    private const int Classes = 36;
    private const int MaxFree = 4096;

    private readonly Slab?[] _slabs = new Slab?[Groups];
    private readonly Stack[] _free = new Stack[Classes];
    private int _freeCount;

    /// <summary>Four classes a doubling, in steps of at least 64 bytes.</summary>
    private static int ClassOf(int bytes, out int size)
    {
        if (bytes <= 256)
        {
            size = Math.Max((bytes + 63) & -64, 64);
            return size / 64 - 1;
        }
        int log = BitOperations.Log2((uint)(bytes - 1));
        int step = 1 << (log - 2);
        size = (bytes + step - 1) & -step;
        return (log - 7) * 4 + (size - (1 << log)) / step - 1;
    }

    public Slice Rent(int bytes)
    {
        int sizeClass = ClassOf(bytes, out int size);
        ref var free = ref _free[sizeClass];
        if (free.Count > 0)
        {
            _freeCount--;
            ref var top = ref free.Slices![--free.Count];
            var slice = top!;
            top = null;
            return slice;
        }
        return Cut(size, sizeClass);
    }

    private Slice Cut(int size, int sizeClass)
    {
        int group = size <= 256 ? 0 : size <= 2048 ? 1 : 2;
        var slab = _slabs[group];
        if (slab is null || slab.Used + size > slab.Block.Capacity)
            _slabs[group] = slab = new Slab(BlockPool.Rent(group switch { 0 => 32 << 10, 1 => 64 << 10, _ => 256 << 10 }, new BlockNote(BlockNote.SmallTensors)));
        var result = new Slice(slab, slab.Block.Pointer + slab.Used, size, sizeClass);
        slab.Used += size;
        return result;
    }

    public void Return(Slice slice)
    {
        if (_freeCount >= MaxFree)
            return;
        ref var free = ref _free[slice.SizeClass];
        if (free.Slices is null || free.Count == free.Slices.Length)
            Array.Resize(ref free.Slices, Math.Max(16, 2 * free.Count));
        free.Slices[free.Count++] = slice;
        _freeCount++;
    }

    // In an array, not chained: every reference that is written to an object costs.
    private struct Stack
    {
        public Slice?[]? Slices;
        public int Count;
    }

    /// <summary>Memory that slices share. When the last slice is gone its block's finalizer returns it to the pool.</summary>
    internal sealed class Slab(NativeBlock block)
    {
        public readonly NativeBlock Block = block;
        public int Used;
    }

    internal sealed class Slice : Storage
    {
        private readonly Slab _slab;
        public readonly int SizeClass;

        public Slice(Slab slab, byte* pointer, int size, int sizeClass)
        {
            _slab = slab;
            Pointer = pointer;
            Capacity = size;
            SizeClass = sizeClass;
        }

        internal override void Release() => Release(EngineThread.Current.Heap);

        /// <summary>Hands the memory back to a thread's heap, the current one's.</summary>
        public void Release(SmallHeap heap)
        {
            Generation++;
            heap.Return(this);
            GC.KeepAlive(_slab);
        }
    }
}
