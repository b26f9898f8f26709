using System.Text.Json;
using Hebb.Package;

namespace Hebb;

/// <summary>Models from files.</summary>
public static class Model
{
    /// <summary>
    /// Reads a model that <see cref="ModelSaving.Save(Module, string, ReadOnlySpan{Tensor})"/> wrote. No code of the file runs: it holds names of Hebb's own ops
    /// and numbers, and all of it is checked.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="FormatException">The file is no Hebb model, is damaged, or was written by a newer version.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static LoadedModel Load(string path)
    {
        FileStream stream;
        try
        {
            stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string why = e is FileNotFoundException or DirectoryNotFoundException ? "there is no such file"
                : Directory.Exists(path) ? "is a folder, not a file" : e.Message.ReplaceLineEndings(" ");
            throw new DataException($"{path}: {why}", e);
        }
        using (stream)
            return Load(stream, path);
    }

    /// <summary>Reads a model from a stream that can seek.</summary>
    /// <param name="stream">Holds the file and nothing else.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="FormatException">It is no Hebb model, is damaged, or was written by a newer version.</exception>
    public static LoadedModel Load(Stream stream, string name = "model")
    {
        try
        {
            // The model outlives whatever scope is open.
            using var suspended = TensorScope.Suspend();
            return PackageContentReader.Read(stream);
        }
        catch (Exception e) when (e is HebbException or IOException or InvalidDataException or JsonException or InvalidOperationException or ArgumentException
            or OverflowException or IndexOutOfRangeException or NotSupportedException or System.FormatException)
        {
            string what = e is HebbException ? e.Message : "is damaged: " + e.Message.ReplaceLineEndings(" ");
            throw new FormatException($"{name}: {what}", e);
        }
    }
}
