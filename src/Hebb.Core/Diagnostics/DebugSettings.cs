namespace Hebb.Diagnostics;

/// <summary>What the environment variable HEBB_DEBUG asks for: words with commas between them, read once.</summary>
public static class DebugSettings
{
    private const string PlanWord = "plan", LinesWord = "lines";

    private static readonly string[] s_words = (Environment.GetEnvironmentVariable("HEBB_DEBUG") ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Prints the plan of every function when it is compiled, to the error stream.</summary>
    public static bool Plan { get; } = s_words.Contains(PlanWord);

    /// <summary>Notes the source line of every op in compiled functions and of every tensor over 1 MiB: tens of microseconds each.</summary>
    public static bool Lines { get; set; } = s_words.Contains(LinesWord);

    /// <summary>Throws if HEBB_DEBUG holds a word that means nothing.</summary>
    /// <exception cref="HebbException">One line that names the word and the choices.</exception>
    public static void Validate()
    {
        if (Array.Find(s_words, word => word is not (PlanWord or LinesWord)) is { } unknown)
            throw new HebbException($"HEBB_DEBUG={unknown}: must be {PlanWord}, {LinesWord}, or both with a comma between them");
    }
}
