using System.Text.Json;

namespace Hebb.Data;

/// <summary>What turns a word into tokens. Any number of threads may share one; what changes is in the <see cref="EncoderState"/>.</summary>
internal abstract class TokenModel
{
    public abstract TokenVocabulary Vocabulary { get; }

    /// <summary>Appends the pieces of a word that is not empty to <see cref="EncoderState.Pieces"/>.</summary>
    public abstract void Encode(ReadOnlySpan<char> word, EncoderState state);

    /// <summary>The properties of the model in tokenizer.json, type included.</summary>
    public abstract void Write(Utf8JsonWriter json);

    /// <summary>The id that stands for what the vocabulary lacks, or -1.</summary>
    public virtual int UnknownId => -1;

    /// <summary>The pieces of a word, from the cache where it has them.</summary>
    public ReadOnlySpan<Piece> Cached(ReadOnlySpan<char> word, EncoderState state)
    {
        if (word.Length > WordCache.MaxWord)
        {
            state.Pieces.Clear();
            Encode(word, state);
            return state.PieceSpan;
        }
        uint hash = WordCache.Hash(word);
        if (state.Cache.TryGet(word, hash, out var pieces)) return pieces;
        state.Pieces.Clear();
        Encode(word, state);
        state.Cache.Add(word, hash, state.PieceSpan);
        return state.PieceSpan;
    }

    protected void WriteVocabulary(Utf8JsonWriter json)
    {
        json.WriteStartObject("vocab");
        foreach (var (token, id) in Vocabulary.Entries()) json.WriteNumber(token, id);
        json.WriteEndObject();
    }
}
