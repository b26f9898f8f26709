namespace Hebb.Cpu;

/// <summary>One uninitialised block of a <see cref="Scratch"/> scope, aligned to 64 bytes, given back on dispose.</summary>
internal readonly unsafe ref struct Scratch<T> : IDisposable
    where T : unmanaged
{
    private readonly Scratch _scope;

    public readonly T* Pointer;

    /// <summary>A block of <paramref name="count"/> elements.</summary>
    public Scratch(long count)
    {
        _scope = Scratch.Open();
        Pointer = _scope.Take<T>(count);
    }

    public void Dispose() => _scope.Dispose();
}
