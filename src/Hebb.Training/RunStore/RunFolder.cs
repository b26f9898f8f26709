using System.Text.Json;
using Hebb.Cpu;

namespace Hebb;

/// <summary>
/// The folder of one run: <c>manifest.json</c>, <c>config.json</c>, <c>metrics.jsonl</c>, <c>checkpoints/</c>, and what others put beside them. Give it to a trainer as
/// <see cref="TrainerOptions.Run"/>. While one process has it open no other can.
/// <code>using var run = RunFolder.Create("runs/first", new RunManifest { Id = "first", Recipe = "cnn-digits" });</code>
/// </summary>
public sealed class RunFolder : IDisposable
{
    private const string ManifestName = "manifest.json", LockName = ".lock";

    private readonly FileStream _lock;

    private RunFolder(string path, FileStream held, RunManifest manifest) => (Root, _lock, Manifest) = (path, held, manifest);

    /// <summary>The folder, in full.</summary>
    public string Root { get; }

    public RunManifest Manifest { get; private set; }

    /// <summary>The folder of checkpoints.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>JSON lines of steps and passes.</summary>
    public string MetricsFile => Path.Combine(Root, "metrics.jsonl");

    /// <summary>Where the finished model belongs.</summary>
    public string ModelFile => Path.Combine(Root, "model.hebb");

    /// <summary>Where the report belongs.</summary>
    public string ReportFile => Path.Combine(Root, "report.html");

    /// <summary>
    /// Makes a folder for a new run. What the manifest leaves out is filled in from this process: code version, instruction-set path, threads, seed, command line, machine, time.
    /// </summary>
    /// <exception cref="HebbException">The folder is not empty, or can't be written.</exception>
    public static RunFolder Create(string path, RunManifest manifest)
    {
        path = Path.GetFullPath(path);
        manifest = manifest with
        {
            Code = manifest.Code ?? CodeVersion.Read(),
            Isa = manifest.Isa.Length > 0 ? manifest.Isa : Isa.Name,
            Threads = manifest.Threads > 0 ? manifest.Threads : ParallelFor.Threads,
            Seed = manifest.Seed != 0 ? manifest.Seed : Rng.Default.State.Seed,
            CommandLine = manifest.CommandLine.Count > 0 ? manifest.CommandLine : Environment.GetCommandLineArgs(),
            Machine = manifest.Machine ?? MachineInfo.Read(),
            Started = manifest.Started != default ? manifest.Started : DateTimeOffset.UtcNow,
            Status = RunStatus.Running,
        };
        return Guard(path, () =>
        {
            if (File.Exists(Path.Combine(path, ManifestName)))
                throw new HebbException($"{path} is the folder of another run: resume that, or choose another folder");
            if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
                throw new HebbException($"{path} is not empty: choose another folder for the run");
            Directory.CreateDirectory(path);
            var run = new RunFolder(path, Lock(path), manifest);
            AtomicFile.WriteText(Path.Combine(path, "config.json"), JsonSerializer.Serialize(manifest.Config, RunJson.Default.JsonObject) + "\n");
            run.Update(m => m);
            return run;
        });
    }

    /// <summary>A new run in a folder named by time and recipe, such as <c>runs/20260301-141502-cnn-digits</c>.</summary>
    /// <exception cref="HebbException">The folder can't be written.</exception>
    public static RunFolder CreateIn(string root, RunManifest manifest)
    {
        string name = $"{DateTime.UtcNow:yyyyMMdd-HHmmss}{(manifest.Recipe.Length > 0 ? "-" + manifest.Recipe : "")}", id = name;
        for (int i = 2; Directory.Exists(Path.Combine(root, id)); i++)
            id = $"{name}-{i}";
        return Create(Path.Combine(root, id), manifest with { Id = id });
    }

    /// <summary>Opens the folder of a run to go on with it or to add to it.</summary>
    /// <exception cref="HebbException">There is no run, or another process has it open.</exception>
    /// <exception cref="FormatException">Its manifest is damaged.</exception>
    public static RunFolder Open(string path)
    {
        path = Path.GetFullPath(path);
        var manifest = ReadManifest(path);
        return Guard(path, () => new RunFolder(path, Lock(path), manifest));
    }

    /// <summary>The manifest of a run; the status of one whose process has died is <see cref="RunStatus.Interrupted"/>.</summary>
    /// <exception cref="HebbException">There is no run.</exception>
    /// <exception cref="FormatException">Its manifest is damaged.</exception>
    public static RunManifest Read(string path)
    {
        path = Path.GetFullPath(path);
        var manifest = ReadManifest(path);
        return manifest.Status == RunStatus.Running && !IsLocked(path) ? manifest with { Status = RunStatus.Interrupted } : manifest;
    }

    /// <summary>The runs right below a folder, latest first; those whose manifest can't be read are left out.</summary>
    public static IReadOnlyList<(string Path, RunManifest Manifest)> List(string root)
    {
        var runs = new List<(string Path, RunManifest Manifest)>();
        foreach (string folder in Directory.Exists(root) ? Directory.EnumerateDirectories(root) : [])
        {
            if (!File.Exists(Path.Combine(folder, ManifestName)))
                continue;
            try
            {
                runs.Add((folder, Read(folder)));
            }
            catch (HebbException)
            {
                // One damaged run must not hide the others.
            }
        }
        return [.. runs.OrderByDescending(r => r.Manifest.Started)];
    }

    /// <summary>Changes the manifest, and its file in one go.</summary>
    /// <exception cref="HebbException">It can't be written; the file is as before.</exception>
    public void Update(Func<RunManifest, RunManifest> change)
    {
        var manifest = change(Manifest);
        Guard(Root, () =>
        {
            AtomicFile.WriteText(Path.Combine(Root, ManifestName), manifest.ToJson() + "\n");
            return 0;
        });
        Manifest = manifest;
    }

    /// <summary>Marks the run as done.</summary>
    /// <param name="metrics">Results by name; those there are stay unless named again.</param>
    public void Complete(IReadOnlyDictionary<string, double> metrics) => Update(m => m with
    {
        Status = RunStatus.Completed,
        Ended = DateTimeOffset.UtcNow,
        Error = null,
        Metrics = new Dictionary<string, double>([.. m.Metrics.Where(v => !metrics.ContainsKey(v.Key)), .. metrics]),
    });

    /// <summary>Marks the run as one that can go on.</summary>
    public void Interrupt() => Update(m => m with { Status = RunStatus.Interrupted, Ended = DateTimeOffset.UtcNow });

    /// <summary>Marks the run as one that ended with an error.</summary>
    public void Fail(string error) => Update(m => m with { Status = RunStatus.Failed, Ended = DateTimeOffset.UtcNow, Error = error });

    /// <summary>Lets other processes have the run.</summary>
    public void Dispose() => _lock.Dispose();

    private static RunManifest ReadManifest(string path)
    {
        string file = Path.Combine(path, ManifestName);
        if (!File.Exists(file))
            throw new HebbException($"{path} is no run: it has no {ManifestName}");
        return RunManifest.Parse(Guard(path, () => File.ReadAllText(file)), file);
    }

    private static FileStream Lock(string path)
    {
        // Somebody who only looks holds the file for an instant.
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                return new FileStream(Path.Combine(path, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && IsLocked(path))
            {
                if (attempt == 5)
                    throw new HebbException($"{path} is in use by another process", e);
                Thread.Sleep(20);
            }
        }
    }

    private static bool IsLocked(string path)
    {
        try
        {
            string file = Path.Combine(path, LockName);
            if (File.Exists(file))
                new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static T Guard<T>(string path, Func<T> body)
    {
        try
        {
            return body();
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new HebbException($"the run folder {path} can't be used: {FileErrors.FirstLine(e)}", e);
        }
    }
}
