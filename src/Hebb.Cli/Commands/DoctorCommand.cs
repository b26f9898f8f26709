using System.CommandLine;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Data;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb doctor</c>: what this machine offers, and whether everything is in its place.</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var command = new Command("doctor", "Say what this machine offers, and whether everything is in its place");
        command.SetAction(Run);
        return command;
    }

    private static int Run(Session session)
    {
        double speed = MachinePeak.MeasureFlops() / 1e9;
        var facts = new List<(string Name, string Value)>
        {
            ("Hebb", Version()),
            (".NET", RuntimeInformation.FrameworkDescription),
            ("system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}"),
            ("processor", $"{Processor()}, {Environment.ProcessorCount} logical cores"),
            ("instruction set", Isa.Path == Isa.Widest ? Isa.Name : $"{Isa.Name}, as HEBB_ISA asks; this machine offers {Isa.Widest.ToString().ToLowerInvariant()}"),
            ("threads", ParallelFor.Threads.ToString(CultureInfo.InvariantCulture)),
            ("memory", $"{Gibibytes(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes)} for this process"),
            ("speed", $"{speed:0.#} GFLOP/s (float32 matrix product of 1024x1024)"),
        };
        facts.Add(("data", $"{DataCommand.Summary(session.Data)} (hebb data lists them)"));
        facts.Add(("HEBB_DATA", session.Data.Root ?? "not set"));
        facts.Add(("data cache", Folder(session.Data.Cache)));
        facts.Add(("runs", Folder(Path.GetFullPath("runs"))));

        int width = facts.Max(f => f.Name.Length);
        foreach (var (name, value) in facts) session.Output.Line($"{name.PadRight(width)}  {value}");
        session.Output.Json(json =>
        {
            foreach (var (name, value) in facts) json.WriteString(name, value);
            json.WriteNumber("gflops", Math.Round(speed, 3));
        });
        return ExitCodes.Success;
    }

    /// <summary>The version, and the commit where the build knew it.</summary>
    public static string Version() =>
        typeof(Tensor).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    private static string Processor()
    {
        try
        {
            foreach (string line in OperatingSystem.IsLinux() ? File.ReadLines("/proc/cpuinfo") : [])
                if (line.StartsWith("model name", StringComparison.Ordinal)) return line[(line.IndexOf(':') + 1)..].Trim();
        }
        catch (IOException)
        {
            // A container may hide it; the architecture says enough.
        }
        return Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    /// <summary>The folder, and whether files can be written there or, where it is not there yet, in the nearest folder above.</summary>
    private static string Folder(string path)
    {
        string existing = path;
        while (!Directory.Exists(existing) && Path.GetDirectoryName(existing) is { } above) existing = above;
        string probe = Path.Combine(existing, $".hebb-{Guid.NewGuid():N}.tmp");
        try
        {
            using (File.Create(probe, 1, FileOptions.DeleteOnClose))
                return $"{path} (writable, {Gibibytes(new DriveInfo(existing).AvailableFreeSpace)} free)";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return $"{path} (not writable: {e.Message})";
        }
    }

    private static string Gibibytes(long bytes) => $"{bytes / (double)(1L << 30):0.0} GiB";
}
