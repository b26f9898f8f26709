using System.Text;

namespace Hebb.Training.Reports;

/// <summary>
/// Builds one self-contained HTML page: everything inline, no script, and a policy in the page that forbids any request. It follows the
/// reader's light or dark setting and fits a phone. All text is escaped.
/// </summary>
/// <example>
/// <code>
/// var report = new HtmlReport("cnn-digits", "98.9 % on 360 test images");
/// report.Figures(("test accuracy", "98.9 %"), ("parameters", "37,610"));
/// report.Section("Learning curves").Charts(new LineChart { Title = "Loss", Series = [new("train", losses)] });
/// report.Write("report.html");
/// </code>
/// </example>
public sealed class HtmlReport(string title, string? subtitle = null)
{
    private readonly List<(string Name, string Value)> _figures = [];
    private readonly List<ReportSection> _sections = [];

    public string Title { get; } = title;

    public string? Subtitle { get; } = subtitle;

    /// <summary>The quiet last line, such as the version that wrote the page.</summary>
    public string? Footer { get; set; }

    /// <summary>Adds key figures, shown large under the title.</summary>
    public HtmlReport Figures(params ReadOnlySpan<(string Name, string Value)> figures)
    {
        _figures.AddRange(figures);
        return this;
    }

    /// <summary>Adds a section and returns it to be filled.</summary>
    public ReportSection Section(string heading)
    {
        var section = new ReportSection(heading);
        _sections.Add(section);
        return section;
    }

    public string ToHtml()
    {
        var html = new StringBuilder();
        html.Append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\">\n")
            .Append("<meta name=\"color-scheme\" content=\"light dark\">\n")
            .Append("<title>").Append(Markup.Escape(Title)).Append("</title>\n<style>\n").Append(ReportStyle.Css).Append("</style>\n</head>\n<body>\n<main>\n");
        html.Append("<header>\n<h1>").Append(Markup.Escape(Title)).Append("</h1>\n");
        if (Subtitle is not null) html.Append("<p class=\"subtitle\">").Append(Markup.Escape(Subtitle)).Append("</p>\n");
        html.Append("</header>\n");
        if (_figures.Count > 0)
        {
            html.Append("<dl class=\"figures\">\n");
            foreach (var (name, value) in _figures)
                html.Append("<div><dt>").Append(Markup.Escape(name)).Append("</dt><dd>").Append(Markup.Escape(value)).Append("</dd></div>\n");
            html.Append("</dl>\n");
        }
        foreach (var section in _sections) section.AppendTo(html);
        if (Footer is not null) html.Append("<footer>").Append(Markup.Escape(Footer)).Append("</footer>\n");
        return html.Append("</main>\n</body>\n</html>\n").ToString();
    }

    /// <summary>Writes the page under a temporary name, then renames: a report that was there is replaced whole or not at all.</summary>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public void Write(string path) => Data.DataFile.WriteAllBytes(path, Encoding.UTF8.GetBytes(ToHtml()));
}
