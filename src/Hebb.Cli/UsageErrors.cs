using System.CommandLine;
using System.CommandLine.Parsing;

namespace Hebb.Cli;

/// <summary>What is wrong with a command line, as one line that says what there is instead.</summary>
internal static class UsageErrors
{
    public static string? Find(ParseResult parsed)
    {
        // An action of the parser's own, such as --help, needs no well-formed rest.
        if (parsed.Action is { ClearsParseErrors: true }) return null;
        var command = parsed.CommandResult.Command;
        string name = command is RootCommand ? "" : Path(command) + ": ";
        if (parsed.UnmatchedTokens.Count > 0) return name + Unknown(command, parsed.UnmatchedTokens[0]);
        if (parsed.Errors.Count == 0) return null;
        var error = parsed.Errors[0];
        if (error.SymbolResult is ArgumentResult { Argument: var argument, Tokens.Count: 0 } && error.SymbolResult.Parent is CommandResult)
            return $"{name}{argument.HelpName ?? argument.Name} is missing ({Usage(command)})";
        if (error.SymbolResult is OptionResult { Option: var option, Tokens.Count: 0 }) return $"{name}{option.Name} needs a value";
        if (command.Subcommands.Count > 0 && command.Action is null)
            return $"{name}a command is missing{Suggestion.For("", command.Subcommands.Select(c => c.Name))}";
        return name + error.Message.TrimEnd('.');
    }

    private static string Unknown(Command command, string token)
    {
        if (token.StartsWith('-') && token.Length > 1)
            return $"unknown option {token}{Suggestion.For(token, Options(command).Select(o => o.Name))}";
        if (command.Subcommands.Count > 0)
            return $"unknown command {token}{Suggestion.For(token, command.Subcommands.Select(c => c.Name))}";
        return $"unexpected argument {token} ({Usage(command)})";
    }

    /// <summary>Such as <c>data get</c>.</summary>
    private static string Path(Command command) =>
        string.Join(' ', command.Parents.OfType<Command>().Where(c => c is not RootCommand).Select(c => c.Name).Append(command.Name));

    private static IEnumerable<Option> Options(Command command) =>
        command.Options.Concat(command is RootCommand ? [] : [GlobalOptions.Json, GlobalOptions.Offline, GlobalOptions.Debug]);

    /// <summary>Such as <c>usage: hebb predict RUN INPUT…</c></summary>
    private static string Usage(Command command)
    {
        var words = new List<string> { Path(command) };
        foreach (var argument in command.Arguments)
        {
            string name = argument.HelpName ?? argument.Name;
            if (argument.Arity.MaximumNumberOfValues > 1) name += "…";
            words.Add(argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name);
        }
        return "usage: hebb " + string.Join(' ', words);
    }
}
