using System.Text;

namespace Hebb.Formats.Tests.Tflite;

/// <summary>
/// Writes FlatBuffers the plain way, for tests: a table is a dictionary of its fields by number, whose values are numbers, texts, arrays, tables, or arrays of tables. What a table points at stands after it.
/// </summary>
internal sealed class FlatWriter
{
    private readonly List<byte> _bytes = [];

    public static byte[] Write(Dictionary<int, object> root, string identifier)
    {
        var writer = new FlatWriter();
        writer._bytes.AddRange(new byte[4]);
        writer._bytes.AddRange(Encoding.ASCII.GetBytes(identifier));
        writer.Patch(0, writer.Table(root));
        return [.. writer._bytes];
    }

    private void Align(int size, int shift = 0)
    {
        while ((_bytes.Count + shift) % size != 0)
            _bytes.Add(0);
    }

    private void Put(int at, byte[] value)
    {
        for (int i = 0; i < value.Length; i++)
            _bytes[at + i] = value[i];
    }

    private void Patch(int at, int target) => Put(at, BitConverter.GetBytes((uint)(target - at)));

    private static byte[]? Inline(object value) => value switch
    {
        bool b => [b ? (byte)1 : (byte)0],
        sbyte b => [(byte)b],
        byte b => [b],
        int i => BitConverter.GetBytes(i),
        long l => BitConverter.GetBytes(l),
        float f => BitConverter.GetBytes(f),
        _ => null,
    };

    private int Table(Dictionary<int, object> fields)
    {
        int count = fields.Count == 0 ? 0 : fields.Keys.Max() + 1, size = 4;
        var places = new Dictionary<int, int>();
        foreach (var (field, value) in fields)
        {
            int width = Inline(value)?.Length ?? 4;
            size = (size + width - 1) / width * width;
            places[field] = size;
            size += width;
        }
        Align(2);
        int vtable = _bytes.Count;
        _bytes.AddRange(BitConverter.GetBytes((ushort)(4 + 2 * count)));
        _bytes.AddRange(BitConverter.GetBytes((ushort)size));
        for (int i = 0; i < count; i++)
            _bytes.AddRange(BitConverter.GetBytes((ushort)places.GetValueOrDefault(i)));
        Align(8);
        int table = _bytes.Count;
        _bytes.AddRange(new byte[size]);
        Put(table, BitConverter.GetBytes(table - vtable));
        foreach (var (field, value) in fields)
        {
            if (Inline(value) is { } bytes)
                Put(table + places[field], bytes);
        }
        foreach (var (field, value) in fields)
        {
            if (Inline(value) is null)
                Patch(table + places[field], Apart(value));
        }
        return table;
    }

    private int Apart(object value)
    {
        switch (value)
        {
            case Dictionary<int, object> table:
                return Table(table);
            case string text:
                return Vector(Encoding.UTF8.GetBytes(text), Encoding.UTF8.GetByteCount(text), 1, terminated: true);
            case byte[] bytes:
                return Vector(bytes, bytes.Length, 16);
            case int[] numbers:
                return Vector(numbers.SelectMany(BitConverter.GetBytes).ToArray(), numbers.Length, 4);
            case long[] numbers:
                return Vector(numbers.SelectMany(BitConverter.GetBytes).ToArray(), numbers.Length, 8);
            case float[] numbers:
                return Vector(numbers.SelectMany(BitConverter.GetBytes).ToArray(), numbers.Length, 4);
            case Dictionary<int, object>[] tables:
                int at = Vector(new byte[4 * tables.Length], tables.Length, 4);
                for (int i = 0; i < tables.Length; i++)
                    Patch(at + 4 + 4 * i, Table(tables[i]));
                return at;
            default:
                throw new ArgumentException(value.GetType().Name);
        }
    }

    private int Vector(byte[] elements, int count, int align, bool terminated = false)
    {
        // The elements are aligned, not the count before them.
        Align(Math.Max(4, align), 4);
        int at = _bytes.Count;
        _bytes.AddRange(BitConverter.GetBytes(count));
        _bytes.AddRange(elements);
        if (terminated)
            _bytes.Add(0);
        return at;
    }
}
