using System.Runtime.InteropServices;

namespace Hebb.Memory;

/// <summary>Native memory for tensors and kernels, aligned to 64 bytes.</summary>
internal static unsafe class AlignedMemory
{
    /// <exception cref="OutOfMemoryException">The system has no more.</exception>
    public static byte* Allocate(long bytes)
    {
        if (GuardedPages.On)
            return GuardedPages.Allocate(bytes);
        // Large blocks start on a huge page, so that the system can back them with few page-table entries.
        nuint alignment = bytes >= 2 * HugePages.Size ? (nuint)HugePages.Size : 64;
        byte* pointer = (byte*)NativeMemory.AlignedAlloc((nuint)bytes, alignment);
        HugePages.Ask(pointer, bytes);
        return pointer;
    }

    /// <param name="pointer">What <see cref="Allocate"/> returned.</param>
    /// <param name="bytes">What it was asked for.</param>
    public static void Free(byte* pointer, long bytes)
    {
        if (GuardedPages.On)
            GuardedPages.Free(pointer, bytes);
        else
            NativeMemory.AlignedFree(pointer);
    }
}
