using System.Buffers.Binary;
using System.Text;

namespace Hebb.Gguf;

/// <summary>Writes GGUF, version 3.</summary>
internal sealed class GgufWriter
{
    private const int Alignment = 32, MostName = 63, MostAxes = 4;

    /// <summary>Types of elements, at their codes.</summary>
    private static readonly Type?[] Elements =
        [typeof(byte), typeof(sbyte), typeof(ushort), typeof(short), typeof(uint), typeof(int), typeof(float), typeof(bool), typeof(string), null, typeof(ulong), typeof(long), typeof(double)];

    private readonly MemoryStream _head = new();

    public static void Write(Stream stream, IReadOnlyDictionary<string, GgufTensor> tensors, IReadOnlyDictionary<string, object> metadata)
    {
        var writer = new GgufWriter();
        writer._head.Write("GGUF"u8);
        writer.Int32(3);
        writer.Int64(tensors.Count);
        // Tensors are written at this alignment, whatever that of a file was that the metadata came from.
        var facts = metadata.Where(m => m.Key != "general.alignment").ToList();
        writer.Int64(facts.Count);
        foreach (var (key, value) in facts)
        {
            writer.Text(key);
            writer.Value(key, value);
        }
        long offset = 0;
        foreach (var (name, tensor) in tensors)
        {
            writer.Place(name, tensor, offset);
            offset += (tensor.Bytes + Alignment - 1) / Alignment * Alignment;
        }
        writer.Pad();
        writer._head.WriteTo(stream);
        foreach (var tensor in tensors.Values)
            WriteValues(stream, tensor);
    }

    private void Place(string name, GgufTensor tensor, long offset)
    {
        if (Encoding.UTF8.GetByteCount(name) > MostName)
            throw new DataException($"'{name}' is longer than the {MostName} bytes that GGUF allows names");
        if (tensor.Shape.Rank > MostAxes)
            throw new DataException($"'{name}' is {tensor.Shape}; GGUF allows {MostAxes} axes");
        Text(name);
        Int32(tensor.Shape.Rank);
        for (int i = tensor.Shape.Rank - 1; i >= 0; i--)
            Int64(tensor.Shape[i]);
        Int32((int)tensor.Type);
        Int64(offset);
    }

    private static unsafe void WriteValues(Stream stream, GgufTensor tensor)
    {
        long bytes = tensor.Bytes;
        for (long at = 0; at < bytes; at += 1 << 20)
            stream.Write(new ReadOnlySpan<byte>(tensor.Stored.Pointer + at, (int)Math.Min(1 << 20, bytes - at)));
        GC.KeepAlive(tensor);
        stream.Write(new byte[(Alignment - bytes % Alignment) % Alignment]);
    }

    private void Value(string key, object value)
    {
        int code = value is System.Array ? 9 : System.Array.IndexOf(Elements, value.GetType());
        Int32(code >= 0 ? code : throw Unknown(key, value));
        if (value is Array array)
        {
            Array(key, array);
            return;
        }
        Scalar(value);
    }

    private void Array(string key, Array array)
    {
        if (array is object[] and not string[])
        {
            if (array.Length > 0 && array.GetValue(0) is not System.Array)
                throw Unknown(key, array);
            Int32(9);
            Int64(array.Length);
            foreach (object? inner in array)
                Array(key, inner as System.Array ?? throw Unknown(key, array));
            return;
        }
        Type type = array.GetType().GetElementType()!;
        int code = System.Array.IndexOf(Elements, type);
        Int32(code >= 0 ? code : throw Unknown(key, array));
        Int64(array.Length);
        foreach (object? element in array)
            Scalar(element!);
    }

    private static DataException Unknown(string key, object value) => new($"'{key}' is of the type {value.GetType().Name}, which GGUF has not");

    private void Scalar(object value)
    {
        Span<byte> b = stackalloc byte[8];
        switch (value)
        {
            case byte or sbyte or bool:
                _head.WriteByte(value is byte u ? u : value is sbyte s ? (byte)s : (bool)value ? (byte)1 : (byte)0);
                break;
            case ushort or short:
                BinaryPrimitives.WriteInt16LittleEndian(b, value is ushort us ? (short)us : (short)value);
                _head.Write(b[..2]);
                break;
            case uint or int:
                Int32(value is uint ui ? (int)ui : (int)value);
                break;
            case float f:
                BinaryPrimitives.WriteSingleLittleEndian(b, f);
                _head.Write(b[..4]);
                break;
            case ulong or long:
                Int64(value is ulong ul ? (long)ul : (long)value);
                break;
            case double d:
                BinaryPrimitives.WriteDoubleLittleEndian(b, d);
                _head.Write(b);
                break;
            case string text:
                Text(text);
                break;
        }
    }

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Int64(bytes.Length);
        _head.Write(bytes);
    }

    private void Int32(int value)
    {
        Span<byte> b = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(b, value);
        _head.Write(b);
    }

    private void Int64(long value)
    {
        Span<byte> b = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(b, value);
        _head.Write(b);
    }

    private void Pad()
    {
        while (_head.Length % Alignment != 0)
            _head.WriteByte(0);
    }
}
