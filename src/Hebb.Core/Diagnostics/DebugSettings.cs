namespace Hebb.Diagnostics;

/// <summary>What the environment variable HEBB_DEBUG asks for: words with commas between them, read once.</summary>
public static class DebugSettings
{
    private const string PlanWord = "plan", LinesWord = "lines", GuardWord = "guard";

    private static readonly string[] s_words = Environment.GetEnvironmentVariable("HEBB_DEBUG")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Prints the plan of every function when it is compiled, to the error stream.</summary>
    public static bool Plan { get; } = s_words.Contains(PlanWord);

    /// <summary>Notes the source line of every op in compiled functions and of every tensor over 1 MiB: tens of microseconds each.</summary>
    public static bool Lines { get; set; } = s_words.Contains(LinesWord);

    /// <summary>Puts a page that nobody may touch behind each tensor: slow, and takes at least two pages a tensor.</summary>
    internal static bool Guard { get; } = OperatingSystem.IsLinux() && s_words.Contains(GuardWord);

    /// <summary>Throws if HEBB_DEBUG holds a word that means nothing.</summary>
    /// <exception cref="HebbException">One line that names the word and the choices.</exception>
    public static void Validate()
    {
        if (Array.Find(s_words, word => word is not (PlanWord or LinesWord or GuardWord)) is { } unknown)
            throw new HebbException($"HEBB_DEBUG={unknown}: must be {PlanWord}, {LinesWord} or {GuardWord}, or several with commas between them");
        if (s_words.Contains(GuardWord) && !OperatingSystem.IsLinux())
            throw new HebbException($"HEBB_DEBUG={GuardWord} needs Linux");
    }
}
