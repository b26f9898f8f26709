using System.Text.RegularExpressions;

namespace Hebb.Tests;

/// <summary>A page of docs/ whose tables list public names and the tests that check them.</summary>
internal sealed partial class DocsPage
{
    private static readonly string s_root = Root();
    private static readonly Lazy<ILookup<string, string>> s_tests = new(() =>
        Directory.EnumerateFiles(Path.Combine(s_root, "tests"), "*Tests.cs", SearchOption.AllDirectories).ToLookup(f => Path.GetFileNameWithoutExtension(f), f => Path.GetDirectoryName(f)!));

    private readonly string[] _legend;

    /// <param name="name">The file's, without .md.</param>
    public DocsPage(string name)
    {
        Text = File.ReadAllText(Path.Combine(s_root, "docs", name + ".md"));
        // **sklearn**: … (`MetricGoldenTests`), in a paragraph above the tables, lets rows say sklearn.
        _legend = [.. Text.Split("\n\n").Where(p => !p.StartsWith('|') && TestName().IsMatch(p)).SelectMany(p => Bold().Matches(p)).Select(m => m.Groups[1].Value)];
    }

    public string Text { get; }

    /// <summary>Each name stands in a table, in a row whose last cell tells its tests; those exist, and the name is mentioned beside one of them.</summary>
    /// <param name="names">Public names.</param>
    /// <param name="least">How many there are at least.</param>
    public void Lists(IEnumerable<string> names, int least = 1)
    {
        string[] all = [.. names.Distinct()];
        Assert.True(all.Length >= least, $"{all.Length} names, not {least}");
        string[][] rows = [.. Text.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Trim().Trim('|').Split(" | "))];
        var complaints = new List<string>();
        foreach (string name in all)
        {
            string[] tests = [.. rows.Where(r => r[..^1].Any(c => c.Contains($"`{name}`", StringComparison.Ordinal) || c.Contains($".{name}`", StringComparison.Ordinal))).Select(r => r[^1])];
            if (tests.Length == 0)
                complaints.Add($"{name} is in no table");
            else if (!tests.Any(t => TestName().IsMatch(t) || _legend.Any(word => t.Contains(word, StringComparison.Ordinal))))
                complaints.Add($"{name}: its row names no test");
            else if (!IsTried(name))
                complaints.Add($"{name}: no test of the page mentions it");
        }
        foreach (string test in Named.Where(t => !s_tests.Value.Contains(t)))
            complaints.Add($"there is no {test}");
        Assert.True(complaints.Count == 0, string.Join("; ", complaints));
    }

    private IEnumerable<string> Named => TestName().Matches(Text).Select(m => m.Groups[1].Value).Distinct();

    private bool IsTried(string name)
    {
        var word = new Regex($@"\b{name}\b");
        return Named.SelectMany(t => s_tests.Value[t]).Distinct().SelectMany(f => Directory.EnumerateFiles(f, "*.cs")).Select(Content).Any(word.IsMatch);
    }

    private static readonly Dictionary<string, string> s_contents = [];

    private static string Content(string path)
    {
        lock (s_contents)
            return s_contents.TryGetValue(path, out string? text) ? text : s_contents[path] = File.ReadAllText(path);
    }

    private static string Root()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Hebb.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("no Hebb.slnx above the tests");
        return folder;
    }

    [GeneratedRegex("`([A-Za-z0-9]+Tests)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\*\*([a-z0-9 ]+)\*\*")]
    private static partial Regex Bold();
}
