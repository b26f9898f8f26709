using System.Globalization;
using System.Numerics;
using System.Text;

namespace Hebb.Data;

/// <content>What follows instructions in the bytes: numbers, texts, lines.</content>
internal ref partial struct Unpickler
{
    private const int MostIntegerBytes = 512;

    private static readonly object[] SmallIntegers = [.. Enumerable.Range(0, 256).Select(i => (object)(long)i)];
    private static readonly object True = true, False = false;

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
