using System.Runtime.CompilerServices;
using System.Text;

namespace Hebb.Training.Reports;

internal enum Anchor
{
    Start,
    Middle,
    End,
}

/// <summary>
/// Writes one SVG picture. Colours are CSS variables of the report's page with fallbacks, so that a picture follows the page into dark
/// mode and still stands alone as a file.
/// </summary>
internal sealed class Svg
{
    public const double FontSize = 12;
    public const string Ink = "var(--ink, #1c2330)", Muted = "var(--muted, #5c6675)", Grid = "var(--grid, #e3e6eb)",
        OnSeries = "var(--on-series, #ffffff)";

    private static readonly string[] s_series =
    [
        "var(--series-1, #2563c9)", "var(--series-2, #d9730d)", "var(--series-3, #12876f)",
        "var(--series-4, #b83280)", "var(--series-5, #6b4fc4)", "var(--series-6, #7c6a1e)",
    ];

    private readonly StringBuilder _text = new();

    public Svg(double width, double height, string title)
    {
        Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\"");
        _text.Append(" font-family=\"system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif\" font-size=\"12\">");
        _text.Append("<title>").Append(Markup.Escape(title)).Append("</title>");
    }

    public static string Series(int index) => s_series[index % s_series.Length];

    public void Line(double x1, double y1, double x2, double y2, string stroke = Grid) =>
        Add($"<line x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\" stroke=\"{stroke}\"/>");

    public void Rectangle(double x, double y, double width, double height, string fill, double opacity = 1, double radius = 0, string? tooltip = null)
    {
        Add($"<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"");
        if (opacity < 1) Add($" fill-opacity=\"{opacity}\"");
        if (radius > 0) Add($" rx=\"{radius}\"");
        Close("rect", tooltip);
    }

    public void Dot(double x, double y, double radius, string fill, string? tooltip = null)
    {
        Add($"<circle cx=\"{x}\" cy=\"{y}\" r=\"{radius}\" fill=\"{fill}\"");
        Close("circle", tooltip);
    }

    public void Path(string commands, string stroke, double width) =>
        _text.Append("<path d=\"").Append(commands).Append("\" fill=\"none\" stroke=\"").Append(stroke)
            .Append("\" stroke-width=\"").Append(Markup.Number(width)).Append("\" stroke-linejoin=\"round\" stroke-linecap=\"round\"/>");

    public void Text(double x, double y, string text, Anchor anchor = Anchor.Start, string fill = Muted, double size = FontSize, bool bold = false, double turn = 0)
    {
        Add($"<text x=\"{x}\" y=\"{y}\" fill=\"{fill}\"");
        if (anchor != Anchor.Start) Add($" text-anchor=\"{(anchor == Anchor.Middle ? "middle" : "end")}\"");
        if (size != FontSize) Add($" font-size=\"{size}\"");
        if (bold) _text.Append(" font-weight=\"600\"");
        if (turn != 0) Add($" transform=\"rotate({turn} {x} {y})\"");
        _text.Append('>').Append(Markup.Escape(text)).Append("</text>");
    }

    public override string ToString() => _text + "</svg>";

    private void Close(string element, string? tooltip)
    {
        if (tooltip is null) _text.Append("/>");
        else _text.Append("><title>").Append(Markup.Escape(tooltip)).Append("</title></").Append(element).Append('>');
    }

    private void Add(Attributes attributes) => _text.Append(attributes.Result);

    /// <summary>Formats every number of an interpolated string in the same short, culture-free way.</summary>
    [InterpolatedStringHandler]
    internal readonly ref struct Attributes
    {
        private readonly StringBuilder _builder;

        public Attributes(int literalLength, int formattedCount) => _builder = new StringBuilder(literalLength + 8 * formattedCount);

        public StringBuilder Result => _builder;

        public void AppendLiteral(string text) => _builder.Append(text);

        public void AppendFormatted(double value) => _builder.Append(Markup.Number(value));

        public void AppendFormatted(string constant) => _builder.Append(constant);
    }
}
