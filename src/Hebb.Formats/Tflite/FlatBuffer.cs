using System.Buffers.Binary;
using System.Text;
using Hebb.Files;

namespace Hebb.Tflite;

/// <summary>
/// A file of FlatBuffers: tables that point at one another, each with a table of the places of its fields. Every place is checked against the file's end, and what is made of parts that many
/// others point at is counted, so that a short file can't ask for much memory.
/// </summary>
internal sealed class FlatBuffer
{
    private readonly FileBytes _file;
    private long _left;

    public FlatBuffer(FileBytes file)
    {
        _file = file;
        _left = 2 * file.Length + (16L << 20);
    }

    public long Length => _file.Length;

    public FlatTable Root => new(this, UInt32(0));

    public int Int32(long at) => BinaryPrimitives.ReadInt32LittleEndian(_file.Span(at, 4));

    public uint UInt32(long at) => BinaryPrimitives.ReadUInt32LittleEndian(_file.Span(at, 4));

    public ushort UInt16(long at) => BinaryPrimitives.ReadUInt16LittleEndian(_file.Span(at, 2));

    public ReadOnlySpan<byte> Span(long at, long count) => _file.Span(at, count);

    /// <summary>The place and count of a vector's elements.</summary>
    /// <param name="at">Where the offset to it is.</param>
    /// <param name="size">The bytes of an element.</param>
    public (long At, int Count) Vector(long at, int size)
    {
        at += UInt32(at);
        uint count = UInt32(at);
        _file.Check(at + 4, count * (long)size);
        return (at + 4, checked((int)count));
    }

    public string Text(long at)
    {
        var (start, count) = Vector(at, 1);
        Take(2L * count);
        return Encoding.UTF8.GetString(Span(start, count));
    }

    /// <summary>Counts bytes that are about to be taken.</summary>
    /// <exception cref="FormatException">The file has not the bytes for them.</exception>
    public void Take(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw new FormatException("its parts are used so often that they hold more than the file");
    }
}

/// <summary>A table of a <see cref="FlatBuffer"/>: fields by number, each of which may be left out.</summary>
internal readonly struct FlatTable
{
    private readonly FlatBuffer _buffer;
    private readonly long _at, _fields;
    private readonly int _fieldBytes, _size;

    /// <exception cref="FormatException">It is not all in the file.</exception>
    public FlatTable(FlatBuffer buffer, long at)
    {
        (_buffer, _at) = (buffer, at);
        _fields = at - buffer.Int32(at);
        _fieldBytes = buffer.UInt16(_fields);
        _size = buffer.UInt16(_fields + 2);
        if (_fieldBytes < 4 || _size < 4)
            throw new FormatException($"the table at byte {at} is damaged");
        _ = buffer.Span(_fields, _fieldBytes);
        _ = buffer.Span(at, _size);
    }

    public int Int(int field, int missing = 0) => Place(field, 4) is { } at ? _buffer.Int32(at) : missing;

    public int Byte(int field, int missing = 0) => Place(field, 1) is { } at ? (sbyte)_buffer.Span(at, 1)[0] : missing;

    public bool Flag(int field, bool missing = false) => Place(field, 1) is { } at ? _buffer.Span(at, 1)[0] != 0 : missing;

    public float Float(int field, float missing = 0) => Place(field, 4) is { } at ? BinaryPrimitives.ReadSingleLittleEndian(_buffer.Span(at, 4)) : missing;

    public long Long(int field) => Place(field, 8) is { } at ? BinaryPrimitives.ReadInt64LittleEndian(_buffer.Span(at, 8)) : 0;

    public string Text(int field) => Place(field, 4) is { } at ? _buffer.Text(at) : "";

    public FlatTable? Table(int field) => Place(field, 4) is { } at ? new FlatTable(_buffer, at + _buffer.UInt32(at)) : null;

    /// <summary>The tables of a vector.</summary>
    /// <param name="field">The field.</param>
    /// <param name="cost">The bytes that what is made of each takes.</param>
    public IEnumerable<FlatTable> Tables(int field, int cost)
    {
        if (Place(field, 4) is not { } place)
            yield break;
        var (at, count) = _buffer.Vector(place, 4);
        _buffer.Take((long)count * cost);
        for (int i = 0; i < count; i++, at += 4)
            yield return new FlatTable(_buffer, at + _buffer.UInt32(at));
    }

    public int[] Ints(int field) => Values<int>(field);

    public long[] Longs(int field) => Values<long>(field);

    public float[] Floats(int field) => Values<float>(field);

    /// <summary>The place of the bytes of a vector of them.</summary>
    public (long At, int Count) Bytes(int field) => Place(field, 4) is { } at ? _buffer.Vector(at, 1) : (0, 0);

    private T[] Values<T>(int field) where T : unmanaged
    {
        if (Place(field, 4) is not { } place)
            return [];
        int size = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        var (at, count) = _buffer.Vector(place, size);
        _buffer.Take((long)count * size + 24);
        // Files, and all that Hebb runs on, are little-endian.
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(_buffer.Span(at, (long)count * size)).ToArray();
    }

    /// <summary>Where a field is, or null if it is left out.</summary>
    private long? Place(int field, int size)
    {
        int entry = 4 + 2 * field;
        if (entry + 2 > _fieldBytes)
            return null;
        int offset = _buffer.UInt16(_fields + entry);
        if (offset == 0)
            return null;
        return offset + size <= _size ? _at + offset : throw new FormatException($"field {field} of the table at byte {_at} is not in it");
    }
}
