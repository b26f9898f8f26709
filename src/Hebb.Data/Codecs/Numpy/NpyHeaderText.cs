using System.Globalization;

namespace Hebb.Data;

/// <summary>The header of a .npy file is a Python dictionary written out: texts, True and False, and a tuple of integers.</summary>
internal ref struct NpyHeaderText
{
    private readonly ReadOnlySpan<char> _text;
    private readonly string _source;
    private int _at;

    private NpyHeaderText(string text, string source)
    {
        _text = text;
        _source = source;
    }

    public static NpyHeader Parse(string text, string source) => new NpyHeaderText(text, source).Dictionary();

    private NpyHeader Dictionary()
    {
        string? type = null;
        bool? fortran = null;
        List<long>? sizes = null;
        Take('{');
        while (!TryTake('}'))
        {
            string key = Text();
            Take(':');
            switch (key)
            {
                case "descr":
                    if (Peek() is '[' or '(') throw new FormatException($"{_source}: has elements of several fields (a structured NumPy type), which no tensor holds");
                    type = Text();
                    break;
                case "fortran_order":
                    fortran = Truth();
                    break;
                case "shape":
                    sizes = Tuple();
                    break;
                default:
                    throw Broken($"names \"{CsvTable.Shorten(key)}\"");
            }
            if (!TryTake(',') && Peek() != '}') throw Broken("lacks a comma");
        }
        if (!_text[_at..].Trim().IsEmpty) throw Broken("goes on after its end");
        if (type is null || fortran is null || sizes is null) throw Broken("lacks descr, fortran_order or shape");
        return NpyHeader.Create(type, sizes, fortran.Value, _source);
    }

    private string Text()
    {
        char quote = Peek();
        if (quote is not ('\'' or '"')) throw Broken("has no text where one must be");
        int length = _text[(_at + 1)..].IndexOf(quote);
        if (length < 0) throw Broken("has a text without an end");
        string text = _text.Slice(_at + 1, length).ToString();
        _at += length + 2;
        return text;
    }

    private bool Truth()
    {
        char first = Peek();
        string word = first == 'T' ? "True" : "False";
        if (!_text[_at..].StartsWith(word)) throw Broken("has neither True nor False for fortran_order");
        _at += word.Length;
        return first == 'T';
    }

    private List<long> Tuple()
    {
        var sizes = new List<long>();
        Take('(');
        while (!TryTake(')'))
        {
            Peek();
            int digits = 0;
            while (_at + digits < _text.Length && char.IsAsciiDigit(_text[_at + digits])) digits++;
            if (!long.TryParse(_text.Slice(_at, digits), NumberStyles.None, CultureInfo.InvariantCulture, out long size)) throw Broken("has a shape that is no tuple of sizes");
            sizes.Add(size);
            _at += digits;
            if (_at < _text.Length && _text[_at] == 'L') _at++; // a long of Python 2
            if (!TryTake(',') && Peek() != ')') throw Broken("has a shape that is no tuple of sizes");
        }
        return sizes;
    }

    /// <summary>The next character that is no space; a NUL at the end.</summary>
    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at])) _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool TryTake(char c)
    {
        if (Peek() != c) return false;
        _at++;
        return true;
    }

    private void Take(char c)
    {
        if (!TryTake(c)) throw Broken($"lacks a '{c}'");
    }

    private readonly FormatException Broken(string what) => new($"{_source}: is damaged: its .npy header {what}");
}
