using System.Text.Json;

namespace Hebb.Data;

/// <summary>Reader and writer of tokenizer.json, the format of Hugging Face's tokenizers.</summary>
internal static class TokenizerJson
{
    public static TokenizerParts Read(byte[] bytes, string source)
    {
        using var document = JsonField.Parse(bytes, source);
        var root = new JsonField(document.RootElement, source).Expect(JsonValueKind.Object, "a tokenizer: it holds no object");
        var preTokenizer = root.Find("pre_tokenizer") is { } pre ? PreTokenizerJson.Read(pre) : null;
        var model = ModelJson.Read(root.Require("model"), ReadsBytes(preTokenizer));
        var added = root.Find("added_tokens") is { } tokens ? tokens.AsArray().Select(ReadAdded).ToArray() : [];
        return new TokenizerParts(model)
        {
            Normalizer = root.Find("normalizer") is { } normalizer ? NormalizerJson.Read(normalizer) : null,
            PreTokenizer = preTokenizer,
            PostProcessor = root.Find("post_processor") is { } post ? PostProcessorJson.Read(post) : null,
            Decoder = root.Find("decoder") is { } decoder ? DecoderJson.Read(decoder) : null,
            AddedTokens = added,
            Truncation = root.Find("truncation") is { } truncation ? ReadTruncation(truncation) : null,
            Padding = root.Find("padding") is { } padding ? ReadPadding(padding) : null,
        };
    }

    public static void Write(Utf8JsonWriter json, TokenizerParts parts)
    {
        json.WriteStartObject();
        json.WriteString("version", "1.0");
        WriteTruncation(json, parts.Truncation);
        WritePadding(json, parts.Padding);
        json.WriteStartArray("added_tokens");
        foreach (var token in parts.AddedTokens.OrderBy(t => t.Id)) WriteAdded(json, token);
        json.WriteEndArray();
        WritePart(json, "normalizer", parts.Normalizer is { } normalizer ? normalizer.Write : null);
        WritePart(json, "pre_tokenizer", parts.PreTokenizer is { } pre ? pre.Write : null);
        WritePart(json, "post_processor", parts.PostProcessor is { } post ? post.Write : null);
        WritePart(json, "decoder", parts.Decoder is { } decoder ? decoder.Write : null);
        json.WriteStartObject("model");
        parts.Model.Write(json);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Whether the words come to the model as bytes: where the last step of the pre-tokenizer, and no other, writes them so.</summary>
    private static bool ReadsBytes(PreTokenizer? preTokenizer)
    {
        if (preTokenizer is not SequencePreTokenizer sequence) return preTokenizer is ByteLevelPreTokenizer;
        var parts = sequence.Parts;
        return parts.Count > 0 && parts[^1] is ByteLevelPreTokenizer && parts.Count(p => p is ByteLevelPreTokenizer) == 1 && !parts.Any(p => p is SequencePreTokenizer);
    }

    private static void WritePart(Utf8JsonWriter json, string name, Action<Utf8JsonWriter>? write)
    {
        json.WritePropertyName(name);
        if (write is null) json.WriteNullValue();
        else write(json);
    }

    private static AddedToken ReadAdded(JsonField token)
    {
        int id = token.Integer("id");
        if (id is < 0 or > 1 << 24) throw token.Error($"the id {id} is out of range");
        return new AddedToken(token.Text("content"), id)
        {
            Special = token.Flag("special", false),
            SingleWord = token.Flag("single_word", false),
            StripLeft = token.Flag("lstrip", false),
            StripRight = token.Flag("rstrip", false),
            Normalized = token.Flag("normalized", !token.Flag("special", false)),
        };
    }

    private static void WriteAdded(Utf8JsonWriter json, AddedToken token)
    {
        json.WriteStartObject();
        json.WriteNumber("id", token.Id);
        json.WriteString("content", token.Content);
        json.WriteBoolean("single_word", token.SingleWord);
        json.WriteBoolean("lstrip", token.StripLeft);
        json.WriteBoolean("rstrip", token.StripRight);
        json.WriteBoolean("normalized", token.Normalized);
        json.WriteBoolean("special", token.Special);
        json.WriteEndObject();
    }

    private static TokenTruncation ReadTruncation(JsonField json) => new(json.Integer("max_length"))
    {
        Stride = json.Find("stride")?.AsInteger() ?? 0,
        Left = json.TextOrNull("direction") == "Left",
        Strategy = json.TextOrNull("strategy") switch
        {
            null or "LongestFirst" => TruncationStrategy.LongestFirst,
            "OnlyFirst" => TruncationStrategy.OnlyFirst,
            "OnlySecond" => TruncationStrategy.OnlySecond,
            var other => throw json.Error($"the strategy \"{CsvTable.Shorten(other)}\" is not known"),
        },
    };

    private static void WriteTruncation(Utf8JsonWriter json, TokenTruncation? truncation)
    {
        if (truncation is null)
        {
            json.WriteNull("truncation");
            return;
        }
        json.WriteStartObject("truncation");
        json.WriteString("direction", truncation.Left ? "Left" : "Right");
        json.WriteNumber("max_length", truncation.MaxLength);
        json.WriteString("strategy", truncation.Strategy.ToString());
        json.WriteNumber("stride", truncation.Stride);
        json.WriteEndObject();
    }

    private static TokenPadding ReadPadding(JsonField json)
    {
        int? length = null;
        if (json.Find("strategy") is { } strategy && strategy.Element.ValueKind == JsonValueKind.Object) length = strategy.Integer("Fixed");
        return new TokenPadding(json.Integer("pad_id"), json.Text("pad_token"))
        {
            Length = length,
            Left = json.TextOrNull("direction") == "Left",
            MultipleOf = json.Find("pad_to_multiple_of")?.AsInteger(),
            TypeId = json.Find("pad_type_id")?.AsInteger() ?? 0,
        };
    }

    private static void WritePadding(Utf8JsonWriter json, TokenPadding? padding)
    {
        if (padding is null)
        {
            json.WriteNull("padding");
            return;
        }
        json.WriteStartObject("padding");
        if (padding.Length is { } length)
        {
            json.WriteStartObject("strategy");
            json.WriteNumber("Fixed", length);
            json.WriteEndObject();
        }
        else
        {
            json.WriteString("strategy", "BatchLongest");
        }
        json.WriteString("direction", padding.Left ? "Left" : "Right");
        if (padding.MultipleOf is { } multiple) json.WriteNumber("pad_to_multiple_of", multiple);
        else json.WriteNull("pad_to_multiple_of");
        json.WriteNumber("pad_id", padding.Id);
        json.WriteNumber("pad_type_id", padding.TypeId);
        json.WriteString("pad_token", padding.Token);
        json.WriteEndObject();
    }
}
