using System.Numerics;
using Hebb.Transforms;

namespace Hebb.Memory;

/// <summary>
/// Storages up to 16 KiB: slices of a slab, bumped off one after the other. Only the slab has a finalizer (one costs ten times a plain object), and
/// it lives as long as any of its slices. What a scope hands back is kept by size class and served first. One heap a thread, so nothing is locked.
/// </summary>
internal sealed unsafe class SmallHeap
{
    public const int MaxBytes = 16 << 10;

    // Few sizes share a slab, so that one tensor kept for long pins little: slabs of 32, 64 and 256 KiB.
    private const int Groups = 3;
    private const int Classes = 36;
    private const int MaxFree = 4096;

    private readonly Slab?[] _slabs = new Slab?[Groups];
    private readonly Slice?[] _free = new Slice?[Classes];
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

    public Storage Rent(int bytes)
    {
        int sizeClass = ClassOf(bytes, out int size);
        if (_free[sizeClass] is { } slice)
        {
            _free[sizeClass] = slice.NextFree;
            slice.NextFree = null;
            _freeCount--;
            return slice;
        }
        int group = size <= 256 ? 0 : size <= 2048 ? 1 : 2;
        var slab = _slabs[group];
        if (slab is null || slab.Used + size > slab.Block.Capacity)
            _slabs[group] = slab = new Slab(BlockPool.Rent(group switch { 0 => 32 << 10, 1 => 64 << 10, _ => 256 << 10 }));
        var result = new Slice(slab, slab.Block.Pointer + slab.Used, size, sizeClass);
        slab.Used += size;
        return result;
    }

    private void Return(Slice slice)
    {
        if (_freeCount >= MaxFree)
            return;
        slice.NextFree = _free[slice.SizeClass];
        _free[slice.SizeClass] = slice;
        _freeCount++;
    }

    /// <summary>Memory that slices share. When the last slice is gone its block's finalizer returns it to the pool.</summary>
    private sealed class Slab(NativeBlock block)
    {
        public readonly NativeBlock Block = block;
        public int Used;
    }

    private sealed class Slice : Storage
    {
        private readonly Slab _slab;
        public readonly int SizeClass;
        public Slice? NextFree;

        public Slice(Slab slab, byte* pointer, int size, int sizeClass)
        {
            _slab = slab;
            Pointer = pointer;
            Capacity = size;
            SizeClass = sizeClass;
        }

        internal override void Release()
        {
            Generation++;
            EngineThread.Current.Heap.Return(this);
            GC.KeepAlive(_slab);
        }
    }
}
