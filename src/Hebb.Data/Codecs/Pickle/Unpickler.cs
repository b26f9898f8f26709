using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data;

/// <summary>
/// Python's pickle machine (protocols 1 to 5), cut down to data: it makes numbers, texts, bytes, lists, tuples, dictionaries and sets, and calls only what
/// a table of names knows. A program takes as many steps as it has bytes, and memory in proportion to them; else it is refused.
/// <para>None is null, bool and float are themselves, int is long or BigInteger, str is string, bytes are byte[], list is List, tuple is an array, dict is
/// OrderedDictionary and set HashSet, of objects.</para>
/// </summary>
internal ref partial struct Unpickler
{
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

    /// <summary>Accounts for memory before it is taken.</summary>
    private void Charge(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw new FormatException($"the pickle of {_bytes.Length} bytes asks for more memory than such a file may");
    }
}
