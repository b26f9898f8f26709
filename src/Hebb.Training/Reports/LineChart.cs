using System.Text;

namespace Hebb.Training.Reports;

/// <summary>One line of a chart. Values that are not finite leave a gap.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="X">Positions, ascending.</param>
/// <param name="Y">Values, as many as positions.</param>
public sealed record Series(string Name, IReadOnlyList<double> X, IReadOnlyList<double> Y)
{
    /// <summary>Values at 1, 2, 3, …, such as one for every epoch.</summary>
    public Series(string name, IReadOnlyList<double> y) : this(name, [.. Enumerable.Range(1, y.Count).Select(i => (double)i)], y) { }
}

/// <summary>Values over steps or epochs: several series, a legend, axes with ticks at round numbers.</summary>
public sealed class LineChart : Chart
{
    private const double Height = 284, Top = 8, Right = 14, Bottom = 42, LegendRow = 20;
    private const int MarkedPoints = 30, HitPoints = 60;

    public required IReadOnlyList<Series> Series { get; init; }

    public string XLabel { get; init; } = "epoch";

    public string YLabel { get; init; } = "";

    /// <summary>A logarithmic axis; used only if every finite value is positive.</summary>
    public bool LogY { get; init; }

    /// <summary>A logarithmic axis of positions; used only if all are positive.</summary>
    public bool LogX { get; init; }

    public override string ToSvg()
    {
        foreach (var series in Series)
            if (series.X.Count != series.Y.Count)
                throw new ArgumentException($"series \"{series.Name}\" has {series.X.Count} positions and {series.Y.Count} values");
        var points = Series.SelectMany(s => s.X.Zip(s.Y)).Where(p => double.IsFinite(p.First) && double.IsFinite(p.Second)).ToArray();
        var svg = new Svg(Width, Height, Title);
        if (points.Length == 0)
        {
            svg.Text(Width / 2, Height / 2, "no values yet", Anchor.Middle);
            return svg.ToString();
        }

        double top = Legend(svg) + (YLabel.Length > 0 ? 22 : 6), bottom = Height - Bottom;
        var vertical = (LogY && points.All(p => p.Second > 0)
            ? Axis.Logarithmic(points.Min(p => p.Second), points.Max(p => p.Second))
            : Axis.Linear(points.Min(p => p.Second), points.Max(p => p.Second), ticks: 5)).Over(bottom, top);
        double left = Math.Max(34, vertical.LabelWidth + 12);
        bool whole = points.All(p => p.First == Math.Floor(p.First));
        var horizontal = (LogX && points.All(p => p.First > 0)
            ? Axis.Logarithmic(points.Min(p => p.First), points.Max(p => p.First))
            : Axis.Linear(points.Min(p => p.First), points.Max(p => p.First), ticks: 8, round: false, whole)).Over(left + 4, Width - Right);

        foreach (var (value, label) in vertical.Ticks)
        {
            svg.Line(left, vertical[value], Width - Right + 4, vertical[value]);
            svg.Text(left - 7, vertical[value] + 4, label, Anchor.End);
        }
        foreach (var (value, label) in horizontal.Ticks) svg.Text(horizontal[value], bottom + 17, label, Anchor.Middle);
        svg.Text((left + Width - Right) / 2, Height - 6, XLabel, Anchor.Middle);
        if (YLabel.Length > 0) svg.Text(2, top - 9, YLabel);
        for (int i = 0; i < Series.Count; i++) Draw(svg, Series[i], Svg.Series(i), horizontal, vertical);
        return svg.ToString();
    }

    /// <summary>Names in rows at the top. Returns where the rows end.</summary>
    private double Legend(Svg svg)
    {
        if (Series.Count < 2 && Series.All(s => s.Name.Length == 0)) return Top;
        double x = 2, y = Top;
        for (int i = 0; i < Series.Count; i++)
        {
            string name = Markup.Shorten(Series[i].Name, 40);
            double width = 30 + Markup.Width(name, Svg.FontSize);
            if (x > 2 && x + width > Width) (x, y) = (2, y + LegendRow);
            svg.Rectangle(x, y + 5, 14, 4, Svg.Series(i), radius: 2);
            svg.Text(x + 20, y + 11, name, fill: Svg.Ink);
            x += width + 8;
        }
        return y + LegendRow;
    }

    private static void Draw(Svg svg, Series series, string colour, Axis horizontal, Axis vertical)
    {
        var commands = new StringBuilder();
        bool pen = false;
        (double X, double Y)? last = null;
        foreach (var (x, y) in Thin(series, horizontal))
        {
            if (!double.IsFinite(x) || !double.IsFinite(y))
            {
                pen = false;
                continue;
            }
            // A segment of length zero: its round ends show a point that has no neighbours.
            if (!pen) commands.Append('M').Append(Markup.Number(horizontal[x])).Append(' ').Append(Markup.Number(vertical[y]));
            commands.Append('L').Append(Markup.Number(horizontal[x])).Append(' ').Append(Markup.Number(vertical[y]));
            pen = true;
            last = (x, y);
        }
        if (last is not { } end) return;
        svg.Path(commands.ToString(), colour, series.X.Count > Width ? 1 : 2);
        if (series.X.Count > MarkedPoints)
        {
            // Too many to mark: some of them can be asked all the same.
            int stride = (series.X.Count + HitPoints - 1) / HitPoints;
            for (int i = 0; i < series.X.Count; i += stride)
            {
                if (double.IsFinite(series.X[i]) && double.IsFinite(series.Y[i]))
                    svg.Dot(horizontal[series.X[i]], vertical[series.Y[i]], 6, "transparent", Tip(series, series.X[i], series.Y[i]));
            }
            svg.Dot(horizontal[end.X], vertical[end.Y], 3, colour, Tip(series, end.X, end.Y));
            return;
        }
        foreach (var (x, y) in series.X.Zip(series.Y))
            if (double.IsFinite(x) && double.IsFinite(y)) svg.Dot(horizontal[x], vertical[y], 3, colour, Tip(series, x, y));
    }

    /// <summary>At most two points (lowest and highest, in order) for each pixel column: looks the same, keeps pages small.</summary>
    private static IEnumerable<(double X, double Y)> Thin(Series series, Axis horizontal)
    {
        int count = series.X.Count;
        if (count <= 2 * Width) return series.X.Zip(series.Y);
        var result = new List<(double, double)>();
        for (int start = 0, end; start < count; start = end)
        {
            double column = Math.Floor(horizontal[series.X[start]]);
            int low = start, high = start;
            for (end = start + 1; end < count && Math.Floor(horizontal[series.X[end]]) == column; end++)
            {
                if (!(series.Y[end] >= series.Y[low])) low = end;
                if (!(series.Y[end] <= series.Y[high])) high = end;
            }
            foreach (int i in low == high ? [low] : (ReadOnlySpan<int>)[Math.Min(low, high), Math.Max(low, high)]) result.Add((series.X[i], series.Y[i]));
        }
        return result;
    }

    private static string Tip(Series series, double x, double y) => $"{series.Name} at {Markup.Value(x)}: {Markup.Value(y)}";
}
