using System.Globalization;
using System.Xml.Linq;
using Hebb.Training.Reports;

namespace Hebb.Training.Tests.Reports;

public class ChartTests
{
    private const string Hostile = "<script>alert('x')</script> & \"quoted\" \u0001\ud800 ‚é";

    private static readonly XNamespace s_svg = "http://www.w3.org/2000/svg";

    [Fact]
    public void LinesStandWhereTheTicksSay()
    {
        var chart = new LineChart { Title = "Loss", YLabel = "loss", Series = [new("train", [4.0, 2, 0]), new("validation", [1.0, 3, 4])] };
        var svg = Parse(chart);
        var dots = svg.Descendants(s_svg + "circle").Select(c => (X: Number(c, "cx"), Y: Number(c, "cy"), Tip: c.Value)).ToArray();
        Assert.Equal(6, dots.Length);
        Assert.Equal(["train at 1: 4", "train at 2: 2", "train at 3: 0"], dots.Take(3).Select(d => d.Tip));
        Assert.Equal(dots[1].Y, (dots[0].Y + dots[2].Y) / 2, 0.011);
        Assert.Equal(dots[1].X, (dots[0].X + dots[2].X) / 2, 0.011);
        // The tick labelled 4 is as high as the value 4, and the one labelled 3 below the third point.
        Assert.Equal(TickOf(svg, "4", "y") - 4, dots[0].Y, 0.011);
        Assert.Equal(TickOf(svg, "3", "x"), dots[2].X, 0.011);
        Assert.Equal(["train", "validation"], svg.Descendants(s_svg + "text").Select(t => t.Value).Where(t => t is "train" or "validation"));
    }

    [Fact]
    public void LogarithmicAxisSpacesDecadesEvenly()
    {
        var svg = Parse(new LineChart { Title = "t", LogY = true, Series = [new("a", [1000.0, 10, 0.1])] });
        var y = svg.Descendants(s_svg + "circle").Select(c => Number(c, "cy")).ToArray();
        Assert.Equal(y[1] - y[0], y[2] - y[1], 0.021);
        Assert.Equal(TickOf(svg, "10", "y") - 4, y[1], 0.011);
        // Zero has no logarithm: the axis stays linear.
        Assert.Contains(Parse(new LineChart { Title = "t", LogY = true, Series = [new("a", [8.0, 0])] }).Descendants(s_svg + "text"), t => t.Value == "0");
    }

    [Fact]
    public void GapsAndLongSeries()
    {
        var gaps = Parse(new LineChart { Title = "t", Series = [new("a", [1, double.NaN, 2, 3, double.PositiveInfinity])] });
        Assert.Equal(2, gaps.Descendants(s_svg + "path").Single().Attribute("d")!.Value.Count(c => c == 'M'));
        Assert.Equal(3, gaps.Descendants(s_svg + "circle").Count());
        Assert.Contains("no values yet", new LineChart { Title = "t", Series = [new("a", [double.NaN])] }.ToSvg());
        Assert.Contains("no values yet", new LineChart { Title = "t", Series = [] }.ToSvg());

        double[] wave = [.. Enumerable.Range(0, 50_000).Select(i => i == 31_234 ? 7.0 : Math.Sin(i))];
        string dense = new LineChart { Title = "t", Series = [new("a", wave)] }.ToSvg();
        Assert.True(dense.Length < 40_000);
        // The one outlier among 50,000 points is still drawn: the path reaches the height of 7 on the axis that ends at 8.
        var svg = XElement.Parse(dense);
        double at8 = TickOf(svg, "8", "y") - 4, at0 = TickOf(svg, "0", "y") - 4;
        double highest = svg.Descendants(s_svg + "path").Single().Attribute("d")!.Value.Split(['M', 'L'], StringSplitOptions.RemoveEmptyEntries)
            .Min(p => double.Parse(p.Split(' ')[1], CultureInfo.InvariantCulture));
        Assert.Equal(at0 + (at8 - at0) * 7 / 8, highest, 0.02);

        Assert.Throws<ArgumentException>(() => new LineChart { Title = "t", Series = [new("a", [1], [1, 2])] }.ToSvg());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(5, 5)]
    [InlineData(-3, 7)]
    [InlineData(1e-12, 3e-12)]
    [InlineData(1e300, 1e308)]
    [InlineData(-1.7e308, 1.7e308)]
    [InlineData(1e16, 1e16 + 2)]
    [InlineData(5e-324, 1e-323)]
    [InlineData(0.9999, 1)]
    public void AnyRangeStaysInsideThePicture(double low, double high)
    {
        foreach (bool log in new[] { false, true })
        {
            var svg = Parse(new LineChart { Title = "t", LogY = log, Series = [new("a", [low, high]), new("b", [low, high], [low, high])] });
            Assert.All(svg.Descendants(s_svg + "circle"), c => Assert.InRange(Number(c, "cy"), 0, 284));
            Assert.All(svg.Descendants(s_svg + "circle"), c => Assert.InRange(Number(c, "cx"), 0, 480));
            Assert.InRange(svg.Descendants(s_svg + "text").Count(), 4, 60);
        }
    }

    [Fact]
    public void BarsAreAsLongAsTheirValues()
    {
        var svg = Parse(new BarChart { Title = "F1", Bars = [("zero", 0.5), ("one", 1), ("two", double.NaN)] });
        var bars = svg.Descendants(s_svg + "rect").Where(r => r.Value.Length > 0).ToArray();
        Assert.Equal(["zero: 0.500", "one: 1.000", "two: –"], bars.Select(b => b.Value));
        Assert.Equal(Number(bars[1], "width"), 2 * Number(bars[0], "width"), 0.02);
        Assert.Equal(0, Number(bars[2], "width"));

        var signed = Parse(new BarChart { Title = "t", Bars = [("a", -2), ("b", 2)] }).Descendants(s_svg + "rect").Where(r => r.Value.Length > 0).ToArray();
        Assert.Equal(Number(signed[0], "x") + Number(signed[0], "width"), Number(signed[1], "x"), 0.011);
        Assert.NotNull(Parse(new BarChart { Title = "t", Bars = [] }));
    }

    [Fact]
    public void ConfusionShowsEveryCount()
    {
        var svg = Parse(new ConfusionChart { Title = "c", Counts = new long[,] { { 9, 1, 0 }, { 0, 1234, 0 }, { 0, 0, 0 } }, Labels = ["cat", "dog", "a very long name of a class"] });
        var texts = svg.Descendants(s_svg + "text").Select(t => t.Value).ToArray();
        Assert.Equal(["9", "1", "1234"], texts.Where(t => long.TryParse(t, out _)));
        Assert.Contains("true cat, predicted dog: 1", svg.Descendants(s_svg + "rect").Select(r => r.Value));
        Assert.Equal(2, texts.Count(t => t == "dog"));
        Assert.NotNull(Parse(new ConfusionChart { Title = "c", Counts = new long[100, 100] }));
        Assert.NotNull(Parse(new ConfusionChart { Title = "c", Counts = new long[0, 0] }));
        Assert.Throws<ArgumentException>(() => new ConfusionChart { Title = "c", Counts = new long[2, 3] }.ToSvg());
        Assert.Throws<ArgumentException>(() => new ConfusionChart { Title = "c", Counts = new long[2, 2], Labels = ["a"] }.ToSvg());
    }

    [Fact]
    public void LabelsCannotBreakOut()
    {
        Chart[] charts =
        [
            new LineChart { Title = Hostile, XLabel = Hostile, YLabel = Hostile, Series = [new(Hostile, [1.0, 2])] },
            new BarChart { Title = Hostile, XLabel = Hostile, Bars = [(Hostile, 1)] },
            new ConfusionChart { Title = Hostile, Counts = new long[,] { { 1 } }, Labels = [Hostile] },
        ];
        foreach (var chart in charts)
        {
            var svg = Parse(chart);
            Assert.DoesNotContain(svg.Descendants(), e => e.Name.LocalName == "script");
            Assert.Equal("<script>alert('x')</script> & \"quoted\" \ufffd\ufffd ‚é", svg.Element(s_svg + "title")!.Value);
        }
    }

    [Fact]
    public void NumbersDoNotFollowTheCulture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            string expected = new LineChart { Title = "t", Series = [new("a", [0.25, 0.5])] }.ToSvg();
            CultureInfo.CurrentCulture = new CultureInfo("") { NumberFormat = { NumberDecimalSeparator = "," } };
            Assert.Equal(expected, new LineChart { Title = "t", Series = [new("a", [0.25, 0.5])] }.ToSvg());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    private static XElement Parse(Chart chart) => XElement.Parse(chart.ToSvg());

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    private static double TickOf(XElement svg, string label, string attribute)
    {
        // Labels of the vertical axis are set flush right, those of the horizontal one centred.
        string anchor = attribute == "y" ? "end" : "middle";
        return Number(svg.Descendants(s_svg + "text").Single(t => t.Value == label && t.Attribute("text-anchor")?.Value == anchor), attribute);
    }
}
