namespace Hebb.Memory;

/// <summary>
/// What an open <see cref="TensorScope"/> knows: each storage rented in it and the generation it had then. Blocks are held weakly, so a long scope
/// keeps nothing alive; slices strongly up to a bound, past which they are left to the collector. Recycled per thread.
/// </summary>
internal sealed class ScopeState
{
    private const long MaxSliceBytes = 32L << 20;

    [ThreadStatic]
    private static ScopeState? t_top;

    [ThreadStatic]
    private static ScopeState? t_spare;

    private Entry[] _entries = new Entry[64];
    private int _count;
    private long _sliceBytes;
    private bool _suspended;
    private string _member = "", _file = "";
    private int _line;

    private struct Entry
    {
        public Storage? Slice;
        public WeakReference<NativeBlock>? Block;
        public int Generation;
    }

    public static ScopeState? Top => t_top;

    public ScopeState? Parent { get; private set; }

    /// <summary>Where the scope was opened that last handed a storage back; for the error of a late use.</summary>
    public static string Describe(Storage storage) => storage.Scope is { } scope ? $"{scope._member}, {Path.GetFileName(scope._file)}:{scope._line}" : "a scope";

    public static ScopeState Push(string member, string file, int line, bool suspended)
    {
        var state = t_spare ?? new ScopeState();
        t_spare = state.Parent;
        (state.Parent, state._member, state._file, state._line, state._suspended) = (t_top, member, file, line, suspended);
        return t_top = state;
    }

    public void Adopt(Storage storage)
    {
        if (_suspended)
            return;
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        ref var entry = ref _entries[_count];
        if (storage is NativeBlock block)
        {
            entry.Block = block.Weak;
        }
        else
        {
            if (_sliceBytes > MaxSliceBytes)
                return;
            _sliceBytes += storage.Capacity;
            entry.Slice = storage;
        }
        entry.Generation = storage.Generation;
        storage.Scope = this;
        storage.ScopeSlot = _count++;
    }

    /// <summary>Moves a storage to another scope, or to none.</summary>
    public void Hand(Storage storage, ScopeState? to)
    {
        int slot = storage.ScopeSlot;
        // A scope object is recycled too: its slot may mean another storage by now.
        if (slot >= _count || Held(slot) != storage || _entries[slot].Generation != storage.Generation)
            return;
        _entries[slot].Generation = storage.Generation - 1;
        storage.Scope = null;
        to?.Adopt(storage);
    }

    public void Pop()
    {
        if (t_top != this)
            throw new HebbException("a TensorScope ended on another thread, or before one that was opened inside it");
        for (int i = 0; i < _count; i++)
        {
            if (Held(i) is { } storage && storage.Generation == _entries[i].Generation)
                storage.Release();
        }
        Array.Clear(_entries, 0, _count);
        _count = 0;
        _sliceBytes = 0;
        t_top = Parent;
        Parent = t_spare;
        t_spare = this;
    }

    private Storage? Held(int slot)
    {
        ref readonly var entry = ref _entries[slot];
        return entry.Slice ?? (entry.Block is { } weak && weak.TryGetTarget(out var block) ? block : null);
    }
}
