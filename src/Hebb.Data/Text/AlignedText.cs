using System.Text;

namespace Hebb.Data;

/// <summary>Text, and char by char the range of the original text that it stands for.</summary>
internal sealed class AlignedText
{
    private readonly int[]? _starts, _ends; // null: char i is char _base + i of the original
    private readonly int _base;

    /// <summary>A part of the original text, as it is.</summary>
    public AlignedText(string text, int start = 0) => (Text, _base) = (text, start);

    public AlignedText(string text, int[] starts, int[] ends) => (Text, _starts, _ends) = (text, starts, ends);

    public string Text { get; }

    public int Length => Text.Length;

    /// <summary>Where in the original the char starts.</summary>
    public int Start(int index) => _starts is null ? _base + index : _starts[index];

    /// <summary>Where in the original the char ends.</summary>
    public int End(int index) => _ends is null ? _base + index + 1 : _ends[index];

    /// <summary>The range of the original that chars <paramref name="start"/> to <paramref name="end"/> - 1 stand for.</summary>
    public (int Start, int End) Range(int start, int end)
    {
        if (start < end) return (Start(start), Math.Max(Start(start), End(end - 1)));
        int at = start < Length ? Start(start) : Length > 0 ? End(Length - 1) : _base;
        return (at, at);
    }

    public AlignedText Slice(int start, int end)
    {
        if (start == 0 && end == Length) return this;
        string text = Text[start..end];
        return _starts is null ? new AlignedText(text, _base + start) : new AlignedText(text, _starts[start..end], _ends![start..end]);
    }
}

/// <summary>Builds a changed text from a source, keeping the alignment with the original.</summary>
internal sealed class AlignedBuilder(AlignedText source)
{
    private readonly StringBuilder _text = new(source.Length + 8);
    private readonly List<int> _starts = new(source.Length + 8), _ends = new(source.Length + 8);

    public int Length => _text.Length;

    /// <summary>Chars of the source as they are.</summary>
    public void Copy(int start, int end)
    {
        _text.Append(source.Text, start, end - start);
        for (int i = start; i < end; i++)
        {
            _starts.Add(source.Start(i));
            _ends.Add(source.End(i));
        }
    }

    /// <summary>New chars in the place of a range of the source; an empty range is an insertion.</summary>
    public void Append(ReadOnlySpan<char> chars, int start, int end)
    {
        var (from, to) = source.Range(start, end);
        _text.Append(chars);
        for (int i = 0; i < chars.Length; i++)
        {
            _starts.Add(from);
            _ends.Add(to);
        }
    }

    public AlignedText ToText() => new(_text.ToString(), [.. _starts], [.. _ends]);
}
