using System.Text.Json;

namespace Hebb.Data;

/// <summary>The models of tokenizer.json.</summary>
internal static class ModelJson
{
    /// <param name="json">The property "model".</param>
    /// <param name="bytes">Whether words come to it as bytes.</param>
    public static TokenModel Read(JsonField json, bool bytes)
    {
        string type = json.TextOrNull("type") ?? Guess(json);
        return type switch
        {
            "BPE" => Bpe(json, bytes),
            "WordPiece" => new WordPieceModel(Vocabulary(json), json.Text("unk_token"), json.TextOrNull("continuing_subword_prefix") ?? "##", json.Find("max_input_chars_per_word")?.AsInteger() ?? 100),
            "WordLevel" => new WordLevelModel(Vocabulary(json), json.Text("unk_token")),
            "Unigram" => new UnigramModel([.. json.Require("vocab").AsArray().Select(Scored)], json.Find("unk_id")?.AsInteger() ?? -1, json.Flag("byte_fallback", false)),
            _ => throw json.Error($"the model \"{CsvTable.Shorten(type)}\" is not known (BPE, Unigram, WordPiece and WordLevel are)"),
        };
    }

    // The first files did not name the type.
    private static string Guess(JsonField json) =>
        json.Find("merges") is not null ? "BPE" : json.Require("vocab").Element.ValueKind == JsonValueKind.Array ? "Unigram"
            : json.Find("continuing_subword_prefix") is not null ? "WordPiece" : "WordLevel";

    private static BpeModel Bpe(JsonField json, bool bytes)
    {
        if (json.Find("dropout")?.AsNumber() is > 0) throw json.Error("dropout of merges is not supported: it makes encoding random");
        var vocabulary = Vocabulary(json);
        var options = new BpeOptions
        {
            UnknownToken = json.TextOrNull("unk_token"),
            ContinuingPrefix = NotEmpty(json.TextOrNull("continuing_subword_prefix")),
            WordSuffix = NotEmpty(json.TextOrNull("end_of_word_suffix")),
            FuseUnknown = json.Flag("fuse_unk", false),
            ByteFallback = json.Flag("byte_fallback", false),
            IgnoreMerges = json.Flag("ignore_merges", false),
            Bytes = bytes,
        };
        var merges = json.Require("merges").AsArray();
        var pairs = new (string, string)[merges.Length];
        for (int i = 0; i < merges.Length; i++) pairs[i] = Merge(merges[i]);
        try
        {
            return new BpeModel(vocabulary, BpeModel.MergesOf(vocabulary, pairs, options.ContinuingPrefix), options);
        }
        catch (FormatException e)
        {
            throw json.Error(e.Message);
        }
    }

    private static string? NotEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    /// <summary>A merge as ["a", "b"] or "a b".</summary>
    private static (string Left, string Right) Merge(JsonField json)
    {
        if (json.Element.ValueKind == JsonValueKind.Array)
            return json.AsArray() is [var left, var right] ? (left.AsText(), right.AsText()) : throw json.Error("is not a pair of tokens");
        string text = json.AsText();
        int space = text.IndexOf(' ');
        return space > 0 && space < text.Length - 1 ? (text[..space], text[(space + 1)..]) : throw json.Error("is not two tokens and a space between them");
    }

    private static (string, double) Scored(JsonField json) =>
        json.AsArray() is [var token, var score] ? (token.AsText(), score.AsNumber()) : throw json.Error("is not a piece and its score");

    private static TokenVocabulary Vocabulary(JsonField json) => Vocabulary(json.Require("vocab").AsObject().Select(p => (p.Name, p.Value.AsInteger())), json.Path);

    public static TokenVocabulary Vocabulary(IEnumerable<(string Token, int Id)> entries, string source)
    {
        var ids = new Dictionary<string, int>();
        foreach (var (token, id) in entries) ids[token] = id;
        try
        {
            return new TokenVocabulary(ids);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
    }
}
