using System.Text.RegularExpressions;
using Hebb.Data;
using Hebb.Training.Reports;

namespace Hebb.Training.Tests.Reports;

public class HtmlReportTests
{
    private const string Hostile = "</style><script src=//evil.test></script>&";

    [Fact]
    public void EscapesEverythingAndAsksForNothing()
    {
        var report = new HtmlReport(Hostile, Hostile) { Footer = Hostile };
        report.Figures((Hostile, Hostile));
        report.Section(Hostile).Text(Hostile).Code(Hostile).Facts((Hostile, Hostile)).Table([Hostile], [[Hostile]])
            .Charts(new BarChart { Title = Hostile, Bars = [(Hostile, 1)] })
            .Images([new ImageTile(new Image(2, 2, 1), Hostile, Hostile)]);
        string html = report.ToHtml();
        Assert.DoesNotContain("<script", html);
        Assert.Single(Regex.Matches(html, "</style>"));
        Assert.Contains("default-src 'none'", html);
        // Nothing that a browser would fetch: no link, import or source other than inline data.
        Assert.DoesNotMatch("(?i)<(link|iframe|object|base)|@import|url\\(", html);
        Assert.All(Regex.Matches(html, "src=\"([^\"]*)\""), m => Assert.StartsWith("data:image/png;base64,", m.Groups[1].Value));
    }

    [Fact]
    public void KeepsTheOrderAndSetsNumbersFlushRight()
    {
        var report = new HtmlReport("run");
        report.Section("first").Text("one").Table(["class", "F1"], [["zero", "0.5"], ["one", "−1"]]);
        report.Section("second");
        string html = report.ToHtml();
        int[] places = [.. new[] { "<h1>run", "<h2>first", "<p>one", "<table>", "<h2>second" }.Select(s => html.IndexOf(s, StringComparison.Ordinal))];
        Assert.Equal(places.Order(), places);
        Assert.DoesNotContain(-1, places);
        Assert.Contains("<td>zero</td><td class=\"number\">0.5</td>", html);
        Assert.Throws<ArgumentException>(() => report.Section("x").Table(["a", "b"], [["1"]]));
    }

    [Fact]
    public void PicturesAreInThePage()
    {
        var picture = new Image(3, 2, 3, [.. Enumerable.Range(0, 18).Select(i => (byte)(i * 14))]);
        var report = new HtmlReport("run");
        report.Section("s").Images([new ImageTile([picture, picture.ToGray()], "two")]);
        var found = Regex.Matches(report.ToHtml(), "base64,([^\"]+)").Select(m => Png.Decode(Convert.FromBase64String(m.Groups[1].Value))).ToArray();
        Assert.Equal([picture, picture.ToGray()], found);
    }

    [Fact]
    public void WritesWholeFilesOrSaysWhyNot()
    {
        string folder = Directory.CreateTempSubdirectory("hebb-report-").FullName;
        try
        {
            string path = Path.Combine(folder, "report.html");
            new HtmlReport("a").Write(path);
            new HtmlReport("b").Write(path);
            Assert.Contains("<h1>b</h1>", File.ReadAllText(path));
            Assert.Single(Directory.GetFiles(folder));
            string nowhere = Path.Combine(folder, "no", "report.html");
            Assert.StartsWith($"{nowhere}: cannot be written", Assert.Throws<DataException>(() => new HtmlReport("a").Write(nowhere)).Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
