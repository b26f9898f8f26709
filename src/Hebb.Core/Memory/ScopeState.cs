using System.Runtime.CompilerServices;
using Hebb.Transforms;

namespace Hebb.Memory;

/// <summary>
/// What an open <see cref="TensorScope"/> knows: each storage rented in it and the generation it had then. Blocks are held weakly, so a long scope
/// keeps nothing alive; slices strongly up to a bound, past which they are left to the collector. The table is recycled per thread; this object is not, for
/// tensors that outlived it are told where it was opened.
/// </summary>
internal sealed class ScopeState
{
    private const long MaxSliceBytes = 32L << 20;

    [ThreadStatic]
    private static Stack<Entry[]>? t_spare;

    private readonly string _member, _file;
    private readonly int _line;
    private readonly bool _suspended;

    private Entry[] _entries;
    private int _count;
    private long _sliceBytes;

    private struct Entry
    {
        public SmallHeap.Slice? Slice;
        public WeakReference<NativeBlock>? Block;
        public int Generation;
    }

    private ScopeState(EngineThread thread, string member, string file, int line, bool suspended, bool isStep)
    {
        (Parent, _member, _file, _line, _suspended) = (thread.Scope, member, file, line, suspended);
        Step = isStep ? this : Parent?.Step;
        _entries = t_spare is { Count: > 0 } spare ? spare.Pop() : new Entry[64];
    }

    public ScopeState? Parent { get; }

    /// <summary>Whether it adopts nothing, so that state outlives a step.</summary>
    public bool IsSuspended => _suspended;

    /// <summary>The scope of the training step that is going on, to which gradients belong.</summary>
    public ScopeState? Step { get; }

    /// <summary>Where the scope was opened that handed back what a storage held in a generation; for the error of a late use.</summary>
    public static string Describe(Storage storage, int generation) => storage.EndedBy is { } scope && storage.EndedGeneration == generation
        ? $"{scope._member}, {Path.GetFileName(scope._file)}:{scope._line}"
        : "a place that is forgotten, for its memory was used again";

    public static ScopeState Push(string member, string file, int line, bool suspended = false, bool isStep = false)
    {
        var thread = EngineThread.Current;
        return thread.Scope = new ScopeState(thread, member, file, line, suspended, isStep);
    }

    public void Adopt(NativeBlock block)
    {
        if (!_suspended)
            Enter(block).Block = block.Weak;
    }

    public void Adopt(SmallHeap.Slice slice)
    {
        if (_suspended || _sliceBytes > MaxSliceBytes)
            return;
        _sliceBytes += slice.Capacity;
        Enter(slice).Slice = slice;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Entry Enter(Storage storage)
    {
        int slot = _count;
        if (slot == _entries.Length)
            Array.Resize(ref _entries, 2 * slot);
        ref var entry = ref _entries[slot];
        entry.Generation = storage.Generation;
        storage.Scope = this;
        storage.ScopeSlot = slot;
        _count = slot + 1;
        return ref entry;
    }

    /// <summary>Moves a storage to another scope, or to none.</summary>
    public void Hand(Storage storage, ScopeState? to)
    {
        int slot = storage.ScopeSlot;
        if (slot >= _count || Held(slot) != storage || _entries[slot].Generation != storage.Generation)
            return;
        _entries[slot].Generation = storage.Generation - 1;
        storage.Scope = null;
        if (storage is NativeBlock block)
            to?.Adopt(block);
        else
            to?.Adopt((SmallHeap.Slice)storage);
    }

    public void Pop()
    {
        var thread = EngineThread.Current;
        if (thread.Scope != this)
            throw new HebbException("a TensorScope ended on another thread, or before one that was opened inside it");
        for (int i = 0; i < _count; i++)
        {
            if (_entries[i].Slice is { } slice)
            {
                if (slice.Generation != _entries[i].Generation)
                    continue;
                (slice.EndedBy, slice.EndedGeneration) = (this, slice.Generation);
                slice.Release(thread.Heap);
            }
            else if (Held(i) is { } storage && storage.Generation == _entries[i].Generation)
            {
                (storage.EndedBy, storage.EndedGeneration) = (this, storage.Generation);
                storage.Release();
            }
        }
        Array.Clear(_entries, 0, _count);
        (t_spare ??= new Stack<Entry[]>()).Push(_entries);
        _entries = [];
        _count = 0;
        thread.Scope = Parent;
    }

    private Storage? Held(int slot)
    {
        ref readonly var entry = ref _entries[slot];
        return (Storage?)entry.Slice ?? (entry.Block is { } weak && weak.TryGetTarget(out var block) ? block : null);
    }
}
