using System.Runtime.InteropServices;
using Hebb.Cpu;

namespace Hebb.Benchmarks;

/// <summary>What a table says of where it was made.</summary>
internal static class Machine
{
    public static string Isa => Cpu.Isa.Path switch { IsaPath.Avx512 => "avx512", IsaPath.Avx2 => "avx2", _ => "portable" };

    public static string Describe() => $"{Processor()}, {Environment.ProcessorCount} cores, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor()
    {
        if (OperatingSystem.IsLinux() && File.Exists("/proc/cpuinfo"))
        {
            var facts = File.ReadLines("/proc/cpuinfo").TakeWhile(l => l.Length > 0).Select(l => l.Split(':', 2)).Where(p => p.Length == 2)
                .ToDictionary(p => p[0].Trim(), p => p[1].Trim());
            if (facts.TryGetValue("model name", out string? name))
                return facts.TryGetValue("cpu family", out string? family) && facts.TryGetValue("model", out string? model) ? $"{name} (family {family}, model {model})" : name;
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
