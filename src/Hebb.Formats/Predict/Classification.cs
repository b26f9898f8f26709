using System.Globalization;

namespace Hebb;

/// <summary>A class and how likely the model takes it to be.</summary>
/// <param name="Label">The class's name.</param>
/// <param name="Index">Its place among the model's outputs.</param>
/// <param name="Probability">0 to 1; over all classes they sum to 1.</param>
public readonly record struct ScoredLabel(string Label, int Index, double Probability)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Label} {100 * Probability:0.0} %");
}

/// <summary>What a classifier says of an input. Prints as one line: <c>three 98.3 % (eight 1.2 %, five 0.3 %)</c>.</summary>
/// <param name="Top">The likeliest classes, the likeliest first; of equally likely ones the one of the smaller index.</param>
public sealed record Classification(IReadOnlyList<ScoredLabel> Top)
{
    /// <summary>The name of the likeliest class.</summary>
    public string Label => Top[0].Label;

    /// <summary>Its place among the model's outputs.</summary>
    public int Index => Top[0].Index;

    /// <summary>How likely it is, 0 to 1.</summary>
    public double Probability => Top[0].Probability;

    public bool Equals(Classification? other) => other is not null && Top.SequenceEqual(other.Top);

    public override int GetHashCode() => Top[0].GetHashCode();

    public override string ToString() => Top.Count == 1 ? $"{Top[0]}" : $"{Top[0]} ({string.Join(", ", Top.Skip(1))})";
}
