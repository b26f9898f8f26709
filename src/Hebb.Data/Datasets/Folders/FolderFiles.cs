namespace Hebb.Data;

/// <summary>Files sorted into classes by folder: <c>root/class/any/where/file.ext</c>. The order is that of the paths, the same on every system.</summary>
internal sealed class FolderFiles
{
    private FolderFiles(string root, IReadOnlyList<string> classes, IReadOnlyList<(string Path, int Label)> files) => (Root, Classes, Files) = (root, classes, files);

    public string Root { get; }

    /// <summary>Names of the folders in ordinal order.</summary>
    public IReadOnlyList<string> Classes { get; }

    public IReadOnlyList<(string Path, int Label)> Files { get; }

    /// <param name="root">The folder of the classes' folders.</param>
    /// <param name="extensions">What files end in, with a dot, in small letters; others are passed over.</param>
    /// <param name="what">What errors call the files.</param>
    public static FolderFiles Find(string root, IReadOnlyList<string> extensions, string what)
    {
        if (!Directory.Exists(root)) throw new DataException($"{root}: no such folder");
        try
        {
            string[] classes = [.. Directory.GetDirectories(root).Select(d => Path.GetFileName(d)).Where(n => !n.StartsWith('.')).Order(StringComparer.Ordinal)];
            var files = new List<(string, int)>();
            for (int label = 0; label < classes.Length; label++)
            {
                string folder = Path.Combine(root, classes[label]);
                int before = files.Count;
                files.AddRange(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
                    .Where(path => extensions.Contains(Path.GetExtension(path).ToLowerInvariant()) && !Path.GetFileName(path).StartsWith('.'))
                    .OrderBy(path => Path.GetRelativePath(folder, path).Replace('\\', '/'), StringComparer.Ordinal)
                    .Select(path => (path, label)));
                if (files.Count == before) throw new DataException($"{folder}: has no {what} ({string.Join(", ", extensions)})");
            }
            if (files.Count == 0) throw new DataException($"{root}: has no folders; each class must have one, with its {what} in it");
            return new FolderFiles(root, classes, files);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{root}: cannot be read: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
