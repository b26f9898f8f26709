namespace Hebb;

/// <summary>Writes files so that an interrupted write never harms what was there: a temporary name, a flush to the disk, a rename.</summary>
public static class AtomicFile
{
    /// <summary>Writes a file through a stream.</summary>
    /// <exception cref="IOException">The disk is full, the file grows past what its file system or the user's limit allows, or the folder can't be written; the old file is unharmed, the temporary one removed.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        string temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            try
            {
                File.Delete(temporary);
            }
            catch (IOException)
            {
                // What made the write fail may keep the remains; the error that counts is the first.
            }
            // What .NET makes of EFBIG.
            if (e is ArgumentOutOfRangeException { ParamName: "value" })
                throw new IOException($"{path}: the file grows past what its file system or the limit on file sizes allows", e);
            throw;
        }
    }

    /// <summary>Writes a text file in UTF-8.</summary>
    public static void WriteText(string path, string text) => Write(path, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(text)));
}
