namespace Hebb;

/// <summary>What BLEU does where no run of a length is right, so that its logarithm does not exist.</summary>
public enum BleuSmoothing
{
    /// <summary>The figure is 0.</summary>
    None,

    /// <summary>Such lengths count 1/2, 1/4, 1/8 … of a right run: the default of sacreBLEU ("exp", of mteval).</summary>
    Exponential,

    /// <summary>Such lengths count a tenth of a right run.</summary>
    Floor,

    /// <summary>One more right and one more possible run for lengths above 1 (Lin and Och 2004).</summary>
    AddOne,
}

/// <summary>
/// BLEU of a whole collection (Papineni et al. 2002), 0 to 1: the geometric mean of the shares of runs of 1 to 4 tokens that a reference has too, times exp(1 - r/c) where the texts (c) are
/// shorter than their nearest references (r). Times 100 it is what sacreBLEU prints for the same tokens (Post 2018).
/// </summary>
public sealed class Bleu : TextMetric
{
    private readonly int _longest;
    private readonly BleuSmoothing _smoothing;
    private readonly Tallies _right = new(), _total = new();
    private readonly Tally _length = new(), _referenceLength = new();

    /// <param name="longest">The longest runs that are compared.</param>
    /// <param name="smoothing">What happens where no run of a length is right.</param>
    /// <param name="tokens">Cuts strings into tokens; <see cref="TextTokens.Mteval13a"/> by default.</param>
    /// <param name="padding">Left out of tensors of token numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">longest is below 1.</exception>
    public Bleu(int longest = 4, BleuSmoothing smoothing = BleuSmoothing.Exponential, Func<string, IReadOnlyList<string>>? tokens = null, long padding = -100)
        : base(tokens ?? TextTokens.Mteval13a, padding)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, 1);
        (_longest, _smoothing) = (longest, smoothing);
        _right.Fit(longest, Name, "lengths");
        _total.Fit(longest, Name, "lengths");
    }

    public override string Name => _longest == 4 ? "bleu" : $"bleu_{_longest}";

    /// <summary>exp(1 - r/c), at most 1.</summary>
    public double BrevityPenalty => _length.Value >= _referenceLength.Value ? 1 : _length.Value == 0 ? 0 : Math.Exp(1 - (double)_referenceLength.Value / _length.Value);

    /// <summary>The share of right runs of each length, smoothed.</summary>
    public IReadOnlyList<double> Precisions
    {
        get
        {
            var precisions = new double[_longest];
            double halves = 1;
            for (int n = 0; n < _longest; n++)
            {
                bool add = _smoothing == BleuSmoothing.AddOne && n > 0;
                double right = _right[n] + (add ? 1 : 0), total = _total[n] + (add ? 1 : 0);
                if (total == 0)
                    break;
                if (right == 0)
                    right = _smoothing switch { BleuSmoothing.Exponential => 1 / (halves *= 2), BleuSmoothing.Floor => 0.1, _ => 0 };
                precisions[n] = right / total;
            }
            return precisions;
        }
    }

    public override double Value
    {
        get
        {
            if (_referenceLength.Value == 0 && _length.Value == 0)
                return double.NaN;
            if (!_right.Values.ContainsAnyExcept(0))
                return 0;
            return BrevityPenalty * Math.Exp(Precisions.Average(Math.Log));
        }
    }

    private protected override string Settings => $"{base.Settings}, smoothing {_smoothing}";

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts =>
        [("right", _right), ("total", _total), ("length", _length), ("reference_length", _referenceLength)];

    private protected override bool IsConsistent => _right.Length == _longest && _total.Length == _longest;

    public override Metric Fresh() => new Bleu(_longest, _smoothing, Tokenizer, Padding);

    private protected override void Add(int[] tokens, int[][] references)
    {
        var grams = new NGrams();
        var own = grams.Count(tokens, _longest);
        var others = Array.ConvertAll(references, r => grams.Count(r, _longest));
        for (int n = 0; n < _longest; n++)
        {
            _total[n] += Math.Max(0, tokens.Length - n);
            foreach (var (run, count) in own[n])
                _right[n] += Math.Min(count, others.Max(o => o[n].GetValueOrDefault(run)));
        }
        _length.Value += tokens.Length;
        // Of equally near ones the shorter.
        _referenceLength.Value += references.Select(r => r.Length).OrderBy(l => Math.Abs(l - tokens.Length)).ThenBy(l => l).First();
    }
}
