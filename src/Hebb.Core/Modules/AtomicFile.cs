namespace Hebb;

/// <summary>Writes files so that an interrupted write never harms what was there: a temporary name, a flush to the disk, a rename.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file through a stream.</summary>
    /// <exception cref="IOException">The disk is full, the file grows past what its file system or the user's limit allows, or the folder can't be written; the old file is unharmed, the temporary one removed.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written.</exception>
    public static void Write(string path, Action<Stream> write) => Write([(path, write)]);

    /// <summary>Writes a text file in UTF-8.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));

    /// <summary>Writes files that belong together: none takes its place before all are complete; then they do in their order.</summary>
    /// <inheritdoc cref="Write(string, Action{Stream})" path="/exception"/>
    public static void Write(IReadOnlyList<(string Path, Action<Stream> Write)> files)
    {
        var temporary = new List<string>(files.Count);
        try
        {
            foreach (var (path, write) in files)
                Write(path, write, temporary);
            for (int i = 0; i < files.Count; i++)
                Told(files[i].Path, temporary[i], () => File.Move(temporary[i], files[i].Path, overwrite: true));
        }
        catch
        {
            temporary.ForEach(Remove);
            throw;
        }
    }

    private static void Write(string path, Action<Stream> write, List<string> temporary)
    {
        if (Directory.Exists(path))
            throw new IOException($"{path}: is a folder, not a file");
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (File.Exists(folder))
            throw new IOException($"{path}: {folder} is a file, not a folder");
        Directory.CreateDirectory(folder);
        string name = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
        temporary.Add(name);
        Told(path, name, () =>
        {
            using var stream = new FileStream(name, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16);
            write(stream);
            stream.Flush(flushToDisk: true);
        });
    }

    /// <summary>Does what may be refused, and tells of it by the name that was asked for.</summary>
    private static void Told(string path, string temporary, Action act)
    {
        try
        {
            act();
        }
        catch (ArgumentOutOfRangeException e) when (e.ParamName == "value")
        {
            // What .NET makes of EFBIG.
            throw new IOException($"{path}: the file grows past what its file system or the limit on file sizes allows", e);
        }
        catch (IOException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new IOException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e) { HResult = e.HResult };
        }
        catch (UnauthorizedAccessException e) when (e.Message.Contains(temporary, StringComparison.Ordinal))
        {
            throw new UnauthorizedAccessException(e.Message.Replace(temporary, path, StringComparison.Ordinal), e);
        }
    }

    private static void Remove(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What made the write fail may keep the remains; the error that counts is the first.
        }
    }
}
