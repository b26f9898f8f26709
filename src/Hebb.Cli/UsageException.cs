namespace Hebb.Cli;

/// <summary>The command line asks for something that there is not. One line; the program exits with 2.</summary>
internal sealed class UsageException(string message) : HebbException(message);
