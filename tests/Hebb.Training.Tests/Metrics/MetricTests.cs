namespace Hebb.Training.Tests;

/// <summary>Metrics against figures worked out by hand and against plain definitions.</summary>
public class MetricTests
{
    [Fact]
    public void AccuracyCountsRightAnswers()
    {
        var accuracy = new Accuracy();
        Assert.True(double.IsNaN(accuracy.Value));
        Assert.Equal("not defined", accuracy.Format(accuracy.Value));
        accuracy.Update(Scores([1, 2, 0], [3, 0, 0]), Tensor.From<long>([1, 2]));
        accuracy.Update(Scores([5, 5, 1]), Tensor.From<long>([0]));
        Assert.Equal(2.0 / 3, accuracy.Value);
        Assert.Equal("accuracy 66.67 %", accuracy.ToString());
    }

    [Fact]
    public void AccuracyTakesMapsIgnoredTargetsAndSingleScores()
    {
        var accuracy = new Accuracy();
        // [1, 2, 3]: class scores of three places.
        accuracy.Update(Tensor.From<float>([1, 0, 2, 0, 1, 3], [1, 2, 3]), Tensor.From<long>([0, 1, -100], [1, 3]));
        Assert.Equal(1, accuracy.Value);
        accuracy.Update(Tensor.From<float>([1, 0, 2, 0, 1, 3], [1, 2, 3]), Tensor.From<int>([1, 1, 1], [1, 3]));
        Assert.Equal(4.0 / 5, accuracy.Value);

        var binary = new Accuracy();
        binary.Update(Tensor.From<float>([-1, 2, 0.5f, -3]), Tensor.From<float>([0, 1, 0, 0]));
        binary.Update(Tensor.From<float>([-1, 2], [2, 1]), Tensor.From<long>([1, 1]));
        Assert.Equal(4.0 / 6, binary.Value);
        var probable = new Accuracy(threshold: 0.5);
        probable.Update(Tensor.From<float>([0.4f, 0.6f]), Tensor.From<bool>([false, true]));
        Assert.Equal(1, probable.Value);
        var soft = new Accuracy();
        soft.Update(Scores([1, 2], [3, 0]), Tensor.From<float>([0.2f, 0.8f, 0.4f, 0.6f], [2, 2]));
        Assert.Equal(0.5, soft.Value);
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        Assert.Contains("none of the 3 classes (0 to 2)", Assert.Throws<DataException>(() => new Accuracy().Update(Scores([1, 2, 0]), Tensor.From<long>([3]))).Message);
        Assert.Contains("[2, 3]", Assert.Throws<ShapeException>(() => new Accuracy().Update(Scores([1, 2, 0], [1, 2, 3]), Tensor.From<long>([3]))).Message);
        Assert.Contains("neither 0 nor 1", Assert.Throws<DataException>(() => new Accuracy().Update(Tensor.From<float>([1]), Tensor.From<long>([2]))).Message);
        Assert.Throws<ShapeException>(() => new TopK(2).Update(Tensor.From<float>([1]), Tensor.From<long>([1])));
        Assert.Throws<ShapeException>(() => new MeanAbsoluteError().Update(Tensor.From<float>([1, 2]), Tensor.From<float>([1])));
        Assert.Throws<HebbException>(() =>
        {
            var f1 = new F1(Average.Binary);
            f1.Update(Scores([1, 2, 3]), Tensor.From<long>([0]));
            return f1.Value;
        });
        Assert.Throws<ArgumentOutOfRangeException>(() => new TopK(0));
        Assert.Throws<DataException>(() => new Auroc().Update(Tensor.From<float>([float.NaN]), Tensor.From<long>([1])));
    }

    [Fact]
    public void TopKLooksAtTheHighestScores()
    {
        var top = new TopK(2);
        top.Update(Scores([3, 2, 1], [3, 2, 1], [3, 2, 1], [1, 1, 1], [1, 1, 1]), Tensor.From<long>([0, 1, 2, 1, 2]));
        Assert.Equal(3.0 / 5, top.Value);
        Assert.Equal("top2_accuracy", top.Name);
    }

    [Fact]
    public void ConfusionHasTargetsInRows()
    {
        var matrix = new ConfusionMatrix();
        matrix.Update(Scores([1, 0, 0], [0, 1, 0], [0, 1, 0], [0, 0, 1]), Tensor.From<long>([0, 0, 1, 1]));
        Assert.Equal(new long[,] { { 1, 1, 0 }, { 0, 1, 1 }, { 0, 0, 0 } }, matrix.Counts);
        Assert.Equal(1, matrix[0, 1]);
        Assert.False(matrix.IsScalar);
    }

    // The worked example of scikit-learn's user guide: targets 0 1 2 0 1 2, answers 0 2 1 0 0 1.
    [Theory]
    [InlineData(Average.Macro, 2.0 / 9, 1.0 / 3, 0.8 / 3)]
    [InlineData(Average.Micro, 1.0 / 3, 1.0 / 3, 1.0 / 3)]
    [InlineData(Average.Weighted, 2.0 / 9, 1.0 / 3, 0.8 / 3)]
    public void ClassScoresAverage(Average average, double precision, double recall, double f1)
    {
        long[] answers = [0, 2, 1, 0, 0, 1];
        var output = Tensor.Zeros([6, 3]);
        for (int i = 0; i < 6; i++)
            output.AsSpan<float>()[3 * i + (int)answers[i]] = 1;
        var target = Tensor.From<long>([0, 1, 2, 0, 1, 2]);
        foreach (var (metric, expected) in new (ClassScore, double)[] { (new Precision(average), precision), (new Recall(average), recall), (new F1(average), f1) })
        {
            metric.Update(output, target);
            Assert.Equal(expected, metric.Value, 1e-15);
        }
        var perClass = new F1(average);
        perClass.Update(output, target);
        Assert.Equal([0.8, 0, 0], perClass.PerClass.Select(v => Math.Round(v, 12)));
    }

    [Fact]
    public void BinaryScoresAreThoseOfClassOne()
    {
        var (output, target) = (Tensor.From<float>([1, 1, 1, -1, -1]), Tensor.From<long>([1, 0, 1, 1, 0]));
        foreach (var (metric, expected) in new (ClassScore, double)[] { (new Precision(Average.Binary), 2.0 / 3), (new Recall(Average.Binary), 2.0 / 3), (new F1(Average.Binary), 2.0 / 3) })
        {
            metric.Update(output, target);
            Assert.Equal(expected, metric.Value, 1e-15);
        }
        Assert.Equal("f1", new F1(Average.Binary).Name);
        Assert.Equal("f1_macro", new F1().Name);
    }

    [Fact]
    public void ClassesThatOccurNowhereDoNotCount()
    {
        var f1 = new F1();
        f1.Update(Scores([1, 0, 0, 0], [0, 1, 0, 0]), Tensor.From<long>([0, 1]));
        Assert.Equal(1, f1.Value);
        var weighted = new Recall(Average.Weighted);
        weighted.Update(Scores([1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]), Tensor.From<long>([0, 0, 1, 1]));
        Assert.Equal(0.75, weighted.Value);
    }

    [Fact]
    public void AreaCountsPairs()
    {
        // One pair of four is the wrong way round.
        var area = new Auroc();
        area.Update(Tensor.From<float>([0.1f, 0.4f, 0.35f, 0.8f]), Tensor.From<long>([0, 0, 1, 1]));
        Assert.Equal(0.75, area.Value);
        var oneSided = new Auroc();
        oneSided.Update(Tensor.From<float>([0.1f, 0.4f]), Tensor.From<long>([1, 1]));
        Assert.True(double.IsNaN(oneSided.Value));
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public void AreaOfManySamplesWithTies(int classes, bool probabilities)
    {
        var random = new Random(5);
        int n = 300;
        var scores = new float[n * classes];
        for (int i = 0; i < scores.Length; i++)
            scores[i] = random.Next(0, 4) * 0.5f;
        long[] targets = [.. Enumerable.Range(0, n).Select(_ => (long)random.Next(classes))];
        var output = Tensor.From(scores, [n, classes]);
        var metric = new Auroc(probabilities);
        for (int from = 0; from < n; from += 90)
            metric.Update(output[from..Math.Min(from + 90, n)], Tensor.From<long>(targets.AsSpan(from, Math.Min(90, n - from))));

        // Every pair of a sample of the class and one that is not, ties counting half.
        double[] areas = new double[classes];
        for (int c = 0; c < classes; c++)
        {
            double wins = 0, pairs = 0;
            for (int i = 0; i < n; i++)
            {
                for (int j = 0; j < n; j++)
                {
                    if (targets[i] != c || targets[j] == c)
                        continue;
                    double difference = Score(i, c) - Score(j, c);
                    pairs++;
                    wins += Math.Abs(difference) < 1e-9 ? 0.5 : difference > 0 ? 1 : 0;
                }
            }
            areas[c] = wins / pairs;
        }
        Assert.Equal(areas.Average(), metric.Value, 1e-12);
        for (int c = 0; c < classes; c++)
            Assert.Equal(areas[c], metric.PerClass[c], 1e-12);

        double Score(int i, int c)
        {
            if (probabilities)
                return scores[i * classes + c];
            double sum = 0;
            for (int k = 0; k < classes; k++)
                sum += Math.Exp(scores[i * classes + k]);
            return Math.Exp(scores[i * classes + c]) / sum;
        }
    }

    [Fact]
    public void RegressionByHand()
    {
        // scikit-learn's own example for r2_score.
        var (output, target) = (Tensor.From<float>([2.5f, 0, 2, 8]), Tensor.From<float>([3, -0.5f, 2, 7]));
        Check(new MeanAbsoluteError(), 0.5);
        Check(new RootMeanSquaredError(), Math.Sqrt(0.375));
        Check(new R2Score(), 0.9486081370449679);

        void Check(Metric metric, double expected)
        {
            metric.Update(output[..3], target[..3]);
            metric.Update(output[3..].Reshape(1, 1), target[3..]);
            Assert.Equal(expected, metric.Value, 1e-12);
        }
    }

    [Fact]
    public void R2OfColumnsAndOfEqualTargets()
    {
        var r2 = new R2Score();
        r2.Update(Tensor.From<double>([1, 2, 3, 2, 5, 2], [3, 2]), Tensor.From<double>([1, 2, 3, 2, 4, 2], [3, 2]));
        double first = 1 - 1 / (14.0 / 3);
        Assert.Equal((first + 1) / 2, r2.Value, 1e-12);
        var single = new R2Score();
        single.Update(Tensor.From<float>([1]), Tensor.From<float>([1]));
        Assert.True(double.IsNaN(single.Value));
    }

    private static Tensor Scores(params float[][] rows) => Tensor.FromRows(rows);
}
