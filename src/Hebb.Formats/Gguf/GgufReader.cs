using System.Buffers.Binary;
using System.Text;
using Hebb.Files;

namespace Hebb.Gguf;

/// <summary>Reads the head of a GGUF file (versions 2 and 3): metadata, and where tensors lie.</summary>
internal ref struct GgufReader
{
    private const int MostNested = 4;

    private readonly ReadOnlySpan<byte> _bytes;
    private int _at;

    private GgufReader(ReadOnlySpan<byte> bytes) => _bytes = bytes;

    /// <summary>A tensor in a file.</summary>
    public sealed record Place(string Name, GgufType Type, Shape Shape, long Offset);

    /// <exception cref="FormatException">It is no GGUF file, is damaged, or holds types that are not read.</exception>
    public static (OrderedDictionary<string, object> Metadata, List<Place> Tensors) Read(FileBytes file)
    {
        var reader = new GgufReader(file.Span(0, Math.Min(file.Length, int.MaxValue)));
        return reader.ReadHead(file);
    }

    private (OrderedDictionary<string, object>, List<Place>) ReadHead(FileBytes file)
    {
        if (!Take(4).SequenceEqual("GGUF"u8))
            throw new FormatException("is no GGUF file");
        uint version = UInt32();
        if (version is not (2 or 3))
            throw new FormatException(BinaryPrimitives.ReverseEndianness(version) is 2 or 3 ? "was written for machines with big-endian numbers, which is not read" : $"is of GGUF version {version}; 2 and 3 are read");
        long tensors = Count(24, "tensors"), entries = Count(13, "entries of metadata");
        var metadata = new OrderedDictionary<string, object>();
        for (long i = 0; i < entries; i++)
        {
            string key = Text();
            if (!metadata.TryAdd(key, Value(UInt32(), 0)))
                throw new FormatException($"has '{key}' twice");
        }
        long alignment = metadata.GetValueOrDefault("general.alignment") is uint a ? a : 32;
        if (alignment < 1 || alignment > 1 << 20)
            throw new FormatException($"is aligned to {alignment} bytes");
        var places = new List<Place>();
        var names = new HashSet<string>();
        for (long i = 0; i < tensors; i++)
        {
            var place = Tensor();
            if (!names.Add(place.Name))
                throw new FormatException($"has the tensor '{place.Name}' twice");
            places.Add(place);
        }
        long start = (_at + alignment - 1) / alignment * alignment, taken = 0;
        for (int i = 0; i < places.Count; i++)
        {
            long bytes = places[i].Type.BytesFor(places[i].Shape.Count), offset = places[i].Offset;
            if (offset > file.Length)
                throw new FormatException($"the file is cut short: '{places[i].Name}' starts {offset} bytes behind the head");
            file.Check(start + offset, bytes);
            taken += bytes;
            // A small file can't ask for more memory than it has.
            if (taken > file.Length)
                throw new FormatException($"'{places[i].Name}' shares bytes with another tensor");
            places[i] = places[i] with { Offset = start + offset };
        }
        return (metadata, places);
    }

    private Place Tensor()
    {
        string name = Text();
        uint rank = UInt32();
        if (rank > Shape.MaxRank)
            throw new FormatException($"'{name}' has {rank} dimensions");
        // The fastest axis comes first.
        var sizes = new long[rank];
        for (int i = sizes.Length - 1; i >= 0; i--)
            sizes[i] = checked((long)UInt64());
        var shape = Reading.Shape(sizes, $"'{name}'");
        var type = GgufTypes.Parse(UInt32(), name);
        if (type.BlockSize > 1 && (shape.Rank == 0 || shape[^1] % type.BlockSize != 0))
            throw new FormatException($"'{name}' is {shape} of {type}, whose rows are no multiple of {type.BlockSize}");
        return new Place(name, type, shape, checked((long)UInt64()));
    }

    private object Value(uint type, int depth)
    {
        switch (type)
        {
            case 0:
                return Take(1)[0];
            case 1:
                return (sbyte)Take(1)[0];
            case 2:
                return BinaryPrimitives.ReadUInt16LittleEndian(Take(2));
            case 3:
                return BinaryPrimitives.ReadInt16LittleEndian(Take(2));
            case 4:
                return UInt32();
            case 5:
                return BinaryPrimitives.ReadInt32LittleEndian(Take(4));
            case 6:
                return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
            case 7:
                return Take(1)[0] != 0;
            case 8:
                return Text();
            case 9 when depth < MostNested:
                return Array(depth);
            case 10:
                return UInt64();
            case 11:
                return BinaryPrimitives.ReadInt64LittleEndian(Take(8));
            case 12:
                return BinaryPrimitives.ReadDoubleLittleEndian(Take(8));
            default:
                throw new FormatException(type == 9 ? "has arrays nested too deep" : $"has metadata of the unknown type {type}");
        }
    }

    private object Array(int depth)
    {
        uint type = UInt32();
        int size = type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, 8 or 10 or 11 or 12 => 8, 9 => 12, _ => throw new FormatException($"has metadata of the unknown type {type}") };
        int count = (int)Count(size, "elements of an array");
        switch (type)
        {
            case 0:
                return Take(count).ToArray();
            case 8:
                var texts = new string[count];
                for (int i = 0; i < count; i++)
                    texts[i] = Text();
                return texts;
            case 9:
                var arrays = new object[count];
                for (int i = 0; i < count; i++)
                    arrays[i] = Array(depth + 1 < MostNested ? depth + 1 : throw new FormatException("has arrays nested too deep"));
                return arrays;
            default:
                return Numbers(type, count, size);
        }
    }

    private object Numbers(uint type, int count, int size)
    {
        var bytes = Take((long)count * size);
        return type switch
        {
            1 => Copy<sbyte>(bytes, count),
            2 => Copy<ushort>(bytes, count),
            3 => Copy<short>(bytes, count),
            4 => Copy<uint>(bytes, count),
            5 => Copy<int>(bytes, count),
            6 => Copy<float>(bytes, count),
            7 => System.Array.ConvertAll(bytes.ToArray(), b => b != 0),
            10 => Copy<ulong>(bytes, count),
            11 => Copy<long>(bytes, count),
            _ => Copy<double>(bytes, count),
        };

        static T[] Copy<T>(ReadOnlySpan<byte> bytes, int count) where T : unmanaged
        {
            var values = new T[count];
            bytes.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }
    }

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _bytes.Length - _at)
            throw new FormatException("is cut short in its head");
        _at += (int)count;
        return _bytes.Slice(_at - (int)count, (int)count);
    }

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of things that take so many bytes at least.</summary>
    private long Count(int size, string what)
    {
        ulong count = UInt64();
        return count <= (ulong)(_bytes.Length / size) ? (long)count : throw new FormatException($"is said to have {count} {what}, which it is too short for");
    }

    private string Text() => Encoding.UTF8.GetString(Take((long)Math.Min(UInt64(), long.MaxValue)));
}
