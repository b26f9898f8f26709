using System.Globalization;
using System.Text;

namespace Hebb.Training.Reports;

/// <summary>Text and numbers made safe for HTML and SVG.</summary>
internal static class Markup
{
    /// <summary>
    /// Escapes for element content and quoted attributes. Characters that XML does not allow (controls, lone surrogates) become U+FFFD,
    /// so that the SVG stays well-formed whatever a label holds.
    /// </summary>
    public static string Escape(string? text)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var result = new StringBuilder(text.Length + 16);
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            switch (c)
            {
                case '&': result.Append("&amp;"); break;
                case '<': result.Append("&lt;"); break;
                case '>': result.Append("&gt;"); break;
                case '"': result.Append("&quot;"); break;
                case '\'': result.Append("&#39;"); break;
                case '\t' or '\n' or '\r': result.Append(c); break;
                case < ' ' or '\ufffe' or '\uffff': result.Append('\ufffd'); break;
                default:
                    if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1])) result.Append(c).Append(text[++i]);
                    else result.Append(char.IsSurrogate(c) ? '\ufffd' : c);
                    break;
            }
        }
        return result.ToString();
    }

    /// <summary>A coordinate: two decimals, no trailing zeros.</summary>
    public static string Number(double value) => (Math.Round(value, 2) + 0.0).ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>A value for a tooltip or a cell: four significant digits.</summary>
    public static string Value(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>Estimated width of text in the report's font. Close enough to lay out labels; SVG has no measure of its own.</summary>
    public static double Width(string text, double fontSize) => text.Length * fontSize * 0.56;

    public static string Shorten(string text, int length) => text.Length <= length ? text : text[..(length - 1)] + "…";
}
