using System.Diagnostics;

namespace Hebb.Cli.Tests.Launchers;

/// <summary><c>./hebb</c> builds when sources changed, only then, and runs the program as if it were called itself.</summary>
public sealed class HebbScriptTests : IDisposable
{
    readonly ScriptFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    Outcome Hebb(params string[] arguments) => _folder.Run("hebb", arguments);

    [Fact]
    public void FirstRunBuildsWithOneLine()
    {
        Outcome first = Hebb();
        Assert.Equal("building Hebb (first run, about a minute)…\n", first.Errors);
        Assert.StartsWith("ran one ", first.Output);
        Assert.Single(_folder.Builds);
    }

    [Fact]
    public void NothingChangedMeansNoBuildAndNoWord()
    {
        Hebb();
        Outcome second = Hebb();
        Assert.Equal("", second.Errors);
        Assert.Equal(0, second.Status);
        Assert.Single(_folder.Builds);
    }

    [Fact]
    public void ArgumentsFolderStatusAndProcessAreThePrograms()
    {
        Hebb();
        Outcome run = _folder.Run("hebb", ["train", "two words", "", "$HOME", "*"], ("FAKE_STATUS", "7"));
        string callersFolder = Path.GetDirectoryName(_folder.Root)!;
        // macOS reaches its temporary folder through a symlink.
        Assert.Matches($"^ran one as {run.ProcessId} in .*{callersFolder}\n", run.Output);
        Assert.EndsWith("\n[train]\n[two words]\n[]\n[$HOME]\n[*]\n", run.Output);
        Assert.Equal(7, run.Status);
    }

    public static TheoryData<string, bool> Changes => new()
    {
        { "edit", true },
        { "edit of a property file", true },
        { "new file", true },
        { "new folder", true },
        { "new benchmark", true },
        { "deleted file", true },
        { "renamed file", true },
        { "older file moved in", true },
        { "older file restored", true },
        { "deleted output", true },
        { "build folders", false },
        { "editor's files", false },
        { "files outside the sources", false },
    };

    [Theory]
    [MemberData(nameof(Changes))]
    public void BuildsAfter(string change, bool builds)
    {
        var old = new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Hebb();
        switch (change)
        {
            case "edit": _folder.Write("src/Hebb.Cli/Program.cs", "two"); break;
            case "edit of a property file": _folder.Write("Directory.Build.props", "prop2"); break;
            case "new file": _folder.Write("src/Hebb.Cli/New.cs", ""); break;
            case "new folder": _folder.Write("recipes/new.cs", ""); break;
            case "new benchmark": _folder.Write("benchmarks/new.cs", ""); break;
            case "deleted file": File.Delete(_folder.At("src/Hebb.Cli/Other.cs")); break;
            case "renamed file": File.Move(_folder.At("src/Hebb.Cli/Other.cs"), _folder.At("src/Hebb.Cli/Another.cs")); break;
            case "older file moved in":
                _folder.Write("kept.cs", "kept");
                File.SetLastWriteTimeUtc(_folder.At("kept.cs"), old);
                File.Move(_folder.At("kept.cs"), _folder.At("src/Hebb.Cli/Kept.cs"));
                break;
            case "older file restored":
                _folder.Write("src/Hebb.Cli/Other.cs", "OTHER");
                File.SetLastWriteTimeUtc(_folder.At("src/Hebb.Cli/Other.cs"), old);
                break;
            case "deleted output": Directory.Delete(_folder.At("artifacts"), recursive: true); break;
            case "build folders":
                _folder.Write("src/Hebb.Cli/obj/x.cs", "");
                _folder.Write("src/Hebb.Core/bin/x.cs", "");
                break;
            case "editor's files":
                _folder.Write("src/Hebb.Cli/.Program.cs.swp", "");
                _folder.Write("src/Hebb.Cli/Program.cs~", "");
                break;
            case "files outside the sources": _folder.Write("docs/x.md", ""); break;
            default: throw new ArgumentOutOfRangeException(nameof(change));
        }

        Outcome run = Hebb();
        Assert.Equal(builds ? 2 : 1, _folder.Builds.Length);
        Assert.StartsWith(change == "edit" ? "ran two " : "ran one ", run.Output);
        Hebb();
        Assert.Equal(builds ? 2 : 1, _folder.Builds.Length);
    }

    [Fact]
    public void EditDuringABuildIsBuiltNext()
    {
        using (Process slow = _folder.Start("hebb", [], ("FAKE_SECONDS", "1")))
        {
            Assert.True(SpinWait.SpinUntil(() => _folder.Builds.Length == 1, TimeSpan.FromSeconds(30)));
            _folder.Write("src/Hebb.Cli/Other.cs", "OTHER");
            ScriptFolder.End(slow);
        }

        Hebb();
        Assert.Equal(2, _folder.Builds.Length);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WorksThroughSymlinks(bool absolute)
    {
        string target = absolute ? _folder.At("hebb") : "../a repository/hebb";
        File.CreateSymbolicLink(Path.Combine(_folder.Fake, "hebb"), target);
        File.CreateSymbolicLink(Path.Combine(_folder.Fake, "h"), "hebb");
        Outcome run = _folder.Run("../fake/h", ["x"]);
        Assert.EndsWith("[x]\n", run.Output);
    }

    [Fact]
    public void TooOldSdkIsOneLine()
    {
        Outcome run = _folder.Run("hebb", [], ("FAKE_NO_SDK", "1"));
        Assert.Equal(1, run.Status);
        Assert.Equal("hebb: the .NET 10 SDK is needed: install it from https://dotnet.microsoft.com/download/dotnet/10.0\n", run.Errors);
        Assert.Empty(_folder.Builds);
    }

    [Fact]
    public void BuildErrorsAreShownOnceAndTriedAgain()
    {
        Outcome broken = _folder.Run("hebb", [], ("FAKE_ERROR", "Program.cs(1,1): error CS1002: ; expected"));
        Assert.Equal(1, broken.Status);
        Assert.Equal("building Hebb (first run, about a minute)…\nProgram.cs(1,1): error CS1002: ; expected\n", broken.Errors);
        Assert.Equal("", broken.Output);
        Assert.StartsWith("ran one ", Hebb().Output);
        Assert.Equal(2, _folder.Builds.Length);
    }

    [Fact]
    public void FailedBuildLeavesTheLastProgramButDoesNotRunIt()
    {
        Hebb();
        _folder.Write("src/Hebb.Cli/Program.cs", "broken");
        Outcome broken = _folder.Run("hebb", [], ("FAKE_ERROR", "error"));
        Assert.Equal("", broken.Output);
        Assert.Equal(1, broken.Status);
    }

    [Fact]
    public void ConcurrentCallersShareOneBuild()
    {
        Process[] callers = [.. Enumerable.Range(0, 4).Select(_ => _folder.Start("hebb", [], ("FAKE_SECONDS", "1")))];
        foreach (Process caller in callers)
        {
            Outcome run = ScriptFolder.End(caller);
            Assert.Equal(0, run.Status);
            Assert.StartsWith("ran one ", run.Output);
            caller.Dispose();
        }

        Assert.Single(_folder.Builds);
    }

    [Fact]
    public void RunningProgramKeepsItsFilesThroughANewBuild()
    {
        Hebb();
        string published = File.ReadAllText(_folder.At("artifacts/launcher/current")).Trim();
        _folder.Write("src/Hebb.Cli/Program.cs", "two");
        Assert.StartsWith("ran two ", Hebb().Output);
        Assert.Equal("one", File.ReadAllText(_folder.At($"artifacts/launcher/{published}/hebb.dll")));
    }

    [Fact]
    public void OldBuildsGoUnlessTheyRun()
    {
        using Process sleeper = Process.Start("sleep", "60");
        foreach (string name in (string[])["build-used", "build-unused", "build-young"])
        {
            _folder.Write($"artifacts/launcher/{name}/hebb.dll", "old");
        }

        _folder.Write($"artifacts/launcher/build-used/.used-by-{sleeper.Id}", "");
        Directory.SetLastWriteTimeUtc(_folder.At("artifacts/launcher/build-used"), DateTime.UtcNow.AddHours(-2));
        Directory.SetLastWriteTimeUtc(_folder.At("artifacts/launcher/build-unused"), DateTime.UtcNow.AddHours(-2));
        Hebb();
        sleeper.Kill();
        Assert.True(Directory.Exists(_folder.At("artifacts/launcher/build-used")));
        Assert.True(Directory.Exists(_folder.At("artifacts/launcher/build-young")));
        Assert.False(Directory.Exists(_folder.At("artifacts/launcher/build-unused")));
    }

    [Fact]
    public void BuildThatWasCutShortIsMadeAnew()
    {
        Hebb();
        _folder.Write("artifacts/launcher/building", "");
        _folder.Write("src/Hebb.Cli/Program.cs", "two");
        Hebb();
        Hebb();
        Assert.Equal(2, _folder.Builds.Length);
        Assert.DoesNotContain("--no-incremental", _folder.Builds[0]);
        Assert.Contains("--no-incremental", _folder.Builds[1]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("/nowhere")]
    public void WorksWithoutAHome(string? home)
    {
        Outcome run = _folder.Run("hebb", ["x"], ("HOME", home));
        Assert.Equal(0, run.Status);
        Assert.EndsWith("[x]\n", run.Output);
        Assert.True(Directory.Exists(_folder.At("artifacts/home")));
    }
}
