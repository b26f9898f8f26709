using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// A text as the set of its words and pairs of neighbours that the training rows know: indices from 1, filled up with zeros. Word pairs keep some of the order that a bag of words
/// loses (Wang and Manning, "Baselines and Bigrams", 2012).
/// </summary>
internal sealed record TextEncoder : ColumnEncoder
{
    /// <summary>The longest text that a saved model may ask for, in tokens.</summary>
    public const int MostTokens = 1 << 16;

    private const double CoveredTexts = 0.99;
    private readonly Dictionary<string, int> _index;

    public TextEncoder(string column, IReadOnlyList<string> vocabulary, int tokens) : base(column)
    {
        (Vocabulary, Tokens) = (vocabulary, tokens);
        _index = vocabulary.Select((word, i) => (word, i)).ToDictionary(p => p.word, p => p.i + 1);
        Names = [.. Enumerable.Range(0, tokens).Select(i => $"{column}: word {i + 1}")];
    }

    /// <summary>Words and pairs, "not good"; index 1 is the first.</summary>
    public IReadOnlyList<string> Vocabulary { get; }

    /// <summary>The most that are kept of a text.</summary>
    public int Tokens { get; }

    public override IReadOnlyList<string> Names { get; }

    public override TableInputKind Kind => TableInputKind.Tokens;

    public override int Count => Vocabulary.Count + 1;

    /// <summary>Learns the vocabulary of the training rows; null where no word is in enough of them.</summary>
    public static TextEncoder? Fit(TableColumn column, TableFeatures features)
    {
        var rows = new Dictionary<string, int>();
        for (int row = 0; row < column.Count; row++)
            foreach (string token in Different(column.Text(row))) rows[token] = rows.GetValueOrDefault(token) + 1;
        string[] vocabulary = [.. rows.Where(w => w.Value >= features.MinWordRows).OrderByDescending(w => w.Value).ThenBy(w => w.Key, StringComparer.Ordinal).Take(features.MaxVocabulary).Select(w => w.Key)];
        if (vocabulary.Length == 0) return null;
        var known = vocabulary.ToHashSet();
        int[] lengths = [.. Enumerable.Range(0, column.Count).Select(row => Different(column.Text(row)).Count(known.Contains)).Order()];
        int longest = lengths[(int)(CoveredTexts * (lengths.Length - 1))];
        return new TextEncoder(column.Name, vocabulary, Math.Clamp(longest, 1, features.MaxTokens));
    }

    public override void Encode(TableColumn column, int row, Span<float> to)
    {
        to.Clear();
        int at = 0;
        foreach (string token in Different(column.Text(row)))
        {
            if (!_index.TryGetValue(token, out int index)) continue;
            if (at == to.Length) return;
            to[at++] = index;
        }
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "text");
        json.WriteString("column", Column);
        json.WriteNumber("tokens", Tokens);
        json.WriteStartArray("vocabulary");
        foreach (string word in Vocabulary) json.WriteStringValue(word);
        json.WriteEndArray();
    }

    /// <summary>The different words of a text, then its different pairs, each in the order in which they come.</summary>
    internal static IEnumerable<string> Different(string? text)
    {
        if (text is null) return [];
        var words = Words(text);
        return words.Distinct().Concat(words.Zip(words.Skip(1), (a, b) => $"{a} {b}").Distinct());
    }

    /// <summary>Runs of letters and runs of digits in lower case, so that C85 is c and 85; scripts without spaces give a word a character.</summary>
    private static List<string> Words(string text)
    {
        var words = new List<string>();
        for (int i = 0; i < text.Length;)
        {
            int start = i;
            int kind = Kinds(text[i]);
            i++;
            if (kind == 0) continue;
            while (kind != 3 && i < text.Length && Kinds(text[i]) == kind) i++;
            if (kind == 3 && char.IsHighSurrogate(text[start]) && i < text.Length) i++;
            words.Add(text[start..i].ToLowerInvariant());
        }
        return words;
    }

    // 0 between words, 1 letters, 2 digits, 3 a word by itself: ideographs, kana, whatever lies beyond the basic plane.
    private static int Kinds(char c) => c is >= '\u2e80' and <= '\ud7ff' or >= '\uf900' and <= '\ufaff' || char.IsHighSurrogate(c) ? char.IsLetter(c) || char.IsHighSurrogate(c) ? 3 : 0
        : char.IsLetter(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.NonSpacingMark ? 1 : char.IsDigit(c) ? 2 : 0;
}
