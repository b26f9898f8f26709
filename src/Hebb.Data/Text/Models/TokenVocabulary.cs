namespace Hebb.Data;

/// <summary>Tokens and their ids.</summary>
internal sealed class TokenVocabulary
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _spans;
    private readonly string?[] _tokens;

    /// <param name="ids">Ids from 0; gaps are allowed.</param>
    /// <exception cref="FormatException">Two tokens have one id, or an id is far beyond the number of tokens.</exception>
    public TokenVocabulary(Dictionary<string, int> ids)
    {
        _ids = ids;
        int top = -1;
        foreach (var (token, id) in ids)
        {
            if (id < 0 || id > 16 * (long)ids.Count + (1 << 20)) throw new FormatException($"vocabulary: the id {id} of \"{CsvTable.Shorten(token)}\" is out of range");
            top = Math.Max(top, id);
        }
        _tokens = new string?[top + 1];
        foreach (var (token, id) in ids)
        {
            if (_tokens[id] is { } other) throw new FormatException($"vocabulary: \"{CsvTable.Shorten(other)}\" and \"{CsvTable.Shorten(token)}\" have the id {id}");
            _tokens[id] = token;
        }
        _spans = ids.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    public TokenVocabulary(IEnumerable<string> tokens) : this(Index(tokens))
    {
    }

    /// <summary>One more than the highest id.</summary>
    public int Size => _tokens.Length;

    public int Count => _ids.Count;

    /// <summary>The id of a token, or -1.</summary>
    public int Id(ReadOnlySpan<char> token) => _spans.TryGetValue(token, out int id) ? id : -1;

    public string? Token(int id) => (uint)id < (uint)_tokens.Length ? _tokens[id] : null;

    /// <summary>Tokens by ascending id.</summary>
    public IEnumerable<(string Token, int Id)> Entries()
    {
        for (int id = 0; id < _tokens.Length; id++)
            if (_tokens[id] is { } token) yield return (token, id);
    }

    private static Dictionary<string, int> Index(IEnumerable<string> tokens)
    {
        var ids = new Dictionary<string, int>();
        foreach (string token in tokens)
            if (!ids.TryAdd(token, ids.Count)) throw new FormatException($"vocabulary: \"{CsvTable.Shorten(token)}\" is there twice");
        return ids;
    }
}
