using System.Text;
using Hebb.Files;

namespace Hebb.Torch;

/// <summary>NumPy's element type as it is pickled: its letter and size, then its byte order.</summary>
internal sealed class NumpyType
{
    private readonly string _code;
    private bool _bigEndian;

    private NumpyType(string code) => _code = code;

    public static object Make(object?[] arguments) =>
        arguments is [string code, ..] ? new NumpyType(code) : throw new FormatException("the pickle makes a numpy.dtype of other parts than Python writes");

    /// <summary>(version, byte order, …)</summary>
    public void SetState(object?[] state) => _bigEndian = state is [_, string order, ..] && order == ">";

    public DType DType => _code switch
    {
        "f4" => DType.Float32,
        "f8" => DType.Float64,
        "f2" => DType.Float16,
        "i8" => DType.Int64,
        "i4" => DType.Int32,
        "i2" => DType.Int16,
        "i1" => DType.Int8,
        "u8" => DType.UInt64,
        "u4" => DType.UInt32,
        "u2" => DType.UInt16,
        "u1" => DType.UInt8,
        "b1" => DType.Bool,
        "c8" => DType.Complex64,
        "c16" => DType.Complex128,
        _ => throw new FormatException($"holds a numpy array of the element type '{_code}', which is not read"),
    };

    /// <summary>Copies elements into this machine's byte order.</summary>
    public unsafe void Copy(ReadOnlySpan<byte> source, Tensor target)
    {
        var bytes = new Span<byte>(target.Pointer, source.Length);
        source.CopyTo(bytes);
        int size = DType.IsComplex ? DType.Size / 2 : DType.Size;
        for (int i = 0; _bigEndian && size > 1 && i < bytes.Length; i += size)
            bytes.Slice(i, size).Reverse();
        GC.KeepAlive(target);
    }
}

/// <summary>A NumPy array, which gets its values after it is made.</summary>
internal sealed class NumpyArray
{
    /// <summary>The array; null before it has its state.</summary>
    public TorchView? View { get; private set; }

    /// <summary>(version, shape, element type, whether columns come first, bytes)</summary>
    /// <returns>The bytes that it took.</returns>
    public long SetState(object?[] state)
    {
        if (state is not [_, object?[] sizes, NumpyType type, bool fortran, var data] || Bytes(data) is not { } bytes)
            throw Wrong();
        View = Make(sizes, type, fortran, bytes);
        return 600 + bytes.Length;
    }

    /// <summary>(bytes, element type, shape, order)</summary>
    public static object FromBuffer(object?[] arguments) => arguments is [byte[] bytes, NumpyType type, object?[] sizes, string order] ? Make(sizes, type, order == "F", bytes) : throw Wrong();

    /// <summary>(element type, bytes)</summary>
    public static object Scalar(object?[] arguments)
    {
        if (arguments is not [NumpyType type, var data] || Bytes(data) is not { } bytes || bytes.Length != type.DType.Size)
            throw Wrong();
        var value = Tensor.Empty([], type.DType);
        type.Copy(bytes, value);
        return type.DType switch
        {
            DType.Bool => value.Item() != 0,
            DType.UInt64 => (object)value.Item<ulong>() is ulong u && u > long.MaxValue ? new System.Numerics.BigInteger(u) : (long)value.Item<ulong>(),
            DType.Complex64 or DType.Complex128 => value.To(DType.Complex128).Item<System.Numerics.Complex>(),
            { IsInteger: true } => value.To(DType.Int64).Item<long>(),
            _ => value.Item(),
        };
    }

    private static TorchView Make(object?[] sizes, NumpyType type, bool fortran, byte[] bytes)
    {
        var shape = Reading.Shape(Array.ConvertAll(sizes, s => s is long size ? size : throw Wrong()), "a numpy array");
        if (type.DType.BytesFor(shape.Count) != bytes.Length)
            throw new FormatException($"a numpy array {shape} of {type.DType.Name} has {bytes.Length} bytes");
        int[] stored = shape.ToArray();
        if (fortran)
            Array.Reverse(stored);
        var values = Tensor.Empty(stored, type.DType);
        type.Copy(bytes, values);
        return new TorchView(fortran ? values.Permute([.. Enumerable.Range(0, shape.Rank).Reverse()]) : values);
    }

    private static byte[]? Bytes(object? data) => data switch
    {
        byte[] bytes => bytes,
        string text => Encoding.Latin1.GetBytes(text),
        _ => null,
    };

    private static FormatException Wrong() => new("the pickle makes a numpy array of other parts than Python writes");
}
