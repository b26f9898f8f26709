using System.Runtime.InteropServices;

namespace Hebb.Benchmarks;

/// <summary>Numbers at an address that suits every vector width. They go when the peer turns to its next problem.</summary>
internal sealed unsafe class NativeBuffer
{
    private static readonly List<nint> s_held = [];

    private readonly long _count;

    public NativeBuffer(long count)
    {
        _count = count;
        Pointer = (float*)NativeMemory.AlignedAlloc((nuint)count * sizeof(float), 4096);
        s_held.Add((nint)Pointer);
        new Span<float>(Pointer, checked((int)count)).Clear();
    }

    public NativeBuffer(float[] values) : this(values.LongLength) => values.CopyTo(new Span<float>(Pointer, values.Length));

    public float* Pointer { get; }

    public static void FreeAll()
    {
        foreach (nint held in s_held) NativeMemory.AlignedFree((void*)held);
        s_held.Clear();
    }

    public float[] ToArray() => new Span<float>(Pointer, checked((int)_count)).ToArray();
}
