using Hebb.Data;
using Microsoft.Extensions.Logging;

namespace Hebb.Training.Tests;

public class CheckpointTests
{
    [Fact]
    public void TheLastTwoAreKept()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 4);
        Assert.Equal(["step-0000000015.safetensors", "step-0000000020.safetensors"], Names(folder.Root));
        var checkpoint = Checkpoint.Load(folder["step-0000000015.safetensors"]);
        Assert.Equal((15, 4), (checkpoint.Step, checkpoint.Epoch));
        Assert.Equal(3, checkpoint.History.Count);
        Assert.Equal(["0.weight", "0.bias", "3.weight", "3.bias"], TinyData.Model().StateDictNames().Where(checkpoint.Model.ContainsKey));
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("flipped weight")]
    [InlineData("flipped header")]
    [InlineData("other")]
    public void DamagedNewestFallsBackToTheOlder(string damage)
    {
        using var folder = new TemporaryFolder();
        float[] whole = Fit(folder.Root, epochs: 4);
        string newest = folder["step-0000000020.safetensors"];
        byte[] bytes = File.ReadAllBytes(newest);
        switch (damage)
        {
            case "cut":
                bytes = bytes[..^1];
                break;
            case "empty":
                bytes = [];
                break;
            case "flipped weight":
                bytes[^5] ^= 1;
                break;
            case "flipped header":
                bytes[bytes.AsSpan().IndexOf("learning_rate"u8)] ^= 1;
                break;
            default:
                Safetensors.Save(newest, new Dictionary<string, Tensor> { ["x"] = Tensor.Ones([2]) });
                bytes = File.ReadAllBytes(newest);
                break;
        }
        File.WriteAllBytes(newest, bytes);
        var log = new ListLogger();
        Assert.Equal(whole, Fit(folder.Root, epochs: 4, resume: true, log: log));
        string warning = Assert.Single(log.Lines, l => l.StartsWith("Warning", StringComparison.Ordinal));
        Assert.Contains("step-0000000020", warning);
        Assert.DoesNotContain('\n', warning);
        Assert.True(File.Exists(newest + ".damaged"));
        Assert.Equal(["step-0000000015.safetensors", "step-0000000020.safetensors"], Names(folder.Root));
    }

    [Fact]
    public void AllDamagedIsAnError()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 2);
        foreach (string file in Directory.GetFiles(folder.Root))
            File.WriteAllBytes(file, [1, 2, 3]);
        Assert.Contains("no checkpoint", Assert.Throws<CheckpointException>(() => Fit(folder.Root, epochs: 2, resume: true)).Message);
    }

    [Fact]
    public void NewerFormatsAreRefusedNotSetAside()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 1);
        string file = folder["step-0000000005.safetensors"];
        var (tensors, metadata) = Safetensors.Load(file);
        Safetensors.Save(file, tensors, metadata.ToDictionary(m => m.Key, m => m.Value.Replace("\"format\":1", "\"format\":2", StringComparison.Ordinal)));
        Assert.Contains("format 2", Assert.Throws<CheckpointException>(() => Fit(folder.Root, epochs: 1, resume: true)).Message);
        Assert.True(File.Exists(file));
    }

    [Fact]
    public void NothingThereMeansAFreshStart()
    {
        using var folder = new TemporaryFolder();
        Assert.Equal(Fit(null, epochs: 2), Fit(folder["new"], epochs: 2, resume: true));
        Assert.Throws<CheckpointException>(() => Trainer(null, null).Resume());
    }

    [Fact]
    public void RunsDoNotMix()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 1);
        Assert.Contains("another run", Assert.Throws<CheckpointException>(() => Fit(folder.Root, epochs: 1)).Message);
    }

    [Fact]
    public void LongerRunsMayGoOn()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 2);
        var log = new ListLogger();
        Assert.Equal(Fit(null, epochs: 5), Fit(folder.Root, epochs: 5, resume: true, log: log));
        Assert.Contains(log.Lines, l => l.Contains("now 5 are asked for", StringComparison.Ordinal));
    }

    [Fact]
    public void OtherModelsDataAndSettingsAreRefused()
    {
        using var folder = new TemporaryFolder();
        Fit(folder.Root, epochs: 1);
        var data = TinyData.Classes();
        var other = new Trainer(new Sequential(new Linear(5)), new AdamW(lr: 0.01), Losses.CrossEntropy, Options(folder.Root, null));
        other.Resume();
        Assert.Contains("3.weight", Assert.Throws<CheckpointException>(() => other.Fit(data.Batches(10), 2)).Message);
        var sgd = new Trainer(TinyData.Model(), new SGD(lr: 0.01), Losses.CrossEntropy, Options(folder.Root, null));
        sgd.Resume();
        Assert.Throws<CheckpointException>(() => sgd.Fit(data.Batches(10), 2));
        var trainer = Trainer(folder.Root, null);
        trainer.Resume();
        Assert.Contains("batches of 10", Assert.Throws<CheckpointException>(() => trainer.Fit(data.Batches(7), 2)).Message);
    }

    [Fact]
    public void LeftoversOfInterruptedWritesGo()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[".step-0000000001.safetensors.123.abc.tmp"], "part");
        Fit(folder.Root, epochs: 1);
        Assert.Equal(["step-0000000005.safetensors"], Names(folder.Root));
    }

    [Fact]
    public void FoldersThatCannotBeAreRefusedBeforeTraining()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        int steps = 0;
        var options = Options(folder["file/inside"], null) with { Callbacks = [new Steps((_, _) => steps++)] };
        var error = Assert.Throws<CheckpointException>(() => new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, options).Fit(TinyData.Classes().Batches(10), 1));
        Assert.Contains("can't be written", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(0, steps);
    }

    [Fact]
    public void FullDisksLeaveTheEarlierCheckpoint()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "limits the size of files by a Linux call");
        using var folder = new TemporaryFolder();
        float[] whole = Fit(null, epochs: 3);
        using (var limit = new FileSizeLimit())
        {
            var options = Options(folder.Root, null) with
            {
                Callbacks = [new Steps((_, s) =>
                {
                    if (s.Step == 12)
                        limit.Set(1000);
                })],
            };
            var error = Assert.Throws<CheckpointException>(() => new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, options).Fit(Loader(), 3));
            Assert.Equal($"the checkpoint of step 15 can't be written to {folder.Root}: the file grows past what its file system or the limit on file sizes allows; that of step 10 is unharmed", error.Message);
        }
        Assert.Equal(["step-0000000005.safetensors", "step-0000000010.safetensors"], Names(folder.Root));
        Assert.Equal(whole, Fit(folder.Root, epochs: 3, resume: true));
    }

    [Fact]
    public void TimeMayCallForCheckpoints()
    {
        using var folder = new TemporaryFolder();
        var options = Options(null, null) with { Checkpoints = new() { Folder = folder.Root, Every = TimeSpan.Zero, EveryEpochs = 0, Keep = 100 } };
        new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, options).Fit(Loader(), 2);
        Assert.Equal(10, Names(folder.Root).Length);
        Assert.Throws<HebbException>(() => Trainer(null, null, new TrainerOptions { Checkpoints = new() { Keep = 0 } }));
    }

    [Fact]
    public void HashesKnowEveryBit()
    {
        var state = new Dictionary<string, Tensor> { ["a"] = Tensor.From<float>([1, 2, 3, 4]), ["b"] = Tensor.From<long>([1]) };
        string hash = StateHash.Of(state);
        using var folder = new TemporaryFolder();
        Safetensors.Save(folder["x"], state);
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(folder["x"]))), hash);
        Assert.NotEqual(hash, StateHash.Of(new Dictionary<string, Tensor>(state) { ["a"] = Tensor.From<float>([1, 2, 3, 4.0000005f]) }));
        Assert.NotEqual(hash, StateHash.Of(new Dictionary<string, Tensor>(state) { ["a"] = state["a"].Reshape(2, 2) }));
        Assert.NotEqual(hash, StateHash.Of(new Dictionary<string, Tensor>(state) { ["b"] = Tensor.From<ulong>([1]) }));
    }

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)).Where(f => f.EndsWith("safetensors", StringComparison.Ordinal) || f.EndsWith("tmp", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private static DataLoader<Batch> Loader() => TinyData.Classes().Batches(10, shuffle: true);

    private static TrainerOptions Options(string? folder, ILogger? log) =>
        new() { Checkpoints = folder is null ? null : new() { Folder = folder }, Logger = log ?? Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance };

    private static Trainer Trainer(string? folder, ILogger? log, TrainerOptions? options = null) =>
        new(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, options ?? Options(folder, log));

    private static float[] Fit(string? folder, int epochs, bool resume = false, ILogger? log = null)
    {
        var trainer = Trainer(folder, log);
        if (resume)
            trainer.Resume();
        trainer.Fit(Loader(), epochs);
        return TinyData.Weights(trainer.Model);
    }
}

internal static class ModuleNames
{
    /// <summary>Names of parameters, those included that have no values yet.</summary>
    public static IEnumerable<string> StateDictNames(this Module module) => module.NamedParameters().Select(p => p.Name);
}

/// <summary>Keeps what is logged.</summary>
internal sealed class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Add($"{logLevel}: {formatter(state, exception)}");
}
