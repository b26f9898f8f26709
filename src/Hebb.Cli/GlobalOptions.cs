using System.CommandLine;

namespace Hebb.Cli;

/// <summary>The options that every command takes.</summary>
internal static class GlobalOptions
{
    public static Option<bool> Json { get; } = new("--json") { Description = "End with one JSON object on the last line", Recursive = true };

    public static Option<bool> Offline { get; } = new("--offline") { Description = "Refuse any use of the network", Recursive = true };

    public static Option<bool> Debug { get; } = new("--debug") { Description = "Show the stack trace of an error", Recursive = true };
}
