using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hebb.Data;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hebb.Training.Tests;

public class RunFolderTests
{
    [Fact]
    public void TheManifestTellsEverything()
    {
        using var folder = new TemporaryFolder();
        float[] weights;
        History history;
        using (var run = RunFolder.CreateIn(folder.Root, new RunManifest { Id = "", Recipe = "tiny", Config = new JsonObject { ["lr"] = 0.01 }, Data = [DataRecord.Of(Catalog.Find("digits"))] }))
        {
            Assert.Equal(RunStatus.Running, RunFolder.Read(run.Root).Status);
            (weights, history) = Fit(run, 3, seed: 5);
            Assert.Equal(Path.Combine(run.Root, "checkpoints"), run.Checkpoints);
        }
        var (path, manifest) = Assert.Single(RunFolder.List(folder.Root));
        Assert.Matches(@"^\d{8}-\d{6}-tiny$", manifest.Id);
        Assert.Equal(manifest.Id, Path.GetFileName(path));
        Assert.Equal(RunStatus.Completed, manifest.Status);
        Assert.Equal(5ul, manifest.Seed);
        Assert.Equal("6ebb3d2fee246a4e99363262ddf8a00a3c41bee6014c373ed9d9216ba7f651b8", manifest.Data[0].Sha256);
        Assert.Equal("CC BY 4.0", manifest.Data[0].Licence);
        Assert.Contains(manifest.Isa, new[] { "avx512", "avx2", "portable" });
        Assert.True(manifest.Threads >= 1 && manifest.CommandLine.Count >= 1 && manifest.Machine!.Cores >= 1);
        Assert.True(manifest.Ended >= manifest.Started && manifest.Seconds > 0);
        Assert.Equal(history[^1]["loss"], manifest.Metrics["loss"]);
        Assert.Matches("^[0-9a-f]{64}$", manifest.WeightsSha256);
        Assert.Equal(0.01, JsonNode.Parse(File.ReadAllText(Path.Combine(path, "config.json")))!["lr"]!.GetValue<double>());
        Assert.Equal(0.01, manifest.Config["lr"]!.GetValue<double>());

        var model = TinyData.Model();
        model.LoadStateDict(Checkpoint.Load(Path.Combine(path, "checkpoints", "step-0000000015.safetensors")).Model);
        Assert.Equal(StateHash.Of(model), manifest.WeightsSha256);
        Assert.Equal(weights, TinyData.Weights(model));
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(path, "manifest.json")));
        Assert.Equal("completed", json.RootElement.GetProperty("status").GetString());
        Assert.Equal(1, json.RootElement.GetProperty("format").GetInt32());
    }

    [Fact]
    public void ResultsOfLaterMeasurementsAreAdded()
    {
        using var folder = new TemporaryFolder();
        using var run = RunFolder.Create(folder["a"], new RunManifest { Id = "a" });
        Fit(run, 1);
        run.Complete(new Dictionary<string, double> { ["test_accuracy"] = 0.5, ["loss"] = 1 });
        Assert.Equal((0.5, 1), (run.Manifest.Metrics["test_accuracy"], run.Manifest.Metrics["loss"]));
        Assert.True(run.Manifest.Metrics.ContainsKey("accuracy"));
    }

    [Theory]
    [InlineData(13)]
    [InlineData(6)]
    [InlineData(20)]
    public void MetricsOfAnInterruptedRunAreThoseOfAWholeOne(int death)
    {
        using var folder = new TemporaryFolder();
        string[] whole, parts;
        using (var run = RunFolder.Create(folder["whole"], new RunManifest { Id = "whole" }))
        {
            Fit(run, 5);
            whole = Lines(run);
        }
        using (var run = RunFolder.Create(folder["parts"], new RunManifest { Id = "parts" }))
        {
            Assert.Throws<InvalidTimeZoneException>(() => Fit(run, 5, die: death));
            Assert.Equal(RunStatus.Failed, run.Manifest.Status);
            // A process that is killed may leave half a line.
            File.AppendAllText(run.MetricsFile, "{\"kind\":\"st");
        }
        using (var run = RunFolder.Open(folder["parts"]))
        {
            Fit(run, 5, resume: true);
            parts = Lines(run);
            Assert.Equal(RunStatus.Completed, run.Manifest.Status);
            Assert.Single(run.Manifest.Resumed);
            Assert.Null(run.Manifest.Error);
            Assert.Equal(RunFolder.Read(folder["whole"]).WeightsSha256, run.Manifest.WeightsSha256);
        }
        Assert.Equal(3 + 5, whole.Length);
        Assert.Equal(whole, parts);

        static string[] Lines(RunFolder run) => [.. File.ReadAllLines(run.MetricsFile).Select(line =>
        {
            var json = JsonNode.Parse(line)!.AsObject();
            json.Remove("seconds");
            return json.ToJsonString();
        })];
    }

    [Fact]
    public void CancelledRunsAreInterrupted()
    {
        using var folder = new TemporaryFolder();
        using var run = RunFolder.Create(folder["a"], new RunManifest { Id = "a" });
        using var cancel = new CancellationTokenSource();
        Assert.Throws<OperationCanceledException>(() => Fit(run, 5, callback: new Steps((_, _) => cancel.Cancel()), cancel: cancel.Token));
        Assert.Equal(RunStatus.Interrupted, run.Manifest.Status);
        Assert.Equal(RunStatus.Interrupted, RunFolder.Read(folder["a"]).Status);
    }

    [Fact]
    public void OneProcessAtATime()
    {
        using var folder = new TemporaryFolder();
        using (var run = RunFolder.Create(folder["a"], new RunManifest { Id = "a" }))
            Assert.Contains("in use by another process", Assert.Throws<HebbException>(() => RunFolder.Open(folder["a"])).Message);
        // Nobody holds it any more, yet it still calls itself running.
        Assert.Equal(RunStatus.Interrupted, RunFolder.Read(folder["a"]).Status);
        RunFolder.Open(folder["a"]).Dispose();
    }

    [Fact]
    public void FoldersThatAreNoRunsAreNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Assert.Contains("is no run", Assert.Throws<HebbException>(() => RunFolder.Open(folder.Root)).Message);
        Assert.Contains("is not empty", Assert.Throws<HebbException>(() => RunFolder.Create(folder.Root, new RunManifest { Id = "a" })).Message);
        Assert.Contains("can't be used", Assert.Throws<HebbException>(() => RunFolder.Create(folder["file/a"], new RunManifest { Id = "a" })).Message);
        RunFolder.Create(folder["a"], new RunManifest { Id = "a" }).Dispose();
        Assert.Contains("another run", Assert.Throws<HebbException>(() => RunFolder.Create(folder["a"], new RunManifest { Id = "a" })).Message);
        File.WriteAllText(folder["a/manifest.json"], "{\"id\":");
        Assert.Contains("is no manifest", Assert.Throws<FormatException>(() => RunFolder.Open(folder["a"])).Message);
        Assert.Empty(RunFolder.List(folder.Root));
        File.WriteAllText(folder["a/manifest.json"], "{\"id\":\"a\",\"format\":9}");
        Assert.Contains("format 9", Assert.Throws<FormatException>(() => RunFolder.Read(folder["a"])).Message);
        Assert.Empty(RunFolder.List(folder["none"]));
    }

    [Fact]
    public void CodeIsThatOfTheRepository()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["repo/project/bin"]);
        Assert.Null(CodeVersion.Read(folder["repo/project/bin"]).Revision);
        Git("init", "-q");
        File.WriteAllText(folder["repo/project/packages.lock.json"], "{}");
        Git("add", ".");
        Git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "a");
        var clean = CodeVersion.Read(folder["repo/project/bin"]);
        Assert.Matches("^[0-9a-f]{40}$", clean.Revision);
        Assert.False(clean.Dirty);
        Assert.Equal("44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a", clean.LockFileSha256);
        Assert.StartsWith("0.", clean.Version);
        File.WriteAllText(folder["repo/new.cs"], "");
        Assert.True(CodeVersion.Read(folder["none"], folder["repo/project/bin"]).Dirty);

        void Git(params string[] arguments)
        {
            using var process = Process.Start("git", ["-C", folder["repo"], .. arguments])!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
        }
    }

    [Fact]
    public void EnergyCountersMayWrap()
    {
        using var folder = new TemporaryFolder();
        foreach (string zone in new[] { "intel-rapl:0", "intel-rapl:0:0", "intel-rapl:1" })
        {
            Directory.CreateDirectory(folder[zone]);
            File.WriteAllText(folder[zone + "/energy_uj"], "900\n");
            File.WriteAllText(folder[zone + "/max_energy_range_uj"], "1000\n");
        }
        var meter = new EnergyMeter(folder.Root);
        File.WriteAllText(folder["intel-rapl:0/energy_uj"], "100\n");
        File.WriteAllText(folder["intel-rapl:1/energy_uj"], "950\n");
        Assert.Equal(250e-6, meter.Joules!.Value, 1e-12);
        Assert.Null(new EnergyMeter(folder["none"]).Joules);
    }

    [Fact]
    public void DataInMemoryHaveAFingerprint()
    {
        var (one, same, other) = (DataRecord.Of(TinyData.Classes(), "CC0"), DataRecord.Of(TinyData.Classes(), "CC0"), DataRecord.Of(TinyData.Classes(seed: 1), "CC0"));
        Assert.Equal(one, same);
        Assert.NotEqual(one.Sha256, other.Sha256);
        Assert.Equal("tiny", one.Name);
    }

    private static (float[] Weights, History History) Fit(
        RunFolder run, int epochs, ulong seed = 1, int die = 0, bool resume = false, Callback? callback = null, CancellationToken cancel = default)
    {
        var model = TinyData.Model(seed);
        callback ??= new Steps((_, s) =>
        {
            if (s.Step == die)
                throw new InvalidTimeZoneException();
        });
        var options = new TrainerOptions { Run = run, Logger = NullLogger.Instance, Callbacks = [callback], ClipNorm = 1 };
        var trainer = new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy, options);
        if (resume)
            Assert.NotNull(trainer.Resume());
        var history = trainer.Fit(TinyData.Classes().Batches(10, shuffle: true), epochs, cancellationToken: cancel);
        return (TinyData.Weights(model), history);
    }
}
