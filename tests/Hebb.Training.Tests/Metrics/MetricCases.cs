namespace Hebb.Training.Tests;

/// <summary>A metric and the samples it is tried on.</summary>
/// <param name="Name">The metric's name, with that of the samples before it where golden figures need telling apart.</param>
/// <param name="Make">Makes one.</param>
/// <param name="Feed">Gives it the samples from a number up to another.</param>
/// <param name="Figures">All that it tells.</param>
internal sealed record MetricCase(string Name, Func<Metric> Make, Action<Metric, int, int> Feed, Func<Metric, double[]> Figures);

/// <summary>Every public metric, on 40 samples each.</summary>
internal static class MetricCases
{
    public const int Samples = MetricGolden.Count;

    private static readonly Tensor s_logits = MetricGolden.Data("logits"), s_classes = MetricGolden.Data("classes").To(DType.Int64);

    public static IReadOnlyList<MetricCase> All { get; } =
    [
        .. Classes(() => new Accuracy(), () => new TopK(2), () => new ConfusionMatrix(), () => new BalancedAccuracy(), () => new MatthewsCorrelation(), () => new CohenKappa(),
            () => new CohenKappa(KappaWeights.Linear), () => new CohenKappa(KappaWeights.Quadratic), () => new HammingDistance(), () => new ExactMatch(), () => new MeanIoU(),
            () => new DiceScore(), () => new LogLoss(), () => new Perplexity(), () => new BrierScore(), () => new CalibrationError(),
            () => new CalibrationError(10, CalibrationNorm.L2), () => new CalibrationError(5, CalibrationNorm.Max), () => new Auroc(), () => new Auroc(average: Average.Weighted),
            () => new AveragePrecision(), () => new AveragePrecision(average: Average.Weighted), () => new RetrievalMRR(), () => new LossMetric("ce", Losses.CrossEntropy)),
        .. new[] { Average.Macro, Average.Micro, Average.Weighted }.SelectMany(a => Classes(() => new Precision(a), () => new Recall(a), () => new F1(a), () => new FBeta(2, a),
            () => new Jaccard(a), () => new Specificity(a), () => new NegativePredictiveValue(a))),
        .. Of("", "logit", "binary", () => new Precision(Average.Binary), () => new FBeta(2, Average.Binary), () => new Specificity(Average.Binary), () => new Jaccard(Average.Binary),
            () => new PrecisionAtRecall(0.7), () => new RecallAtPrecision(0.6), () => new SensitivityAtSpecificity(0.6), () => new SpecificityAtSensitivity(0.7), () => new ThresholdCurve()),
        .. Of("binary_", "logit", "binary", () => new MatthewsCorrelation(), () => new Auroc(), () => new AveragePrecision(), () => new LogLoss(), () => new BrierScore(), () => new CalibrationError()),
        .. new[] { Average.Macro, Average.Micro, Average.Weighted, Average.Samples }.SelectMany(a => Of("labels_", "labelLogits", "labels", () => new Precision(a, multilabel: true),
            () => new Recall(a, multilabel: true), () => new F1(a, multilabel: true), () => new FBeta(0.5, a, multilabel: true), () => new Jaccard(a, multilabel: true))),
        .. Of("labels_", "labelLogits", "labels", () => new HammingDistance(multilabel: true), () => new ExactMatch(multilabel: true), () => new LabelRankingAveragePrecision(),
            () => new LabelRankingLoss(), () => new CoverageError()),
        .. new[] { Average.Macro, Average.Micro, Average.Weighted }.SelectMany(a => Of("labels_", "labelLogits", "labels", () => new Auroc(average: a, multilabel: true),
            () => new AveragePrecision(average: a, multilabel: true))),
        .. Of("probabilities_", s_logits.Softmax(1), s_classes, () => new Auroc(true, Average.Micro), () => new AveragePrecision(true, Average.Micro), () => new LogLoss(true), () => new BrierScore(true)),
        .. Of("", "y", "t", () => new MeanAbsoluteError(), () => new MeanSquaredError(), () => new RootMeanSquaredError(), () => new MaxError(), () => new MedianAbsoluteError(),
            () => new R2Score(), () => new ExplainedVariance(), () => new RelativeSquaredError(), () => new PearsonCorrelation(), () => new ConcordanceCorrelation(),
            () => new SpearmanCorrelation(), () => new KendallCorrelation(), () => new PinballLoss(0.3), () => new LogCoshError(), () => new MeanCosineSimilarity(),
            () => new MinkowskiDistance(3), () => new MeanAbsoluteScaledError(2), () => new TheilInequality(), () => new MeanMetric(), () => new SumMetric(), () => new MinMetric(),
            () => new MaxMetric()),
        .. Of("positive_", "py", "pt", () => new MeanAbsolutePercentageError(), () => new SymmetricMeanAbsolutePercentageError(), () => new WeightedMeanAbsolutePercentageError(),
            () => new MeanSquaredLogError()),
        .. new[] { 0, 1, 1.5, 2, 3, -1 }.SelectMany(power => Of("positive_", "py", "pt", () => new TweedieDeviance(power))),
        .. Of("gains_", "ranks", "gains", () => new RetrievalNdcg(), () => new RetrievalNdcg(3), () => new RetrievalNdcg(5, exponential: true), () => new RetrievalMAP(),
            () => new RetrievalMAP(3), () => new RetrievalMRR(), () => new RetrievalHitRate(2), () => new RetrievalRecall(3), () => new RetrievalPrecision(3),
            () => new RetrievalRPrecision(), () => new RetrievalFallOut(2), () => new RetrievalMRR(2, skipEmpty: true)),
        .. Of("", "made", "real", () => new FrechetDistance()),
        .. Texts(() => new Bleu(smoothing: BleuSmoothing.None, tokens: TextTokens.Words), () => new Bleu(2, tokens: TextTokens.Words), () => new Rouge(1), () => new Rouge(2), () => new RougeL(),
            () => new RougeLsum(), () => new Chrf(), () => new Chrf(words: 2), () => new WordErrorRate(), () => new CharErrorRate(), () => new MatchErrorRate(), () => new WordInfoLost(),
            () => new EditDistance()),
        .. Boxes(() => new MeanAveragePrecision(), () => new MeanAveragePrecision(PrecisionAverage.VocArea), () => new MeanAveragePrecision(PrecisionAverage.Voc11, [0.3, 0.5], 2)),
    ];

    private static IEnumerable<MetricCase> Classes(params Func<Metric>[] makes) => Of("", s_logits, s_classes, makes);

    private static IEnumerable<MetricCase> Of(string prefix, string output, string target, params Func<Metric>[] makes) =>
        Of(prefix, MetricGolden.Data(output), MetricGolden.Data(target), makes);

    private static IEnumerable<MetricCase> Of(string prefix, Tensor output, Tensor target, params Func<Metric>[] makes) => makes.Select(make =>
        new MetricCase(prefix + make().Name, make, (metric, from, to) => metric.Update(output[from..to], target[from..to]), Figures));

    private static IEnumerable<MetricCase> Texts(params Func<Metric>[] makes) => makes.Select(make => new MetricCase(make().Name, make, Feed, Figures));

    private static void Feed(Metric metric, int from, int to)
    {
        // There are 12 texts.
        for (int i = from * 12 / Samples; i < to * 12 / Samples; i++)
        {
            var (text, references) = MetricGolden.Texts[i];
            if (metric is Chrf chrf)
                chrf.Update(text, references);
            else
                ((TextMetric)metric).Update(text, references);
        }
    }

    private static IEnumerable<MetricCase> Boxes(params Func<Metric>[] makes) => makes.Select(make => new MetricCase(make().Name, make, (metric, from, to) =>
    {
        for (int i = from; i < to; i++)
        {
            var (found, there) = DetectionTests.Picture(i);
            ((MeanAveragePrecision)metric).Update(found, there);
        }
    }, Figures));

    private static double[] Figures(Metric metric) =>
    [
        metric.Value,
        .. metric switch
        {
            ClassScore score => score.PerClass,
            MomentScore score => score.PerColumn,
            RankCorrelation score => score.PerColumn,
            CurveScore curve => curve.Points().SelectMany(p => new[] { p.Threshold, p.Precision, p.Recall, p.FalsePositiveRate }),
            RankedScore score => score.PerClass,
            ConfusionMatrix matrix => matrix.Counts.Cast<long>().Select(c => (double)c),
            CalibrationError error => error.Reliability.SelectMany(b => new[] { b.Count, b.Confidence, b.Accuracy }),
            RougeMetric rouge => [rouge.Precision, rouge.Recall],
            Bleu bleu => [bleu.BrevityPenalty, .. bleu.Precisions],
            EditMetric edits => [edits.Kept, edits.Substituted, edits.Deleted, edits.Inserted],
            MeanAveragePrecision map => [map.Recall(), map.Precision(size: ObjectSize.Small), map.Recall(size: ObjectSize.Medium), .. map.PerClass],
            _ => [],
        },
    ];
}
