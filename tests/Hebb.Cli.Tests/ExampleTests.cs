using System.Diagnostics;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests;

/// <summary>Every program in <c>examples/</c> runs from another folder, says something, and is short.</summary>
public sealed class ExampleTests
{
    // As the tests are built, so that the library is not built once more.
#if DEBUG
    private const string Configuration = "Debug";
#else
    private const string Configuration = "Release";
#endif

    public static TheoryData<string> Names => [.. Directory.GetFiles(Path.Combine(ScriptFolder.Repository, "examples"), "*.cs").Select(f => Path.GetFileName(f)!).Order()];

    [Theory]
    [MemberData(nameof(Names))]
    public void Runs(string name)
    {
        string folder = Directory.CreateTempSubdirectory("hebb example ").FullName;
        try
        {
            string path = Path.Combine(ScriptFolder.Repository, "examples", name);
            Assert.InRange(File.ReadAllLines(path).Length, 5, 150);
            var start = new ProcessStartInfo("dotnet", ["run", "-c", Configuration, path]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["UseSharedCompilation"] = "false";
            start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
            start.Environment.Remove("CI");
            using var process = Process.Start(start)!;
            var outcome = ScriptFolder.End(process);
            Assert.True(outcome.Status == 0, outcome.Output + outcome.Errors);
            Assert.NotEmpty(outcome.Output);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
