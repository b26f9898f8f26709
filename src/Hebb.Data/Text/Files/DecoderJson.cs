namespace Hebb.Data;

/// <summary>The decoders of tokenizer.json.</summary>
internal static class DecoderJson
{
    public static TokenDecoder Read(JsonField json) => json.Text("type") switch
    {
        "Sequence" => new SequenceDecoder([.. json.Require("decoders").AsArray().Select(Read)]),
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "WordPiece" => Decoders.WordPiece(json.TextOrNull("prefix") ?? "##", json.Flag("cleanup", true)),
        "Metaspace" => Decoders.Metaspace(PreTokenizerJson.Sign(json), PreTokenizerJson.Scheme(json), json.Flag("split", true)),
        "BPEDecoder" => Decoders.Bpe(json.TextOrNull("suffix") ?? "</w>"),
        "Replace" => Decoders.Replace(NormalizerJson.Pattern(json), json.Text("content")),
        "Strip" => json.Text("content") is [var sign] ? Decoders.Strip(sign, json.Integer("start"), json.Integer("stop")) : throw json.Error("\"content\" is not one character"),
        "CTC" => new CtcDecoder(json.TextOrNull("pad_token") ?? "<pad>", json.TextOrNull("word_delimiter_token") ?? "|", json.Flag("cleanup", true)),
        var other => throw json.Error($"the decoder \"{CsvTable.Shorten(other)}\" is not known"),
    };
}
