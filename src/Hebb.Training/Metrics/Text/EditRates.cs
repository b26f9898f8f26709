namespace Hebb;

/// <summary>
/// What figures of edits share (Levenshtein 1966): the fewest insertions, deletions and substitutions that make the text of its reference; of equally few those with most tokens kept.
/// Over all texts together. Of several references that with the lowest rate counts.
/// </summary>
public abstract class EditMetric : TextMetric
{
    private readonly Tally _kept = new(), _substituted = new(), _deleted = new(), _inserted = new(), _texts = new();

    private protected EditMetric(Func<string, IReadOnlyList<string>> tokens, long padding) : base(tokens, padding)
    {
    }

    public override bool HigherIsBetter => false;

    /// <summary>Tokens that are right.</summary>
    public long Kept => _kept.Value;

    /// <summary>Tokens that stand for others of the reference.</summary>
    public long Substituted => _substituted.Value;

    /// <summary>Tokens of the reference that are missing.</summary>
    public long Deleted => _deleted.Value;

    /// <summary>Tokens too many.</summary>
    public long Inserted => _inserted.Value;

    /// <summary>All edits.</summary>
    public long Edits => Substituted + Deleted + Inserted;

    private protected long Texts => _texts.Value;

    private protected double TextLength => Kept + Substituted + Inserted;

    private protected double ReferenceLength => Kept + Substituted + Deleted;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts =>
        [("kept", _kept), ("substituted", _substituted), ("deleted", _deleted), ("inserted", _inserted), ("texts", _texts)];

    private protected override void Add(int[] tokens, int[][] references)
    {
        var best = references.Select(r => Edit.Between(tokens, r)).MinBy(e => (double)e.Cost / Math.Max(1, e.Kept + e.Substituted + e.Deleted));
        _kept.Value += best.Kept;
        _substituted.Value += best.Substituted;
        _deleted.Value += best.Deleted;
        _inserted.Value += best.Inserted;
        _texts.Value++;
    }

    private readonly record struct Edit(int Kept, int Substituted, int Deleted, int Inserted)
    {
        public int Cost => Substituted + Deleted + Inserted;

        /// <summary>One row of the table at a time.</summary>
        public static Edit Between(int[] text, int[] reference)
        {
            var row = new Edit[text.Length + 1];
            for (int i = 1; i <= text.Length; i++)
                row[i] = row[i - 1] with { Inserted = i };
            foreach (int token in reference)
            {
                var diagonal = row[0];
                row[0] = row[0] with { Deleted = row[0].Deleted + 1 };
                for (int i = 1; i <= text.Length; i++)
                {
                    var next = text[i - 1] == token ? diagonal with { Kept = diagonal.Kept + 1 } : diagonal with { Substituted = diagonal.Substituted + 1 };
                    next = Better(next, row[i] with { Deleted = row[i].Deleted + 1 });
                    next = Better(next, row[i - 1] with { Inserted = row[i - 1].Inserted + 1 });
                    (diagonal, row[i]) = (row[i], next);
                }
            }
            return row[^1];
        }

        private static Edit Better(in Edit a, in Edit b) => b.Cost < a.Cost || (b.Cost == a.Cost && b.Kept > a.Kept) ? b : a;
    }
}

/// <summary>Edits of words as a share of the words of the references. May exceed 1.</summary>
/// <param name="tokens">Cuts strings into tokens; <see cref="TextTokens.Words"/> by default.</param>
/// <param name="padding">Left out of tensors of token numbers.</param>
public sealed class WordErrorRate(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : EditMetric(tokens ?? TextTokens.Words, padding)
{
    public override string Name => "wer";

    public override double Value => Edits / ReferenceLength;

    public override Metric Fresh() => new WordErrorRate(Tokenizer, Padding);
}

/// <summary>Edits of characters as a share of the characters of the references, white space among them.</summary>
/// <param name="padding">Left out of tensors of token numbers.</param>
public sealed class CharErrorRate(long padding = -100) : EditMetric(TextTokens.Characters, padding)
{
    public override string Name => "cer";

    public override double Value => Edits / ReferenceLength;

    public override Metric Fresh() => new CharErrorRate(Padding);
}

/// <summary>Edits as a share of all tokens met, kept, replaced, missing or too many (Morris, Maier and Green 2004): 0 to 1.</summary>
/// <inheritdoc cref="WordErrorRate(Func{string, IReadOnlyList{string}}?, long)" path="/param"/>
public sealed class MatchErrorRate(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : EditMetric(tokens ?? TextTokens.Words, padding)
{
    public override string Name => "mer";

    public override double Value => Edits / (ReferenceLength + Inserted);

    public override Metric Fresh() => new MatchErrorRate(Tokenizer, Padding);
}

/// <summary>1 - (share of the reference that is kept) (share of the text that is kept) (Morris, Maier and Green 2004).</summary>
/// <inheritdoc cref="WordErrorRate(Func{string, IReadOnlyList{string}}?, long)" path="/param"/>
public sealed class WordInfoLost(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : EditMetric(tokens ?? TextTokens.Words, padding)
{
    public override string Name => "wil";

    public override double Value => ReferenceLength == 0 ? double.NaN : 1 - Kept / ReferenceLength * ClassCounts.Ratio(Kept, TextLength);

    public override Metric Fresh() => new WordInfoLost(Tokenizer, Padding);
}

/// <summary>The mean number of edits a text, of characters unless told otherwise.</summary>
/// <param name="tokens">Cuts strings into tokens; <see cref="TextTokens.Characters"/> by default.</param>
/// <param name="padding">Left out of tensors of token numbers.</param>
public sealed class EditDistance(Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100) : EditMetric(tokens ?? TextTokens.Characters, padding)
{
    public override string Name => "edit_distance";

    public override double Value => Texts == 0 ? double.NaN : (double)Edits / Texts;

    public override Metric Fresh() => new EditDistance(Tokenizer, Padding);
}
