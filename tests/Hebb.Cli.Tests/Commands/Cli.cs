using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests.Commands;

/// <summary>
/// A folder in which the built command line runs as a process of its own. What the environment says about data, threads, instruction sets and
/// the terminal is cleared first, so that only what a test sets counts.
/// </summary>
sealed partial class Cli : IDisposable
{
    static readonly string[] Cleared = ["HEBB_DATA", "HEBB_THREADS", "HEBB_ISA", "HEBB_OFFLINE", "HEBB_DEBUG", "HEBB_TEST_ALL"];

    readonly string _folder = Directory.CreateTempSubdirectory("hebb cli ").FullName;

    /// <summary>Settings with which cnn-digits trains for two epochs in a moment.</summary>
    public static string[] Tiny => ["--epochs", "2", "--set", "samples=96", "batch=32"];

    public string At(params string[] path) => Path.Combine([_folder, .. path]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public Outcome Run(params string[] arguments) => Run([], arguments);

    public Outcome Run((string Name, string? Value)[] environment, params string[] arguments)
    {
        using Process process = Start(environment, arguments);
        return ScriptFolder.End(process);
    }

    /// <summary>Runs what must succeed.</summary>
    public string Succeed(params string[] arguments) => Succeed([], arguments);

    public string Succeed((string Name, string? Value)[] environment, params string[] arguments)
    {
        Outcome outcome = Run(environment, arguments);
        Assert.True(outcome.Status == 0, $"hebb {string.Join(' ', arguments)} ended with {outcome.Status}\n{outcome.Output}{outcome.Errors}");
        return outcome.Output;
    }

    /// <summary>Runs what must fail: with this status, and one line on the error stream.</summary>
    public string Fail(int status, params string[] arguments) => Fail(status, [], arguments);

    public string Fail(int status, (string Name, string? Value)[] environment, params string[] arguments)
    {
        Outcome outcome = Run(environment, arguments);
        Assert.True(outcome.Status == status, $"hebb {string.Join(' ', arguments)} ended with {outcome.Status}, not {status}\n{outcome.Output}{outcome.Errors}");
        string line = outcome.Errors.TrimEnd('\n');
        Assert.False(line.Contains('\n'), "more than one line: " + outcome.Errors);
        Assert.StartsWith("hebb: ", line);
        return line["hebb: ".Length..];
    }

    /// <summary>The JSON object of the last line.</summary>
    public static JsonElement Json(string output) => JsonDocument.Parse(output.TrimEnd('\n').Split('\n')[^1]).RootElement;

    public JsonElement Manifest(string run) => JsonDocument.Parse(File.ReadAllText(At(run, "manifest.json"))).RootElement;

    /// <summary>The fingerprint of the weights that a run ended with.</summary>
    public string Weights(string run) => Manifest(run).GetProperty("weights_sha256").GetString()!;

    /// <summary>The epochs of a run without what depends on the clock.</summary>
    public string[] MetricsOf(string run) =>
        [.. File.ReadLines(At(run, "metrics.jsonl")).Where(l => l.Contains("\"epoch\",")).Select(l => SecondsIn().Replace(l, ""))];

    [GeneratedRegex("\"seconds\":[^,]*,")]
    private static partial Regex SecondsIn();

    public Process Start((string Name, string? Value)[] environment, params string[] arguments) =>
        Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "hebb.dll"), .. arguments], environment);

    /// <summary>Starts a program in the folder, with the command line's path in <c>$HEBB</c>.</summary>
    public Process Start(string program, string[] arguments, (string Name, string? Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = _folder, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string name in Cleared) start.Environment.Remove(name);
        start.Environment["XDG_CACHE_HOME"] = At("cache");
        start.Environment["HEBB"] = Path.Combine(AppContext.BaseDirectory, "hebb.dll");
        foreach ((string name, string? value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
