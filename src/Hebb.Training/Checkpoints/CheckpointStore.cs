using System.Globalization;

namespace Hebb;

/// <summary>The checkpoints of one run, in a folder, named by their step.</summary>
internal sealed class CheckpointStore(string folder, int keep)
{
    private const string Prefix = "step-", Suffix = ".safetensors";

    /// <summary>Files, newest first.</summary>
    public IReadOnlyList<string> Files => !Directory.Exists(folder) ? []
        : [.. Directory.EnumerateFiles(folder, Prefix + "*" + Suffix).Select(f => (File: f, Step: StepOf(f))).Where(f => f.Step >= 0).OrderByDescending(f => f.Step).Select(f => f.File)];

    /// <summary>Makes the folder and clears what an interrupted write left.</summary>
    /// <exception cref="CheckpointException">It can't be written to.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(folder);
            foreach (string left in Directory.EnumerateFiles(folder, "." + Prefix + "*.tmp"))
                File.Delete(left);
            // Found out now, not after an hour of training.
            string probe = Path.Combine(folder, $".{Prefix}probe.{Environment.ProcessId}.tmp");
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            throw new CheckpointException($"checkpoints can't be written to {folder}: {FileErrors.FirstLine(e)}", e);
        }
    }

    /// <summary>Writes a checkpoint, then removes all but the newest ones.</summary>
    /// <exception cref="CheckpointException">The disk is full or the folder can't be written; earlier checkpoints are unharmed.</exception>
    public string Save(Checkpoint checkpoint)
    {
        string path = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{checkpoint.Step:D10}{Suffix}"));
        try
        {
            checkpoint.Save(path);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            string? earlier = Files.FirstOrDefault();
            throw new CheckpointException($"the checkpoint of step {checkpoint.Step} can't be written to {folder}: {FileErrors.Reason(e, path)}; "
                + (earlier is null ? "there is no earlier one" : $"that of step {StepOf(earlier)} is unharmed"), e);
        }
        foreach (string old in Files.Skip(keep))
            TryDelete(old);
        return path;
    }

    /// <summary>The newest checkpoint that is whole. Damaged newer ones are set aside under another name.</summary>
    /// <returns>Null where there is none at all.</returns>
    /// <exception cref="CheckpointException">There are some, and all are damaged.</exception>
    public (Checkpoint Checkpoint, string Path)? Newest(Action<string> warn)
    {
        FormatException? last = null;
        foreach (string file in Files)
        {
            try
            {
                return (Checkpoint.Load(file), file);
            }
            catch (FormatException e)
            {
                last = e;
                warn($"{e.Message}; falling back to an older checkpoint");
                TrySetAside(file);
            }
        }
        return last is null ? null : throw new CheckpointException($"no checkpoint in {folder} is whole: {last.Message}", last);
    }

    private static long StepOf(string file) =>
        long.TryParse(Path.GetFileName(file).AsSpan()[Prefix.Length..^Suffix.Length], NumberStyles.None, CultureInfo.InvariantCulture, out long step) ? step : -1;

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            // One checkpoint too many is no reason to end a run.
        }
    }

    private static void TrySetAside(string file)
    {
        try
        {
            File.Move(file, file + ".damaged", overwrite: true);
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            // It will be passed over again.
        }
    }
}
