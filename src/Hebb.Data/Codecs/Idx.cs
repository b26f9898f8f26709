using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>Element types of an IDX file, by their code in its third byte.</summary>
public enum IdxType : byte
{
    UInt8 = 0x08,
    Int8 = 0x09,
    Int16 = 0x0B,
    Int32 = 0x0C,
    Float32 = 0x0D,
    Float64 = 0x0E,
}

/// <summary>
/// An n-dimensional array in the IDX format of the MNIST files: two zero bytes, a type code, the number of dimensions, their sizes as
/// big-endian 32-bit integers, then the elements in row-major order.
/// </summary>
/// <param name="Type">Element type.</param>
/// <param name="Dimensions">Sizes, outermost first.</param>
/// <param name="Data">The elements in this machine's byte order.</param>
public sealed record IdxArray(IdxType Type, IReadOnlyList<int> Dimensions, byte[] Data)
{
    /// <summary>The elements without a copy.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the file's type.</exception>
    public ReadOnlySpan<T> AsSpan<T>() where T : unmanaged
    {
        bool same = Type switch
        {
            IdxType.UInt8 => typeof(T) == typeof(byte),
            IdxType.Int8 => typeof(T) == typeof(sbyte),
            IdxType.Int16 => typeof(T) == typeof(short),
            IdxType.Int32 => typeof(T) == typeof(int),
            IdxType.Float32 => typeof(T) == typeof(float),
            _ => typeof(T) == typeof(double),
        };
        if (!same) throw new DTypeException($"IDX: the elements are {Type}, not {typeof(T).Name}");
        return MemoryMarshal.Cast<byte, T>(Data);
    }
}

/// <summary>Reader of IDX files, plain or gzip-compressed (told apart by their first bytes, not by name).</summary>
public static class Idx
{
    private const int MaxDimensions = 8;

    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no IDX file, is truncated, or goes on after the last element.</exception>
    public static IdxArray Read(string path)
    {
        var (stream, maxLength) = DataFile.OpenUnpacked(path);
        using (stream) return Read(stream, maxLength, path);
    }

    /// <param name="bytes">A whole file, plain or gzip-compressed.</param>
    /// <param name="source">What errors call it.</param>
    public static IdxArray Decode(byte[] bytes, string source = "IDX")
    {
        var (stream, maxLength) = DataFile.Unpack(new MemoryStream(bytes, writable: false));
        using (stream) return Read(stream, maxLength, source);
    }

    private static IdxArray Read(Stream stream, long maxLength, string source)
    {
        try
        {
            return ReadArray(stream, maxLength, source);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    private static IdxArray ReadArray(Stream stream, long maxLength, string source)
    {
        Span<byte> word = stackalloc byte[4];
        Fill(stream, word, source, "in its header");
        if (word[0] != 0 || word[1] != 0) throw new FormatException($"{source}: is not an IDX file (it starts with {word[0]:x2} {word[1]:x2}, not 00 00)");
        var type = (IdxType)word[2];
        int size = ElementSize(type);
        if (size == 0) throw new FormatException($"{source}: has the unknown IDX type code 0x{word[2]:x2}");
        int count = word[3];
        if (count is 0 or > MaxDimensions) throw new FormatException($"{source}: has {count} dimensions (1 to {MaxDimensions} are read)");

        var dimensions = new int[count];
        // Capped after every factor, so that it can't overflow.
        long length = size;
        for (int i = 0; i < count; i++)
        {
            Fill(stream, word, source, "in its header");
            uint dimension = BinaryPrimitives.ReadUInt32BigEndian(word);
            if (dimension > int.MaxValue) throw new FormatException($"{source}: has the impossible dimension {dimension}");
            dimensions[i] = (int)dimension;
            length = Math.Min(length * dimension, long.MaxValue >> 32);
        }
        string shape = $"[{string.Join(", ", dimensions)}]";
        if (length > Array.MaxLength) throw new FormatException($"{source}: {type} {shape} is larger than {Array.MaxLength} bytes");
        // Refused before anything of that size is allocated.
        if (length > maxLength) throw new FormatException($"{source}: is truncated: {type} {shape} needs {length} bytes");

        var data = new byte[length];
        Fill(stream, data, source, $"before the end of {type} {shape}");
        if (stream.ReadByte() >= 0) throw new FormatException($"{source}: goes on after the last element of {type} {shape}");
        ToMachineOrder(data, size);
        return new IdxArray(type, dimensions, data);
    }

    private static void Fill(Stream stream, Span<byte> buffer, string source, string where)
    {
        int got = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (got < buffer.Length) throw new FormatException($"{source}: is truncated: it ends {where} ({got} of {buffer.Length} bytes)");
    }

    private static int ElementSize(IdxType type) => type switch
    {
        IdxType.UInt8 or IdxType.Int8 => 1,
        IdxType.Int16 => 2,
        IdxType.Int32 or IdxType.Float32 => 4,
        IdxType.Float64 => 8,
        _ => 0,
    };

    private static void ToMachineOrder(byte[] data, int size)
    {
        if (!BitConverter.IsLittleEndian) return;
        switch (size)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, short>(data.AsSpan());
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, int>(data.AsSpan());
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, long>(data.AsSpan());
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }
}
