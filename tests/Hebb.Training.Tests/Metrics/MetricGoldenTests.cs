namespace Hebb.Training.Tests;

/// <summary>Figures against those of scikit-learn, scipy and nltk for the same samples.</summary>
public class MetricGoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Names() => MetricGolden.Values.Keys.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public void FigureIsTheirs(string name)
    {
        double expected = MetricGolden.Values[name];
        var (_, make, feed, _) = MetricCases.All.First(c => c.Name == name);
        var metric = make();
        feed(metric, 0, MetricCases.Samples);
        Assert.Equal(expected, metric.Value, 1e-9 * Math.Max(1, Math.Abs(expected)));
    }

    [Fact]
    public void CurveIsTheirs()
    {
        var curve = new ThresholdCurve();
        curve.Update(MetricGolden.Data("logit"), MetricGolden.Data("binary"));
        var points = curve.Points();
        Assert.Equal(MetricGolden.Data("curve_fpr").ToArray<double>(), points.Select(p => p.FalsePositiveRate), (a, b) => Math.Abs(a - b) < 1e-8);
        Assert.Equal(MetricGolden.Data("curve_tpr").ToArray<double>(), points.Select(p => p.Recall), (a, b) => Math.Abs(a - b) < 1e-8);
        var best = new PrecisionAtRecall(0.7);
        best.Update(MetricGolden.Data("logit"), MetricGolden.Data("binary"));
        Assert.Equal((best.Value, true), (best.Best().Precision, best.Best().Recall >= 0.7));
    }
}
