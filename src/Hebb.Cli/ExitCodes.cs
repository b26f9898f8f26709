namespace Hebb.Cli;

/// <summary>What the program's exit status says.</summary>
internal static class ExitCodes
{
    public const int Success = 0, Failure = 1, Usage = 2;

    /// <summary>As shells count a program that Ctrl-C ended: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
