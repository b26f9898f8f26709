using System.Globalization;

namespace Hebb.Data;

/// <summary>
/// Parser of the regular expressions that tokenizer files carry: classes, Unicode properties, groups, (?i:…), quantifiers (greedy, lazy,
/// possessive), look-ahead, look-behind of one character, ^ and $. Back references and captures mean nothing to a tokenizer.
/// </summary>
internal sealed class PatternParser
{
    private const int MaxDepth = 100, MaxCount = 1000;
    private readonly string _text;
    private int _at, _depth;

    private PatternParser(string text) => _text = text;

    /// <exception cref="FormatException">It is no pattern, or uses what is not supported; the message has the place.</exception>
    public static PatternNode Parse(string text)
    {
        var parser = new PatternParser(text);
        var node = parser.ParseChoice(ignoreCase: false);
        return parser._at == text.Length ? node : throw parser.Error("unmatched )");
    }

    private bool Ended => _at == _text.Length;

    private char Current => _text[_at];

    private FormatException Error(string what) => new($"pattern \"{CsvTable.Shorten(_text)}\", character {_at}: {what}");

    private bool Take(string what)
    {
        if (string.CompareOrdinal(_text, _at, what, 0, what.Length) != 0) return false;
        _at += what.Length;
        return true;
    }

    private PatternNode ParseChoice(bool ignoreCase)
    {
        if (++_depth > MaxDepth) throw Error("nested too deeply");
        var options = new List<PatternNode> { ParseSequence(ref ignoreCase) };
        while (Take("|")) options.Add(ParseSequence(ref ignoreCase));
        _depth--;
        return options.Count == 1 ? options[0] : new PatternNode.Choice(options);
    }

    private PatternNode ParseSequence(ref bool ignoreCase)
    {
        var parts = new List<PatternNode>();
        while (!Ended && Current is not ('|' or ')'))
        {
            if (Take("(?i)")) ignoreCase = true;
            else parts.Add(ParseQuantified(ignoreCase));
        }
        return parts.Count switch { 0 => new PatternNode.Empty(), 1 => parts[0], _ => new PatternNode.Sequence(parts) };
    }

    private PatternNode ParseQuantified(bool ignoreCase)
    {
        var node = ParseAtom(ignoreCase);
        while (!Ended)
        {
            int min, max;
            if (Take("*")) (min, max) = (0, -1);
            else if (Take("+")) (min, max) = (1, -1);
            else if (Take("?")) (min, max) = (0, 1);
            else if (!TryCounts(out min, out max)) break;
            bool lazy = Take("?");
            node = new PatternNode.Repeat(node, min, max, lazy);
            if (!lazy && Take("+")) node = new PatternNode.Atomic(node);
        }
        return node;
    }

    private bool TryCounts(out int min, out int max)
    {
        (min, max) = (0, 0);
        int close = Ended || Current != '{' ? -1 : _text.IndexOf('}', _at);
        if (close < 0) return false;
        string[] bounds = _text[(_at + 1)..close].Split(',');
        if (bounds.Length > 2 || !int.TryParse(bounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out min)) return false;
        max = bounds.Length == 1 ? min : bounds[1].Length == 0 ? -1 : int.TryParse(bounds[1], NumberStyles.None, CultureInfo.InvariantCulture, out int m) ? m : -2;
        if (max == -2) return false;
        if (min > MaxCount || max > MaxCount || (max >= 0 && max < min)) throw Error($"counts must be in order and at most {MaxCount}");
        _at = close + 1;
        return true;
    }

    private PatternNode ParseAtom(bool ignoreCase)
    {
        if (Take("(")) return ParseGroup(ignoreCase);
        if (Take("[")) return new PatternNode.Set(Cased(ParseClass(ignoreCase), ignoreCase));
        if (Take("^") || Take("\\A")) return new PatternNode.AtStart();
        if (Take("$") || Take("\\z")) return new PatternNode.AtEnd();
        if (Take(".")) return new PatternNode.Set(CharSet.Of('\n').Inverse());
        if (Take("\\")) return new PatternNode.Set(Cased(ParseEscape(), ignoreCase));
        if (Current is '*' or '+' or '?') throw Error("nothing to repeat");
        return new PatternNode.Set(Cased(CharSet.Of(Next()), ignoreCase));
    }

    private static CharSet Cased(CharSet set, bool ignoreCase) => ignoreCase ? set.IgnoringCase() : set;

    private int Next()
    {
        int code = CodePoints.At(_text, _at, out int length);
        _at += length;
        return code;
    }

    private PatternNode ParseGroup(bool ignoreCase)
    {
        if (Take("?:")) return Body(ignoreCase);
        if (Take("?i:")) return Body(true);
        if (Take("?=")) return new PatternNode.Ahead(Body(ignoreCase), false);
        if (Take("?!")) return new PatternNode.Ahead(Body(ignoreCase), true);
        if (Take("?>")) return new PatternNode.Atomic(Body(ignoreCase));
        bool behind = Take("?<="), notBehind = !behind && Take("?<!");
        if (behind || notBehind)
            return Body(ignoreCase) is PatternNode.Set set ? new PatternNode.Behind(set.Members, notBehind) : throw Error("look-behind is supported for one character only");
        if (!Ended && Current == '?') throw Error("this kind of group is not supported");
        return Body(ignoreCase);

        PatternNode Body(bool ignore)
        {
            var body = ParseChoice(ignore);
            return Take(")") ? body : throw Error("missing )");
        }
    }

    private CharSet ParseClass(bool ignoreCase)
    {
        if (++_depth > MaxDepth) throw Error("nested too deeply");
        bool inverse = Take("^");
        var members = new List<CharSet>();
        for (bool first = true; ; first = false)
        {
            if (Ended) throw Error("missing ]");
            if (!first && Take("]")) break;
            if (Take("&&") || (Current == '[' && _at + 1 < _text.Length && _text[_at + 1] == ':')) throw Error("this kind of class is not supported");
            if (Take("["))
            {
                members.Add(ParseClass(ignoreCase));
                continue;
            }
            int start = _at, low;
            if (Take("\\"))
            {
                if (TryClassEscape() is { } set)
                {
                    members.Add(set);
                    continue;
                }
                low = ParseLiteralEscape();
            }
            else
            {
                low = Next();
            }
            if (_at + 1 < _text.Length && Current == '-' && _text[_at + 1] != ']')
            {
                _at++;
                int high = Take("\\") ? ParseLiteralEscape() : Next();
                if (high < low)
                {
                    _at = start;
                    throw Error("a range whose end is before its start");
                }
                members.Add(CharSet.Range(low, high));
            }
            else
            {
                members.Add(CharSet.Of(low));
            }
        }
        _depth--;
        var union = CharSet.Union(members);
        return inverse ? Cased(union, ignoreCase).Inverse() : union;
    }

    private CharSet ParseEscape() => TryClassEscape() ?? CharSet.Of(ParseLiteralEscape());

    private CharSet? TryClassEscape()
    {
        if (Ended) throw Error("a \\ at the end");
        switch (Current)
        {
            case 's' or 'S': return Shorthand(CharSet.Where(CodePoints.IsSpace), 'S');
            case 'd' or 'D': return Shorthand(CharSet.Property("Nd")!, 'D');
            // Oniguruma's \w, which the files mean, has no joiners; Rust's has.
            case 'w' or 'W': return Shorthand(CharSet.Where(code => code is not (0x200C or 0x200D) && CodePoints.IsWord(code)), 'W');
            case 'p' or 'P':
                bool inverse = _text[_at++] == 'P';
                string name;
                if (Take("{"))
                {
                    int close = _text.IndexOf('}', _at);
                    if (close < 0) throw Error("missing }");
                    name = _text[_at..close];
                    _at = close + 1;
                    if (name.StartsWith('^')) (name, inverse) = (name[1..], !inverse);
                }
                else
                {
                    name = Ended ? throw Error("\\p without a property") : _text[_at++].ToString();
                }
                var set = CharSet.Property(name) ?? throw Error($"the property {CsvTable.Shorten(name)} is not supported");
                return inverse ? set.Inverse() : set;
            default: return null;
        }
    }

    private CharSet Shorthand(CharSet set, char inverse) => _text[_at++] == inverse ? set.Inverse() : set;

    private int ParseLiteralEscape()
    {
        if (Ended) throw Error("a \\ at the end");
        int code = Next();
        switch (code)
        {
            case 'n': return '\n';
            case 'r': return '\r';
            case 't': return '\t';
            case 'f': return '\f';
            case 'v': return '\v';
            case '0': return 0;
            case 'x' or 'u':
                string digits = Take("{") ? Until('}') : Digits(code == 'x' ? 2 : 4);
                return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) && value is >= 0 and <= 0x10FFFF
                    ? value : throw Error($"\\{(char)code} without a code point");
            default:
                return code < 128 && char.IsAsciiLetterOrDigit((char)code) ? throw Error($"\\{(char)code} is not supported") : code;
        }

        string Until(char end)
        {
            int close = _text.IndexOf(end, _at);
            if (close < 0) throw Error($"missing {end}");
            string part = _text[_at..close];
            _at = close + 1;
            return part;
        }

        string Digits(int count)
        {
            string part = _text.Substring(_at, Math.Min(count, _text.Length - _at));
            _at += part.Length;
            return part;
        }
    }
}
