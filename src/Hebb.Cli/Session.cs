using System.CommandLine;
using Hebb.Data;

namespace Hebb.Cli;

/// <summary>What every command works with: the output, the data, and the wish of the user to stop.</summary>
internal sealed class Session(IReadOnlyList<string> arguments, ParseResult parsed, Output output, Interruption interruption)
{
    public Output Output { get; } = output;

    /// <summary>Whether the network is refused.</summary>
    public bool Offline { get; } = parsed.GetValue(GlobalOptions.Offline);

    /// <summary>Where data are looked for.</summary>
    public DataStore Data { get; } = DataStore.FromEnvironment(parsed.GetValue(GlobalOptions.Offline));

    /// <summary>What the user typed, as a run's manifest keeps it.</summary>
    public IReadOnlyList<string> CommandLine { get; } = ["hebb", .. arguments];

    public CancellationToken Cancellation => interruption.Token;

    public T? Value<T>(Option<T> option) => parsed.GetValue(option);

    public T Value<T>(Argument<T> argument) => parsed.GetValue(argument)!;

    /// <summary>Whether the user gave an option, rather than its default.</summary>
    public bool Given(Option option) => parsed.GetResult(option) is { Implicit: false };
}
