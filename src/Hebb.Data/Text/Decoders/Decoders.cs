namespace Hebb.Data;

/// <summary>The decoders that change each part by itself.</summary>
internal static class Decoders
{
    public static TokenDecoder WordPiece(string prefix, bool cleanup) => new PartDecoder("WordPiece", (part, i, _) =>
    {
        if (i > 0) part = part.StartsWith(prefix, StringComparison.Ordinal) ? part[prefix.Length..] : " " + part;
        return cleanup ? CleanUp(part) : part;
    }, json =>
    {
        json.WriteString("prefix", prefix);
        json.WriteBoolean("cleanup", cleanup);
    });

    public static TokenDecoder Metaspace(char replacement, PrependScheme scheme, bool split) =>
        new PartDecoder("Metaspace", (part, i, _) => part.Replace(replacement.ToString(), i == 0 && scheme != PrependScheme.Never ? "" : " ", StringComparison.Ordinal), json =>
        {
            json.WriteString("replacement", replacement.ToString());
            json.WriteString("prepend_scheme", scheme.ToString().ToLowerInvariant());
            json.WriteBoolean("split", split);
        });

    public static TokenDecoder Bpe(string suffix) =>
        new PartDecoder("BPEDecoder", (part, i, count) => suffix.Length == 0 ? part : part.Replace(suffix, i == count - 1 ? "" : " ", StringComparison.Ordinal),
            json => json.WriteString("suffix", suffix));

    public static TokenDecoder Replace(SplitPattern pattern, string content)
    {
        var replace = new ReplaceNormalizer(pattern, content);
        return new PartDecoder("Replace", (part, _, _) => replace.Apply(new AlignedText(part)).Text, json =>
        {
            pattern.Write(json);
            json.WriteString("content", content);
        });
    }

    /// <param name="content">The character taken off.</param>
    /// <param name="start">At most so many at the start of each part.</param>
    /// <param name="stop">At most so many at its end.</param>
    public static TokenDecoder Strip(char content, int start, int stop) => new PartDecoder("Strip", (part, _, _) =>
    {
        int from = 0, to = part.Length;
        while (from < start && from < part.Length && part[from] == content) from++;
        while (part.Length - to < stop && to > from && part[to - 1] == content) to--;
        return part[from..to];
    }, json =>
    {
        json.WriteString("content", content.ToString());
        json.WriteNumber("start", start);
        json.WriteNumber("stop", stop);
    });

    /// <summary>English punctuation and contractions without the spaces that joining words put before them.</summary>
    public static string CleanUp(string text) => text
        .Replace(" .", ".", StringComparison.Ordinal).Replace(" ?", "?", StringComparison.Ordinal).Replace(" !", "!", StringComparison.Ordinal)
        .Replace(" ,", ",", StringComparison.Ordinal).Replace(" ' ", "'", StringComparison.Ordinal).Replace(" n't", "n't", StringComparison.Ordinal)
        .Replace(" 'm", "'m", StringComparison.Ordinal).Replace(" do not", " don't", StringComparison.Ordinal).Replace(" 's", "'s", StringComparison.Ordinal)
        .Replace(" 've", "'ve", StringComparison.Ordinal).Replace(" 're", "'re", StringComparison.Ordinal);
}
