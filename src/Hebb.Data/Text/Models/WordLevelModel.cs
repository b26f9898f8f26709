using System.Text.Json;

namespace Hebb.Data;

/// <summary>Whole words, and one token for all others.</summary>
internal sealed class WordLevelModel(TokenVocabulary vocabulary, string unknownToken) : TokenModel
{
    public override TokenVocabulary Vocabulary => vocabulary;

    public override int UnknownId { get; } = vocabulary.Id(unknownToken);

    public override void Encode(ReadOnlySpan<char> word, EncoderState state)
    {
        int id = vocabulary.Id(word);
        if (id < 0) id = UnknownId;
        if (id >= 0) state.Pieces.Add(new Piece(id, 0, word.Length));
    }

    public override void Write(Utf8JsonWriter json)
    {
        json.WriteString("type", "WordLevel");
        WriteVocabulary(json);
        json.WriteString("unk_token", unknownToken);
    }
}
