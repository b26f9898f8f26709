using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hebb.Data;

/// <summary>
/// Python's pickle machine (protocols 1 to 5), cut down to data: it makes numbers, texts, bytes, lists, tuples, dictionaries and sets, and calls only what
/// a table of names knows. A program takes as many steps as it has bytes, and memory in proportion to them; else it is refused.
/// <para>None is null, bool and float are themselves, int is long or BigInteger, str is string, bytes are byte[], list is List, tuple is an array, dict is
/// OrderedDictionary and set HashSet, of objects.</para>
/// </summary>
internal ref struct Unpickler
{
    private const int MostIntegerBytes = 512;

    private static readonly object[] SmallIntegers = [.. Enumerable.Range(0, 256).Select(i => (object)(long)i)];
    private static readonly object True = true, False = false;
    private static readonly object?[] EmptyTuple = [];

    private readonly ReadOnlySpan<byte> _bytes;
    private readonly PickleNames _names;
    private readonly Func<object?[], object?>? _persistent;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<uint, object?> _memo = [];
    private long _left;

    /// <param name="bytes">One pickle, and perhaps more after it.</param>
    /// <param name="names">What it may name.</param>
    /// <param name="persistent">Makes the objects that lie outside the pickle, of the tuples that name them.</param>
    public Unpickler(ReadOnlySpan<byte> bytes, PickleNames names, Func<object?[], object?>? persistent = null)
    {
        _bytes = bytes;
        _names = names;
        _persistent = persistent;
        _left = (48L << 20) + 3L * bytes.Length;
    }

    /// <summary>Where the pickle ended.</summary>
    public int Position { get; private set; }

    /// <summary>Runs the program.</summary>
    /// <exception cref="FormatException">It is no pickle, is cut short, or asks for what is not plain data.</exception>
    public object? Run()
    {
        while (true)
        {
            byte op = Take(1)[0];
            switch (op)
            {
                case (byte)'.':
                    return Pop();
                case (byte)'(':
                    Charge(8);
                    _marks.Add(_stack.Count);
                    break;
                case (byte)'0':
                    Pop();
                    break;
                case (byte)'1':
                    PopMark();
                    break;
                case (byte)'2':
                    Push(Top);
                    break;
                case (byte)'N':
                    Push(null);
                    break;
                case 0x88:
                    Push(True);
                    break;
                case 0x89:
                    Push(False);
                    break;
                case (byte)'I' or (byte)'L':
                    Push(ReadIntegerLine());
                    break;
                case (byte)'F':
                    Push(Boxed(ReadNumberLine()));
                    break;
                case (byte)'J':
                    Push(Integer(BinaryPrimitives.ReadInt32LittleEndian(Take(4))));
                    break;
                case (byte)'K':
                    Push(Integer(Take(1)[0]));
                    break;
                case (byte)'M':
                    Push(Integer(BinaryPrimitives.ReadUInt16LittleEndian(Take(2))));
                    break;
                case 0x8a:
                    Push(LongInteger(Take(Take(1)[0])));
                    break;
                case 0x8b:
                    Push(LongInteger(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))));
                    break;
                case (byte)'G':
                    Push(Boxed(BinaryPrimitives.ReadDoubleBigEndian(Take(8))));
                    break;
                case (byte)'U':
                    Push(Text(Take(Take(1)[0]), Encoding.Latin1));
                    break;
                case (byte)'T':
                    Push(Text(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4))), Encoding.Latin1));
                    break;
                case 0x8c:
                    Push(Text(Take(Take(1)[0]), Encoding.UTF8));
                    break;
                case (byte)'X':
                    Push(Text(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))), Encoding.UTF8));
                    break;
                case 0x8d:
                    Push(Text(Take(BinaryPrimitives.ReadInt64LittleEndian(Take(8))), Encoding.UTF8));
                    break;
                case (byte)'C':
                    Push(Bytes(Take(Take(1)[0])));
                    break;
                case (byte)'B':
                    Push(Bytes(Take(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)))));
                    break;
                case 0x8e or 0x96:
                    Push(Bytes(Take(BinaryPrimitives.ReadInt64LittleEndian(Take(8)))));
                    break;
                case (byte)']':
                    Charge(32);
                    Push(new List<object?>());
                    break;
                case (byte)'l':
                    Push(new List<object?>(PopMark()));
                    break;
                case (byte)'a':
                    AddItems([Pop()]);
                    break;
                case (byte)'e':
                    AddItems(PopMark());
                    break;
                case (byte)')':
                    Push(EmptyTuple);
                    break;
                case (byte)'t':
                    Push(PopMark());
                    break;
                case 0x85 or 0x86 or 0x87:
                    Push(PopMany(op - 0x84));
                    break;
                case (byte)'}':
                    Push(NewDictionary());
                    break;
                case (byte)'d':
                    var made = NewDictionary();
                    SetItems(made, PopMark());
                    Push(made);
                    break;
                case (byte)'s':
                    SetItems(TopIs<OrderedDictionary<object, object?>>("dict", below: 2), PopMany(2));
                    break;
                case (byte)'u':
                    SetItems(PopMark(), "dict");
                    break;
                case 0x8f:
                    Charge(64);
                    Push(PickleContainers.NewSet());
                    break;
                case 0x90:
                    AddMembers(PopMark());
                    break;
                case 0x91:
                    var frozen = PickleContainers.NewSet();
                    Push(frozen);
                    AddMembers(PopMark(beneath: 1));
                    break;
                case (byte)'c':
                    Push(_names.Find(Line(), Line()));
                    break;
                case 0x93:
                    string name = PopText("a name"), module = PopText("a module");
                    Push(_names.Find(module, name));
                    break;
                case (byte)'R' or 0x81 or 0x92:
                    if (op == 0x92 && Pop() is not OrderedDictionary<object, object?> { Count: 0 })
                        throw new FormatException("the pickle makes an object of named arguments, which is not plain data");
                    object?[] arguments = PopTuple();
                    Call(Pop(), arguments);
                    break;
                case (byte)'o':
                    object?[] parts = PopMark();
                    Call(parts.Length > 0 ? parts[0] : null, parts.Length > 0 ? parts[1..] : parts);
                    break;
                case (byte)'i':
                    var found = _names.Find(Line(), Line());
                    Call(found, PopMark());
                    break;
                case (byte)'b':
                    object? state = Pop();
                    Charge(_names.Build(Top, state));
                    break;
                case (byte)'Q':
                    if (_persistent is null)
                        throw new FormatException("the pickle names an object outside it");
                    Charge(128);
                    Push(_persistent(PopTuple()));
                    break;
                case (byte)'g':
                    Push(Remembered(ReadPlaceLine()));
                    break;
                case (byte)'h':
                    Push(Remembered(Take(1)[0]));
                    break;
                case (byte)'j':
                    Push(Remembered(BinaryPrimitives.ReadUInt32LittleEndian(Take(4))));
                    break;
                case (byte)'p':
                    Remember(ReadPlaceLine());
                    break;
                case (byte)'q':
                    Remember(Take(1)[0]);
                    break;
                case (byte)'r':
                    Remember(BinaryPrimitives.ReadUInt32LittleEndian(Take(4)));
                    break;
                case 0x94:
                    Remember((uint)_memo.Count);
                    break;
                case 0x80:
                    if (Take(1)[0] > 5)
                        throw new FormatException("the pickle is of a protocol newer than 5");
                    break;
                case 0x95:
                    Take(8);
                    break;
                default:
                    throw new FormatException($"the pickle has the instruction 0x{op:x2} at byte {Position - 1}, which no plain data needs");
            }
        }
    }

    private readonly object? Top => _stack.Count > Floor ? _stack[^1] : throw Empty();

    private readonly int Floor => _marks.Count > 0 ? _marks[^1] : 0;

    private static FormatException Empty() => new("the pickle takes more from its stack than there is");

    private ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > _bytes.Length - Position)
            throw new FormatException("the pickle is cut short");
        Position += (int)count;
        return _bytes.Slice(Position - (int)count, (int)count);
    }

    private string Line()
    {
        int length = _bytes[Position..].IndexOf((byte)'\n');
        if (length is < 0 or > 1024)
            throw new FormatException("the pickle is cut short");
        string line = Text(Take(length), Encoding.UTF8);
        Position++;
        return line;
    }

    /// <summary>Accounts for memory before it is taken.</summary>
    private void Charge(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw new FormatException($"the pickle of {_bytes.Length} bytes asks for more memory than such a file may");
    }

    private void Push(object? value)
    {
        Charge(16);
        _stack.Add(value);
    }

    private object? Pop()
    {
        object? value = Top;
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        if (_stack.Count - Floor < count)
            throw Empty();
        Charge(24 + 8L * count);
        var values = new object?[count];
        _stack.CopyTo(_stack.Count - count, values, 0, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    /// <summary>Takes what was pushed since the last mark, but for the values on top that are to stay.</summary>
    private object?[] PopMark(int beneath = 0)
    {
        if (_marks.Count == 0)
            throw new FormatException("the pickle looks for a mark that it has not set");
        int mark = _marks[^1];
        if (_stack.Count - beneath < mark)
            throw Empty();
        object?[] kept = beneath == 0 ? EmptyTuple : PopMany(beneath);
        object?[] values = PopMany(_stack.Count - mark);
        _marks.RemoveAt(_marks.Count - 1);
        _stack.AddRange(kept);
        return values;
    }

    private object?[] PopTuple() => Pop() as object?[] ?? throw new FormatException("the pickle calls with what is no tuple");

    private string PopText(string what) => Pop() as string ?? throw new FormatException($"the pickle gives no text as {what}");

    private readonly T TopIs<T>(string what, int below = 0) where T : class
    {
        int at = _stack.Count - 1 - below;
        if (at < 0)
            throw Empty();
        return _stack[at] as T ?? throw new FormatException($"the pickle adds to what is no {what}");
    }

    private void Call(object? function, object?[] arguments)
    {
        if (function is not PickleFunction known)
            throw new FormatException("the pickle calls what can't be called");
        Charge(known.Cost(arguments));
        Push(known.Call(arguments));
    }

    private void AddItems(object?[] values)
    {
        Charge(24L * values.Length);
        TopIs<List<object?>>("list").AddRange(values);
    }

    private void AddMembers(object?[] values)
    {
        Charge(96L * values.Length);
        TopIs<HashSet<object>>("set").UnionWith(values!);
    }

    private void SetItems(object?[] pairs, string what) => SetItems(TopIs<OrderedDictionary<object, object?>>(what), pairs);

    private void SetItems(OrderedDictionary<object, object?> target, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw new FormatException("the pickle has a key without a value");
        Charge(96L * pairs.Length / 2);
        for (int i = 0; i < pairs.Length; i += 2)
            target[pairs[i] ?? throw new FormatException("the pickle has a dictionary with the key None")] = pairs[i + 1];
    }

    private OrderedDictionary<object, object?> NewDictionary()
    {
        Charge(64);
        return PickleContainers.NewDictionary();
    }

    private void Remember(uint place)
    {
        Charge(40);
        _memo[place] = Top;
    }

    private readonly object? Remembered(uint place) =>
        _memo.TryGetValue(place, out object? value) ? value : throw new FormatException($"the pickle asks for object {place}, which it has not put away");

    private object Integer(long value)
    {
        if (value is >= 0 and < 256)
            return SmallIntegers[value];
        Charge(24);
        return value;
    }

    private object Boxed(double value)
    {
        Charge(24);
        return value;
    }

    private object ReadIntegerLine()
    {
        string line = Line().TrimEnd('L');
        if (line is "00" or "01")
            return line == "01" ? True : False;
        if (line.Length > MostIntegerBytes)
            throw TooLong();
        if (!BigInteger.TryParse(line, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
            throw NoNumber();
        return value >= long.MinValue && value <= long.MaxValue ? Integer((long)value) : value;
    }

    private object LongInteger(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > MostIntegerBytes)
            throw TooLong();
        Charge(64 + bytes.Length);
        var value = new BigInteger(bytes);
        return bytes.Length <= 8 ? Integer((long)value) : value;
    }

    // As Python prints numbers: only what is infinite .NET writes otherwise.
    private double ReadNumberLine() => Line() switch
    {
        "inf" => double.PositiveInfinity,
        "-inf" => double.NegativeInfinity,
        var line => double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) ? value : throw NoNumber(),
    };

    private uint ReadPlaceLine() => uint.TryParse(Line(), NumberStyles.None, CultureInfo.InvariantCulture, out uint place) ? place : throw NoNumber();

    private static FormatException NoNumber() => new("the pickle has a text that is no number where one belongs");

    private static FormatException TooLong() => new($"the pickle has an integer of more than {MostIntegerBytes} bytes");

    private string Text(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        Charge(24 + 2L * bytes.Length);
        return encoding.GetString(bytes);
    }

    private byte[] Bytes(ReadOnlySpan<byte> bytes)
    {
        Charge(24 + bytes.Length);
        return bytes.ToArray();
    }
}
