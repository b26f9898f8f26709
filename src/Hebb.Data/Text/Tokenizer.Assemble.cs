namespace Hebb.Data;

public sealed partial class Tokenizer
{
    /// <summary>Truncates, and puts texts and special tokens together.</summary>
    private TokenEncoding Assemble(TokenList first, TokenList? second, bool addSpecial)
    {
        bool pair = second is not null;
        var template = addSpecial && _postProcessor is not null ? _postProcessor.Template(pair) : PostProcessor.Plain(pair);
        if (Truncation is not { } truncation) return Join(template, first, second);
        int room = truncation.MaxLength - template.Sum(part => part.Sequence < 0 ? part.Ids.Count : 0);
        int total = first.Ids.Count + (second?.Ids.Count ?? 0);
        if (total <= room) return Join(template, first, second);
        if (room < 0) throw new DataException($"Encode: {truncation.MaxLength} tokens have no room for the special tokens of the template");
        var (keepFirst, keepSecond) = Keep(truncation.Strategy, first.Ids.Count, second?.Ids.Count ?? 0, room);
        var firsts = Windows(first, keepFirst, truncation);
        var seconds = second is null ? [null] : Windows(second, keepSecond, truncation).ToArray<TokenList?>();
        var all = new List<TokenEncoding>();
        foreach (var b in seconds)
            foreach (var a in firsts) all.Add(Join(template, a, b));
        all[0].Overflow = all[1..];
        return all[0];
    }

    /// <summary>How many tokens of each text stay.</summary>
    private static (int First, int Second) Keep(TruncationStrategy strategy, int first, int second, int room)
    {
        switch (strategy)
        {
            case TruncationStrategy.OnlyFirst:
                return second <= room ? (room - second, second) : throw new DataException($"Encode: the second text alone has {second} tokens, there is room for {room}");
            case TruncationStrategy.OnlySecond:
                return first <= room ? (first, room - first) : throw new DataException($"Encode: the first text alone has {first} tokens, there is room for {room}");
            default:
                var (less, more) = (Math.Min(first, second), Math.Max(first, second));
                more = less > room ? less : Math.Max(less, room - less);
                if (less + more > room) (less, more) = (room / 2, room / 2 + room % 2);
                return first > second ? (more, less) : (less, more);
        }
    }

    private static List<TokenList> Windows(TokenList tokens, int size, TokenTruncation truncation)
    {
        int count = tokens.Ids.Count;
        if (count <= size) return [tokens];
        if (size == 0) return [tokens.Cut(0, 0)];
        if (truncation.Stride >= size) throw new DataException($"Encode: a stride of {truncation.Stride} leaves no way on through windows of {size} tokens");
        var windows = new List<TokenList>();
        int step = size - truncation.Stride;
        for (int start = 0; ; start += step)
        {
            int end = Math.Min(start + size, count);
            windows.Add(truncation.Left ? tokens.Cut(count - end, count - start) : tokens.Cut(start, end));
            if (end == count) return windows;
        }
    }

    private TokenEncoding Join(IReadOnlyList<TemplatePart> template, TokenList first, TokenList? second)
    {
        int count = template.Sum(part => part.Sequence < 0 ? part.Ids.Count : (part.Sequence == 0 ? first : second!).Ids.Count);
        var (ids, offsets, words, sequences, types, mask) = (new int[count], new Range[count], new int[count], new int[count], new int[count], new bool[count]);
        mask.AsSpan().Fill(true);
        int at = 0;
        foreach (var part in template)
        {
            if (part.Sequence < 0)
            {
                foreach (int id in part.Ids) (ids[at], offsets[at], words[at], sequences[at], types[at++]) = (id, 0..0, -1, -1, part.Type);
                continue;
            }
            var tokens = part.Sequence == 0 ? first : second!;
            for (int i = 0; i < tokens.Ids.Count; i++, at++)
                (ids[at], offsets[at], words[at], sequences[at], types[at]) = (tokens.Ids[i], Trimmed(tokens.Ids[i], tokens.Offsets[i]), tokens.Words[i], part.Sequence, part.Type);
        }
        return new TokenEncoding(ids, offsets, words, sequences, types, mask);
    }

    /// <summary>A token's place without the spaces that are part of it, where the tokenizer is made so.</summary>
    private Range Trimmed(int id, Range range)
    {
        if (_postProcessor is not { TrimOffsets: true } || Token(id) is not { } token) return range;
        int start = range.Start.Value, end = range.End.Value, left = 0, right = 0;
        while (left < token.Length && IsSpace(token[left])) left++;
        while (right < token.Length && IsSpace(token[token.Length - 1 - right])) right++;
        // The space that was put before the text has no place in it.
        if (start == 0 && _postProcessor.PrefixSpace) left = 0;
        start = Math.Min(start + left, end);
        return start..Math.Max(start, end - right);

        static bool IsSpace(char c) => c == '\u0120' || CodePoints.IsSpace(c);
    }
}
