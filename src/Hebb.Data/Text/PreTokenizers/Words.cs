namespace Hebb.Data;

/// <summary>A text and the ranges of its words, as the pre-tokenizers cut it up.</summary>
internal sealed class Words(AlignedText text)
{
    public AlignedText Text { get; private set; } = text;

    /// <summary>In the order of the text, none empty.</summary>
    public List<(int Start, int End)> Ranges { get; private set; } = text.Length > 0 ? [(0, text.Length)] : [];

    /// <summary>Cuts every word into parts.</summary>
    /// <param name="cut">Adds the parts of a word to the list, counted from its start.</param>
    public void Cut(Cutter cut)
    {
        var parts = new List<(int Start, int End)>();
        foreach (var (start, end) in Ranges)
        {
            int before = parts.Count;
            cut(Text.Text.AsSpan(start, end - start), parts);
            for (int i = before; i < parts.Count; i++) parts[i] = (parts[i].Start + start, parts[i].End + start);
        }
        parts.RemoveAll(p => p.Start == p.End);
        Ranges = parts;
    }

    /// <summary>Changes the text of every word.</summary>
    /// <param name="rewrite">Writes the new text of a word.</param>
    public void Rewrite(Action<AlignedBuilder, AlignedText, int, int> rewrite)
    {
        var builder = new AlignedBuilder(Text);
        var ranges = new List<(int Start, int End)>(Ranges.Count);
        foreach (var (start, end) in Ranges)
        {
            int from = builder.Length;
            rewrite(builder, Text, start, end);
            if (builder.Length > from) ranges.Add((from, builder.Length));
        }
        (Text, Ranges) = (builder.ToText(), ranges);
    }

    public delegate void Cutter(ReadOnlySpan<char> word, List<(int Start, int End)> parts);
}
