using System.Globalization;

namespace Hebb.Training.Reports;

/// <summary>
/// A confusion matrix: rows are true classes, columns predicted ones. Shade is the share of the row, blue where the prediction is right
/// and orange where it is wrong; counts stand in the cells.
/// </summary>
public sealed class ConfusionChart : Chart
{
    private const int CountsUpTo = 24, NamesUpTo = 60;
    private const double Slope = 0.72; // of a name turned by 45 degrees, with a little room

    /// <summary>Counts [true class, predicted class].</summary>
    public required long[,] Counts { get; init; }

    /// <summary>Names of the classes, as many as rows; by default 0, 1, 2, …</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    public override string ToSvg()
    {
        int classes = Counts.GetLength(0);
        if (Counts.GetLength(1) != classes) throw new ArgumentException($"a confusion matrix is square, not {classes}x{Counts.GetLength(1)}");
        if (Labels is not null && Labels.Count != classes) throw new ArgumentException($"{Labels.Count} labels for {classes} classes");
        if (classes == 0) return new Svg(Width, 10, Title).ToString();
        string[] names = [.. Enumerable.Range(0, classes).Select(i => Markup.Shorten(Labels?[i] ?? i.ToString(CultureInfo.InvariantCulture), 16))];

        bool named = classes <= NamesUpTo;
        double longest = named ? names.Max(n => Markup.Width(n, Svg.FontSize)) : 0;
        double left = longest + 30, right = 2, cell = (Width - left - right) / classes;
        bool turned = longest > cell - 4;
        if (turned)
        {
            // The last name leans out to the right of its column.
            right = longest * Slope;
            cell = (Width - left - right) / (classes - 0.5);
        }
        double top = 26 + (turned ? longest * Slope + 8 : named ? 16 : 0);
        double font = Math.Clamp(cell * 0.36, 6, 13);
        var svg = new Svg(Width, top + cell * classes + 4, Title);
        svg.Text(left + cell * classes / 2, 13, "predicted", Anchor.Middle);
        svg.Text(12, top + cell * classes / 2, "true", Anchor.Middle, turn: -90);

        for (int row = 0; row < classes; row++)
        {
            if (named)
            {
                double centre = left + (row + 0.5) * cell;
                svg.Text(left - 7, top + (row + 0.5) * cell + 4, names[row], Anchor.End, Svg.Ink);
                if (turned) svg.Text(centre, top - 7, names[row], Anchor.Start, Svg.Ink, turn: -45);
                else svg.Text(centre, top - 7, names[row], Anchor.Middle, Svg.Ink);
            }
            long total = 0;
            for (int column = 0; column < classes; column++) total += Counts[row, column];
            for (int column = 0; column < classes; column++) Cell(svg, row, column, total, left + column * cell, top + row * cell, cell, font, names);
        }
        return svg.ToString();
    }

    private void Cell(Svg svg, int row, int column, long total, double x, double y, double size, double font, string[] names)
    {
        long count = Counts[row, column];
        double share = total > 0 ? (double)count / total : 0;
        // Single mistakes among hundreds must still be seen, hence the root for what is wrong.
        double opacity = count == 0 ? 0 : row == column ? 0.12 + 0.83 * share : 0.15 + 0.8 * Math.Sqrt(share);
        double gap = size > 12 ? 1 : 0;
        string tooltip = $"true {names[row]}, predicted {names[column]}: {count.ToString(CultureInfo.InvariantCulture)}";
        svg.Rectangle(x + gap, y + gap, size - 2 * gap, size - 2 * gap, Svg.Grid, 0.55, gap > 0 ? 3 : 0, count == 0 ? null : tooltip);
        if (count == 0) return;
        svg.Rectangle(x + gap, y + gap, size - 2 * gap, size - 2 * gap, Svg.Series(row == column ? 0 : 1), opacity, gap > 0 ? 3 : 0, tooltip);
        if (Counts.GetLength(0) > CountsUpTo) return;
        string text = count.ToString(CultureInfo.InvariantCulture);
        font = Math.Min(font, (size - 3) / (text.Length * 0.6));
        svg.Text(x + size / 2, y + size / 2 + font * 0.36, text, Anchor.Middle, opacity > 0.55 ? Svg.OnSeries : Svg.Ink, font);
    }
}
