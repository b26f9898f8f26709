using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data;

/// <summary>
/// Reads the pickle in which NumPy saves an array of arrays, as a small stack machine over plain values (Python's pickletools.py, protocols 2
/// to 5). It knows three names (the array's constructor, its class, the element type); any other is refused, and nothing is ever called.
/// </summary>
internal sealed class NumpyPickle
{
    private readonly byte[] _bytes;
    private readonly string _source;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<int, object?> _memo = [];
    private int _at;
    private long _elementBytes;

    private NumpyPickle(byte[] bytes, string source) => (_bytes, _source) = (bytes, source);

    /// <summary>The arrays of numbers in the array of objects that is the whole pickle.</summary>
    public static IReadOnlyList<Tensor> ReadArrays(Stream stream, long maxLength, string source)
    {
        using var all = new MemoryStream();
        stream.CopyTo(all);
        if (all.Length > maxLength) throw new FormatException($"{source}: is longer than it claims");
        var pickle = new NumpyPickle(all.ToArray(), source);
        if (pickle.Run() is not NumpyObject { Elements: { } elements }) throw pickle.Error("holds no array of objects");
        var arrays = new Tensor[elements.Count];
        for (int i = 0; i < arrays.Length; i++)
            arrays[i] = elements[i] is NumpyObject { Array: { } array } ? array : throw pickle.Error($"element {i} is no array of numbers");
        return arrays;
    }

    private enum Name
    {
        Reconstruct,
        Array,
        ElementType,
    }

    private sealed record Mark
    {
        public static Mark One { get; } = new();
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

    private object? Run()
    {
        while (true)
        {
            byte op = Take(1)[0];
            switch (op)
            {
                case 0x80: Take(1); break; // PROTO
                case 0x95: Take(8); break; // FRAME
                case (byte)'.': return Pop();
                case (byte)'(': _stack.Add(Mark.One); break;
                case (byte)'N': _stack.Add(null); break;
                case 0x88: _stack.Add(true); break;
                case 0x89: _stack.Add(false); break;
                case (byte)'J': _stack.Add((long)BinaryPrimitives.ReadInt32LittleEndian(Take(4))); break;
                case (byte)'K': _stack.Add((long)Take(1)[0]); break;
                case (byte)'M': _stack.Add((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
                case 0x8a: _stack.Add(LongNumber(Take(Take(1)[0]))); break;
                case (byte)'U' or (byte)'C': _stack.Add(Slice(Take(1)[0])); break;
                case (byte)'T' or (byte)'B': _stack.Add(Slice(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))); break;
                case 0x8e: _stack.Add(Slice(BinaryPrimitives.ReadUInt64LittleEndian(Take(8)))); break;
                case 0x8c: _stack.Add(Text(Slice(Take(1)[0]))); break;
                case (byte)'X': _stack.Add(Text(Slice(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))))); break;
                case (byte)'c': _stack.Add(Global(Line(), Line())); break;
                case 0x93:
                    string name = PopText();
                    _stack.Add(Global(PopText(), name));
                    break;
                case (byte)'q': _memo[Take(1)[0]] = Peek(); break;
                case (byte)'r': _memo[BinaryPrimitives.ReadInt32LittleEndian(Take(4))] = Peek(); break;
                case 0x94: _memo[_memo.Count] = Peek(); break;
                case (byte)'h': _stack.Add(Remembered(Take(1)[0])); break;
                case (byte)'j': _stack.Add(Remembered(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))); break;
                case (byte)')': _stack.Add(Array.Empty<object?>()); break;
                case 0x85: Gather(1); break;
                case 0x86: Gather(2); break;
                case 0x87: Gather(3); break;
                case (byte)'t': _stack.Add(PopToMark()); break;
                case (byte)']': _stack.Add(new List<object?>()); break;
                case (byte)'a': Append([Pop()]); break;
                case (byte)'e': Append(PopToMark()); break;
                case (byte)'R': Construct(); break;
                case (byte)'b': SetState(); break;
                default: throw Error($"has the instruction 0x{op:x2} at byte {_at - 1}, which arrays of numbers do not need");
            }
        }
    }

    private Name Global(string module, string name) => (module, name) switch
    {
        ("numpy.core.multiarray" or "numpy._core.multiarray", "_reconstruct") => Name.Reconstruct,
        ("numpy", "ndarray") => Name.Array,
        ("numpy", "dtype") => Name.ElementType,
        _ => throw Error($"names {CsvTable.Shorten(module)}.{CsvTable.Shorten(name)}, which is never run"),
    };

    private void Construct()
    {
        object?[] arguments = Pop() as object?[] ?? throw Error("calls without arguments");
        object? function = Pop();
        if (function is Name.Reconstruct && arguments is [Name.Array, ..]) _stack.Add(new NumpyObject());
        else if (function is Name.ElementType && arguments is [ReadOnlyMemory<byte> or string, ..]) _stack.Add(new ElementType(AsText(arguments[0])));
        else throw Error("calls what makes no array");
    }

    private void SetState()
    {
        object?[] state = Pop() as object?[] ?? throw Error("has a state that is no tuple");
        switch (Peek())
        {
            case ElementType type when state is [_, ReadOnlyMemory<byte> or string, ..]:
                string order = AsText(state[1]);
                // Fields and sub-arrays make a structured type.
                if (state.Length > 4 && (state[2] is not null || state[3] is not null)) throw Error("has elements of several fields");
                if (order is not ("<" or ">" or "|" or "=")) throw Error("has an unknown byte order");
                type.Code = (order == "=" ? "<" : order) + type.Code.TrimStart('<', '>', '|', '=');
                break;
            case NumpyObject { Array: null, Elements: null } target when state is [long, object?[] sizes, ElementType type, bool fortran, _]:
                Fill(target, sizes, type, fortran, state[4]);
                break;
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
        if (content is not ReadOnlyMemory<byte> bytes) throw Error("has an array without bytes");
        var header = NpyHeader.Create(type.Code, dimensions, fortran, _source);
        // Bytes that several arrays refer to would let a small file fill the memory.
        if ((_elementBytes += bytes.Length) > _bytes.Length) throw Error("uses the same bytes for several arrays");
        if (header.Count * header.ElementBytes != bytes.Length) throw Error($"has {bytes.Length} bytes for {header.TypeCode} {header.Shape}");
        target.Array = Npy.ReadElements(new MemoryStream(bytes.ToArray(), writable: false), header, bytes.Length, _source);
    }

    private void Append(object?[] items)
    {
        if (Peek() is not List<object?> list) throw Error("appends to what is no list");
        list.AddRange(items);
    }

    private void Gather(int count)
    {
        var items = new object?[count];
        for (int i = count - 1; i >= 0; i--) items[i] = Pop();
        _stack.Add(items);
    }

    private object?[] PopToMark()
    {
        int mark = _stack.LastIndexOf(Mark.One);
        if (mark < 0) throw Error("lacks a mark");
        object?[] items = [.. _stack[(mark + 1)..]];
        _stack.RemoveRange(mark, _stack.Count - mark);
        return items;
    }

    private object? Pop()
    {
        object? top = Peek();
        _stack.RemoveAt(_stack.Count - 1);
        return top;
    }

    private object? Peek() => _stack.Count > 0 ? _stack[^1] : throw Error("takes more values than there are");

    private string PopText() => Pop() is { } value and (string or ReadOnlyMemory<byte>) ? AsText(value) : throw Error("has a name that is no text");

    private object? Remembered(int key) => _memo.TryGetValue(key, out object? value) ? value : throw Error($"recalls value {key}, which it never stored");

    private ReadOnlySpan<byte> Take(int count) => Slice((ulong)count).Span;

    private ReadOnlyMemory<byte> Slice(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _at)) throw Error("is truncated");
        _at += (int)count;
        return _bytes.AsMemory(_at - (int)count, (int)count);
    }

    private string Line()
    {
        int length = _bytes.AsSpan(_at).IndexOf((byte)'\n');
        if (length < 0) throw Error("is truncated");
        string text = Text(Slice((ulong)length));
        _at++;
        return text;
    }

    private long LongNumber(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > 8) throw Error("has an integer of more than 64 bits");
        long value = bytes.Length > 0 && bytes[^1] >= 0x80 ? -1 : 0;
        for (int i = bytes.Length - 1; i >= 0; i--) value = (value << 8) | bytes[i];
        return value;
    }

    private static string AsText(object? value) => value as string ?? Text((ReadOnlyMemory<byte>)value!);

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private FormatException Error(string what) => new($"{_source}: its pickle {what}");
}
