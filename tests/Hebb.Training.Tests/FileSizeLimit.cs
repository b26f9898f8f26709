using System.Runtime.InteropServices;

namespace Hebb.Training.Tests;

/// <summary>Makes writes beyond a size fail, as on a full disk.</summary>
internal sealed partial class FileSizeLimit : IDisposable
{
    private const int FileSize = 1, SigXfsz = 25;

    private Limit _before;

    public FileSizeLimit()
    {
        _ = signal(SigXfsz, 1);
        Assert.Equal(0, getrlimit(FileSize, out _before));
    }

    public void Set(ulong bytes) => Assert.Equal(0, setrlimit(FileSize, _before with { Soft = bytes }));

    public void Dispose() => setrlimit(FileSize, _before);

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, out Limit limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, in Limit limit);

    [LibraryImport("libc")]
    private static partial nint signal(int number, nint handler);

    private record struct Limit(ulong Soft, ulong Hard);
}
