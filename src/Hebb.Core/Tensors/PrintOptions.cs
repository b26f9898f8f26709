namespace Hebb;

/// <summary>How much of a tensor is printed.</summary>
/// <param name="Precision">Digits after the point.</param>
/// <param name="EdgeItems">What is shown at each end of an axis when the middle is left out.</param>
/// <param name="Threshold">The most elements that are printed in full.</param>
/// <param name="LineWidth">Characters after which a line is broken.</param>
public readonly record struct PrintOptions(int Precision, int EdgeItems, int Threshold, int LineWidth)
{
    /// <summary>Four digits, three items at each end beyond a thousand elements, lines of eighty characters.</summary>
    public PrintOptions() : this(4, 3, 1000, 80)
    {
    }
}
