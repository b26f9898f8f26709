using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hebb.Data;

/// <summary>
/// The lines of a text file as a dataset: any line at any time, from any thread, without the file in memory (it takes 8 bytes for every 16 lines). UTF-8; a line feed,
/// with or without a carriage return, ends a line.
/// </summary>
public sealed class TextLines : IDataset<string>, IDisposable
{
    private const int Step = 16;

    private readonly SafeFileHandle _file;
    private readonly string _path;
    private readonly List<long> _starts = []; // of every sixteenth line
    private readonly long _length;

    private TextLines(string path)
    {
        (_path, _file) = (path, DataFile.OpenHandle(path));
        try
        {
            _length = RandomAccess.GetLength(_file);
            Count = Scan();
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file and counts its lines.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read, is compressed, or has more lines than an index can count.</exception>
    public static TextLines Open(string path) => new(path);

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public string this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), $"line {index} of {Count}");
            long start = _starts[index / Step], end = index / Step + 1 < _starts.Count ? _starts[index / Step + 1] : _length;
            if (end - start > Array.MaxLength) throw new FormatException($"{_path}: lines {index / Step * Step + 1} and on are too long");
            var block = new byte[end - start];
            if (Read(block, start) < block.Length) throw new FormatException($"{_path}: is shorter than when it was opened");
            ReadOnlySpan<byte> rest = block;
            for (int skip = index % Step; skip > 0; skip--) rest = rest[(rest.IndexOf((byte)'\n') + 1)..];
            int length = rest.IndexOf((byte)'\n');
            if (length >= 0) rest = rest[..length];
            if (rest is [.., (byte)'\r']) rest = rest[..^1];
            if (index == 0 && rest.StartsWith(Encoding.UTF8.Preamble)) rest = rest[3..];
            try
            {
                return s_utf8.GetString(rest);
            }
            catch (DecoderFallbackException e)
            {
                throw new FormatException($"{_path} line {index + 1L}: is not UTF-8 text", e);
            }
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private int Scan()
    {
        var buffer = new byte[1 << 18];
        long line = 0, at = 0;
        if (_length > 0) _starts.Add(0);
        for (int got; (got = Read(buffer, at)) > 0; at += got)
        {
            if (at == 0 && got >= 2 && buffer[0] == 0x1f && buffer[1] == 0x8b) throw new DataException($"{_path}: is compressed; unpack it, or read it once with TextFile.ReadLines");
            for (int i = 0; i < got; i++)
            {
                int next = buffer.AsSpan(i, got - i).IndexOf((byte)'\n');
                if (next < 0) break;
                i += next;
                line++;
                if (line % Step == 0 && at + i + 1 < _length) _starts.Add(at + i + 1);
            }
        }
        // What follows the last line feed is a line too, unless it is nothing.
        Span<byte> last = stackalloc byte[1];
        if (_length > 0 && Read(last, _length - 1) == 1 && last[0] != '\n') line++;
        return line <= int.MaxValue ? (int)line : throw new DataException($"{_path}: {line} lines are more than a dataset can hold");
    }

    private int Read(Span<byte> buffer, long offset)
    {
        try
        {
            int total = 0;
            while (total < buffer.Length && RandomAccess.Read(_file, buffer[total..], offset + total) is > 0 and var got) total += got;
            return total;
        }
        catch (IOException e)
        {
            throw new DataException($"{_path}: cannot be read: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
