namespace Hebb.Data;

/// <summary>
/// Records in shards on disk (<see cref="ShardWriter"/>), read as they are asked for, from any number of threads: datasets may be larger than memory. Every
/// record's checksum is compared.
/// </summary>
public sealed class RecordShards : IDataset<byte[]>, IShards, IDisposable
{
    private readonly ShardReader _reader;

    private RecordShards(ShardReader reader) => _reader = reader;

    /// <summary>Opens a folder of shards.</summary>
    /// <exception cref="DataException">The folder is missing, or holds no complete shards.</exception>
    /// <exception cref="FormatException">A shard is damaged or truncated.</exception>
    public static RecordShards Open(string folder) => new(ShardReader.Open(folder, out _));

    /// <inheritdoc/>
    public int Count => _reader.Count;

    /// <inheritdoc/>
    public byte[] this[int index] => _reader.Read(index);

    IReadOnlyList<int> IShards.ShardCounts => _reader.Counts;

    /// <summary>Closes the files.</summary>
    public void Dispose() => _reader.Dispose();
}

/// <summary>A dataset in parts that are cheap to read from start to end.</summary>
internal interface IShards
{
    /// <summary>Samples of each part, in their order.</summary>
    IReadOnlyList<int> ShardCounts { get; }
}
