using System.Globalization;

namespace Hebb.Cli.Recipes;

/// <summary>A number that a recipe lets its user choose with <c>--set name=value</c>.</summary>
/// <param name="Name">As it is typed.</param>
/// <param name="Default">What the recipe's reference figure was reached with.</param>
/// <param name="Meaning">A few words.</param>
/// <param name="Least">The smallest value that makes sense.</param>
/// <param name="Most">The largest.</param>
/// <param name="IsWhole">Whether only whole numbers make sense.</param>
internal sealed record Setting(string Name, double Default, string Meaning, double Least, double Most, bool IsWhole = false)
{
    public static string Print(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <exception cref="UsageException">It is no number, or out of range.</exception>
    public double Parse(string text)
    {
        bool valid = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value >= Least && value <= Most;
        if (valid && (!IsWhole || value == Math.Floor(value))) return value;
        throw new UsageException($"{Name}={text}: {Name} is {(IsWhole ? "a whole number" : "a number")} from {Print(Least)} to {Print(Most)}");
    }
}
