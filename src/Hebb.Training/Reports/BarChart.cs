using System.Globalization;

namespace Hebb.Training.Reports;

/// <summary>A value for each class as horizontal bars from zero, so that names stay readable and lengths comparable.</summary>
public sealed class BarChart : Chart
{
    private const double Row = 24, Thickness = 14, Top = 6;

    public required IReadOnlyList<(string Label, double Value)> Bars { get; init; }

    /// <summary>What the values are.</summary>
    public string XLabel { get; init; } = "";

    /// <summary>Value of a full-width bar; by default the largest value, or 1 if all lie in 0 to 1.</summary>
    public double? Full { get; init; }

    /// <summary>.NET format of the printed values.</summary>
    public string Format { get; init; } = "0.000";

    public override string ToSvg()
    {
        double height = Top + Bars.Count * Row + (XLabel.Length > 0 ? 22 : 4);
        var svg = new Svg(Width, height, Title);
        if (Bars.Count == 0) return svg.ToString();
        string[] labels = [.. Bars.Select(b => Markup.Shorten(b.Label, 24))];
        string[] values = [.. Bars.Select(b => double.IsFinite(b.Value) ? b.Value.ToString(Format, CultureInfo.InvariantCulture).Replace('-', '−') : "–")];
        double left = 10 + labels.Max(l => Markup.Width(l, Svg.FontSize)), right = Width - 8 - values.Max(v => Markup.Width(v, Svg.FontSize));
        var finite = Bars.Select(b => b.Value).Where(double.IsFinite).DefaultIfEmpty(0).ToArray();
        double low = Math.Min(0, finite.Min()), high = Math.Max(0, Full ?? (finite.Max() <= 1 && low >= 0 ? 1 : finite.Max()));
        if (high <= low) high = low + 1;
        double Position(double value) => left + (Math.Clamp(value, low, high) - low) / (high - low) * (right - left - 6);

        for (int i = 0; i < Bars.Count; i++)
        {
            double y = Top + i * Row, value = double.IsFinite(Bars[i].Value) ? Bars[i].Value : 0;
            double from = Math.Min(Position(0), Position(value)), to = Math.Max(Position(0), Position(value));
            svg.Text(left - 8, y + 15, labels[i], Anchor.End, Svg.Ink);
            svg.Rectangle(left, y + 4, right - left - 6, Thickness, Svg.Grid, 0.6, 3);
            svg.Rectangle(from, y + 4, Math.Max(to - from, value == 0 ? 0 : 1), Thickness, Svg.Series(0), radius: 3, tooltip: $"{Bars[i].Label}: {values[i]}");
            svg.Text(Width - 2, y + 15, values[i], Anchor.End);
        }
        if (XLabel.Length > 0) svg.Text(left, height - 6, XLabel);
        return svg.ToString();
    }
}
