using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// Writes records of any length into shards: files of a bounded size in one folder, with a list of them (<c>shards.json</c>) that is written last. A folder
/// without that list is one whose writing was interrupted, and is refused.
/// </summary>
/// <example><code>
/// using (var writer = new ShardWriter("shards"))
///     foreach (string line in TextFile.ReadLines("corpus.txt.gz")) writer.Add(Encoding.UTF8.GetBytes(line));
/// using var records = RecordShards.Open("shards");</code></example>
public sealed class ShardWriter : IDisposable
{
    internal const string ListName = "shards.json";

    private readonly string _folder;
    private readonly long _shardBytes;
    private readonly Action<Utf8JsonWriter>? _describe;
    private readonly List<int> _counts = [];
    private readonly MemoryStream _index = new();
    private FileStream? _file;
    private long _total;
    private bool _completed;

    /// <param name="folder">Made if it is not there; must hold no shards yet.</param>
    /// <param name="shardBytes">A shard is ended once it has this many bytes.</param>
    /// <exception cref="DataException">The folder has shards, or cannot be written.</exception>
    public ShardWriter(string folder, long shardBytes = 256L << 20) : this(folder, shardBytes, null) { }

    internal ShardWriter(string folder, long shardBytes, Action<Utf8JsonWriter>? describe)
    {
        if (shardBytes < 1) throw new DataException($"{folder}: shards of {shardBytes} bytes: must be at least 1");
        (_folder, _shardBytes, _describe) = (folder, shardBytes, describe);
        Guard(() =>
        {
            Directory.CreateDirectory(folder);
            if (File.Exists(Path.Combine(folder, ListName)) || File.Exists(Path.Combine(folder, ShardFormat.FileName(0))))
                throw new DataException($"{folder}: has shards already; choose another folder");
        });
    }

    /// <summary>Records written so far.</summary>
    public int Count => (int)_total;

    /// <summary>Appends a record.</summary>
    /// <exception cref="DataException">The disk is full or the like, there are more records than an index can count, or the writer is complete.</exception>
    public void Add(ReadOnlySpan<byte> record)
    {
        if (_completed) throw new DataException($"{_folder}: is complete; nothing can be added");
        if (_total == int.MaxValue) throw new DataException($"{_folder}: {_total} records are as many as a dataset can hold");
        try
        {
            _file ??= Begin();
            Span<byte> entry = stackalloc byte[ShardFormat.EntryBytes];
            ShardFormat.WriteEntry(entry, _file.Position, record.Length, ShardFormat.Checksum(record));
            _file.Write(record);
            _index.Write(entry);
            _total++;
            if (_file.Position >= _shardBytes || _index.Length >= 1 << 30) End();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    /// <summary>Ends the last shard and writes the list of all. Only then can the folder be read.</summary>
    /// <exception cref="DataException">There is no record, or the disk is full or the like.</exception>
    public void Complete()
    {
        if (_completed) return;
        if (_total == 0) throw new DataException($"{_folder}: no record was added");
        Guard(() =>
        {
            End();
            AtomicFile.Write(Path.Combine(_folder, ListName), stream =>
            {
                using var json = new Utf8JsonWriter(stream);
                json.WriteStartObject();
                json.WriteNumber("version", ShardFormat.Version);
                json.WriteStartArray("counts");
                foreach (int count in _counts) json.WriteNumberValue(count);
                json.WriteEndArray();
                _describe?.Invoke(json);
                json.WriteEndObject();
            });
        });
        _completed = true;
    }

    /// <summary>Completes the folder if records were added, and closes its files.</summary>
    public void Dispose()
    {
        if (_total > 0 && !_completed) Complete();
        _file?.Dispose();
    }

    /// <summary>Closes the files without completing the folder, after a failure.</summary>
    internal void Abandon()
    {
        _completed = true;
        _file?.Dispose();
    }

    private FileStream Begin()
    {
        var file = new FileStream(Path.Combine(_folder, ShardFormat.FileName(_counts.Count)), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 18);
        Span<byte> version = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(version, ShardFormat.Version);
        file.Write(ShardFormat.Magic);
        file.Write(version);
        return file;
    }

    private void End()
    {
        if (_file is null) return;
        var index = _index.GetBuffer().AsSpan(0, (int)_index.Length);
        Span<byte> footer = stackalloc byte[ShardFormat.FooterBytes];
        BinaryPrimitives.WriteInt64LittleEndian(footer, _file.Position);
        BinaryPrimitives.WriteUInt32LittleEndian(footer[8..], ShardFormat.Checksum(index));
        BinaryPrimitives.WriteInt64LittleEndian(footer[12..], index.Length / ShardFormat.EntryBytes);
        ShardFormat.Magic.CopyTo(footer[20..]);
        _file.Write(index);
        _file.Write(footer);
        _file.Flush(flushToDisk: true);
        _file.Dispose();
        _file = null;
        _counts.Add(index.Length / ShardFormat.EntryBytes);
        _index.SetLength(0);
    }

    private void Guard(Action act)
    {
        try
        {
            act();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed(e);
        }
    }

    private DataException Failed(Exception e) => new(string.Create(CultureInfo.InvariantCulture, $"{_folder}: cannot be written: {DataFile.FirstLine(e.Message)}"), e);
}
