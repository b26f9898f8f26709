using System.Globalization;
using System.Text;

namespace Hebb.Data;

/// <summary>
/// Arrays in NumPy's .npy format: every element type that a tensor has (float16 to complex128, all integers, bool; dates and durations as
/// their counts), either byte order, C or Fortran order. Nothing is allocated that the file has not the bytes for, and no pickle is run.
/// </summary>
public static class Npy
{
    private const int ChunkElements = 1 << 16;

    /// <summary>Reads the array of a file.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no .npy file, is truncated, goes on after the last element, or holds texts or objects.</exception>
    public static Tensor Read(string path)
    {
        using var file = DataFile.OpenRead(path);
        return Read(file, file.Length, path);
    }

    /// <param name="bytes">A whole file.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static Tensor Decode(byte[] bytes, string source = "NPY") => Read(new MemoryStream(bytes, writable: false), bytes.Length, source);

    /// <param name="stream">Stands at the file's first byte; read to its end.</param>
    /// <param name="maxLength">The most bytes that the stream can give: a header that asks for more is refused before anything is allocated.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Read(string)"/>
    public static Tensor Read(Stream stream, long maxLength, string source = "NPY") => Guard(source, () =>
    {
        var tensor = ReadElements(stream, NpyHeader.Read(stream, source), maxLength, source);
        if (stream.ReadByte() >= 0) throw new FormatException($"{source}: goes on after the last element");
        return tensor;
    });

    /// <summary>What the array of a file is, without its elements.</summary>
    /// <inheritdoc cref="Read(string)"/>
    public static NpyHeader ReadHeader(string path)
    {
        using var file = DataFile.OpenRead(path);
        return Guard(path, () => NpyHeader.Read(file, path));
    }

    /// <summary>Writes a tensor: version 1.0, C order, little-endian, as NumPy itself does. A file that was there is replaced whole or not at all.</summary>
    /// <exception cref="DTypeException">NumPy has no such element type (bfloat16, float8, packed integers): cast it first.</exception>
    /// <exception cref="DataException">The file cannot be written.</exception>
    public static void Write(string path, Tensor tensor)
    {
        Code(tensor.DType); // refused before anything is opened
        DataFile.Write(path, stream => Write(stream, tensor));
    }

    /// <summary>Writes a tensor to a stream.</summary>
    /// <inheritdoc cref="Write(string, Tensor)"/>
    public static void Write(Stream stream, Tensor tensor)
    {
        var text = new StringBuilder("{'descr': '").Append(Code(tensor.DType)).Append("', 'fortran_order': False, 'shape': (");
        for (int i = 0; i < tensor.Rank; i++)
            text.Append(i > 0 ? " " : "").Append(tensor.Shape[i].ToString(CultureInfo.InvariantCulture)).Append(i == 0 || i < tensor.Rank - 1 ? "," : "");
        text.Append("), }");
        // Elements start at a multiple of 64 bytes, and the header ends in a line feed.
        text.Append(' ', 63 - (NpyHeader.Magic.Length + 4 + text.Length) % 64).Append('\n');
        stream.Write(NpyHeader.Magic);
        stream.Write([1, 0, (byte)text.Length, (byte)(text.Length >> 8)]);
        stream.Write(Encoding.ASCII.GetBytes(text.ToString()));
        tensor = tensor.Contiguous();
        for (long at = 0; at < tensor.Count; at += ChunkElements)
        {
            var chunk = TensorBytes.Range(tensor, (int)at, (int)Math.Min(ChunkElements, tensor.Count - at));
            if (BitConverter.IsLittleEndian) stream.Write(chunk);
            else stream.Write(Swapped(chunk, tensor.DType));
        }
        GC.KeepAlive(tensor);
    }

    /// <summary>Reads the elements that follow a header.</summary>
    internal static Tensor ReadElements(Stream stream, NpyHeader header, long maxLength, string source)
    {
        if (header.DType is not { } dtype)
            throw new FormatException($"{source}: holds {(header.IsText ? "texts" : "Python objects")} (NumPy type {header.TypeCode}), not numbers");
        CheckLength(header, maxLength, source);
        int rank = header.Dimensions.Count;
        bool transposed = header.FortranOrder && rank > 1;
        var tensor = Tensor.Empty(Shape.Create([.. transposed ? header.Dimensions.Reverse() : header.Dimensions]), dtype);
        for (long at = 0; at < tensor.Count; at += ChunkElements)
        {
            var chunk = TensorBytes.Range(tensor, (int)at, (int)Math.Min(ChunkElements, tensor.Count - at));
            if (stream.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false) < chunk.Length)
                throw new FormatException($"{source}: is truncated: it ends before the last element of {header.TypeCode} {header.Shape}");
            if (header.IsBigEndian == BitConverter.IsLittleEndian) Swap(chunk, dtype);
            if (dtype != DType.Bool) continue;
            foreach (ref byte b in chunk) b = b == 0 ? (byte)0 : (byte)1; // no other byte is a bool
        }
        return transposed ? tensor.Permute([.. Enumerable.Range(0, rank).Reverse()]).Contiguous() : tensor;
    }

    /// <summary>Reads the texts that follow a header, in C order.</summary>
    internal static string[] ReadTexts(Stream stream, NpyHeader header, long maxLength, string source)
    {
        if (!header.IsText) throw new FormatException($"{source}: holds {header.TypeCode} {header.Shape}, not texts");
        if (header.FortranOrder && header.Dimensions.Count > 1) throw new FormatException($"{source}: holds texts in Fortran order, which are not read");
        CheckLength(header, maxLength, source);
        if (header.ElementBytes == 0 && header.Count > maxLength) throw new FormatException($"{source}: claims {header.Count} empty texts");
        if (header.Count == 0) return [];
        var texts = new string[header.Count];
        var buffer = new byte[header.ElementBytes];
        for (int i = 0; i < texts.Length; i++)
        {
            if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
                throw new FormatException($"{source}: is truncated: it ends before the last text of {header.TypeCode} {header.Shape}");
            Encoding encoding = header.TypeCode[1] == 'S' ? Encoding.UTF8 : header.IsBigEndian ? s_utf32Big : Encoding.UTF32;
            texts[i] = encoding.GetString(buffer).TrimEnd('\0');
        }
        return texts;
    }

    /// <summary>Turns what broken streams throw into one line.</summary>
    internal static T Guard<T>(string source, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new FormatException($"{source}: is damaged: {DataFile.FirstLine(e.Message)}", e);
        }
    }

    private static readonly Encoding s_utf32Big = new UTF32Encoding(bigEndian: true, byteOrderMark: false);

    private static void CheckLength(NpyHeader header, long maxLength, string source)
    {
        if (header.Count * header.ElementBytes > maxLength)
            throw new FormatException($"{source}: is truncated: {header.TypeCode} {header.Shape} needs {header.Count * header.ElementBytes} bytes");
    }

    internal static string Code(DType dtype) => dtype switch
    {
        DType.Float16 => "<f2",
        DType.Float32 => "<f4",
        DType.Float64 => "<f8",
        DType.Int8 => "|i1",
        DType.Int16 => "<i2",
        DType.Int32 => "<i4",
        DType.Int64 => "<i8",
        DType.UInt8 => "|u1",
        DType.UInt16 => "<u2",
        DType.UInt32 => "<u4",
        DType.UInt64 => "<u8",
        DType.Bool => "|b1",
        DType.Complex64 => "<c8",
        DType.Complex128 => "<c16",
        _ => throw new DTypeException($"NumPy has no element type {dtype.Name}: cast the tensor, to float32 for one"),
    };

    private static byte[] Swapped(ReadOnlySpan<byte> bytes, DType dtype)
    {
        var copy = bytes.ToArray();
        Swap(copy, dtype);
        return copy;
    }

    private static void Swap(Span<byte> bytes, DType dtype)
    {
        int size = dtype.IsComplex ? dtype.Size / 2 : dtype.Size;
        if (size == 1) return;
        for (int i = 0; i < bytes.Length; i += size) bytes.Slice(i, size).Reverse();
    }
}
