using System.Security.Cryptography;
using System.Text;

namespace Hebb.Cli.Fitting;

/// <summary>A folder with a subfolder for each class.</summary>
/// <param name="Root">The folder, a full path.</param>
/// <param name="Classes">Names of the subfolders, in ordinal order.</param>
/// <param name="Files">Paths and their classes, in the order of classes and paths.</param>
internal sealed record ClassFolders(string Root, IReadOnlyList<string> Classes, IReadOnlyList<(string Path, int Label)> Files)
{
    public static IReadOnlyList<string> Texts { get; } = [".txt"];

    /// <summary>The files of some kinds below the subfolders; null where there are none.</summary>
    /// <exception cref="DataException">They are all of one class, or lie outside the subfolders.</exception>
    public static ClassFolders? Find(string root, IReadOnlyList<string> extensions)
    {
        var found = Directory.EnumerateDirectories(root).Where(f => !Path.GetFileName(f).StartsWith('.')).OrderBy(f => f, StringComparer.Ordinal)
            .Select(f => (Class: Path.GetFileName(f), Files: Below(f, SearchOption.AllDirectories))).Where(f => f.Files.Length > 0).ToArray();
        string shown = Paths.Shown(root);
        if (found.Length == 0)
            return Below(root, SearchOption.TopDirectoryOnly).Length == 0 ? null : throw new DataException($"{shown}: its files lie side by side; a subfolder for each class is needed, such as {Path.Combine(shown, "cat", "1" + extensions[0])}");
        if (found.Length == 1) throw new DataException($"{shown}: has files of a single class, {found[0].Class}: there is nothing to predict");
        return new ClassFolders(root, [.. found.Select(f => f.Class)], [.. found.SelectMany((f, label) => f.Files.Select(path => (path, label)))]);

        string[] Below(string folder, SearchOption depth) => [.. Directory.EnumerateFiles(folder, "*", depth)
            .Where(f => extensions.Contains(Path.GetExtension(f).ToLowerInvariant()) && !Path.GetFileName(f).StartsWith('.')).OrderBy(f => f, StringComparer.Ordinal)];
    }

    /// <summary>The files as the manifest of a run records them: the SHA-256 of a list of theirs.</summary>
    public DataRecord Record()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (path, _) in Files)
            all.AppendData(Encoding.UTF8.GetBytes($"{Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))}  {Path.GetRelativePath(Root, path).Replace('\\', '/')}\n"));
        return new DataRecord(Path.GetFileName(Root), Convert.ToHexStringLower(all.GetHashAndReset()), "", Root);
    }
}
