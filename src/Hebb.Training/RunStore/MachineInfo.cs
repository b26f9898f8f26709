using System.Runtime.InteropServices;

namespace Hebb;

/// <summary>Where a run ran.</summary>
/// <param name="System">Operating system and version.</param>
/// <param name="Architecture">Such as <c>x64</c>.</param>
/// <param name="Processor">The processor's name; empty where it is not told.</param>
/// <param name="Cores">Logical processors that this process may use.</param>
/// <param name="MemoryBytes">Memory that this process may use.</param>
/// <param name="Runtime">The .NET version.</param>
public sealed record MachineInfo(string System, string Architecture, string Processor, int Cores, long MemoryBytes, string Runtime)
{
    /// <summary>This machine.</summary>
    public static MachineInfo Read() => new(
        RuntimeInformation.OSDescription, RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant(), ProcessorName(), Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes, RuntimeInformation.FrameworkDescription);

    private static string ProcessorName()
    {
        try
        {
            string? line = File.Exists("/proc/cpuinfo") ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
            return line?[(line.IndexOf(':') + 1)..].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            return "";
        }
    }
}
