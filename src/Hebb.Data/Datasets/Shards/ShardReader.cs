using System.Buffers.Binary;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Hebb.Data;

/// <summary>The shards of a folder, any record of which can be read at any time, from any thread. Nothing of them is held in memory.</summary>
internal sealed class ShardReader : IDisposable
{
    private readonly string[] _paths;
    private readonly SafeFileHandle[] _files;
    private readonly long[] _indexAt; // where each shard's index begins
    private readonly int[] _starts;   // the first record of each shard, and one past the last

    private ShardReader(string folder, JsonElement list)
    {
        Folder = folder;
        Counts = ReadCounts(folder, list);
        (_paths, _files, _indexAt, _starts) = (new string[Counts.Length], new SafeFileHandle[Counts.Length], new long[Counts.Length], new int[Counts.Length + 1]);
        try
        {
            for (int i = 0; i < Counts.Length; i++)
            {
                _starts[i + 1] = _starts[i] + Counts[i];
                _paths[i] = Path.Combine(folder, ShardFormat.FileName(i));
                _files[i] = DataFile.OpenHandle(_paths[i]);
                _indexAt[i] = Check(i);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Folder { get; }

    /// <summary>Records of each shard.</summary>
    public int[] Counts { get; }

    public int Count => _starts[^1];

    /// <summary>Opens a folder; <paramref name="list"/> is its list of shards, for what else stands in it.</summary>
    public static ShardReader Open(string folder, out JsonElement list)
    {
        string path = Path.Combine(folder, ShardWriter.ListName);
        if (!File.Exists(path) && Directory.Exists(folder)) throw new DataException($"{folder}: has no {ShardWriter.ListName}: it holds no shards, or writing them was interrupted");
        try
        {
            using var document = JsonDocument.Parse(TextFile.Read(path));
            list = document.RootElement.Clone();
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw new FormatException($"{path}: is no JSON: {DataFile.FirstLine(e.Message)}", e);
        }
        return new ShardReader(folder, list);
    }

    /// <summary>Length of a record in bytes.</summary>
    public int Length(int record) => Entry(record).Length;

    /// <summary>A record's bytes, its checksum compared.</summary>
    public byte[] Read(int record)
    {
        var bytes = new byte[Entry(record).Length];
        Read(record, bytes);
        return bytes;
    }

    /// <summary>Copies a record into <paramref name="target"/>, which must be as long.</summary>
    public void Read(int record, Span<byte> target)
    {
        var (shard, offset, length, checksum) = Entry(record);
        if (length != target.Length) throw new FormatException($"{_paths[shard]}: record {record - _starts[shard]} has {length} bytes, not {target.Length}");
        Fill(shard, target, offset);
        if (ShardFormat.Checksum(target) != checksum) throw new FormatException($"{_paths[shard]}: is damaged: record {record - _starts[shard]} has a wrong checksum");
    }

    public void Dispose()
    {
        foreach (var file in _files) file?.Dispose();
    }

    private (int Shard, long Offset, int Length, uint Checksum) Entry(int record)
    {
        if ((uint)record >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(record), $"record {record} of {Count}");
        int shard = Array.BinarySearch(_starts, record);
        if (shard < 0) shard = ~shard - 1;
        Span<byte> entry = stackalloc byte[ShardFormat.EntryBytes];
        Fill(shard, entry, _indexAt[shard] + (long)(record - _starts[shard]) * ShardFormat.EntryBytes);
        var (offset, length, checksum) = ShardFormat.ReadEntry(entry);
        if (offset < ShardFormat.HeaderBytes || length < 0 || offset > _indexAt[shard] - length)
            throw new FormatException($"{_paths[shard]}: is damaged: record {record - _starts[shard]} lies outside the file");
        return (shard, offset, length, checksum);
    }

    /// <summary>Compares header, footer and length of a shard, and the checksum of its index. Returns where that begins.</summary>
    private long Check(int shard)
    {
        long length = RandomAccess.GetLength(_files[shard]);
        FormatException Error(string what) => new($"{_paths[shard]}: {what}");
        if (length < ShardFormat.HeaderBytes + ShardFormat.FooterBytes) throw Error("is truncated");
        Span<byte> header = stackalloc byte[ShardFormat.HeaderBytes], footer = stackalloc byte[ShardFormat.FooterBytes];
        Fill(shard, header, 0);
        if (!header.StartsWith(ShardFormat.Magic)) throw Error("is no shard (wrong signature)");
        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != ShardFormat.Version) throw Error($"has version {version} (this Hebb reads {ShardFormat.Version})");
        Fill(shard, footer, length - ShardFormat.FooterBytes);
        if (!footer[20..].SequenceEqual(ShardFormat.Magic)) throw Error("is truncated: it has no footer");
        long at = BinaryPrimitives.ReadInt64LittleEndian(footer), count = BinaryPrimitives.ReadInt64LittleEndian(footer[12..]);
        if (count != Counts[shard]) throw Error($"has {count} records, {ShardWriter.ListName} says {Counts[shard]}");
        if (at < ShardFormat.HeaderBytes || at + count * ShardFormat.EntryBytes != length - ShardFormat.FooterBytes) throw Error("is damaged: its index is not where it must be");
        uint checksum = uint.MaxValue;
        var buffer = new byte[1 << 16];
        for (long position = at, end = length - ShardFormat.FooterBytes; position < end;)
        {
            var chunk = buffer.AsSpan(0, (int)Math.Min(buffer.Length, end - position));
            Fill(shard, chunk, position);
            checksum = ShardFormat.Checksum(chunk, checksum);
            position += chunk.Length;
        }
        if (checksum != BinaryPrimitives.ReadUInt32LittleEndian(footer[8..])) throw Error("is damaged: its index has a wrong checksum");
        return at;
    }

    private void Fill(int shard, Span<byte> buffer, long offset)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int got = RandomAccess.Read(_files[shard], buffer, offset);
                if (got == 0) throw new FormatException($"{_paths[shard]}: is truncated: it ends at byte {offset}");
                buffer = buffer[got..];
                offset += got;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{_paths[shard]}: cannot be read: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    private static int[] ReadCounts(string folder, JsonElement list)
    {
        string path = Path.Combine(folder, ShardWriter.ListName);
        var counts = new List<int>();
        long total = 0;
        bool read = list.ValueKind == JsonValueKind.Object && list.TryGetProperty("version", out var version) && version.ValueKind == JsonValueKind.Number
            && version.TryGetInt32(out int number) && number == ShardFormat.Version && list.TryGetProperty("counts", out var array) && array.ValueKind == JsonValueKind.Array
            && array.EnumerateArray().All(c =>
            {
                if (c.ValueKind != JsonValueKind.Number || !c.TryGetInt32(out int count) || count < 1) return false;
                counts.Add(count);
                return (total += count) <= int.MaxValue;
            });
        if (!read || counts.Count == 0) throw new FormatException($"{path}: is no list of shards of version {ShardFormat.Version}");
        return [.. counts];
    }
}
