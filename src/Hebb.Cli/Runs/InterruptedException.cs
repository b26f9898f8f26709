namespace Hebb.Cli.Runs;

/// <summary>The user stopped the program. The message says how to go on; the program exits with 130.</summary>
internal sealed class InterruptedException(string message) : OperationCanceledException(message);
