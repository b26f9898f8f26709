using System.Text;
using System.Text.Unicode;

namespace Hebb.Files;

/// <summary>What a value of a JSON text is.</summary>
internal enum JsonKind : byte { Object, Array, String, Number, True, False, Null }

/// <summary>
/// The values of a JSON text (RFC 8259) in their order, as places in its bytes. The system's reader does the same, but the tables and vector code that it sets up when it is loaded take as long as a
/// whole small prediction.
/// </summary>
internal sealed class JsonTokens
{
    /// <summary>How deep values may stand in each other, as in the system's reader.</summary>
    private const int MaxDepth = 64;

    /// <summary>Values in a block; blocks, so that a text of nothing but values takes no more than their places.</summary>
    private const int BlockShift = 9, BlockMask = (1 << BlockShift) - 1;

    private readonly byte[] _text;
    private readonly List<int[]> _blocks = [];
    private int _count, _at;

    /// <exception cref="FormatException">It is no JSON; says at which byte.</exception>
    public JsonTokens(byte[] text)
    {
        _text = text;
        Value(0);
        Blanks();
        if (_at < text.Length)
            throw Unexpected("the end");
    }

    // Two numbers a value: where it begins; and where it ends, or of an object or list the number of the value that comes after.
    private int Begin(int token) => _blocks[token >> BlockShift][2 * (token & BlockMask)];

    private int End(int token) => _blocks[token >> BlockShift][2 * (token & BlockMask) + 1];

    private void SetEnd(int token, int end) => _blocks[token >> BlockShift][2 * (token & BlockMask) + 1] = end;

    public JsonKind Kind(int token) => _text[Begin(token)] switch
    {
        (byte)'{' => JsonKind.Object,
        (byte)'[' => JsonKind.Array,
        (byte)'"' => JsonKind.String,
        (byte)'t' => JsonKind.True,
        (byte)'f' => JsonKind.False,
        (byte)'n' => JsonKind.Null,
        _ => JsonKind.Number,
    };

    /// <summary>The value after one and what it holds.</summary>
    public int Next(int token) => Kind(token) <= JsonKind.Array ? End(token) : token + 1;

    /// <summary>A number as it is written.</summary>
    public ReadOnlySpan<byte> Number(int token) => _text.AsSpan(Begin(token)..End(token));

    /// <summary>A string; null where it is no valid Unicode.</summary>
    public string? String(int token)
    {
        var raw = Inner(token);
        if (!Utf8.IsValid(raw))
            return null;
        return raw.Contains((byte)'\\') ? Unescaped(raw) : Encoding.UTF8.GetString(raw);
    }

    /// <summary>Whether a string is that text.</summary>
    public bool Is(int token, string text)
    {
        var raw = Inner(token);
        if (raw.Length < text.Length)
            return false;
        for (int i = 0; i < text.Length; i++)
        {
            if (raw[i] != text[i] || text[i] == '\\' || text[i] > '\x7f')
                return raw[i] is (byte)'\\' or > 0x7f && String(token) == text;
        }
        return raw.Length == text.Length;
    }

    private ReadOnlySpan<byte> Inner(int token) => _text.AsSpan((Begin(token) + 1)..(End(token) - 1));

    private static string? Unescaped(ReadOnlySpan<byte> raw)
    {
        var text = new StringBuilder(raw.Length);
        while (raw.Length > 0)
        {
            int escape = raw.IndexOf((byte)'\\');
            if (escape != 0)
            {
                int plain = escape < 0 ? raw.Length : escape;
                text.Append(Encoding.UTF8.GetString(raw[..plain]));
                raw = raw[plain..];
                continue;
            }
            char letter = (char)raw[1];
            text.Append(letter switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', 'u' => (char)Hex(raw[2..6]), _ => letter });
            raw = raw[(letter == 'u' ? 6 : 2)..];
        }
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[i + 1]))
                return null;
            i++;
        }
        return text.ToString();
    }

    private static int Hex(ReadOnlySpan<byte> digits)
    {
        int value = 0;
        foreach (byte digit in digits)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return -1;
            value = value << 4 | (digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10);
        }
        return value;
    }

    private void Value(int depth)
    {
        Blanks();
        switch (Here)
        {
            case '{':
            case '[':
                Items(depth);
                break;
            case '"':
                Text();
                break;
            case 't':
                Word("true"u8);
                break;
            case 'f':
                Word("false"u8);
                break;
            case 'n':
                Word("null"u8);
                break;
            default:
                Number();
                break;
        }
    }

    private void Items(int depth)
    {
        if (depth == MaxDepth)
            throw new FormatException($"is no JSON: more than {MaxDepth} values stand in each other at byte {_at}");
        bool named = Here == '{';
        int close = named ? '}' : ']', token = Add(_at++);
        Blanks();
        for (bool first = true; Here != close; first = false)
        {
            if (!first)
                Take(',', named ? "',' or '}'" : "',' or ']'");
            if (named)
            {
                Blanks();
                if (Here != '"')
                    throw Unexpected("a name");
                Text();
                Blanks();
                Take(':', "':'");
            }
            Value(depth + 1);
            Blanks();
        }
        _at++;
        SetEnd(token, _count);
    }

    private void Text()
    {
        int token = Add(_at++);
        while (true)
        {
            int here = Here;
            if (here < ' ')
                throw Unexpected("'\"'");
            _at++;
            if (here == '"')
                break;
            if (here != '\\')
                continue;
            if (Here is not ('"' or '\\' or '/' or 'b' or 'f' or 'n' or 'r' or 't' or 'u') || Here == 'u' && (_at + 5 > _text.Length || Hex(_text.AsSpan(_at + 1, 4)) < 0))
                throw Unexpected("an escape");
            _at += Here == 'u' ? 5 : 1;
        }
        SetEnd(token, _at);
    }

    private void Number()
    {
        int token = Add(_at);
        if (Here == '-')
            _at++;
        if (Here == '0')
            _at++;
        else
            Digits();
        if (Here == '.')
        {
            _at++;
            Digits();
        }
        if (Here is 'e' or 'E')
        {
            _at++;
            if (Here is '+' or '-')
                _at++;
            Digits();
        }
        SetEnd(token, _at);
    }

    private void Digits()
    {
        if (Here is < '0' or > '9')
            throw Unexpected("a value");
        while (Here is >= '0' and <= '9')
            _at++;
    }

    private void Word(ReadOnlySpan<byte> word)
    {
        int token = Add(_at);
        if (!_text.AsSpan(_at).StartsWith(word))
            throw Unexpected("a value");
        _at += word.Length;
        SetEnd(token, _at);
    }

    private int Add(int begin)
    {
        if (_count >> BlockShift == _blocks.Count)
            _blocks.Add(new int[2 << BlockShift]);
        _blocks[_count >> BlockShift][2 * (_count & BlockMask)] = begin;
        return _count++;
    }

    private void Take(char expected, string name)
    {
        if (Here != expected)
            throw Unexpected(name);
        _at++;
    }

    private void Blanks()
    {
        while (Here is ' ' or '\n' or '\r' or '\t')
            _at++;
    }

    /// <summary>The next byte; -1 at the end.</summary>
    private int Here => _at < _text.Length ? _text[_at] : -1;

    private FormatException Unexpected(string expected) => new(Here < 0 ? $"is no JSON: it ends where {expected} should come" : $"is no JSON: byte {_at} should be {expected}");
}
