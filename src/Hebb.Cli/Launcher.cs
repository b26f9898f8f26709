namespace Hebb.Cli;

/// <summary>How the user called the program, so that lines to paste work where they stand.</summary>
internal static class Launcher
{
    /// <summary>What the launchers <c>hebb</c> and <c>hebb.cmd</c> say; otherwise the program itself, or .NET with the assembly where there is no program.</summary>
    public static string Command { get; } = Find();

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("HEBB_LAUNCHER") is { Length: > 0 } launcher) return Texts.Shell(launcher);
        if (Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) != "dotnet") return Texts.Shell(Paths.Shown(program));
        return "dotnet " + Texts.Shell(Paths.Shown(Path.Combine(AppContext.BaseDirectory, "hebb.dll")));
    }
}
