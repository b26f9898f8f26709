using System.Buffers.Binary;
using System.Text;

namespace Hebb.Torch;

/// <summary>Writes a pickle of protocol 2, which every Python 3 and PyTorch reads.</summary>
internal sealed class PickleWriter
{
    private readonly MemoryStream _bytes = new();

    public PickleWriter() => Op("\x80\x02");

    /// <summary>Ends the pickle.</summary>
    public byte[] End()
    {
        Op(".");
        return _bytes.ToArray();
    }

    /// <summary>Instructions, a character each.</summary>
    public void Op(string instructions) => _bytes.Write(Encoding.Latin1.GetBytes(instructions));

    public void Global(string module, string name) => Op($"c{module}\n{name}\n");

    public void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Op("X");
        Int32(bytes.Length);
        _bytes.Write(bytes);
    }

    public void Integer(long value)
    {
        if (value is >= int.MinValue and <= int.MaxValue)
        {
            Op("J");
            Int32((int)value);
            return;
        }
        Op("\x8a\x08");
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    /// <summary>A tuple of integers.</summary>
    public void Integers(ReadOnlySpan<long> values)
    {
        Op("(");
        foreach (long value in values)
            Integer(value);
        Op("t");
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        _bytes.Write(bytes);
    }
}
