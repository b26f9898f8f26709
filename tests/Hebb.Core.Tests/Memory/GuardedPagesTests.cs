using System.Globalization;
using Hebb.Memory;

namespace Hebb.Tests.Memory;

/// <summary>Memory under <c>HEBB_DEBUG=guard</c>.</summary>
public class GuardedPagesTests
{
    [Theory, InlineData(1), InlineData(63), InlineData(64), InlineData(4000), InlineData(4096), InlineData(4097), InlineData(100_000)]
    public unsafe void ItEndsBeforeAPageThatNobodyMayTouch(long bytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs Linux");
        byte* p = GuardedPages.Allocate(bytes);
        for (long i = 0; i < bytes; i++)
            p[i]++;
        long guard = (long)p + bytes;
        guard += -guard & (Environment.SystemPageSize - 1);
        Assert.Equal(0, (long)p % 64);
        Assert.InRange(guard - ((long)p + bytes), 0, 63);
        Assert.StartsWith("---p", Access(guard));
        Assert.StartsWith("rw-p", Access(guard - 1));
        GuardedPages.Free(p, bytes);
        Assert.NotEqual("rw-p", Access(guard - 1));
    }

    /// <summary>What the system says of an address; nothing where nothing is mapped.</summary>
    private static string Access(long address)
    {
        foreach (string line in File.ReadLines("/proc/self/maps"))
        {
            string[] words = line.Split(' ');
            string[] ends = words[0].Split('-');
            if (address >= long.Parse(ends[0], NumberStyles.HexNumber) && address < long.Parse(ends[1], NumberStyles.HexNumber))
                return words[1];
        }
        return "";
    }
}
