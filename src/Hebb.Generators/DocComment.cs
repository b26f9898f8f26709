using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

/// <summary>Carries a type's documentation over to a member that is generated from it.</summary>
internal static class DocComment
{
    static readonly string[] Kept = ["summary", "remarks", "returns", "exception", "example", "seealso"];

    /// <summary>The type's documentation as <c>///</c> lines without indentation, or "" where it has none or the XML is malformed.</summary>
    public static string Of(INamedTypeSymbol type)
    {
        string? xml = type.GetDocumentationCommentXml();
        if (string.IsNullOrWhiteSpace(xml))
        {
            return "";
        }

        try
        {
            IEnumerable<string> lines = XElement.Parse(xml, LoadOptions.PreserveWhitespace).Elements()
                .Where(e => Kept.Contains(e.Name.LocalName))
                .SelectMany(e => Lines(e.ToString(SaveOptions.DisableFormatting)));
            return string.Join("\n", lines.Select(l => l.Length == 0 ? "///" : "/// " + l));
        }
        catch (XmlException)
        {
            return "";
        }
    }

    // The compiler indents what it read; the margin common to all lines but the first goes.
    static IEnumerable<string> Lines(string text)
    {
        string[] lines = text.Replace("\r", "").Split('\n');
        int margin = lines.Skip(1).Where(l => l.Trim().Length > 0).Select(l => l.Length - l.TrimStart().Length).DefaultIfEmpty(0).Min();
        return lines.Select((l, i) => (i == 0 || l.Length < margin ? l.Trim() : l.Substring(margin)).TrimEnd());
    }
}
