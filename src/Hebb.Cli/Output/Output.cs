using System.Text;
using System.Text.Json;

namespace Hebb.Cli;

/// <summary>Where the commands write: plain text that reads the same on a terminal and in a file, and the JSON of <c>--json</c>.</summary>
internal sealed class Output(bool json)
{
    private readonly TextWriter _out = Console.Out, _error = Console.Error;

    /// <summary>Whether someone watches: only then is progress drawn over what was there.</summary>
    public bool IsTerminal { get; } = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not ("dumb" or "");

    /// <summary>Whether a JSON object is wanted as the last line.</summary>
    public bool IsJson { get; } = json;

    public void Line(string text = "") => _out.WriteLine(text);

    /// <summary>Text as it is, with the line ends that it has.</summary>
    public void Text(string text) => _out.Write(text);

    /// <summary>Something the user should know that is not the result.</summary>
    public void Warn(string text) => _error.WriteLine("hebb: " + text);

    /// <summary>Columns as wide as their longest cell. Those whose cells all start with a digit or a sign are set flush right.</summary>
    public void Table(IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        int[] widths = [.. columns.Select((name, c) => Math.Max(name.Length, rows.Count == 0 ? 0 : rows.Max(r => r[c].Length)))];
        bool[] right = [.. columns.Select((_, c) => rows.Count > 0 && rows.All(r => r[c].Length == 0 || char.IsAsciiDigit(r[c][0]) || r[c][0] is '-' or '–'))];
        Row(columns);
        foreach (var row in rows) Row(row);

        void Row(IReadOnlyList<string> cells)
        {
            var line = new StringBuilder();
            for (int c = 0; c < cells.Count; c++)
            {
                if (c > 0) line.Append("  ");
                line.Append(right[c] ? cells[c].PadLeft(widths[c]) : cells[c].PadRight(widths[c]));
            }
            Line(line.ToString().TrimEnd());
        }
    }

    /// <summary>Writes a JSON object as one line if <c>--json</c> asks for it. Call it last.</summary>
    public void Json(Action<Utf8JsonWriter> members)
    {
        if (!IsJson) return;
        using var bytes = new MemoryStream();
        // The line goes to programs, not into a page: only what JSON itself asks for is escaped.
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
        }
        Line(Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length));
    }
}
