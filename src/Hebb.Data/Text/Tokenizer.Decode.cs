namespace Hebb.Data;

public sealed partial class Tokenizer
{
    /// <summary>The text of ids. Ids that the vocabulary lacks stand for nothing.</summary>
    /// <param name="ids">Token ids.</param>
    /// <param name="skipSpecialTokens">Leave out the special tokens among them.</param>
    public string Decode(ReadOnlySpan<int> ids, bool skipSpecialTokens = true)
    {
        var tokens = new List<string>(ids.Length);
        foreach (int id in ids)
        {
            bool added = _addedById.TryGetValue(id, out var special);
            if (added && special!.Special && skipSpecialTokens) continue;
            if ((added ? special!.Content : _model.Vocabulary.Token(id)) is { } token) tokens.Add(token);
        }
        return _decoder is null ? string.Join(' ', tokens) : string.Concat(_decoder.Apply(tokens));
    }

    /// <summary>A decoder for ids that come one by one.</summary>
    /// <param name="skipSpecialTokens">Leave out the special tokens among them.</param>
    public TokenStream Stream(bool skipSpecialTokens = true) => new(this, skipSpecialTokens, _decoder is ByteLevelDecoder);

    /// <summary>The bytes of an id in a byte-level vocabulary; none for what is left out.</summary>
    internal byte[] Bytes(int id, bool skipSpecialTokens)
    {
        if (_addedById.TryGetValue(id, out var added) && added.Special && skipSpecialTokens) return [];
        return Token(id) is { } token ? ByteLevelDecoder.Bytes(token) : [];
    }
}
