using System.Runtime.InteropServices;
using Hebb.Diagnostics;

namespace Hebb.Memory;

/// <summary>
/// Memory that ends at a page that nobody may touch, under <c>HEBB_DEBUG=guard</c>: a kernel that reads or writes past the end of a tensor, or of a
/// tensor that is gone, ends the process there, with its name in the stack, in place of harming what lies behind. On Linux only.
/// </summary>
internal static unsafe partial class GuardedPages
{
    private const int NoAccess = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    // What a kernel may rely on where it does not look at addresses; the last bytes before the guard may be padding.
    private const long Alignment = 64;

    /// <summary>Values of fresh memory, so that what nobody wrote is seen: -1.3e20 as a float.</summary>
    private const byte Fill = 0xE0;

    private static readonly long Page = Environment.SystemPageSize;

    /// <summary>Whether all memory of tensors and kernels is such.</summary>
    public static readonly bool On = DebugSettings.Guard;

    private static int s_allocations;

    /// <summary>Whether dead tensors should be looked for: a process may have 65,530 mappings, and the collector, which sees small objects alone, knows of none.</summary>
    public static bool WantCollection => On && Interlocked.Increment(ref s_allocations) % 4000 == 0;

    private static long Whole(long bytes) => (bytes + Page - 1) & -Page;

    /// <exception cref="OutOfMemoryException">The system has no more memory, or no more mappings (vm.max_map_count).</exception>
    public static byte* Allocate(long bytes)
    {
        long whole = Whole(bytes);
        byte* start = Map(null, (nuint)(whole + Page), NoAccess, PrivateAnonymous, -1, 0);
        if ((nint)start == -1)
            throw new OutOfMemoryException();
        if (Protect(start, (nuint)whole, ReadWrite) != 0)
        {
            _ = Unmap(start, (nuint)(whole + Page));
            throw new OutOfMemoryException();
        }
        NativeMemory.Fill(start, (nuint)whole, Fill);
        return (byte*)((long)(start + whole - bytes) & -Alignment);
    }

    public static void Free(byte* pointer, long bytes)
    {
        // The alignment moves the first byte by less than a page, but maybe to the page before.
        long whole = Whole(bytes);
        byte* end = (byte*)Whole((long)pointer + bytes);
        _ = Unmap(end - whole, (nuint)(whole + Page));
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);
}
