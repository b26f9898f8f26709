using System.Text.Json;

namespace Hebb.Data;

/// <summary>JSON lines: one JSON value a line, UTF-8, plain or gzip-compressed. Empty lines are passed over.</summary>
public static class JsonLines
{
    /// <summary>The values one after another: files may be larger than memory.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">A line is no JSON; the message has its number.</exception>
    public static IEnumerable<JsonElement> Read(string path) => Parse(TextFile.ReadLines(path), path);

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static IEnumerable<JsonElement> Decode(byte[] bytes, string source = "JSON lines") => Parse(TextFile.DecodeLines(bytes, source), source);

    /// <summary>Writes one line for each item. A file that was there is replaced whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="items">What to write, read once.</param>
    /// <param name="write">Writes one JSON value.</param>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write<T>(string path, IEnumerable<T> items, Action<Utf8JsonWriter, T> write) => DataFile.Write(path, stream =>
    {
        using var json = new Utf8JsonWriter(stream);
        foreach (var item in items)
        {
            write(json, item);
            json.Flush();
            json.Reset();
            stream.WriteByte((byte)'\n');
        }
    });

    private static IEnumerable<JsonElement> Parse(IEnumerable<string> lines, string source)
    {
        long number = 0;
        foreach (string line in lines)
        {
            number++;
            if (!string.IsNullOrWhiteSpace(line)) yield return Parse(line, source, number);
        }
    }

    private static JsonElement Parse(string line, string source, long number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // half a surrogate pair is an ArgumentException
        {
            throw new FormatException($"{source} line {number}: is no JSON: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
