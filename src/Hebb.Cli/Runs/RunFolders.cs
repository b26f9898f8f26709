using System.Globalization;
using Hebb.Data;

namespace Hebb.Cli.Runs;

/// <summary>Making and finding run folders.</summary>
internal static class RunFolders
{
    /// <summary>Where runs go unless the user says otherwise.</summary>
    public const string Default = "runs";

    /// <summary>Makes the folder of a new run. One that was not there before appears with its manifest or not at all, so that every run can be resumed.</summary>
    /// <exception cref="HebbException">The folder is not empty, or can't be written.</exception>
    public static RunFolder Create(string? path, RunStart start, DataStore store, IReadOnlyList<string> commandLine) =>
        Create(path, start.Recipe.Name, id => start.ToManifest(id, store, commandLine));

    /// <param name="path">The folder; null for one named by the time and <paramref name="name"/>.</param>
    /// <param name="name">What the run is called where no folder is given.</param>
    /// <param name="describe">Makes the manifest of a run of this name.</param>
    /// <inheritdoc cref="Create(string?, RunStart, DataStore, IReadOnlyList{string})"/>
    public static RunFolder Create(string? path, string name, Func<string, RunManifest> describe)
    {
        path = Path.GetFullPath(path ?? Unused(name));
        var manifest = describe(Path.GetFileName(Path.TrimEndingDirectorySeparator(path)));
        if (Path.Exists(path)) return RunFolder.Create(path, manifest);
        string temporary = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}.tmp");
        try
        {
            RunFolder.Create(temporary, manifest).Dispose();
            Directory.Move(temporary, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HebbException)
        {
            TryDelete(temporary);
            throw new HebbException($"the run folder {Paths.Shown(path)} can't be made: {(e.InnerException ?? e).Message.ReplaceLineEndings(" ").Replace(temporary, path)}", e);
        }
        return RunFolder.Open(path);
    }

    /// <summary>The manifest of a run that a user named.</summary>
    /// <exception cref="HebbException">There is no such folder, or it is no run.</exception>
    public static RunManifest Read(string path)
    {
        if (!Directory.Exists(path)) throw new HebbException($"there is no run folder {path}{(Directory.Exists(Default) ? $" (`{Launcher.Command} runs` lists those there are)" : "")}");
        return RunFolder.Read(path);
    }

    /// <summary>A trained model, from a run folder or a file.</summary>
    /// <exception cref="HebbException">There is none.</exception>
    public static LoadedModel LoadModel(string path)
    {
        if (File.Exists(path)) return Model.LoadPackage(path);
        var manifest = Read(path);
        string file = Path.Combine(path, "model.hebb");
        if (File.Exists(file)) return Model.LoadPackage(file);
        throw new HebbException(manifest.Status == RunStatus.Running
            ? $"{path} is still training; its model comes at the end"
            : Fitting.FitSettings.IsFit(manifest) ? $"{path} has no model yet: go on with `{Launcher.Command} fit --resume {Texts.Shell(path)}`"
            : $"{path} has no model yet: go on with `{Launcher.Command} train --resume {Texts.Shell(path)}`");
    }

    private static string Unused(string of)
    {
        string name = Path.Combine(Default, $"{of}-{DateTime.Now.ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}");
        string path = name;
        for (int i = 2; Path.Exists(path); i++) path = $"{name}-{i}";
        return path;
    }

    private static void TryDelete(string folder)
    {
        try
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The error that matters is on its way.
        }
    }
}
