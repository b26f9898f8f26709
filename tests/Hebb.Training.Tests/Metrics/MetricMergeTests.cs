using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>However samples are cut into batches, whichever worker sees them, wherever a checkpoint falls: the figures have the same bits.</summary>
public class MetricMergeTests
{
    public static IEnumerable<TheoryDataRow<int, string>> Cases() => MetricCases.All.Select((c, i) => new TheoryDataRow<int, string>(i, c.Name));

    [Theory]
    [MemberData(nameof(Cases))]
    public void PartsMergedAreTheWhole(int number, string name)
    {
        var (_, make, feed, figures) = MetricCases.All[number];
        var whole = make();
        feed(whole, 0, MetricCases.Samples);
        double[] expected = figures(whole);
        // Their last digits depend on the batches: they add matrices, or means of batches.
        double tolerance = whole is FrechetDistance or LossMetric ? 1e-9 * Math.Abs(expected[0]) : 0;

        var none = make().Fresh();
        Check(Shards(feed, make).Aggregate(none, Join));
        Check(none.Fresh(), expected: figures(make()));
        if (whole is not MeanAveragePrecision)
            Check(Shards(feed, make).Reverse().Aggregate(Join));
        Assert.NotEqual(figures(make()), expected);

        void Check(Metric metric, double[]? expected = null)
        {
            expected ??= figures(whole);
            double[] found = figures(metric);
            Assert.Equal(expected.Length, found.Length);
            for (int i = 0; i < found.Length; i++)
            {
                if (tolerance == 0)
                    Assert.True(expected[i].Equals(found[i]), $"{name}, figure {i}: {found[i]:R} in place of {expected[i]:R}");
                else
                    Assert.Equal(expected[i], found[i], tolerance);
            }
        }

        static Metric Join(Metric a, Metric b)
        {
            a.Merge(b);
            return a;
        }
    }

    [Fact]
    public void EveryMetricIsTried()
    {
        var tried = MetricCases.All.Select(c => c.Make().GetType()).ToHashSet();
        Assert.DoesNotContain(typeof(Metric).Assembly.GetExportedTypes(), t => t.IsSubclassOf(typeof(Metric)) && !t.IsAbstract && !tried.Contains(t));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void StatesThatMissSomethingAreRefused(int number, string name)
    {
        var metric = MetricCases.All[number].Make();
        Assert.Contains(metric.Name, Assert.Throws<CheckpointException>(() => metric.LoadState(new Dictionary<string, Tensor>())).Message);
        Assert.NotEmpty(name);
    }

    [Fact]
    public void WhatDoesNotFitIsNotMerged()
    {
        Assert.Contains("accuracy", Assert.Throws<HebbException>(() => new Accuracy().Merge(new R2Score())).Message);
        Assert.Throws<HebbException>(() => new TopK(2).Merge(new TopK(3)));
        var (three, four) = (new F1(), new F1());
        three.Update(Tensor.Zeros([1, 3]), Tensor.From<long>([0]));
        four.Update(Tensor.Zeros([1, 4]), Tensor.From<long>([0]));
        Assert.Throws<ShapeException>(() => three.Merge(four));
        var (one, two) = (new Auroc(), new Auroc());
        one.Update(Tensor.Zeros([1, 3]), Tensor.From<long>([0]));
        two.Update(Tensor.Zeros([1, 4]), Tensor.From<long>([0]));
        Assert.Throws<ShapeException>(() => one.Merge(two));
    }

    /// <summary>Every option of every metric that the name does not tell.</summary>
    public static IEnumerable<TheoryDataRow<Type>> Types() => MetricCases.All.Select(c => c.Make().GetType()).Distinct().Select(t => new TheoryDataRow<Type>(t));

    [Theory, MemberData(nameof(Types))]
    public void OtherSettingsAreNotMerged(Type type)
    {
        var constructor = type.GetConstructors().Single();
        var parameters = constructor.GetParameters();
        // Powers start at 1, shares end there.
        double first = type == typeof(MinkowskiDistance) || type == typeof(TweedieDeviance) ? 2 : 0.5;
        object?[] usual = [.. parameters.Select(p => p.HasDefaultValue ? p.DefaultValue : p.ParameterType == typeof(double) ? first : Other(p.ParameterType, null))];
        ((Metric)constructor.Invoke(usual)).Merge((Metric)constructor.Invoke(usual));
        for (int i = 0; i < usual.Length; i++)
        {
            // Functions can't be compared.
            if (typeof(Delegate).IsAssignableFrom(parameters[i].ParameterType))
                continue;
            object?[] other = [.. usual];
            other[i] = type == typeof(TweedieDeviance) ? 3.0 : Other(parameters[i].ParameterType, usual[i]);
            var (one, two) = ((Metric)constructor.Invoke(usual), (Metric)constructor.Invoke(other));
            string message = Assert.Throws<HebbException>(() => one.Merge(two)).Message;
            Assert.StartsWith($"Merge: {one.Name} ", message);
            Assert.DoesNotContain('\n', message);
        }
    }

    private static object Other(Type type, object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(bool) ? value is not true
            : type == typeof(int) ? value is 3 ? 2 : 3
            : type == typeof(long) ? 7L
            : type == typeof(double) ? value is double and >= 1 ? (double)value + 1 : value is 0.25 ? 0.75 : 0.25
            : type == typeof(string) ? value is "other" ? "another" : "other"
            : type.IsEnum ? Enum.ToObject(type, Convert.ToInt32(value) == 1 ? 2 : 1)
            : type == typeof(IReadOnlyList<double>) ? (double[])[0.3]
            : type == typeof(LossFunction) ? (LossFunction)Losses.L1
            : throw new NotSupportedException(type.Name);
    }

    [Fact]
    public void TwoOfAKindGetNamesOfTheirOwn()
    {
        var data = TinyData.Classes(20);
        var trainer = new Trainer(TinyData.Model(), new SGD(0.1), Losses.CrossEntropy, new TrainerOptions { Metrics = [new TopK(2), new Accuracy(), new TopK(2, ignoreIndex: 0).As("seen")] });
        var history = trainer.Fit(data.Batches(5), 1, data.Batches(7));
        Assert.Equal(["loss", "top2_accuracy", "accuracy", "seen", "val_loss", "val_top2_accuracy", "val_accuracy", "val_seen"], history[0].Values.Keys);
        Assert.NotEqual(history[0].Values["val_top2_accuracy"], history[0].Values["val_seen"]);
        var evaluation = trainer.Evaluate(data.Batches(7));
        Assert.Equal(history[0].Values["val_seen"], evaluation["seen"]);
        Assert.NotNull(evaluation.Find<TopK>());
        const string Message = "Evaluate: two metrics are called 'accuracy'; give one of them another name with As(\"…\")";
        Assert.Equal(Message, Assert.Throws<HebbException>(() => trainer.Evaluate(data.Batches(7), [new Accuracy(), new Accuracy(0.5)])).Message);
        var (mine, others) = (new Accuracy().As("a"), new Accuracy().As("a").As("b"));
        others.Update(Tensor.From<float>([1, 0], [1, 2]), Tensor.From<long>([0]));
        mine.Merge(others);
        Assert.Equal("a 100.00 %", mine.ToString());
    }

    [Fact]
    public void SumsAreExact()
    {
        var random = new Random(3);
        double[] values = [.. Enumerable.Range(0, 500).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-30, 30)))];
        var sum = new SumMetric();
        foreach (double value in values)
            sum.Update(value);
        foreach (double value in values.Order())
            sum.Update(-value);
        Assert.Equal(0, sum.Value);
        sum.Update(1e100);
        sum.Update(1);
        sum.Update(-1e100);
        Assert.Equal(1, sum.Value);
        // Half-way to the next double, and a little more.
        var half = new SumMetric();
        foreach (double value in (double[])[1, Math.Pow(2, -53), Math.Pow(2, -120)])
            half.Update(value);
        Assert.Equal(Math.BitIncrement(1), half.Value);
        half.Update(double.PositiveInfinity);
        Assert.Equal(double.PositiveInfinity, half.Value);
        half.Update(double.NegativeInfinity);
        Assert.True(double.IsNaN(half.Value));
    }

    [Fact]
    public void LargeMeansDoNotSpoilVariances()
    {
        // Deviations of 1 around 1e9: squares of 1e18 would leave nothing of them.
        var (near, far) = (new R2Score(), new R2Score());
        double[] t = [1, -1, 2, -2, 0.5], y = [1.5, -1, 2, -1.5, 0.5];
        near.Update(Tensor.From<double>(y), Tensor.From<double>(t));
        far.Update(Tensor.From<double>([.. y.Select(v => v + 1e9)]), Tensor.From<double>([.. t.Select(v => v + 1e9)]));
        Assert.Equal(near.Value, far.Value, 1e-14);
    }

    /// <summary>Three workers; each is saved and loaded after every batch of up to 7.</summary>
    private static IEnumerable<Metric> Shards(Action<Metric, int, int> feed, Func<Metric> make)
    {
        foreach (var (start, end) in new[] { (0, 17), (17, 18), (18, MetricCases.Samples) })
        {
            var metric = make().Fresh();
            for (int from = start; from < end; from += 7)
            {
                feed(metric, from, Math.Min(end, from + 7));
                var next = metric.Fresh();
                next.LoadState(metric.State());
                metric = next;
            }
            yield return metric;
        }
    }
}
