namespace Hebb.Data;

public sealed partial class Tokenizer
{
    private const string ContinuingPrefix = "##", Unknown = "<unk>";

    /// <summary>
    /// Trains byte-level BPE, as GPT-2 has it (Radford et al. 2019): any text can be encoded, and decoding gives it back. The same texts
    /// always give the same tokenizer.
    /// </summary>
    /// <param name="texts">Read once.</param>
    /// <param name="options">By default 30,000 tokens.</param>
    /// <exception cref="DataException">There are no words, or the vocabulary is smaller than the 256 bytes and the special tokens.</exception>
    public static Tokenizer TrainBpe(IEnumerable<string> texts, TokenizerTraining? options = null)
    {
        options ??= new TokenizerTraining();
        options.Check(options.SpecialTokens.Count + 256);
        TextNormalizer? normalizer = options.Lowercase ? Lower() : null;
        var preTokenizer = new ByteLevelPreTokenizer(prefixSpace: false, useRegex: true);
        List<string> tokens = [.. options.SpecialTokens, .. Enumerable.Range(0, 256).Select(b => ByteAlphabet.Char((byte)b)).Order().Select(c => c.ToString()).Except(options.SpecialTokens)];
        var trainer = new PairTrainer(tokens, "");
        trainer.Train(WordCounts.Of(texts, normalizer, preTokenizer), options.VocabularySize, options.MinFrequency, options.MaxTokenLength);
        var vocabulary = new TokenVocabulary(tokens);
        return new Tokenizer(new TokenizerParts(new BpeModel(vocabulary, BpeModel.MergesOf(vocabulary, trainer.Merges, null), new BpeOptions { Bytes = true }))
        {
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Decoder = new ByteLevelDecoder(),
            AddedTokens = Added(options.SpecialTokens, vocabulary),
        });
    }

    /// <summary>
    /// Trains WordPiece, as BERT has it: pieces by BPE's merges, encoding by the longest piece that fits. [PAD], [UNK], [CLS], [SEP] and
    /// [MASK] are special tokens, with the first ids.
    /// </summary>
    /// <inheritdoc cref="TrainBpe"/>
    public static Tokenizer TrainWordPiece(IEnumerable<string> texts, TokenizerTraining? options = null)
    {
        options ??= new TokenizerTraining();
        string[] special = [.. ((string[])["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]).Concat(options.SpecialTokens).Distinct()];
        var normalizer = new BertNormalizer(clean: true, ideographs: true, accents: null, options.Lowercase);
        var words = WordCounts.Of(texts, normalizer, CharPreTokenizer.Bert);
        List<string> tokens = [.. special, .. Symbols(words, ContinuingPrefix).Except(special)];
        options.Check(tokens.Count);
        new PairTrainer(tokens, ContinuingPrefix).Train(words, options.VocabularySize, options.MinFrequency, options.MaxTokenLength);
        var vocabulary = new TokenVocabulary(tokens);
        return new Tokenizer(new TokenizerParts(new WordPieceModel(vocabulary, "[UNK]", ContinuingPrefix, 100))
        {
            Normalizer = normalizer,
            PreTokenizer = CharPreTokenizer.Bert,
            PostProcessor = VocabularyFiles.Around(vocabulary),
            Decoder = Decoders.WordPiece(ContinuingPrefix, cleanup: true),
            AddedTokens = Added(special, vocabulary),
        });
    }

    /// <summary>Trains a unigram model, as SentencePiece has it (Kudo 2018, arXiv:1804.10959), over NFKC text with visible spaces.</summary>
    /// <inheritdoc cref="TrainBpe"/>
    public static Tokenizer TrainUnigram(IEnumerable<string> texts, TokenizerTraining? options = null)
    {
        options ??= new TokenizerTraining();
        string[] special = [.. ((string[])[Unknown]).Concat(options.SpecialTokens).Distinct()];
        TextNormalizer normalizer = new FormNormalizer(UnicodeForm.Nfkc);
        if (options.Lowercase) normalizer = new SequenceNormalizer([normalizer, Lower()]);
        var preTokenizer = new MetaspacePreTokenizer('\u2581', PrependScheme.Always, split: true);
        var words = WordCounts.Of(texts, normalizer, preTokenizer);
        options.Check(special.Length + Symbols(words, "").Count);
        var pieces = new UnigramTrainer(words, options.MaxTokenLength ?? 16).Train(options.VocabularySize - special.Length);
        var model = new UnigramModel([.. special.Select(t => (t, 0.0)), .. pieces], unknownId: 0, byteFallback: false, id => id >= special.Length);
        return new Tokenizer(new TokenizerParts(model)
        {
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Decoder = Decoders.Metaspace('\u2581', PrependScheme.Always, split: true),
            AddedTokens = Added(special, model.Vocabulary),
        });
    }

    private static SequenceNormalizer Lower() =>
        new([new FormNormalizer(UnicodeForm.Nfd), LowercaseNormalizer.Instance, StripAccentsNormalizer.Instance, new FormNormalizer(UnicodeForm.Nfc)]);

    private static AddedToken[] Added(IEnumerable<string> special, TokenVocabulary vocabulary) => [.. special.Select(t => new AddedToken(t, vocabulary.Id(t)))];

    /// <summary>The single characters of words, those inside marked by a prefix, in the order of their code points.</summary>
    private static List<string> Symbols(WordCounts words, string prefix)
    {
        var symbols = new HashSet<string>();
        foreach (var (word, _) in words.Entries())
        {
            for (int at = 0; at < word.Length;)
            {
                CodePoints.At(word, at, out int length);
                symbols.Add((at > 0 ? prefix : "") + word.Substring(at, length));
                at += length;
            }
        }
        return [.. symbols.Order(StringComparer.Ordinal)];
    }
}
