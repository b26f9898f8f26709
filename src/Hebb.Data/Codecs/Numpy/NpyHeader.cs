using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Hebb.Data;

/// <summary>What an array of a .npy file is, as its header tells (numpy/lib/format.py, versions 1 to 3).</summary>
/// <param name="TypeCode">NumPy's name of the element type, such as <c>&lt;f4</c>: byte order, kind, bytes.</param>
/// <param name="Dimensions">Sizes, outermost first; none for a scalar.</param>
/// <param name="FortranOrder">Whether the first axis varies fastest in the file.</param>
public sealed record NpyHeader(string TypeCode, IReadOnlyList<int> Dimensions, bool FortranOrder)
{
    internal const int MaxBytes = 1 << 20;
    private const int MaxElementBytes = 1 << 24;

    internal static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The element type of tensors; null where there is none (text, objects). Dates and durations are counts: Int64.</summary>
    public DType? DType => TypeCode[1..] switch
    {
        "f2" => Hebb.DType.Float16,
        "f4" => Hebb.DType.Float32,
        "f8" => Hebb.DType.Float64,
        "i1" => Hebb.DType.Int8,
        "i2" => Hebb.DType.Int16,
        "i4" => Hebb.DType.Int32,
        "i8" => Hebb.DType.Int64,
        "u1" => Hebb.DType.UInt8,
        "u2" => Hebb.DType.UInt16,
        "u4" => Hebb.DType.UInt32,
        "u8" => Hebb.DType.UInt64,
        "b1" => Hebb.DType.Bool,
        "c8" => Hebb.DType.Complex64,
        "c16" => Hebb.DType.Complex128,
        _ => TypeCode[1] is 'M' or 'm' ? Hebb.DType.Int64 : null,
    };

    /// <summary>Whether the elements are texts of one length: <c>U</c> (UTF-32) or <c>S</c> (bytes).</summary>
    public bool IsText => TypeCode[1] is 'U' or 'S';

    /// <summary>Whether the elements are Python objects, in a pickle.</summary>
    public bool IsObjects => TypeCode[1] == 'O';

    /// <summary>Number of elements.</summary>
    public long Count
    {
        get
        {
            long count = 1;
            foreach (int size in Dimensions) count *= size;
            return count;
        }
    }

    internal bool IsBigEndian => TypeCode[0] == '>';

    /// <summary>Bytes an element; 0 for objects.</summary>
    internal int ElementBytes => IsObjects ? 0 : DType is { } dtype ? dtype.Size : TextUnits * (TypeCode[1] == 'U' ? 4 : 1);

    internal string Shape => $"[{string.Join(", ", Dimensions)}]";

    private int TextUnits => int.Parse(TypeCode.AsSpan(2), CultureInfo.InvariantCulture);

    /// <summary>Reads magic, version and header; the stream then stands at the first element.</summary>
    internal static NpyHeader Read(Stream stream, string source)
    {
        Span<byte> start = stackalloc byte[8];
        Fill(stream, start, source);
        if (!start.StartsWith(Magic)) throw new FormatException($"{source}: is not a .npy file (wrong signature)");
        if (start[6] is < 1 or > 3) throw new FormatException($"{source}: has .npy version {start[6]} (1 to 3 are read)");
        Span<byte> size = stackalloc byte[start[6] == 1 ? 2 : 4];
        Fill(stream, size, source);
        uint length = size.Length == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(size) : BinaryPrimitives.ReadUInt32LittleEndian(size);
        if (length > MaxBytes) throw new FormatException($"{source}: has a header of {length} bytes (at most {MaxBytes} are read)");
        var text = new byte[length];
        Fill(stream, text, source);
        return NpyHeaderText.Parse(Encoding.UTF8.GetString(text), source);
    }

    /// <summary>Checks what the header's text says.</summary>
    internal static NpyHeader Create(string type, IReadOnlyList<long> sizes, bool fortranOrder, string source)
    {
        if (type.Length >= 2 && type[0] is not ('<' or '>' or '|' or '=')) type = "<" + type;
        bool known = type.Length >= 2 && (type[1] == 'O' || type[1] is 'M' or 'm' && type.Length >= 3 && type[2] == '8'
            || type[1] is 'U' or 'S' && int.TryParse(type.AsSpan(2), NumberStyles.None, CultureInfo.InvariantCulture, out int units) && units <= MaxElementBytes);
        if (!known && (type.Length < 3 || new NpyHeader(type, [], false).DType is null))
            throw new FormatException($"{source}: has elements of NumPy type \"{CsvTable.Shorten(type)}\", which no tensor holds");
        if (sizes.Count > Hebb.Shape.MaxRank) throw new FormatException($"{source}: has {sizes.Count} dimensions (at most {Hebb.Shape.MaxRank} are read)");
        long count = 1;
        bool empty = sizes.Contains(0);
        foreach (long dimension in sizes)
        {
            if (dimension is < 0 or > int.MaxValue) throw new FormatException($"{source}: has the impossible dimension {dimension}");
            count = empty ? 0 : Math.Min(count * dimension, 1L << 32);
        }
        if (count > int.MaxValue) throw new FormatException($"{source}: [{string.Join(", ", sizes)}] has more than {int.MaxValue} elements");
        return new NpyHeader(type, [.. sizes.Select(s => (int)s)], fortranOrder);
    }

    private static void Fill(Stream stream, Span<byte> buffer, string source)
    {
        if (stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length)
            throw new FormatException($"{source}: is truncated: it ends in its header");
    }
}
