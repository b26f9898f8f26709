using System.Text.Json;

namespace Hebb.Data;

/// <summary>Cuts text into the words that the model sees one by one.</summary>
internal abstract class PreTokenizer : TokenizerPart
{
    public abstract void Apply(Words words);
}

/// <summary>One after the other.</summary>
internal sealed class SequencePreTokenizer(IReadOnlyList<PreTokenizer> parts) : PreTokenizer
{
    public IReadOnlyList<PreTokenizer> Parts => parts;

    public override void Apply(Words words)
    {
        foreach (var part in parts) part.Apply(words);
    }

    public override void Write(Utf8JsonWriter json) => Write(json, "Sequence", () =>
    {
        json.WriteStartArray("pretokenizers");
        foreach (var part in parts) part.Write(json);
        json.WriteEndArray();
    });
}

/// <summary>Cuts where a class of characters changes.</summary>
/// <param name="type">The name in tokenizer.json.</param>
/// <param name="kind">What a character is: 0 is left out, 1 goes with its like, 2 stands alone; from 3 on, with its like.</param>
internal sealed class CharPreTokenizer(string type, Func<int, int> kind) : PreTokenizer
{
    /// <summary>BERT's: white space out, punctuation character by character.</summary>
    public static CharPreTokenizer Bert { get; } = new("BertPreTokenizer", code => CodePoints.IsSpace(code) ? 0 : CodePoints.IsBertPunctuation(code) ? 2 : 1);

    /// <summary>Runs of word characters, and runs of signs.</summary>
    public static CharPreTokenizer Whitespace { get; } = new("Whitespace", code => CodePoints.IsSpace(code) ? 0 : CodePoints.IsWord(code) ? 1 : 3);

    public static CharPreTokenizer WhitespaceSplit { get; } = new("WhitespaceSplit", code => CodePoints.IsSpace(code) ? 0 : 1);

    public override void Apply(Words words) => words.Cut((word, parts) =>
    {
        int start = 0, last = 0;
        for (int at = 0; at < word.Length;)
        {
            int current = kind(CodePoints.At(word, at, out int length));
            if (current != last || current == 2)
            {
                if (last != 0) parts.Add((start, at));
                start = at;
            }
            last = current;
            at += length;
        }
        if (last != 0) parts.Add((start, word.Length));
    });

    public override void Write(Utf8JsonWriter json) => Write(json, type);
}

/// <summary>Pieces of so many characters.</summary>
internal sealed class FixedLengthPreTokenizer(int characters) : PreTokenizer
{
    public override void Apply(Words words) => words.Cut((word, parts) =>
    {
        for (int at = 0; at < word.Length;)
        {
            int start = at;
            for (int i = 0; i < characters && at < word.Length; i++)
            {
                CodePoints.At(word, at, out int length);
                at += length;
            }
            parts.Add((start, at));
        }
    });

    public override void Write(Utf8JsonWriter json) => Write(json, "FixedLength", () => json.WriteNumber("length", characters));
}
