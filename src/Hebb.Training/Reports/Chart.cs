namespace Hebb.Training.Reports;

/// <summary>A figure that draws itself as SVG with nothing but text: no script, no font, no network.</summary>
public abstract class Chart
{
    /// <summary>Width of every chart in its own units; pages scale it.</summary>
    internal const double Width = 480;

    /// <summary>What the figure shows: the text that a screen reader gets.</summary>
    public required string Title { get; init; }

    /// <summary>The picture: one <c>svg</c> element, valid inside HTML and as a file.</summary>
    public abstract string ToSvg();
}
