using System.Buffers;

namespace Hebb.Data;

/// <summary>A token that is found in the text before anything else is done with it.</summary>
/// <param name="Content">Its text.</param>
/// <param name="Id">Its id.</param>
public sealed record AddedToken(string Content, int Id)
{
    /// <summary>Whether it is no text, such as the end of a document: left out by decoding unless asked for.</summary>
    public bool Special { get; init; } = true;

    /// <summary>Only where no letter or digit touches it.</summary>
    public bool SingleWord { get; init; }

    /// <summary>With the white space before it.</summary>
    public bool StripLeft { get; init; }

    /// <summary>With the white space after it.</summary>
    public bool StripRight { get; init; }

    /// <summary>Whether it is looked for in the normalised text.</summary>
    public bool Normalized { get; init; }
}

/// <summary>Finds added tokens: the leftmost, and of those that start there the longest.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<char, (string Text, AddedToken Token)[]> _byFirst;
    private readonly SearchValues<char> _firsts;

    /// <param name="tokens">Tokens and the text by which each is found.</param>
    public AddedTokenMatcher(IEnumerable<(string Text, AddedToken Token)> tokens)
    {
        _byFirst = tokens.Where(t => t.Text.Length > 0).GroupBy(t => t.Text[0])
            .ToDictionary(g => g.Key, g => g.OrderByDescending(t => t.Text.Length).ToArray());
        _firsts = SearchValues.Create([.. _byFirst.Keys]);
    }

    public bool IsEmpty => _byFirst.Count == 0;

    /// <summary>The next token at or after a place.</summary>
    /// <param name="text">The text.</param>
    /// <param name="from">What is before was taken by others.</param>
    /// <param name="start">Where it starts, white space that goes with it included.</param>
    /// <param name="end">Where it ends.</param>
    public AddedToken? Find(ReadOnlySpan<char> text, int from, out int start, out int end)
    {
        for (int at = from; at < text.Length; at++)
        {
            int next = text[at..].IndexOfAny(_firsts);
            if (next < 0) break;
            at += next;
            foreach (var (content, token) in _byFirst[text[at]])
            {
                if (!text[at..].StartsWith(content, StringComparison.Ordinal)) continue;
                (start, end) = (at, at + content.Length);
                if (token.SingleWord && (TouchesWord(text, start, before: true) || TouchesWord(text, end, before: false))) break;
                while (token.StripLeft && start > from && CodePoints.IsSpace(text[start - 1])) start--;
                while (token.StripRight && end < text.Length && CodePoints.IsSpace(text[end])) end++;
                return token;
            }
        }
        (start, end) = (-1, -1);
        return null;
    }

    private static bool TouchesWord(ReadOnlySpan<char> text, int at, bool before) =>
        before ? at > 0 && CodePoints.IsWord(CodePoints.Before(text, at, out _)) : at < text.Length && CodePoints.IsWord(CodePoints.At(text, at, out _));
}
