using System.Buffers.Binary;
using System.Text;

namespace Hebb.Data;

/// <summary>Reads the fields of one protobuf message, one after the other.</summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes, string source)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _source = source;
    private int _at, _wire;
    private ulong _number;
    private ReadOnlySpan<byte> _content;

    /// <summary>The number of the field that was read.</summary>
    public int Field { get; private set; }

    /// <summary>Reads the next field; false at the end.</summary>
    /// <exception cref="FormatException">It is no protobuf.</exception>
    public bool Next()
    {
        if (_at == _bytes.Length) return false;
        ulong key = Varint();
        (Field, _wire) = ((int)(key >> 3), (int)(key & 7));
        if (key >> 3 is 0 or > 1 << 29) throw Damaged();
        switch (_wire)
        {
            case 0:
                _number = Varint();
                break;
            case 1:
                _number = BinaryPrimitives.ReadUInt64LittleEndian(Take(8));
                break;
            case 2:
                ulong length = Varint();
                if (length > (ulong)(_bytes.Length - _at)) throw Damaged();
                _content = Take((int)length);
                break;
            case 5:
                _number = BinaryPrimitives.ReadUInt32LittleEndian(Take(4));
                break;
            default:
                throw Damaged();
        }
        return true;
    }

    public readonly ReadOnlySpan<byte> Bytes => _wire == 2 ? _content : throw Damaged();

    public readonly string Text => Encoding.UTF8.GetString(Bytes);

    public readonly float Single => _wire == 5 ? BitConverter.UInt32BitsToSingle((uint)_number) : throw Damaged();

    public readonly int Integer => _wire == 0 ? (int)_number : throw Damaged();

    public readonly bool Flag => Integer != 0;

    private readonly FormatException Damaged() => new($"{_source}: is no SentencePiece model, or is damaged near byte {_at}");

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _bytes.Length - _at) throw Damaged();
        _at += count;
        return _bytes.Slice(_at - count, count);
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            byte next = Take(1)[0];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }
        throw Damaged();
    }
}
