namespace Hebb.Data;

/// <summary>The normalizers of tokenizer.json.</summary>
internal static class NormalizerJson
{
    public static TextNormalizer Read(JsonField json) => json.Text("type") switch
    {
        "Sequence" => new SequenceNormalizer([.. json.Require("normalizers").AsArray().Select(Read)]),
        "NFC" => new FormNormalizer(UnicodeForm.Nfc),
        "NFD" => new FormNormalizer(UnicodeForm.Nfd),
        "NFKC" => new FormNormalizer(UnicodeForm.Nfkc),
        "NFKD" => new FormNormalizer(UnicodeForm.Nfkd),
        "Lowercase" => LowercaseNormalizer.Instance,
        "StripAccents" => StripAccentsNormalizer.Instance,
        "Nmt" => new NmtNormalizer(),
        "ByteLevel" => new ByteLevelNormalizer(),
        "Strip" => new StripNormalizer(json.Flag("strip_left", true), json.Flag("strip_right", true)),
        "Prepend" => new PrependNormalizer(json.Text("prepend")),
        "Replace" => new ReplaceNormalizer(Pattern(json), json.Text("content")),
        "BertNormalizer" => new BertNormalizer(json.Flag("clean_text", true), json.Flag("handle_chinese_chars", true), json.Find("strip_accents")?.AsFlag(), json.Flag("lowercase", true)),
        "Precompiled" => PrecompiledNormalizer.FromBase64(json.TextOrNull("precompiled_charsmap") ?? "", json.Path),
        var other => throw json.Error($"the normalizer \"{CsvTable.Shorten(other)}\" is not known"),
    };

    /// <summary>The property "pattern": {"String": …} or {"Regex": …}.</summary>
    public static SplitPattern Pattern(JsonField json)
    {
        var pattern = json.Require("pattern");
        if (pattern.Find("String") is { } text) return SplitPattern.Literal(text.AsText());
        if (pattern.Find("Regex") is not { } regex) throw pattern.Error("is neither a \"String\" nor a \"Regex\"");
        try
        {
            return SplitPattern.Regex(regex.AsText());
        }
        catch (FormatException e)
        {
            throw pattern.Error(e.Message);
        }
    }
}
