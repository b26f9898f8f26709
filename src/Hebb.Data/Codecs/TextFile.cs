using System.Text;

namespace Hebb.Data;

/// <summary>Text in UTF-8 (with or without a byte order mark), plain or gzip-compressed, told apart by its first bytes.</summary>
public static class TextFile
{
    /// <summary>The longest text that is read whole, and the longest line, in characters.</summary>
    public const int MaxCharacters = 1 << 29, MaxLineCharacters = 1 << 26;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>All of a text.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is not UTF-8, its compression is damaged, or it is too long.</exception>
    public static string Read(string path)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream) return ReadAll(stream, path);
    }

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static string Decode(byte[] bytes, string source = "text")
    {
        var (stream, _) = DataFile.Unpack(new MemoryStream(bytes, writable: false));
        using (stream) return ReadAll(stream, source);
    }

    /// <summary>The lines of a file, read as they are asked for: files may be larger than memory. Line feeds, with or without a carriage return, end a line.</summary>
    /// <exception cref="FormatException">A line is not UTF-8 (the message has its number) or too long, or the compression is damaged.</exception>
    /// <inheritdoc cref="Read(string)"/>
    public static IEnumerable<string> ReadLines(string path)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream)
            foreach (string line in Lines(stream, path)) yield return line;
    }

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="ReadLines(string)"/>
    public static IEnumerable<string> DecodeLines(byte[] bytes, string source = "text")
    {
        var (stream, _) = DataFile.Unpack(new MemoryStream(bytes, writable: false));
        using (stream)
            foreach (string line in Lines(stream, source)) yield return line;
    }

    internal static IEnumerable<string> Lines(Stream stream, string source)
    {
        var buffer = new byte[1 << 16];
        var held = new MemoryStream(); // the start of a line whose end is not yet read
        long number = 1;
        bool first = true;
        while (true)
        {
            int got = Fill(stream, buffer, source);
            for (int at = 0; at < got;)
            {
                int length = buffer.AsSpan(at, got - at).IndexOf((byte)'\n');
                int end = length < 0 ? got : at + length;
                held.Write(buffer, at, end - at);
                if (held.Length > MaxLineCharacters) throw new FormatException($"{source} line {number}: is longer than {MaxLineCharacters} characters");
                if (length < 0) break;
                yield return Text(held, first, source, number++);
                (first, at) = (false, end + 1);
            }
            if (got > 0) continue;
            if (held.Length > 0) yield return Text(held, first, source, number);
            yield break;
        }
    }

    private static string Text(MemoryStream held, bool first, string source, long number)
    {
        var bytes = held.GetBuffer().AsSpan(0, (int)held.Length);
        if (first && bytes.StartsWith(Encoding.UTF8.Preamble)) bytes = bytes[3..];
        if (bytes is [.., (byte)'\r']) bytes = bytes[..^1];
        try
        {
            return s_utf8.GetString(bytes);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"{source} line {number}: is not UTF-8 text", e);
        }
        finally
        {
            held.SetLength(0);
        }
    }

    private static string ReadAll(Stream stream, string source)
    {
        var text = new StringBuilder();
        using var reader = new StreamReader(stream, s_utf8, detectEncodingFromByteOrderMarks: false);
        var buffer = new char[1 << 14];
        try
        {
            while (reader.Read(buffer) is > 0 and var got)
            {
                text.Append(buffer, 0, got);
                if (text.Length > MaxCharacters) throw new FormatException($"{source}: is longer than {MaxCharacters} characters; read it line by line");
            }
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException($"{source}: is not UTF-8 text", e);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
        return text.Length > 0 && text[0] == '\uFEFF' ? text.ToString(1, text.Length - 1) : text.ToString();
    }

    private static int Fill(Stream stream, byte[] buffer, string source)
    {
        try
        {
            return stream.Read(buffer);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
