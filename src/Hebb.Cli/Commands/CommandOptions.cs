using System.CommandLine;
using System.Globalization;

namespace Hebb.Cli.Commands;

/// <summary>Makes options whose refusals are one clear line.</summary>
internal static class CommandOptions
{
    /// <summary>A whole number within a range.</summary>
    public static Option<long?> Whole(string name, string description, string helpName, long least, long most) => new(name)
    {
        Description = description,
        HelpName = helpName,
        CustomParser = result =>
        {
            string text = result.Tokens[0].Value;
            if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) && value >= least && value <= most) return value;
            result.AddError($"{name} {text}: must be a whole number {(most >= int.MaxValue ? $"of at least {least}" : $"from {least} to {most}")}");
            return null;
        },
    };

    public static Option<string?> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };

    public static Argument<string> Run() => new("RUN") { Description = "A run's folder" };
}
