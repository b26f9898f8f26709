using System.Buffers.Binary;
using System.IO.Compression;
using System.Numerics;
using System.Text;
using Hebb.Data;
using Hebb.Files;

namespace Hebb.Torch;

/// <summary>Reads what <c>torch.save</c> writes, since 1.6 a zip archive and before that pickles and raw values one after the other. Values are read when asked for.</summary>
internal sealed class TorchReader : IDisposable
{
    private static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356");

    private readonly FileBytes _file;
    private readonly Stream _stream;
    private readonly ZipArchive? _zip;
    private readonly string _folder = "";
    private readonly OrderedDictionary<string, TorchStorage> _storages = [];
    private long _taken;

    /// <exception cref="FormatException">It is no such file, or holds more than plain data.</exception>
    public TorchReader(FileBytes file)
    {
        _file = file;
        _stream = file.AsStream();
        if (!IsZip(file.Head(4)))
        {
            Root = ReadLegacy();
            return;
        }
        _zip = new ZipArchive(_stream, ZipArchiveMode.Read, leaveOpen: true);
        var pickle = _zip.Entries.FirstOrDefault(e => e.FullName.EndsWith("/data.pkl", StringComparison.Ordinal)) ?? throw new FormatException("is no PyTorch file: the archive holds no data.pkl");
        _folder = pickle.FullName[..^"data.pkl".Length];
        if (_zip.GetEntry(_folder + "constants.pkl") is not null)
            throw new FormatException("is a TorchScript program, which holds code: in Python, save model.state_dict() instead");
        if (_zip.GetEntry(_folder + "byteorder") is { } order && Encoding.ASCII.GetString(ReadBytes(order)).Trim() == "big")
            throw new FormatException("was written on a machine with big-endian numbers, which is not read");
        Root = new Unpickler(ReadBytes(pickle), TorchNames.Instance, Persistent).Run();
        foreach (var storage in _storages.Values)
        {
            var entry = _zip.GetEntry($"{_folder}data/{storage.Key}") ?? throw new FormatException($"holds no data/{storage.Key}, to which a tensor refers");
            if (entry.Length != storage.Bytes)
                throw new FormatException($"data/{storage.Key} has {entry.Length} bytes, {storage.Count} elements of {storage.Type.Name} take {storage.Bytes}");
            storage.Reader = (shape, type) => ReadTensor(entry, shape, type);
        }
    }

    /// <summary>What was saved, with <see cref="TorchView"/> and <see cref="NumpyArray"/> for tensors.</summary>
    public object? Root { get; }

    public static bool IsZip(ReadOnlySpan<byte> head) => head.StartsWith("PK\x03\x04"u8);

    /// <summary>Whether a file starts as one of PyTorch before 1.6: a pickle of its magic number.</summary>
    public static bool IsLegacy(ReadOnlySpan<byte> head) =>
        head.Length > 14 && head[0] == 0x80 && head[2] == 0x8a && head[3] == 10 && new BigInteger(head.Slice(4, 10)) == LegacyMagic;

    public void Dispose()
    {
        _zip?.Dispose();
        _stream.Dispose();
        _file.Dispose();
    }

    private object? ReadLegacy()
    {
        var rest = _file.Span(0, Math.Min(_file.Length, int.MaxValue));
        if (!IsLegacy(rest))
            throw new FormatException(rest.Length > 262 && rest.Slice(257, 5).SequenceEqual("ustar"u8)
                ? "is a tar archive, as PyTorch wrote before 0.1.10, which is not read: save it again with a newer PyTorch" : "is no PyTorch file");
        long at = 0;
        Next(null);
        if (Next(null) is not 1001L)
            throw new FormatException("is of a PyTorch file format other than 1001, which is not read");
        if (Next(null) is OrderedDictionary<object, object?> machine && machine.TryGetValue("little_endian", out object? little) && little is false)
            throw new FormatException("was written on a machine with big-endian numbers, which is not read");
        object? root = Next(Persistent);
        if (Next(null) is not List<object?> keys)
            throw new FormatException("is cut short: the names of its storages are missing");
        foreach (object? key in keys)
        {
            if (key is not string name || !_storages.TryGetValue(name, out var storage))
                throw new FormatException("names a storage that no tensor refers to");
            long count = BinaryPrimitives.ReadInt64LittleEndian(_file.Span(at, 8));
            if (count != storage.Count)
                throw new FormatException($"the storage {name} has {count} elements, its tensors say {storage.Count}");
            long place = at + 8;
            _file.Check(place, storage.Bytes);
            storage.Reader = (shape, type) => _file.Read(place, shape, type);
            at = place + storage.Bytes;
        }
        return root;

        object? Next(Func<object?[], object?>? persistent)
        {
            var pickle = new Unpickler(_file.Span(at, Math.Min(_file.Length - at, int.MaxValue)), TorchNames.Instance, persistent);
            object? value = pickle.Run();
            at += pickle.Position;
            return value;
        }
    }

    /// <summary>("storage", type, key, device, number of elements), before 1.6 with the part of another storage that this one is.</summary>
    private TorchStorage Persistent(object?[] id)
    {
        if (id is not ["storage", StorageType type, string key, string, long count, .. var rest])
            throw new FormatException("names an object outside it that is no storage");
        if (rest is [not null, ..])
            throw new FormatException($"the storage {key} is a part of another one, as PyTorch wrote before 0.4, which is not read: save it again with a newer PyTorch");
        var elements = type.DType ?? DType.UInt8;
        if (count < 0 || count > _file.Length * 1032L / elements.Size)
            throw new FormatException($"the storage {key} is said to have {count} elements, which the file is too short for");
        if (!_storages.TryGetValue(key, out var storage))
            _storages.Add(key, storage = new TorchStorage(key, elements, count));
        if (storage.Type != elements || storage.Count != count)
            throw new FormatException($"the storage {key} is {storage.Count} elements of {storage.Type.Name} in one place, {count} of {elements.Name} in another");
        return storage;
    }

    private byte[] ReadBytes(ZipArchiveEntry entry)
    {
        Take(entry);
        var bytes = new byte[checked((int)entry.Length)];
        using var source = entry.Open();
        source.ReadExactly(bytes);
        return bytes;
    }

    private unsafe Tensor ReadTensor(ZipArchiveEntry entry, Shape shape, DType dtype)
    {
        Take(entry);
        var x = Tensor.Empty(shape, dtype);
        using var source = entry.Open();
        long bytes = dtype.BytesFor(shape.Count);
        for (long done = 0; done < bytes; done += 1 << 20)
            source.ReadExactly(new Span<byte>(x.Pointer + done, (int)Math.Min(1 << 20, bytes - done)));
        GC.KeepAlive(x);
        return x;
    }

    /// <summary>Accounts for an entry before memory is taken for it: those of an honest file share no bytes, and hold what they say.</summary>
    private void Take(ZipArchiveEntry entry)
    {
        _taken += entry.CompressedLength;
        if (entry.CompressedLength < 0 || entry.Length < 0 || _taken > _file.Length)
            throw new FormatException($"{entry.FullName} is said to have {entry.CompressedLength} bytes, which the file is too short for");
        if (entry.Length == entry.CompressedLength)
            return;
        // Compressed: count first, then take memory.
        using var source = entry.Open();
        var block = new byte[1 << 16];
        long length = 0;
        for (int got; length <= entry.Length && (got = source.Read(block)) > 0;)
            length += got;
        if (length != entry.Length)
            throw new FormatException($"{entry.FullName} is said to have {entry.Length} bytes, but has {(length > entry.Length ? "more" : length.ToString())}");
    }
}
