using System.Text;

namespace Hebb.Training.Reports;

/// <summary>One headed part of a report. Every method adds below what is there and returns the section.</summary>
public sealed class ReportSection
{
    private readonly StringBuilder _html = new();

    internal ReportSection(string heading) => Heading = heading;

    public string Heading { get; }

    /// <summary>A paragraph.</summary>
    public ReportSection Text(string text)
    {
        _html.Append("<p>").Append(Markup.Escape(text)).Append("</p>\n");
        return this;
    }

    /// <summary>Lines to copy, such as commands.</summary>
    public ReportSection Code(string code)
    {
        _html.Append("<pre><code>").Append(Markup.Escape(code)).Append("</code></pre>\n");
        return this;
    }

    /// <summary>Figures under their titles, side by side where there is room.</summary>
    public ReportSection Charts(params ReadOnlySpan<Chart> charts)
    {
        _html.Append("<div class=\"charts\">\n");
        foreach (var chart in charts)
            _html.Append("<figure>\n<figcaption>").Append(Markup.Escape(chart.Title)).Append("</figcaption>\n").Append(chart.ToSvg()).Append("\n</figure>\n");
        _html.Append("</div>\n");
        return this;
    }

    /// <summary>Rows under column names. Columns whose cells all start with a digit or sign are set flush right.</summary>
    /// <exception cref="ArgumentException">A row has another number of cells than there are columns.</exception>
    public ReportSection Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var all = rows.ToArray();
        foreach (var row in all)
            if (row.Count != columns.Count) throw new ArgumentException($"a row has {row.Count} cells, the table {columns.Count} columns");
        bool[] numeric = [.. columns.Select((_, c) => all.Length > 0 && all.All(r => IsNumber(r[c])))];
        _html.Append("<div class=\"table\"><table>\n<thead><tr>");
        for (int c = 0; c < columns.Count; c++) Cell("th", columns[c], numeric[c]);
        _html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in all)
        {
            _html.Append("<tr>");
            for (int c = 0; c < columns.Count; c++) Cell("td", row[c], numeric[c]);
            _html.Append("</tr>\n");
        }
        _html.Append("</tbody>\n</table></div>\n");
        return this;
    }

    /// <summary>Names and values in two columns, such as a configuration.</summary>
    public ReportSection Facts(params ReadOnlySpan<(string Name, string Value)> facts)
    {
        _html.Append("<dl class=\"facts\">\n");
        foreach (var (name, value) in facts)
            _html.Append("<dt>").Append(Markup.Escape(name)).Append("</dt><dd>").Append(Markup.Escape(value)).Append("</dd>\n");
        _html.Append("</dl>\n");
        return this;
    }

    /// <summary>A grid of small pictures with captions.</summary>
    public ReportSection Images(IEnumerable<ImageTile> tiles)
    {
        _html.Append("<div class=\"tiles\">\n");
        foreach (var tile in tiles)
        {
            if (tile.Names is { } names && names.Count != tile.Pictures.Count)
                throw new ArgumentException($"a tile has {names.Count} names for {tile.Pictures.Count} pictures");
            _html.Append("<figure><div>");
            for (int i = 0; i < tile.Pictures.Count; i++)
            {
                _html.Append("<span><img src=\"").Append(ImageTile.DataUri(tile.Pictures[i])).Append("\" alt=\"")
                    .Append(Markup.Escape(tile.Names is null ? tile.Caption : $"{tile.Caption}: {tile.Names[i]}")).Append("\">");
                if (tile.Names is not null) _html.Append(Markup.Escape(tile.Names[i]));
                _html.Append("</span>");
            }
            _html.Append("</div><figcaption>").Append(Markup.Escape(tile.Caption));
            if (tile.Note is not null) _html.Append("<small>").Append(Markup.Escape(tile.Note)).Append("</small>");
            _html.Append("</figcaption></figure>\n");
        }
        _html.Append("</div>\n");
        return this;
    }

    internal void AppendTo(StringBuilder html) =>
        html.Append("<section>\n<h2>").Append(Markup.Escape(Heading)).Append("</h2>\n").Append(_html).Append("</section>\n");

    private void Cell(string element, string text, bool numeric) =>
        _html.Append('<').Append(element).Append(numeric ? " class=\"number\">" : ">").Append(Markup.Escape(text)).Append("</").Append(element).Append('>');

    private static bool IsNumber(string text) => text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '-' or '−' or '+' or '–' or '.');
}
