using System.Globalization;
using Hebb.Cpu;
using Xunit;

namespace Hebb.Core.Tests;

public class CachesTests
{
    [Fact]
    public void TheSecondLevelIsWhatTheSystemSays()
    {
        Assert.InRange(Caches.L2, 128 << 10, 8 << 20);
        const string Index = "/sys/devices/system/cpu/cpu0/cache/index";
        for (int i = 0; File.Exists($"{Index}{i}/size"); i++)
        {
            string size = File.ReadAllText($"{Index}{i}/size").Trim();
            if (File.ReadAllText($"{Index}{i}/level").Trim() == "2" && size.EndsWith('K') && System.Runtime.Intrinsics.X86.X86Base.IsSupported)
                Assert.Equal(long.Parse(size.AsSpan(0, size.Length - 1), CultureInfo.InvariantCulture) << 10, Caches.L2);
        }
    }
}
