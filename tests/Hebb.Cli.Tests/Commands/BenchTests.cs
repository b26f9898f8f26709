using System.Text.Json;

namespace Hebb.Cli.Tests.Commands;

/// <summary><c>hebb bench</c> without peers: what it lists, refuses and prints.</summary>
public sealed class BenchTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void WithoutASuiteItListsThem()
    {
        string output = _cli.Succeed("bench", "--json");
        Assert.Matches(@"(?m)^gemm +\d+ +\S", output);
        Assert.Matches(@"(?m)^openblas +\S", output);
        Assert.Contains("gemm", Cli.Json(output).GetProperty("suites").EnumerateArray().Select(s => s.GetString()));
    }

    [Fact]
    public void JsonOfHebbAlone()
    {
        string output = _cli.Succeed("bench", "gemm", "--case", "128x128x128", "--peer", "none", "--threads", "1", "--json");
        var json = Cli.Json(output);
        Assert.Equal(["suite", "isa", "rows", "geomean"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("gemm", json.GetProperty("suite").GetString());
        Assert.Contains(json.GetProperty("isa").GetString(), (string[])["avx512", "avx2", "portable"]);
        var row = Assert.Single(json.GetProperty("rows").EnumerateArray());
        Assert.Equal(["case", "threads", "peer", "hebb_us", "peer_us", "ratio", "low", "high"], row.EnumerateObject().Select(p => p.Name));
        Assert.Equal("128x128x128", row.GetProperty("case").GetString());
        Assert.Equal(1, row.GetProperty("threads").GetInt32());
        Assert.InRange(row.GetProperty("hebb_us").GetDouble(), 0.1, 1e6);
        foreach (string name in (string[])["peer", "peer_us", "ratio", "low", "high"]) Assert.Equal(JsonValueKind.Null, row.GetProperty(name).ValueKind);
        Assert.Empty(json.GetProperty("geomean").EnumerateObject());
    }

    [Fact]
    public void AnUnknownCaseIsOneLine()
    {
        string line = _cli.Fail(2, "bench", "gemm", "--case", "129");
        Assert.StartsWith("unknown case 129 in gemm (there are 128x128x128, 256x256x256, ", line);
        Assert.Equal("--markdown nowhere/page.md: there is no folder " + _cli.At("nowhere"), _cli.Fail(2, "bench", "gemm", "--markdown", "nowhere/page.md"));
    }

    [Fact]
    public void MarkdownRenewsItsBlockOnly()
    {
        File.WriteAllText(_cli.At("page.md"), "# Speed\n\n<!-- bench gemm portable -->\nold\n<!-- end -->\n\nAfterwards.\n");
        string[] command = ["bench", "gemm", "--case", "128x128x128", "--peer", "none", "--threads", "1", "--markdown", "page.md"];
        _cli.Succeed([("HEBB_ISA", "portable")], command);
        string page = File.ReadAllText(_cli.At("page.md"));
        Assert.StartsWith("# Speed\n\n<!-- bench gemm portable -->\n", page);
        Assert.EndsWith("<!-- end -->\n\nAfterwards.\n", page);
        Assert.DoesNotContain("old", page);
        Assert.Contains("| 128x128x128 |", page);
    }
}
