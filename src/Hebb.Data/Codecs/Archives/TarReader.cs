using System.Globalization;
using System.Text;

namespace Hebb.Data;

/// <summary>One file of an archive. Its content can be read until the next one is asked for.</summary>
internal sealed class ArchiveMember(string name, long length, Stream content, string source)
{
    /// <summary>The most that is read of one member.</summary>
    private const int MaxBytes = 1 << 30;

    /// <summary>Its path in the archive, with slashes, without a leading <c>./</c>.</summary>
    public string Name { get; } = name;

    public long Length { get; } = length;

    /// <summary>What errors call it.</summary>
    public string Source => $"{source}: {CsvTable.Shorten(Name)}";

    /// <summary>The content, to be read once from start to end.</summary>
    public Stream Content => content;

    /// <summary>All of the content. What a header claims is not believed: memory grows with the bytes that come.</summary>
    public byte[] ReadAll()
    {
        if (Length > MaxBytes) throw new FormatException($"{Source}: has {Length} bytes (at most {MaxBytes} are read)");
        var bytes = new byte[Math.Min(Length, 1 << 20)];
        for (int got = 0; ;)
        {
            int more = content.ReadAtLeast(bytes.AsSpan(got), bytes.Length - got, throwOnEndOfStream: false);
            got += more;
            if (got < bytes.Length) throw new FormatException($"{Source}: is truncated: it ends after {got} of {Length} bytes");
            if (got == Length) return bytes;
            Array.Resize(ref bytes, (int)Math.Min(Length, 2L * got));
        }
    }
}

/// <summary>
/// Reads tar archives (POSIX ustar and pax, GNU long names and sizes) from a stream, one regular file after another. Links, devices and folders are
/// passed over, and nothing is ever written.
/// </summary>
internal sealed class TarReader(Stream stream, string source)
{
    private const int Block = 512, MaxNameBytes = 1 << 16;

    private readonly byte[] _header = new byte[Block];
    private MemberStream? _member;
    private long _padding;

    /// <summary>The next regular file, or null after the last.</summary>
    /// <exception cref="FormatException">The archive is damaged or truncated.</exception>
    public ArchiveMember? Next()
    {
        string? longName = null;
        long? longSize = null;
        while (true)
        {
            SkipRest();
            int got = stream.ReadAtLeast(_header, Block, throwOnEndOfStream: false);
            if (got < Block) throw new FormatException($"{source}: is truncated: it ends without its end mark");
            if (!_header.AsSpan().ContainsAnyExcept((byte)0)) return null;
            CheckSum();
            char kind = (char)_header[156];
            long size = Number(_header.AsSpan(124, 12));
            if (kind is '0' or '\0' or '7')
            {
                size = longSize ?? size;
                string name = longName ?? ShortName();
                (_member, _padding) = (new MemberStream(stream, size, source), Padding(size));
                // An old way to write a folder.
                if (!name.EndsWith('/')) return new ArchiveMember(Clean(name), size, _member, source);
                continue;
            }
            (_member, _padding) = (new MemberStream(stream, size, source), Padding(size));
            if (kind == 'L') longName = Encoding.UTF8.GetString(Small()).TrimEnd('\0');
            else if (kind == 'x') ReadPax(Small(), ref longName, ref longSize);
            else if (kind != 'g') (longName, longSize) = (null, null); // they belonged to this member
        }
    }

    private byte[] Small()
    {
        if (_member!.Length > MaxNameBytes) throw new FormatException($"{source}: has a member name of {_member.Length} bytes");
        var bytes = new byte[_member.Length];
        _member.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>Records "length key=value\n" of a pax header.</summary>
    private void ReadPax(ReadOnlySpan<byte> records, ref string? name, ref long? size)
    {
        while (records.Length > 0)
        {
            int space = records.IndexOf((byte)' ');
            if (space < 1 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length <= space + 1 || length > records.Length)
                throw new FormatException($"{source}: has a broken pax header");
            string record = Encoding.UTF8.GetString(records[(space + 1)..length]).TrimEnd('\n');
            if (record.StartsWith("path=", StringComparison.Ordinal)) name = record["path=".Length..];
            if (record.StartsWith("size=", StringComparison.Ordinal))
            {
                if (!long.TryParse(record.AsSpan("size=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out long value))
                    throw new FormatException($"{source}: has a broken pax header");
                size = value;
            }
            records = records[length..];
        }
    }

    private string ShortName()
    {
        string name = Text(_header.AsSpan(0, 100));
        // "ustar\0" has a prefix; GNU's "ustar " keeps times there.
        string prefix = _header.AsSpan(257, 6).SequenceEqual("ustar\0"u8) ? Text(_header.AsSpan(345, 155)) : "";
        return prefix.Length > 0 ? prefix + "/" + name : name;
    }

    private void CheckSum()
    {
        long sum = 0;
        for (int i = 0; i < Block; i++) sum += i is >= 148 and < 156 ? ' ' : _header[i];
        if (sum != Number(_header.AsSpan(148, 8))) throw new FormatException($"{source}: is no tar archive, or a damaged one (wrong checksum of a header)");
    }

    /// <summary>Octal digits, or a big-endian number behind a set bit (GNU).</summary>
    private long Number(ReadOnlySpan<byte> field)
    {
        long value = 0;
        if ((field[0] & 0x80) != 0)
        {
            foreach (byte b in field[1..]) value = value > long.MaxValue >> 9 ? throw Broken() : value << 8 | b;
            return value;
        }
        foreach (byte digit in field.Trim(" \0"u8)) value = digit is >= (byte)'0' and <= (byte)'7' ? value << 3 | (long)(digit - '0') : throw Broken();
        return value;
    }

    private FormatException Broken() => new($"{source}: is no tar archive, or a damaged one (a number is none)");

    private void SkipRest()
    {
        if (_member is null) return;
        var buffer = new byte[Block * 32];
        while (_member.Read(buffer) > 0) { }
        if (stream.ReadAtLeast(buffer.AsSpan(0, (int)_padding), (int)_padding, throwOnEndOfStream: false) < _padding && _member.Length > 0)
            throw new FormatException($"{source}: is truncated: it ends behind a member");
        _member = null;
    }

    private static long Padding(long size) => (Block - size % Block) % Block;

    private static string Text(ReadOnlySpan<byte> field)
    {
        int end = field.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? field : field[..end]);
    }

    private static string Clean(string name) => name.StartsWith("./", StringComparison.Ordinal) ? name[2..] : name;

    /// <summary>The bytes of one member.</summary>
    private sealed class MemberStream(Stream inner, long length, string source) : ReadOnlyStream
    {
        private long _left = length;

        public override long Length { get; } = length;

        public override int Read(Span<byte> buffer)
        {
            if (buffer.Length > _left) buffer = buffer[..(int)_left];
            if (buffer.IsEmpty) return 0;
            int got = inner.Read(buffer);
            if (got == 0) throw new FormatException($"{source}: is truncated: it ends in a member of {Length} bytes");
            _left -= got;
            return got;
        }
    }
}
