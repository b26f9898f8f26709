using System.Text.Json;

namespace Hebb.Data;

/// <summary>What becomes of what a splitting pattern finds.</summary>
internal enum SplitBehavior
{
    Removed,
    Isolated,
    MergedWithPrevious,
    MergedWithNext,
    Contiguous,
}

/// <summary>Cuts at what is found.</summary>
internal sealed class SplitPreTokenizer : PreTokenizer
{
    private readonly Action<Utf8JsonWriter> _write;
    private readonly string _type;
    private readonly Finder _find;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    private SplitPreTokenizer(string type, Finder find, SplitBehavior behavior, bool invert, Action<Utf8JsonWriter> write) =>
        (_type, _find, _behavior, _invert, _write) = (type, find, behavior, invert, write);

    private delegate bool Finder(ReadOnlySpan<char> text, int from, out int start, out int end);

    /// <summary>The scanner that does the same, where there is one.</summary>
    public WordScanner? Scanner { get; private init; }

    public static SplitPreTokenizer Pattern(SplitPattern pattern, SplitBehavior behavior, bool invert)
    {
        // The patterns that scanners stand for leave nothing between matches: isolating them is the cut itself.
        bool isCut = (behavior is SplitBehavior.Isolated && !invert) || (behavior is SplitBehavior.Removed && invert);
        return new SplitPreTokenizer("Split", pattern.Find, behavior, invert, json =>
        {
            pattern.Write(json);
            json.WriteString("behavior", behavior.ToString());
            json.WriteBoolean("invert", invert);
        })
        {
            Scanner = isCut && pattern.RegexSource is { } source ? WordScanner.For(source) : null,
        };
    }

    public static SplitPreTokenizer Punctuation(SplitBehavior behavior) =>
        new("Punctuation", Chars(CodePoints.IsBertPunctuation), behavior, false, json => json.WriteString("behavior", behavior.ToString()));

    public static SplitPreTokenizer Digits(bool individual) =>
        new("Digits", Chars(code => (CodePoints.Traits(code) & CharTraits.Number) != 0), individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous, false,
            json => json.WriteBoolean("individual_digits", individual));

    public static SplitPreTokenizer Delimiter(int delimiter) =>
        new("CharDelimiterSplit", Chars(code => code == delimiter), SplitBehavior.Removed, false, json => json.WriteString("delimiter", char.ConvertFromUtf32(delimiter)));

    public override void Apply(Words words)
    {
        if (Scanner is { } scanner)
        {
            words.Cut((word, parts) =>
            {
                for (int at = 0, end; at < word.Length; at = end) parts.Add((at, end = scanner.Next(word, at)));
            });
            return;
        }
        words.Cut((word, parts) =>
        {
            bool pending = false; // whether the next part goes to a delimiter that is waiting for it
            bool lastFound = false, any = false;
            int first = parts.Count;
            for (int at = 0; at < word.Length;)
            {
                if (!FindNext(word, at, out int start, out int end)) (start, end) = (word.Length, word.Length);
                if (start > at) Add(at, start, _invert);
                if (end > start) Add(start, end, !_invert);
                at = end;
            }

            void Add(int start, int end, bool found)
            {
                bool join = _behavior switch
                {
                    SplitBehavior.Contiguous => any && found == lastFound,
                    SplitBehavior.MergedWithPrevious => found && any && !lastFound,
                    SplitBehavior.MergedWithNext => !found && pending,
                    _ => false,
                };
                if (join) parts[^1] = (parts[^1].Start, end);
                else if (!found || _behavior != SplitBehavior.Removed) parts.Add((start, end));
                (pending, lastFound, any) = (found, found, parts.Count > first);
            }
        });
    }

    public override void Write(Utf8JsonWriter json) => Write(json, _type, () => _write(json));

    // Matches of nothing separate nothing.
    private bool FindNext(ReadOnlySpan<char> word, int at, out int start, out int end)
    {
        for (int from = at; from <= word.Length; from = start + 1)
        {
            if (!_find(word, from, out start, out end)) return false;
            if (end > start) return true;
        }
        (start, end) = (-1, -1);
        return false;
    }

    private static Finder Chars(Func<int, bool> contains) => (ReadOnlySpan<char> text, int from, out int start, out int end) =>
    {
        for (start = from; start < text.Length;)
        {
            bool found = contains(CodePoints.At(text, start, out int length));
            end = start + length;
            if (found) return true;
            start = end;
        }
        end = -1;
        return false;
    };
}
