namespace Hebb.Training.Tests;

/// <summary>What golden figures don't reach: rankings, calibration and segmentation by hand, borders, errors.</summary>
public class MoreMetricTests
{
    [Fact]
    public void RankingsByHand()
    {
        // By falling score: 0 1 0 1 (places 2 and 4), and a question with nothing to find.
        var scores = Tensor.From<float>([0.9f, 0.8f, 0.7f, 0.6f, 0.1f, 0.2f, 0.3f, 0.4f], [2, 4]);
        var relevant = Tensor.From<long>([0, 1, 0, 1, 0, 0, 0, 0], [2, 4]);
        foreach (var (metric, first) in new (RetrievalMetric, double)[]
        {
            (new RetrievalMRR(), 0.5), (new RetrievalMRR(1), 0), (new RetrievalMAP(), (1.0 / 2 + 2.0 / 4) / 2), (new RetrievalMAP(3), 0.5 / 2), (new RetrievalMAP(1), 0), (new RetrievalHitRate(1), 0), (new RetrievalHitRate(2), 1),
            (new RetrievalRecall(3), 0.5), (new RetrievalPrecision(3), 1.0 / 3), (new RetrievalPrecision(8), 2.0 / 8), (new RetrievalRPrecision(), 0.5),
            (new RetrievalNdcg(), (1 / Math.Log2(3) + 1 / Math.Log2(5)) / (1 + 1 / Math.Log2(3))),
        })
        {
            metric.Update(scores, relevant);
            Assert.Equal(first / 2, metric.Value, 1e-14);
        }
        var skipping = new RetrievalMRR(skipEmpty: true);
        skipping.Update(scores, relevant);
        Assert.Equal(0.5, skipping.Value);
        // Of two others, both among the first three; of four, three.
        var wrong = new RetrievalFallOut(3);
        wrong.Update(scores, relevant);
        Assert.Equal((1 + 3.0 / 4) / 2, wrong.Value);
        // Padding is no candidate; numbers name the only relevant one; of equal scores the first comes first.
        var padded = new RetrievalMRR();
        padded.Update(scores[..1], Tensor.From<long>([-1, -1, 0, 1], [1, 4]));
        padded.Update(Tensor.From<float>([1, 1, 1], [1, 3]), Tensor.From<long>([2]));
        Assert.Equal((1.0 / 2 + 1.0 / 3) / 2, padded.Value, 1e-15);
        var exponential = new RetrievalNdcg(2, exponential: true);
        exponential.Update(scores[..1], Tensor.From<long>([1, 2, 0, 0], [1, 4]));
        Assert.Equal((1 + 3 / Math.Log2(3)) / (3 + 1 / Math.Log2(3)), exponential.Value, 1e-14);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetrievalMRR(0));
        Assert.Throws<ShapeException>(() => padded.Update(scores, Tensor.Zeros([2])));
    }

    [Fact]
    public void CalibrationByBins()
    {
        // Confidences 0.95, 0.85 (wrong) and 0.55 in ten bins.
        var probabilities = Tensor.From<double>([0.95, 0.05, 0.85, 0.15, 0.45, 0.55], [3, 2]);
        var target = Tensor.From<long>([0, 1, 1]);
        foreach (var (norm, expected) in new[]
        {
            (CalibrationNorm.L1, (0.05 + 0.85 + 0.45) / 3), (CalibrationNorm.Max, 0.85), (CalibrationNorm.L2, Math.Sqrt((0.05 * 0.05 + 0.85 * 0.85 + 0.45 * 0.45) / 3)),
        })
        {
            var error = new CalibrationError(10, norm, fromProbabilities: true);
            error.Update(probabilities, target);
            Assert.Equal(expected, error.Value, 1e-14);
        }
        // 0.2 is in (0.1, 0.2]; 0 is in the first bin.
        var single = new CalibrationError(10, fromProbabilities: true);
        single.Update(Tensor.From<double>([0.2, 0, 0.15]), Tensor.From<long>([1, 0, 0]));
        var bins = single.Reliability;
        Assert.Equal((2L, 0.5, 1L), (bins[1].Count, bins[1].Accuracy, bins[0].Count));
        Assert.Equal(0.175, bins[1].Confidence, 1e-15);
        Assert.Contains("no probability", Assert.Throws<DataException>(() => single.Update(Tensor.From<double>([1.5]), Tensor.From<long>([1]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new CalibrationError(0));
    }

    [Fact]
    public void SegmentsOfPixels()
    {
        // [1, 3, 2, 2]: classes 0 1 / 1 1 against 0 1 / 1 0, with one pixel that does not count in the second update.
        var output = Tensor.From<float>([1, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0], [1, 3, 2, 2]);
        var target = Tensor.From<long>([0, 1, 1, 0], [1, 2, 2]);
        var (iou, dice) = (new MeanIoU(ignoreIndex: 255), new DiceScore());
        iou.Update(output, target);
        dice.Update(output, target);
        Assert.Equal([0.5, 2.0 / 3, 0], iou.PerClass.Select(v => Math.Round(v, 15)), (a, b) => Math.Abs(a - b) < 1e-14);
        Assert.Equal((0.5 + 2.0 / 3) / 2, iou.Value, 1e-15);
        Assert.Equal((2.0 / 3 + 4.0 / 5) / 2, dice.Value, 1e-15);
        iou.Update(output, Tensor.From<long>([255, 255, 255, 255], [1, 2, 2]));
        Assert.Equal((0.5 + 2.0 / 3) / 2, iou.Value, 1e-15);
    }

    [Fact]
    public void PerplexityOfSequences()
    {
        // [1, 2, 3]: two tokens, three places, the last padding.
        var perplexity = new Perplexity(ignoreIndex: 9);
        perplexity.Update(Tensor.From<double>([0, Math.Log(3), 7, 0, 0, 7], [1, 2, 3]), Tensor.From<long>([1, 0, 9], [1, 3]));
        Assert.Equal(Math.Sqrt(2 * 4 / 3.0), perplexity.Value, 1e-14);
        Assert.Equal(Math.Log2(perplexity.Value), perplexity.BitsPerToken, 1e-14);
        // Certain, and far from any overflow.
        var sure = new LogLoss();
        sure.Update(Tensor.From<double>([1000, -1000]), Tensor.From<long>([1, 1]));
        Assert.Equal(500, sure.Value);
        var wrong = new LogLoss(fromProbabilities: true);
        wrong.Update(Tensor.From<double>([0]), Tensor.From<long>([1]));
        Assert.Equal(52 * Math.Log(2), wrong.Value, 1e-12);
    }

    [Fact]
    public void LabelsThatDoNotCount()
    {
        var (recall, hamming) = (new Recall(multilabel: true), new HammingDistance(multilabel: true));
        foreach (Metric metric in (Metric[])[recall, hamming])
            metric.Update(Tensor.From<float>([1, -1, 1, -1], [2, 2]), Tensor.From<long>([1, 1, -100, 1], [2, 2]));
        Assert.Equal([1.0, 0], recall.PerClass);
        Assert.Equal(2.0 / 3, hamming.Value);
        Assert.Throws<HebbException>(() => new F1(Average.Samples));
        Assert.Throws<HebbException>(() => new F1(Average.Binary, multilabel: true));
        Assert.Throws<HebbException>(() => new Auroc(average: Average.Samples));
        Assert.Throws<ShapeException>(() => recall.Update(Tensor.Zeros([2, 3]), Tensor.From<long>([1, 1])));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FBeta(0));
    }

    [Fact]
    public void PositionsMustAllBeRight()
    {
        var exact = new ExactMatch();
        exact.Update(Tensor.From<float>([1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1], [2, 2, 3]), Tensor.From<long>([0, 1, 1, 0, 1, 0], [2, 3]));
        Assert.Equal(0.5, exact.Value);
    }

    [Fact]
    public void ForecastsAgainstRepeating()
    {
        Assert.Equal(2, MeanAbsoluteScaledError.NaiveScale([1, 3, 5, 7]));
        Assert.Equal(4, MeanAbsoluteScaledError.NaiveScale([1, 3, 5, 7], season: 2));
        Assert.Throws<DataException>(() => MeanAbsoluteScaledError.NaiveScale([1], 1));
        var mase = new MeanAbsoluteScaledError(2);
        mase.Update(Tensor.From<double>([8, 10]), Tensor.From<double>([9, 11]));
        Assert.Equal(0.5, mase.Value);
    }

    [Fact]
    public void WhatIsOutsideTheirRangeIsSaid()
    {
        Assert.Contains("above -1", Assert.Throws<DataException>(() => new MeanSquaredLogError().Update(Tensor.From<double>([-1]), Tensor.From<double>([0]))).Message);
        Assert.Contains("positive", Assert.Throws<DataException>(() => new TweedieDeviance(2).Update(Tensor.From<double>([1]), Tensor.From<double>([0]))).Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => new TweedieDeviance(0.5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PinballLoss(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecallAtPrecision(2));
        Assert.Throws<HebbException>(() => { var p = new RecallAtPrecision(0.5); p.Update(Tensor.Zeros([2, 3]), Tensor.From<long>([0, 2])); return p.Best(); });
        Assert.Throws<ShapeException>(() => new FrechetDistance().Update(Tensor.Zeros([3]), Tensor.Zeros([3])));
        var constant = new PearsonCorrelation();
        constant.Update(Tensor.From<double>([1, 1]), Tensor.From<double>([1, 2]));
        Assert.True(double.IsNaN(constant.Value));
        var smape = new SymmetricMeanAbsolutePercentageError();
        smape.Update(Tensor.From<double>([0, 1]), Tensor.From<double>([0, 0]));
        Assert.Equal(1, smape.Value);
    }

    [Fact]
    public void MeansAreWeighted()
    {
        var mean = new MeanMetric("seconds");
        Assert.True(double.IsNaN(mean.Value));
        mean.Update(1, weight: 3);
        mean.Update(Tensor.From<float>([5]));
        Assert.Equal((2.0, "seconds"), (mean.Value, mean.Name));
        var loss = new LossMetric("mse", Losses.MeanSquaredError);
        loss.Update(Tensor.From<float>([1, 2]), Tensor.From<float>([1, 4]));
        loss.Update(Tensor.From<float>([1]), Tensor.From<float>([1]));
        Assert.Equal(4.0 / 3, loss.Value, 1e-12);
    }
}
