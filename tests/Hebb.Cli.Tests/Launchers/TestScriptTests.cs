namespace Hebb.Cli.Tests.Launchers;

/// <summary><c>./test</c> adds up every project's results, and lets nothing that went wrong pass.</summary>
public sealed class TestScriptTests : IDisposable
{
    readonly ScriptFolder _folder = new();

    public TestScriptTests()
    {
        Project("Hebb.Core.Tests", passed: 5, failed: 0, skipped: 1);
        Project("Hebb.OpTests", passed: 10, failed: 0, skipped: 0);
        Results("Hebb.OpTests-guarded", 3, 0, 0, 0);
        Results("Hebb.OpTests-portable", 2, 0, 0, 0);
        Results("Hebb.OpTests-avx2", 2, 0, 0, 0);
    }

    public void Dispose() => _folder.Dispose();

    void Project(string name, int passed, int failed, int skipped, int errors = 0)
    {
        _folder.Write($"tests/{name}/{name}.csproj", "");
        _folder.Write($"tests/{name}/bin/Release/net10.0/{name}.dll", "");
        Results(name, passed, failed, skipped, errors);
    }

    void Results(string name, int passed, int failed, int skipped, int errors) => Fake(name + ".xml", $"""
        <assemblies><assembly name="x" total="{passed + failed + skipped}" passed="{passed}" failed="{failed}" skipped="{skipped}" not-run="0" errors="{errors}">
        <test name="total=&quot;99&quot;"><reason><![CDATA[no data]]></reason></test></assembly></assemblies>
        """);

    void Fake(string name, string text) => File.WriteAllText(Path.Combine(_folder.Fake, name), text);

    Outcome Test(params string[] arguments) => _folder.Run("test", arguments);

    static int Isas(Outcome run) => run.Output.Contains("Hebb.OpTests-avx2") ? 2 : 1;

    [Fact]
    public void AddsUpProjectsPathsAndStyle()
    {
        Outcome run = Test();
        Assert.Equal($"{15 + 3 + (2 * Isas(run)) + 1} passed, 0 failed, 1 skipped", run.LastLine);
        Assert.Equal(0, run.Status);
        Assert.Contains("Hebb.Core.Tests: 5 passed, 0 failed, 1 skipped", run.Output);
        Assert.Contains("  1 skipped: no data", run.Output);
        Assert.Contains(_folder.Calls, c => c.EndsWith("-trait Isa=slice", StringComparison.Ordinal));
        Assert.Contains(_folder.Calls, c => c.EndsWith("-trait Memory=guarded", StringComparison.Ordinal));
        Assert.Contains(_folder.Calls, c => c.EndsWith("-trait- Memory=guarded", StringComparison.Ordinal));
        Assert.Single(_folder.Builds);
        Assert.DoesNotContain("RestoreLockedMode", _folder.Builds[0]);
    }

    [Fact]
    public void FailuresAreShownAndCounted()
    {
        Project("Hebb.Nn.Tests", passed: 3, failed: 2, skipped: 0);
        Fake("Hebb.Nn.Tests.output", "Hebb.Nn.Tests.LinearTests.Bias [FAIL]");
        Fake("Hebb.Nn.Tests.status", "1");
        Outcome run = Test();
        Assert.Equal(1, run.Status);
        Assert.Contains("LinearTests.Bias [FAIL]", run.Output);
        Assert.EndsWith(" passed, 2 failed, 1 skipped", run.LastLine);
    }

    [Theory]
    [InlineData("crash", "ended without results (exit status 134)")]
    [InlineData("late crash", "5 passed, 1 failed, 1 skipped")]
    [InlineData("error outside a test", "5 passed, 1 failed, 1 skipped")]
    [InlineData("not built", "not built: is its project in Hebb.slnx?")]
    public void WhatIsNoTestCountsAsOneFailure(string what, string expected)
    {
        switch (what)
        {
            case "crash":
                File.Delete(Path.Combine(_folder.Fake, "Hebb.Core.Tests.xml"));
                Fake("Hebb.Core.Tests.status", "134");
                Fake("Hebb.Core.Tests.output", "    A.First [STARTING]\n    A.Second [STARTING]\n    A.First [FINISHED] Time: 0.1s\nout of order");
                break;
            case "late crash": Fake("Hebb.Core.Tests.status", "139"); break;
            case "error outside a test": Project("Hebb.Core.Tests", 5, 0, 1, errors: 1); break;
            case "not built": File.Delete(_folder.At("tests/Hebb.Core.Tests/bin/Release/net10.0/Hebb.Core.Tests.dll")); break;
            default: throw new ArgumentOutOfRangeException(nameof(what));
        }

        Outcome run = Test();
        Assert.Contains($"Hebb.Core.Tests: {expected}", run.Output);
        Assert.Contains(" passed, 1 failed, ", run.LastLine);
        Assert.Equal(1, run.Status);
        Assert.Equal(what == "crash", run.Output.Contains("out of order\n  was running:    A.Second\n"));
        Assert.DoesNotContain("A.First", run.Output);
    }

    [Fact]
    public void StaleResultsDoNotCount()
    {
        Test();
        File.Delete(Path.Combine(_folder.Fake, "Hebb.Core.Tests.xml"));
        Assert.Contains(" passed, 1 failed, 0 skipped", Test().LastLine);
    }

    [Fact]
    public void StyleThatWouldChangeIsAFailure()
    {
        Outcome run = _folder.Run("test", [], ("FAKE_FORMAT", "2"));
        Assert.Equal(1, run.Status);
        Assert.Contains("dotnet format: run it", run.Output);
    }

    [Fact]
    public void BuildErrorsEndIt()
    {
        Outcome run = _folder.Run("test", [], ("FAKE_ERROR", "error CS1002: ; expected"));
        Assert.Equal("building…\nerror CS1002: ; expected\nthe build failed\n0 passed, 1 failed, 0 skipped\n", run.Output);
        Assert.Equal(1, run.Status);
    }

    [Fact]
    public void NoTestAtAllIsAFailure()
    {
        Results("Hebb.Core.Tests", 0, 0, 0, 0);
        Results("Hebb.OpTests", 0, 0, 0, 0);
        Outcome run = Test("--filter", "Nothing");
        Assert.Equal("0 passed, 0 failed, 0 skipped", run.LastLine);
        Assert.Equal(1, run.Status);
    }

    [Theory]
    [InlineData("Linear", "-method *Linear*")]
    [InlineData("/*/*/LinearTests/*", "-filter /*/*/LinearTests/*")]
    public void FilterGoesToEveryProjectAndLeavesTheOtherChecksOut(string filter, string expected)
    {
        Outcome run = Test("--filter", filter);
        Assert.Equal("15 passed, 0 failed, 1 skipped", run.LastLine);
        Assert.Equal(2, _folder.Calls.Count(c => c.EndsWith(expected, StringComparison.Ordinal)));
    }

    [Fact]
    public void CiRestoresWhatTheLockFilesSay()
    {
        Assert.Equal(0, _folder.Run(".ci/run", []).Status);
        Assert.Contains("-p:RestoreLockedMode=true", Assert.Single(_folder.Builds));
    }

    [Fact]
    public void UnknownOptionIsBadUsage() => Assert.Equal(2, Test("--fast").Status);
}
