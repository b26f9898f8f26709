using System.IO.Compression;
using Microsoft.Win32.SafeHandles;

namespace Hebb.Data;

/// <summary>Opening of user-named files, with the operating system's refusals as one line under <see cref="DataException"/>.</summary>
internal static class DataFile
{
    /// <summary>DEFLATE codes at most 258 bytes in two bits: a compressed stream can't hold more than this many bytes a byte.</summary>
    public const int MaxDeflateRatio = 1032;

    public static byte[] ReadAllBytes(string path) => Guard(path, () => File.ReadAllBytes(path));

    public static FileStream OpenRead(string path) => Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    /// <summary>For reading at any place, from any thread.</summary>
    public static SafeFileHandle OpenHandle(string path) => Guard(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess));

    /// <summary>The file's stream, unpacked if it starts with the gzip magic, and the most bytes that it can hold.</summary>
    public static (Stream Stream, long MaxLength) OpenUnpacked(string path)
    {
        var file = OpenRead(path);
        try
        {
            return Unpack(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public static (Stream Stream, long MaxLength) Unpack(Stream seekable)
    {
        long length = seekable.Length - seekable.Position;
        int first = seekable.ReadByte(), second = seekable.ReadByte();
        seekable.Seek(-(first < 0 ? 0 : second < 0 ? 1 : 2), SeekOrigin.Current);
        if (first != 0x1f || second != 0x8b) return (seekable, length);
        return (new GZipStream(seekable, CompressionMode.Decompress), length * MaxDeflateRatio);
    }

    /// <summary>Writes a file in one go: it is there whole, or as it was before.</summary>
    public static void WriteAllBytes(string path, byte[] bytes) => Write(path, stream => stream.Write(bytes));

    /// <summary>Writes a file through a stream: it is there whole, or as it was before.</summary>
    public static void Write(string path, Action<Stream> write)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new DataException($"{path}: cannot be written: there is no folder {folder}");
        try
        {
            AtomicFile.Write(path, write);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{path}: cannot be written: {FirstLine(e.Message)}", e);
        }
    }

    public static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The caller is already reporting the error that matters.
        }
    }

    public static string FirstLine(string text)
    {
        int end = text.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? text : text[..end];
    }

    private static T Guard<T>(string path, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DataException($"{path}: no such file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new DataException($"{path}: cannot be read: {FirstLine(e.Message)}", e);
        }
    }
}
