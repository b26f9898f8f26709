using System.Runtime.InteropServices;

namespace Hebb.Memory;

/// <summary>
/// Pages of 2 MiB for large blocks: first use takes a fraction of the time, since there are few pages to hand out, and long reads miss fewer translations.
/// On Linux they must be asked for (madvise(2), MADV_HUGEPAGE); a system that has none ignores the request.
/// </summary>
internal static unsafe partial class HugePages
{
    public const long Size = 2L << 20;

    private const int Advice = 14;

    private static bool s_unavailable = !OperatingSystem.IsLinux() && !OperatingSystem.IsAndroid();

    /// <summary>Asks for them in the part of a block that whole huge pages cover.</summary>
    public static void Ask(byte* block, long bytes)
    {
        if (s_unavailable || bytes < 2 * Size)
            return;
        try
        {
            _ = Advise(block, (nuint)(bytes / Size * Size), Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            s_unavailable = true;
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
