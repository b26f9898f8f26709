using System.Diagnostics;
using Hebb.Cli.Tests.Launchers;

namespace Hebb.Cli.Tests.Commands;

/// <summary>Runs that end before their time and go on: to the weights of the run that was never stopped.</summary>
public sealed class ResumeTests : IDisposable
{
    static readonly string[] Train = ["train", "cnn-digits", "--epochs", "3", "--set", "samples=640", "batch=16", "--out"];

    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void KilledRunsResumeToTheSameBits()
    {
        var watch = Stopwatch.StartNew();
        _cli.Succeed([.. Train, "whole"]);
        double whole = watch.Elapsed.TotalMilliseconds;
        string expected = _cli.Weights("whole");
        var random = new Random(20260301);
        int kills = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" ? 20 : 5, early = 0;
        for (int i = 0; i < kills; i++)
        {
            string run = $"killed-{i}";
            using (Process process = _cli.Start([], [.. Train, run]))
            {
                // The first in the start of the program, the others anywhere.
                Thread.Sleep((int)(whole * (i + random.NextDouble()) / kills));
                process.Kill();
                process.WaitForExit();
            }
            if (!Directory.Exists(_cli.At(run)))
            {
                early++;
                Assert.Equal($"train: --resume {run}: there is no such folder", _cli.Fail(2, "train", "--resume", run));
                continue;
            }
            _cli.Succeed("train", "--resume", run);
            Assert.Equal(expected, _cli.Weights(run));
            Assert.Equal(_cli.MetricsOf("whole"), _cli.MetricsOf(run));
        }
        Assert.True(early < kills, "every run was killed before it began");
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public void InterruptedRunsSaveAndSayHowToGoOn(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs POSIX signals");
        string[] train = ["train", "cnn-digits", "--epochs", "40", "--set", "samples=200", "batch=16", "--out"];
        // Who runs the tests in the background has them ignore SIGINT, and so has every program that they start, unless told otherwise.
        string[] listening = OperatingSystem.IsLinux() ? ["env", "--default-signal=INT"] : ["perl", "-e", "$SIG{INT} = 'DEFAULT'; exec @ARGV"];
        using Process process = _cli.Start(listening[0], [.. listening[1..], "dotnet", Path.Combine(AppContext.BaseDirectory, "hebb.dll"), .. train, "a run"], []);
        string? line;
        do line = process.StandardOutput.ReadLine();
        while (line is not null && !line.StartsWith("epoch ", StringComparison.Ordinal));
        using (Process kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"])) kill.WaitForExit();
        Outcome outcome = ScriptFolder.End(process);
        Assert.Equal(130, outcome.Status);
        Assert.Matches(@"^hebb: interrupted and saved; go on with: dotnet \S+hebb\.dll train --resume 'a run'\n$", outcome.Errors);
        Assert.Equal("interrupted", _cli.Manifest("a run").GetProperty("status").GetString());
        Assert.StartsWith("a run has no model yet: go on with `", _cli.Fail(1, "predict", "a run", "picture.png"));
        Assert.StartsWith("a run did not come to its end", _cli.Fail(1, "reproduce", "a run"));

        // The line is for a shell.
        using Process resumed = _cli.Start("/bin/sh", ["-c", outcome.Errors.Split("go on with: ")[1]], []);
        Assert.Equal(0, ScriptFolder.End(resumed).Status);
        _cli.Succeed([.. train, "whole"]);
        Assert.Equal(_cli.Weights("whole"), _cli.Weights("a run"));
        Assert.Equal(1, _cli.Manifest("a run").GetProperty("resumed").GetArrayLength());
    }

    [Fact]
    public void RunWithoutACheckpointStartsOver()
    {
        _cli.Succeed([.. Train, "run"]);
        string expected = _cli.Weights("run");
        Directory.Delete(_cli.At("run", "checkpoints"), recursive: true);
        File.Delete(_cli.At("run", "model.hebb"));
        Assert.StartsWith("run has no checkpoint: starting over\n", _cli.Succeed("train", "--resume", "run"));
        Assert.Equal(expected, _cli.Weights("run"));
        Assert.True(File.Exists(_cli.At("run", "model.hebb")));
    }

    [Fact]
    public void DamagedCheckpointFallsBackToTheOneBefore()
    {
        _cli.Succeed([.. Train, "run"]);
        string expected = _cli.Weights("run");
        string newest = Directory.GetFiles(_cli.At("run", "checkpoints")).Max()!;
        File.WriteAllBytes(newest, File.ReadAllBytes(newest)[..^1000]);
        var outcome = _cli.Run("train", "--resume", "run");
        Assert.Equal(0, outcome.Status);
        Assert.Contains("falling back to an older checkpoint", outcome.Errors);
        Assert.Contains("going on with run after step 72", outcome.Output);
        Assert.Equal(expected, _cli.Weights("run"));
    }

    [Fact]
    public void ResumedRunKeepsItsChoices()
    {
        _cli.Succeed(["train", "cnn-digits", .. Cli.Tiny, "--out", "run"]);
        Assert.Equal("train: --resume nowhere: there is no such folder", _cli.Fail(2, "train", "--resume", "nowhere"));
        Assert.Equal("train: run has seed 1; a resumed run keeps its seed", _cli.Fail(2, "train", "--resume", "run", "--seed", "2"));
        Assert.Equal("train: run has epochs=2; a resumed run keeps its settings", _cli.Fail(2, "train", "--resume", "run", "--epochs", "3"));
        Assert.Equal("train: run is a run of cnn-digits, not of mlp-mnist", _cli.Fail(2, "train", "mlp-mnist", "--resume", "run"));
        Assert.Equal("train: --out and --resume exclude each other: a resumed run stays in its folder", _cli.Fail(2, "train", "--resume", "run", "--out", "other"));
        Assert.Contains("going on with run", _cli.Succeed("train", "cnn-digits", "--resume", "run", "--epochs", "2", "--seed", "1"));
        Directory.CreateDirectory(_cli.At("empty"));
        Assert.EndsWith("empty is no run: it has no manifest.json", _cli.Fail(1, "train", "--resume", "empty"));
    }
}
