namespace Hebb;

/// <summary>Telling what the operating system refused from what is wrong in a program.</summary>
internal static class FileErrors
{
    /// <summary>Whether a file or folder could not be read or written. A file that grows past what its file system allows is reported as an argument out of range.</summary>
    public static bool IsRefusal(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    public static string FirstLine(Exception e) =>
        e is ArgumentOutOfRangeException ? "the file grows past what its file system or the limit on file sizes allows" : e.Message.Split('\n', '\r')[0];

    /// <summary>The first line without the path that ends or begins it, for messages that name the place themselves: <c>No space left on device : '/runs/1/x.tmp'</c>.</summary>
    public static string Reason(Exception e, string path)
    {
        string line = FirstLine(e);
        int quoted = line.IndexOf(" : '", StringComparison.Ordinal);
        if (quoted > 0)
            return line[..quoted];
        return line.StartsWith(path + ": ", StringComparison.Ordinal) ? line[(path.Length + 2)..] : line;
    }
}
