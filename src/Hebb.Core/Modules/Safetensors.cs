using System.Buffers.Binary;
using System.Text.Json;
using Hebb.Files;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// The safetensors format: a length, a JSON header, raw little-endian values. Files never run code; any byte sequence gives tensors or a
/// <see cref="FormatException"/>.
/// </summary>
public static class Safetensors
{
    internal const long MaxHeader = 100 << 20;

    private static readonly (string Name, DType DType)[] Types =
    [
        ("F64", DType.Float64),
        ("F32", DType.Float32),
        ("F16", DType.Float16),
        ("BF16", DType.BFloat16),
        ("I64", DType.Int64),
        ("I32", DType.Int32),
        ("I16", DType.Int16),
        ("I8", DType.Int8),
        ("U64", DType.UInt64),
        ("U32", DType.UInt32),
        ("U16", DType.UInt16),
        ("U8", DType.UInt8),
        ("BOOL", DType.Bool),
        ("C64", DType.Complex64),
        ("F8_E4M3", DType.Float8E4M3FN),
        ("F8_E5M2", DType.Float8E5M2),
        ("F8_E4M3FNUZ", DType.Float8E4M3FNUZ),
        ("F8_E5M2FNUZ", DType.Float8E5M2FNUZ),
        ("F8_E8M0", DType.Float8E8M0),
        ("F4", DType.Float4E2M1),
    ];

    /// <summary>Writes tensors by name, to a temporary file that then takes the place of the old one.</summary>
    /// <exception cref="DTypeException">An element type that the format lacks.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        AtomicFile.Write(path, stream => Save(stream, tensors, metadata));

    /// <summary>Writes tensors by name.</summary>
    public static void Save(Stream stream, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        // Wide types first, as the format asks for alignment; names in order, so that equal states give equal files.
        var ordered = tensors.OrderByDescending(t => t.Value.DType.Bits).ThenBy(t => t.Key, StringComparer.Ordinal).ToArray();
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is { Count: > 0 })
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata.OrderBy(m => m.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            long offset = 0;
            foreach (var (name, tensor) in ordered)
            {
                string type = Types.FirstOrDefault(t => t.DType == tensor.DType).Name
                    ?? throw new DTypeException($"safetensors has no {tensor.DType.Name}; cast '{name}' first");
                json.WriteStartObject(name);
                json.WriteString("dtype", type);
                json.WriteStartArray("shape");
                foreach (int size in tensor.Shape)
                    json.WriteNumberValue(size);
                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.DType.BytesFor(tensor.Count);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        while (buffer.Length % 8 != 0)
            buffer.WriteByte((byte)' ');
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, buffer.Length);
        stream.Write(length);
        buffer.WriteTo(stream);
        foreach (var (_, tensor) in ordered)
            WriteValues(stream, Copying.Contiguous(tensor));
    }

    private static unsafe void WriteValues(Stream stream, Tensor x)
    {
        long bytes = x.DType.BytesFor(x.Count);
        for (long at = 0; at < bytes; at += 1 << 20)
            stream.Write(new ReadOnlySpan<byte>(x.Pointer + at, (int)Math.Min(1 << 20, bytes - at)));
        GC.KeepAlive(x);
    }

    /// <summary>Reads all tensors of a file, and its metadata.</summary>
    /// <exception cref="FormatException">The file is not safetensors, or is damaged.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Load(string path)
    {
        using var stream = File.OpenRead(path);
        return Load(stream, path);
    }

    /// <summary>Reads all tensors of a stream that can seek, and its metadata.</summary>
    public static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Load(Stream stream, string name = "safetensors")
    {
        try
        {
            return Read(stream);
        }
        catch (Exception e) when (e is OverflowException or EndOfStreamException)
        {
            throw new FormatException($"{name}: {(e is EndOfStreamException ? "the file is cut short" : "the header is damaged: " + e.Message.ReplaceLineEndings(" "))}", e);
        }
        catch (HebbException e) when (!e.Message.StartsWith(name, StringComparison.Ordinal))
        {
            throw new FormatException($"{name}: {e.Message}", e);
        }
    }

    private static (IReadOnlyDictionary<string, Tensor>, IReadOnlyDictionary<string, string>) Read(Stream stream)
    {
        long start = stream.Position, available = stream.Length - start;
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        long headerLength = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (headerLength is < 2 or > MaxHeader)
            throw new FormatException("not a safetensors file");
        if (headerLength > available - 8)
            throw new EndOfStreamException();
        var header = new byte[headerLength];
        stream.ReadExactly(header);
        long dataStart = start + 8 + headerLength, dataLength = available - 8 - headerLength;

        var (entries, metadata) = ParseHeader(header, dataLength);
        var tensors = new OrderedDictionary<string, Tensor>();
        foreach (var entry in entries)
        {
            stream.Position = dataStart + entry.From;
            tensors.TryAdd(entry.Name, ReadValues(stream, entry.Shape, entry.DType));
        }
        return (tensors, metadata);
    }

    /// <summary>What a header says, checked against the bytes that follow it.</summary>
    /// <exception cref="FormatException">It is no JSON, or an entry is not what it should be.</exception>
    internal static (List<SafetensorsEntry> Entries, Dictionary<string, string> Metadata) ParseHeader(byte[] header, long dataLength)
    {
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>();
        var metadata = new Dictionary<string, string>();
        // Entries don't share bytes: a small file can't ask for more memory than it has.
        long taken = 0;
        foreach (var item in Json.Parse(header, "the header").EachMember())
        {
            string name = item.Name;
            if (name == "__metadata__")
            {
                foreach (var fact in item.EachMember())
                    metadata[fact.Name] = fact.Kind == JsonKind.Null ? "" : fact.Text();
                continue;
            }
            var type = item.Find("dtype");
            // Counted before anything is made of them: a header may be lists of millions.
            if (type is null || item.Find("shape") is not { } axes || item.Find("data_offsets") is not { Count: 2 } ends)
                throw new FormatException($"'{name}' lacks its type, its shape or its place");
            if (axes.Count > Shape.MaxRank)
                throw new FormatException($"'{name}' has more than {Shape.MaxRank} dimensions");
            var (sizes, place) = (axes.Ints(), ends.Items());
            var dtype = Type(type.Text()) ?? throw new FormatException($"'{name}' has the unknown element type '{type.Text()}'");
            Shape shape = sizes;
            long from = place[0].Long(), to = place[1].Long(), count = 1;
            foreach (int size in sizes)
                count = checked(count * size);
            if (from < 0 || to < from || to - from != dtype.BytesFor(count))
                throw new FormatException($"'{name}' is {dtype.Name}{shape}, which does not take bytes {from} to {to}");
            if (to > dataLength)
                throw new FormatException($"the file is cut short: '{name}' ends at byte {to} of {dataLength}");
            taken += to - from;
            if (taken > dataLength)
                throw new FormatException($"'{name}' shares bytes with another entry");
            if (!names.Add(name))
                throw new FormatException($"'{name}' is there twice");
            entries.Add(new SafetensorsEntry(name, dtype, shape, from));
        }
        return (entries, metadata);
    }

    private static DType? Type(string name)
    {
        foreach (var type in Types)
        {
            if (type.Name == name)
                return type.DType;
        }
        return null;
    }

    private static unsafe Tensor ReadValues(Stream stream, Shape shape, DType dtype)
    {
        var x = Tensor.Empty(shape, dtype);
        long bytes = dtype.BytesFor(x.Count);
        for (long at = 0; at < bytes; at += 1 << 20)
            stream.ReadExactly(new Span<byte>(x.Pointer + at, (int)Math.Min(1 << 20, bytes - at)));
        GC.KeepAlive(x);
        return x;
    }
}

/// <summary>A tensor in a safetensors file; its values start <paramref name="From"/> bytes behind the header.</summary>
internal sealed record SafetensorsEntry(string Name, DType DType, Shape Shape, long From);
