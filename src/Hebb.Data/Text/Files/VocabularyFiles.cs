using System.Text;

namespace Hebb.Data;

/// <summary>Readers of plain vocabularies: GPT-2's pair of files, and BERT's list.</summary>
internal static class VocabularyFiles
{
    /// <summary>GPT-2: merges, and ids where they are not the merges' own order.</summary>
    public static TokenizerParts Gpt2(byte[] merges, string mergesSource, byte[]? vocabulary, string vocabularySource)
    {
        var pairs = Merges(merges, mergesSource);
        TokenVocabulary tokens;
        if (vocabulary is null)
        {
            // Bytes in the order of their characters, then what each merge makes, then the end of a text.
            var bytes = Enumerable.Range(0, 256).Select(b => ByteAlphabet.Char((byte)b)).Order().Select(c => c.ToString());
            tokens = new TokenVocabulary([.. bytes, .. pairs.Select(p => p.Left + p.Right), "<|endoftext|>"]);
        }
        else
        {
            using var document = JsonField.Parse(vocabulary, vocabularySource);
            tokens = ModelJson.Vocabulary(new JsonField(document.RootElement, vocabularySource).AsObject().Select(p => (p.Name, p.Value.AsInteger())), vocabularySource);
        }
        MergeTable table;
        try
        {
            table = BpeModel.MergesOf(tokens, pairs, null);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{mergesSource}: {e.Message}", e);
        }
        var special = new Dictionary<string, int>();
        if (tokens.Id("<|endoftext|>") is >= 0 and var end) special["<|endoftext|>"] = end;
        return TiktokenFile.Parts(new BpeModel(tokens, table, new BpeOptions { Bytes = true }), new TiktokenScheme(WordScanner.Gpt2Pattern, special));
    }

    /// <summary>BERT: a token a line, or a JSON list of them.</summary>
    public static TokenizerParts Bert(byte[] bytes, string source, bool lowercase)
    {
        List<string> tokens = bytes.AsSpan().TrimStart(" \t\r\n"u8).StartsWith("["u8) && bytes.AsSpan().TrimEnd(" \t\r\n"u8).EndsWith("]"u8) && IsJson(bytes, source, out var list) ? list : Lines(bytes);
        if (!tokens.Exists(t => t.StartsWith("##", StringComparison.Ordinal)) && tokens.Exists(t => t.StartsWith('\u2581'))) MarkContinuations(tokens);
        if (!tokens.Contains("[UNK]")) throw new FormatException($"{source}: is no WordPiece vocabulary: it has no [UNK]");
        TokenVocabulary vocabulary;
        try
        {
            vocabulary = new TokenVocabulary(tokens);
        }
        catch (FormatException e)
        {
            throw new FormatException($"{source}: {e.Message}", e);
        }
        var special = new[] { "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]" }.Where(t => vocabulary.Id(t) >= 0).Select(t => new AddedToken(t, vocabulary.Id(t))).ToArray();
        return new TokenizerParts(new WordPieceModel(vocabulary, "[UNK]", "##", 100))
        {
            Normalizer = new BertNormalizer(clean: true, ideographs: true, accents: null, lowercase),
            PreTokenizer = CharPreTokenizer.Bert,
            PostProcessor = Around(vocabulary),
            Decoder = Decoders.WordPiece("##", cleanup: true),
            AddedTokens = special,
        };
    }

    /// <summary>[CLS] text [SEP], and [CLS] text [SEP] text [SEP], where the vocabulary has them.</summary>
    public static PostProcessor? Around(TokenVocabulary vocabulary)
    {
        int cls = vocabulary.Id("[CLS]"), sep = vocabulary.Id("[SEP]");
        if (cls < 0 || sep < 0) return null;
        TemplatePart start = new(-1, 0, [cls], "[CLS]"), a = new(0, 0, [], "A"), end = new(-1, 0, [sep], "[SEP]"), b = new(1, 1, [], "B");
        return PostProcessor.FromTemplate([start, a, end], [start, a, end, b, end with { Type = 1 }], id => vocabulary.Token(id)!);
    }

    /// <summary>The JavaScript ports mark what starts a word, not what goes on: ▁the, s. BERT's own files have it the other way: the, ##s.</summary>
    private static void MarkContinuations(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (token is ['[', .., ']']) continue;
            tokens[i] = token == "\u2581" ? $"[unused:{i}]" : token[0] == '\u2581' ? token[1..] : "##" + token;
        }
    }

    private static bool IsJson(byte[] bytes, string source, out List<string> tokens)
    {
        tokens = [];
        using var document = JsonField.Parse(bytes, source);
        tokens.AddRange(new JsonField(document.RootElement, source).AsArray().Select(t => t.AsText()));
        return true;
    }

    private static List<string> Lines(byte[] bytes)
    {
        var lines = Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r')).ToList();
        if (lines[^1].Length == 0) lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    private static List<(string Left, string Right)> Merges(byte[] bytes, string source)
    {
        string[] lines = Encoding.UTF8.GetString(bytes).Split('\n');
        var pairs = new List<(string, string)>(lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            string line = lines[i].TrimEnd('\r');
            if (line.Length == 0 || line.StartsWith("#version", StringComparison.Ordinal)) continue;
            int space = line.IndexOf(' ');
            if (space < 1 || space == line.Length - 1 || line.IndexOf(' ', space + 1) >= 0) throw new FormatException($"{source} line {i + 1}: is not two tokens and a space between them");
            pairs.Add((line[..space], line[(space + 1)..]));
        }
        return pairs.Count > 0 ? pairs : throw new FormatException($"{source}: has no merges");
    }
}
