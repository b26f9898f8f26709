using System.Text.RegularExpressions;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests.Commands;

/// <summary>The first thing that a user runs.</summary>
public sealed partial class QuickstartTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void LearnsTheDigitsAndItsLinesCanBePasted()
    {
        string output = _cli.Succeed("quickstart", "--out", "run", "--json");
        // One seed on whichever path this machine takes; the median of five is held below.
        Assert.True(Cli.Json(output).GetProperty("value").GetDouble() >= 0.975, output);
        Report(File.ReadAllText(_cli.At("run", "report.html")));

        string[] lines = output.TrimEnd('\n').Split('\n')[^4..^1];
        var picture = PredictLine().Match(lines[0]);
        Assert.True(picture.Success, lines[0]);
        string digit = picture.Groups["digit"].Value;
        if (!OperatingSystem.IsWindows())
        {
            using var predict = _cli.Start("/bin/sh", ["-c", lines[0]], []);
            Assert.StartsWith($"run/pictures/{digit}.png: {digit} ", ScriptFolder.End(predict).Output);
        }
        // That reproducing works is tested with a smaller run.
        Assert.EndsWith("hebb.dll reproduce run", lines[1]);
        Assert.StartsWith($"{digit} ", RunProgram(lines[2]));
    }

    /// <summary>Compiles a program against the built libraries and runs it in the folder of the runs.</summary>
    string RunProgram(string program)
    {
        Directory.CreateDirectory(_cli.At("program"));
        File.WriteAllText(_cli.At("program", "Program.cs"), program);
        File.WriteAllText(_cli.At("program", "Program.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <UseSharedCompilation>false</UseSharedCompilation>
              </PropertyGroup>
              <ItemGroup>
                <Reference Include="{AppContext.BaseDirectory}Hebb.*.dll" Exclude="{AppContext.BaseDirectory}Hebb.*Tests.dll" />
                <Reference Include="{AppContext.BaseDirectory}System.Numerics.Tensors.dll" Condition="Exists('{AppContext.BaseDirectory}System.Numerics.Tensors.dll')" />
              </ItemGroup>
            </Project>
            """);
        using var process = _cli.Start("dotnet", ["run", "--project", "program", "-v", "quiet"], [("MSBUILDDISABLENODEREUSE", "1")]);
        Outcome outcome = ScriptFolder.End(process);
        Assert.True(outcome.Status == 0, outcome.Output + outcome.Errors);
        return outcome.Output;
    }

    [Fact]
    public void MedianOfFiveSeedsReachesTheReference()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1", "five trainings: runs with ./test --all");
        double[] values = [.. Enumerable.Range(1, 5).Select(seed => Cli.Json(_cli.Succeed("quickstart", "--seed", $"{seed}", "--json")).GetProperty("value").GetDouble()).Order()];
        Assert.True(values[2] >= 0.98, string.Join(", ", values));
    }

    [Fact]
    public void ReportTellsWhenThereAreFewErrors()
    {
        // A run that errs often shows ten errors and says of how many; one that never trained is such a run.
        _cli.Succeed(["quickstart", .. Cli.Tiny, "--out", "run"]);
        string html = File.ReadAllText(_cli.At("run", "report.html"));
        Assert.Equal(10, Tile().Count(html));
        Assert.Matches(@"The 10 of \d+ errors that the model was surest of", html);
    }

    static void Report(string html)
    {
        foreach (string heading in (string[])["Learning curves", "Classes", "Use it", "How it was made"]) Assert.Contains($"<h2>{heading}</h2>", html);
        Assert.Matches("<h2>(Worst errors|Least certain answers)</h2>", html);
        foreach (string figure in (string[])["Loss", "Accuracy", "F1 by class", "Confusion matrix"]) Assert.Contains($"<figcaption>{figure}</figcaption>", html);
        Assert.Equal(10, Tile().Count(html));
        Assert.Contains("weights SHA-256", html);
        Assert.Contains("CC BY 4.0", html);
        // Nothing is fetched: no script, no link, no picture but those in the page.
        Assert.DoesNotMatch("<script|<link|<iframe|@import|url\\(", html);
        Assert.All(Reference().Matches(html), m => Assert.StartsWith("data:image/png;base64,", m.Groups[1].Value));
    }

    [GeneratedRegex(@" predict run run/pictures/(?<digit>\d)\.png$")]
    private static partial Regex PredictLine();

    [GeneratedRegex("(?:src|href)=\"([^\"]*)\"")]
    private static partial Regex Reference();

    [GeneratedRegex("<figure><div><span>")]
    private static partial Regex Tile();
}
