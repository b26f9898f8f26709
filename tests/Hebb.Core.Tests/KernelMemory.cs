using System.Numerics;
using System.Runtime.InteropServices;

namespace Hebb.Tests;

/// <summary>Native memory for kernel tests, filled at random (or with ones) and followed by guard elements that must survive.</summary>
sealed unsafe class Native<T> : IDisposable
    where T : unmanaged, INumber<T>
{
    const int Guard = 32;
    readonly long _length;

    public Native(Random? random, long length)
    {
        _length = length;
        P = (T*)NativeMemory.Alloc((nuint)(length + Guard), (nuint)sizeof(T));
        for (long i = 0; i < length + Guard; i++)
            P[i] = random is null ? T.One : T.CreateTruncating((random.NextDouble() * 2) - 1);
        for (long i = length; i < length + Guard; i++)
            P[i] = T.CreateTruncating(i - length + 77);
    }

    public T* P { get; }

    public Span<T> Span => new(P, (int)_length);

    public Span<byte> Bytes => MemoryMarshal.AsBytes(Span);

    public void Dispose()
    {
        bool whole = true;
        for (long i = _length; i < _length + Guard; i++)
            whole &= P[i] == T.CreateTruncating(i - _length + 77);
        NativeMemory.Free(P);
        if (!whole)
            throw new InvalidOperationException("a kernel wrote past the end of a buffer");
    }
}
