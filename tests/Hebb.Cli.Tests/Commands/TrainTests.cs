using System.Text.Json;

namespace Hebb.Cli.Tests.Commands;

/// <summary>Training from the command line, in runs of a moment.</summary>
public sealed class TrainTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void LeavesARunFolderAndOneJsonLine()
    {
        string output = _cli.Succeed(["train", "cnn-digits", .. Cli.Tiny, "--seed", "7", "--out", "run", "--json"]);
        var json = Cli.Json(output);
        Assert.Equal(["recipe", "metric", "value", "seconds", "run"], json.EnumerateObject().Select(p => p.Name));
        Assert.Equal("cnn-digits", json.GetProperty("recipe").GetString());
        Assert.Equal("accuracy", json.GetProperty("metric").GetString());
        Assert.InRange(json.GetProperty("value").GetDouble(), 0, 1);
        Assert.True(json.GetProperty("seconds").GetDouble() > 0);
        Assert.Equal("run", json.GetProperty("run").GetString());
        Assert.Contains("\nepoch 2/2  loss ", output);

        var manifest = _cli.Manifest("run");
        Assert.Equal("completed", manifest.GetProperty("status").GetString());
        Assert.Equal(7, manifest.GetProperty("seed").GetInt32());
        Assert.Equal(96, manifest.GetProperty("config").GetProperty("samples").GetInt32());
        Assert.Equal("CC BY 4.0", manifest.GetProperty("data")[0].GetProperty("licence").GetString());
        Assert.Equal("6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", manifest.GetProperty("data")[0].GetProperty("sha256").GetString());
        Assert.Equal(json.GetProperty("value").GetDouble(), manifest.GetProperty("metrics").GetProperty("test_accuracy").GetDouble(), 6);
        Assert.Equal("hebb train cnn-digits", string.Join(' ', manifest.GetProperty("command_line").EnumerateArray().Take(3)));
        Assert.Equal(2, File.ReadLines(_cli.At("run", "metrics.jsonl")).Count(l => JsonDocument.Parse(l).RootElement.GetProperty("kind").ValueEquals("epoch")));
        foreach (string file in (string[])["config.json", "model.hebb", "report.html", Path.Combine("pictures", "7.png")]) Assert.True(File.Exists(_cli.At("run", file)), file);
        Assert.NotEmpty(Directory.GetFiles(_cli.At("run", "checkpoints")));
    }

    [Fact]
    public void SameCommandGivesSameBitsAtAnyNumberOfThreads()
    {
        string[] train = ["train", "cnn-digits", .. Cli.Tiny, "--out"];
        _cli.Succeed([("HEBB_THREADS", "1")], [.. train, "one"]);
        _cli.Succeed([("HEBB_THREADS", "2")], [.. train, "two"]);
        _cli.Succeed([("HEBB_THREADS", "2")], [.. train, "again"]);
        _cli.Succeed([("HEBB_THREADS", "2")], [.. train, "seed", "--seed", "2"]);
        Assert.Equal(_cli.Weights("one"), _cli.Weights("two"));
        Assert.Equal(_cli.Weights("two"), _cli.Weights("again"));
        Assert.NotEqual(_cli.Weights("two"), _cli.Weights("seed"));
    }

    [Fact]
    public void RunsGoIntoAFolderOfTheirOwn()
    {
        string first = Cli.Json(_cli.Succeed(["train", "cnn-digits", .. Cli.Tiny, "--json"])).GetProperty("run").GetString()!;
        Assert.Matches(@"^runs.cnn-digits-\d{8}-\d{6}$", first);
        _cli.Succeed(["train", "cnn-digits", .. Cli.Tiny]);
        string output = _cli.Succeed("runs", "--json");
        Assert.Equal(2, Cli.Json(output).GetProperty("runs").GetArrayLength());
        Assert.Matches($@"(?m)^{first} +cnn-digits +completed +\d+\.\d\d % +1 +\d", output);
        Assert.Equal(2, Directory.GetFileSystemEntries(_cli.At("runs")).Length);
    }

    [Fact]
    public void RunsWithoutRunsSaysHowToMakeOne() => Assert.StartsWith("no runs in runs; `", _cli.Succeed("runs"));

    [Fact]
    public void TakenOrUnusableFoldersAreRefused()
    {
        File.WriteAllText(_cli.At("file"), "");
        Directory.CreateDirectory(_cli.At("full"));
        File.WriteAllText(_cli.At("full", "letter"), "dear reader");
        Assert.EndsWith("full is not empty: choose another folder for the run", _cli.Fail(1, ["train", "cnn-digits", .. Cli.Tiny, "--out", "full"]));
        Assert.StartsWith("the run folder " + Path.Combine("file", "run") + " can't be made: ", _cli.Fail(1, ["train", "cnn-digits", .. Cli.Tiny, "--out", "file/run"]));
        Assert.StartsWith("the run folder ", _cli.Fail(1, ["train", "cnn-digits", .. Cli.Tiny, "--out", "file"]));
        Assert.Equal("dear reader", File.ReadAllText(_cli.At("full", "letter")));
        Assert.Equal(["cache", "file", "full"], Directory.GetFileSystemEntries(_cli.At()).Select(Path.GetFileName).Append("cache").Distinct().Order());
    }

    [Fact]
    public void MissingDataSayHowToGetThem() => Assert.Equal(
        $"mnist: train-images-idx3-ubyte.gz is missing: HEBB_DATA is not set, not in {_cli.At("cache", "hebb", "data", "mnist")}; "
        + "run `hebb data get mnist`, or set HEBB_DATA to the folder that has mnist/",
        _cli.Fail(1, "train", "mlp-mnist", "--out", "run"));

    [Fact]
    public void FullDiskIsOneLine()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a POSIX shell");
        // No file may grow past 64 KiB. Without W^X .NET itself needs no file of its own.
        const string script = "trap '' XFSZ; ulimit -f 128; exec dotnet \"$HEBB\" train cnn-digits --epochs 2 --set samples=96 --out run";
        using var process = _cli.Start("/bin/sh", ["-c", script], [("DOTNET_EnableWriteXorExecute", "0")]);
        var outcome = Launchers.ScriptFolder.End(process);
        Assert.Equal(1, outcome.Status);
        Assert.StartsWith("hebb: the checkpoint of step 2 can't be written to ", outcome.Errors);
        Assert.Single(outcome.Errors.TrimEnd('\n').Split('\n'));
    }

    [Fact]
    public void NaNLossIsOneLine() =>
        Assert.Contains("loss", _cli.Fail(1, "train", "cnn-digits", "--epochs", "9", "--out", "run", "--set", "lr=100", "samples=96", "batch=16", "warmup=0", "weight-decay=100"));
}
