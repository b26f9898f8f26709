namespace Hebb.Memory;

/// <summary>
/// Aligned native memory that tensors and their views share. The object is recycled with its memory: <see cref="Generation"/> tells
/// one use from the next, so a tensor that outlived its scope is found out. Nothing disposes a storage by hand.
/// </summary>
public abstract unsafe class Storage
{
    internal byte* Pointer;

    /// <summary>Changes when the memory is handed back.</summary>
    internal int Generation;

    /// <summary>The scope that will hand this back, and its slot there.</summary>
    internal ScopeState? Scope;

    internal int ScopeSlot;

    /// <summary>The scope that last handed this back, and the generation that ended then.</summary>
    internal ScopeState? EndedBy;

    internal int EndedGeneration;

    /// <summary>Bytes usable; at least what was asked for.</summary>
    public long Capacity { get; private protected set; }

    /// <summary>Counts in-place changes, so that a backward pass over changed values is refused and prepacked copies are renewed.</summary>
    public int Version { get; internal set; }

    /// <summary>Whether somebody may hold a writable span, through which values change unseen by <see cref="Version"/>: then no copy is kept.</summary>
    internal bool IsExposed => _exposedGeneration == Generation;

    private int _exposedGeneration = -1;

    internal void Expose() => _exposedGeneration = Generation;

    /// <summary>Where the memory is.</summary>
    public Device Device => Device.Cpu;

    /// <summary>Hands the memory back before the garbage collector finds it unused.</summary>
    internal abstract void Release();
}
