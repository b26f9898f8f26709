using System.Runtime.InteropServices;

namespace Hebb.Cpu;

/// <summary>Uninitialised native working memory of <paramref name="count"/> elements, aligned to 64 bytes, freed on dispose.</summary>
internal readonly unsafe ref struct Scratch<T>(long count) : IDisposable
    where T : unmanaged
{
    public readonly T* Pointer = (T*)NativeMemory.AlignedAlloc((nuint)Math.Max(64, checked(count * sizeof(T))), 64);

    public void Dispose() => NativeMemory.AlignedFree(Pointer);
}
