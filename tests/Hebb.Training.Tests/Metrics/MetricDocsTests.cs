using System.Text.RegularExpressions;

namespace Hebb.Training.Tests;

/// <summary>docs/metrics.md lists every public metric with the tests that check it.</summary>
public partial class MetricDocsTests
{
    private static readonly string s_page = File.ReadAllText(Path.Combine(Root(), "docs", "metrics.md"));

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hebb.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Hebb.slnx above the tests");
        return folder;
    }

    [Fact]
    public void EveryMetricIsListed()
    {
        var metrics = typeof(Metric).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(Metric)) && !t.IsAbstract).Select(t => t.Name);
        Assert.DoesNotContain(metrics, name => !s_page.Contains($"`{name}`"));
    }

    [Fact]
    public void EveryTestNamedThereExists()
    {
        string[] named = [.. TestName().Matches(s_page).Select(m => m.Groups[1].Value).Distinct()];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(typeof(MetricDocsTests).Assembly.GetTypes().Select(t => t.Name)));
    }

    [GeneratedRegex("`([A-Za-z]+Tests)`")]
    private static partial Regex TestName();
}
