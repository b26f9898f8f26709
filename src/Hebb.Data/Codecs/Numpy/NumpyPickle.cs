using System.Text;

namespace Hebb.Data;

/// <summary>What the pickle in which NumPy saves an array of arrays may name: an array's constructor, its class, and its element type.</summary>
internal sealed class NumpyPickle : PickleNames
{
    private readonly string _source;
    private readonly PickleFunction _array, _reconstruct, _type;
    private long _left;

    private NumpyPickle(long bytes, string source)
    {
        (_left, _source) = (bytes, source);
        _array = new PickleFunction("numpy.ndarray", _ => throw Error("calls what makes no array"));
        _reconstruct = new PickleFunction("numpy.core.multiarray._reconstruct", a => a is [PickleFunction made, ..] && made == _array ? new NumpyObject() : throw Error("calls what makes no array"));
        _type = new PickleFunction("numpy.dtype", a => a is [string code, ..] ? new ElementType(code) : throw Error("calls what makes no element type"));
    }

    /// <summary>The arrays of numbers in the array of objects that is the whole pickle.</summary>
    public static IReadOnlyList<Tensor> ReadArrays(Stream stream, long maxLength, string source)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        if (all.Length > maxLength) throw new FormatException($"{source}: is longer than it claims");
        var names = new NumpyPickle(all.Length, source);
        object? root;
        try
        {
            root = new Unpickler(all.GetBuffer().AsSpan(0, (int)all.Length), names).Run();
        }
        catch (FormatException e) when (!e.Message.StartsWith(source, StringComparison.Ordinal))
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
        if (root is not NumpyObject { Elements: { } elements }) throw names.Error("holds no array of objects");
        var arrays = new Tensor[elements.Count];
        for (int i = 0; i < arrays.Length; i++)
            arrays[i] = elements[i] is NumpyObject { Array: { } array } ? array : throw names.Error($"element {i} is no array of numbers");
        return arrays;
    }

    /// <summary>An array, filled when its state comes.</summary>
    private sealed class NumpyObject
    {
        public Tensor? Array { get; set; }

        public List<object?>? Elements { get; set; }
    }

    private sealed class ElementType(string code)
    {
        public string Code { get; set; } = code;
    }

    public override object Find(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => _reconstruct,
        ("numpy", "ndarray") => _array,
        ("numpy", "dtype") => _type,
        _ => throw Error($"names {CsvTable.Shorten(module)}.{CsvTable.Shorten(name)}, which is never run"),
    };

    public override long Build(object? target, object? state)
    {
        switch (target)
        {
            case ElementType type when state is object?[] and [_, string order, ..] parts:
                // Fields and sub-arrays make a structured type.
                if (parts.Length > 4 && (parts[2] is not null || parts[3] is not null)) throw Error("has elements of several fields");
                if (order is not ("<" or ">" or "|" or "=")) throw Error("has an unknown byte order");
                type.Code = (order == "=" ? "<" : order) + type.Code.TrimStart('<', '>', '|', '=');
                return 0;
            case NumpyObject { Array: null, Elements: null } array when state is object?[] and [long, object?[] sizes, ElementType type, bool fortran, var content]:
                Fill(array, sizes, type, fortran, content);
                return 0;
            default:
                throw Error("has a state that fits no array");
        }
    }

    private void Fill(NumpyObject target, object?[] sizes, ElementType type, bool fortran, object? content)
    {
        var dimensions = new List<long>(sizes.Length);
        foreach (object? size in sizes) dimensions.Add(size as long? ?? throw Error("has a shape that is no tuple of sizes"));
        if (content is List<object?> elements && type.Code.TrimStart('|') is "O" or "O8")
        {
            target.Elements = elements;
            return;
        }
        // Python 2 knew no bytes but its strings, which come as characters of one byte each.
        byte[] bytes = content as byte[] ?? (content is string text && !text.AsSpan().ContainsAnyExceptInRange('\0', '\xff') ? Encoding.Latin1.GetBytes(text) : throw Error("has an array without bytes"));
        var header = NpyHeader.Create(type.Code, dimensions, fortran, _source);
        // Bytes that several arrays refer to would let a small file fill the memory.
        if ((_left -= bytes.Length) < 0) throw Error("uses the same bytes for several arrays");
        if (header.Count * header.ElementBytes != bytes.Length) throw Error($"has {bytes.Length} bytes for {header.TypeCode} {header.Shape}");
        target.Array = Npy.ReadElements(new MemoryStream(bytes, writable: false), header, bytes.Length, _source);
    }

    private FormatException Error(string what) => new($"{_source}: its pickle {what}");
}
