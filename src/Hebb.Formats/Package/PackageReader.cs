using Hebb.Files;

namespace Hebb.Package;

/// <summary>Reads the zip. Entries must be stored as they are, so that a file never asks for more memory than a few times its size.</summary>
internal sealed class PackageReader
{
    private readonly Stream _stream;
    private readonly Dictionary<string, ZipEntry> _entries = [];
    private Dictionary<string, string> _hashes = [];

    /// <exception cref="FormatException">It is no zip, or an entry is compressed, damaged or there twice.</exception>
    public PackageReader(Stream stream)
    {
        _stream = stream;
        foreach (var entry in StoredZip.List(stream))
        {
            if (!entry.Stored)
                throw new FormatException($"{entry.Name} is compressed; a Hebb model stores its files as they are");
            if (entry.Length < 0 || entry.Length > stream.Length)
                throw new FormatException($"{entry.Name} is said to have {entry.Length} bytes, the whole file has {stream.Length}");
            if (!_entries.TryAdd(entry.Name, entry))
                throw new FormatException($"{entry.Name} is there twice");
        }
        if (!_entries.ContainsKey(PackageEntries.Manifest))
            throw new FormatException($"is not a Hebb model: it holds no {PackageEntries.Manifest}");
    }

    /// <summary>The SHA-256 that every entry read from now on must have.</summary>
    public void Expect(Dictionary<string, string> hashes) => _hashes = hashes;

    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>Reads an entry through a stream that goes forward only, then checks its hash.</summary>
    public T Read<T>(string name, Func<Stream, T> read)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new FormatException($"it holds no {name}");
        using var hash = new EntryHash(entry.Length);
        StoredZip.Seek(_stream, entry);
        var stream = new ForwardStream(_stream, entry.Length, hash);
        var result = read(stream);
        stream.Position = stream.Length;
        if (name != PackageEntries.Manifest && (!_hashes.TryGetValue(name, out string? expected) || hash.Finish() != expected))
            throw new FormatException($"{name} is damaged: its SHA-256 is not the one in {PackageEntries.Manifest}");
        return result;
    }

    public byte[] ReadText(string name) => Read(name, stream =>
    {
        if (stream.Length > PackageEntries.MaxText)
            throw new FormatException($"{name} has {stream.Length} bytes; at most {PackageEntries.MaxText} are allowed");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    });

    public Json ReadJson(string name) => Json.Parse(ReadText(name), name);
}
