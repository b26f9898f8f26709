namespace Hebb.Data;

/// <summary>The pre-tokenizers of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    public static PreTokenizer Read(JsonField json) => json.Text("type") switch
    {
        "Sequence" => new SequencePreTokenizer([.. json.Require("pretokenizers").AsArray().Select(Read)]),
        "BertPreTokenizer" => CharPreTokenizer.Bert,
        "Whitespace" => CharPreTokenizer.Whitespace,
        "WhitespaceSplit" => CharPreTokenizer.WhitespaceSplit,
        "ByteLevel" => new ByteLevelPreTokenizer(json.Flag("add_prefix_space", true), json.Flag("use_regex", true), json.Flag("trim_offsets", true)),
        "Metaspace" => new MetaspacePreTokenizer(Sign(json), Scheme(json), json.Flag("split", true)),
        "Split" => SplitPreTokenizer.Pattern(NormalizerJson.Pattern(json), Behavior(json, SplitBehavior.Isolated), json.Flag("invert", false)),
        "Punctuation" => SplitPreTokenizer.Punctuation(Behavior(json, SplitBehavior.Isolated)),
        "Digits" => SplitPreTokenizer.Digits(json.Flag("individual_digits", false)),
        "CharDelimiterSplit" => SplitPreTokenizer.Delimiter(Delimiter(json)),
        "FixedLength" => json.Integer("length") is > 0 and var length ? new FixedLengthPreTokenizer(length) : throw json.Error("\"length\" is not positive"),
        var other => throw json.Error($"the pre-tokenizer \"{CsvTable.Shorten(other)}\" is not known"),
    };

    public static char Sign(JsonField json) => (json.TextOrNull("replacement") ?? "\u2581") is [var sign] ? sign : throw json.Error("\"replacement\" is not one character");

    public static PrependScheme Scheme(JsonField json) => json.TextOrNull("prepend_scheme") switch
    {
        // Older files say it with a flag.
        null => json.Flag("add_prefix_space", true) ? PrependScheme.Always : PrependScheme.Never,
        "always" => PrependScheme.Always,
        "never" => PrependScheme.Never,
        "first" => PrependScheme.First,
        var other => throw json.Error($"the prepend scheme \"{CsvTable.Shorten(other)}\" is not known"),
    };

    private static int Delimiter(JsonField json)
    {
        string text = json.Text("delimiter");
        if (text.Length > 0 && CodePoints.At(text, 0, out int length) is var code && length == text.Length && !char.IsSurrogate(text[0]) == (length == 1)) return code;
        throw json.Error("\"delimiter\" is not one character");
    }

    private static SplitBehavior Behavior(JsonField json, SplitBehavior otherwise) => json.TextOrNull("behavior") switch
    {
        null => otherwise,
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        var other => throw json.Error($"the behavior \"{CsvTable.Shorten(other)}\" is not known"),
    };
}
