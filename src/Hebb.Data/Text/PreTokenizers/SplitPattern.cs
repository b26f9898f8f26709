using System.Text.Json;

namespace Hebb.Data;

/// <summary>What a file searches for: a text, or a regular expression.</summary>
internal sealed class SplitPattern
{
    private readonly string? _literal;
    private readonly TextPattern? _regex;

    private SplitPattern(string? literal, TextPattern? regex) => (_literal, _regex) = (literal, regex);

    public static SplitPattern Literal(string text) => new(text, null);

    /// <exception cref="FormatException">It is no pattern that is supported.</exception>
    public static SplitPattern Regex(string source) => new(null, new TextPattern(source));

    /// <summary>The regular expression, where it is one.</summary>
    public string? RegexSource => _regex?.Source;

    public bool Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        if (_regex is not null) return _regex.Find(text, from, out start, out end);
        int at = _literal!.Length == 0 ? -1 : text[from..].IndexOf(_literal, StringComparison.Ordinal);
        (start, end) = at < 0 ? (-1, -1) : (from + at, from + at + _literal.Length);
        return at >= 0;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("pattern");
        json.WriteString(_regex is null ? "String" : "Regex", _literal ?? _regex!.Source);
        json.WriteEndObject();
    }
}
