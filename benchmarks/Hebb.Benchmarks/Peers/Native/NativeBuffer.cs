using System.Runtime.InteropServices;
using Hebb.Cpu.Simd;

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

    public NativeBuffer(byte[] bytes) : this((bytes.LongLength + sizeof(float) - 1) / sizeof(float)) => bytes.CopyTo(new Span<byte>(Pointer, bytes.Length));

    public float* Pointer { get; }

    public static void FreeAll()
    {
        foreach (nint held in s_held) NativeMemory.AlignedFree((void*)held);
        s_held.Clear();
    }

    /// <summary>The first numbers, which are of a product's result type.</summary>
    public float[] ToArray(NumberType type, int count)
    {
        switch (type)
        {
            case NumberType.Float64:
                return Array.ConvertAll(new Span<double>(Pointer, count).ToArray(), x => (float)x);
            case NumberType.BFloat16:
                float[] wide = new float[count];
                Conversions.ToSingle(new Span<BFloat16>(Pointer, count), wide);
                return wide;
            case NumberType.Int8:
                return Array.ConvertAll(new Span<int>(Pointer, count).ToArray(), x => (float)x);
            default:
                return new Span<float>(Pointer, count).ToArray();
        }
    }

    public float[] ToArray() => new Span<float>(Pointer, checked((int)_count)).ToArray();
}
