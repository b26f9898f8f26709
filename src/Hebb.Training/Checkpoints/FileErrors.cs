namespace Hebb;

/// <summary>Telling what the operating system refused from what is wrong in a program.</summary>
internal static class FileErrors
{
    /// <summary>Whether a file or folder could not be read or written. A file that grows past what its file system allows is reported as an argument out of range.</summary>
    public static bool IsRefusal(Exception e) => e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException { ParamName: "value" };

    public static string FirstLine(Exception e) =>
        e is ArgumentOutOfRangeException ? "the file grows past what its file system or the limit on file sizes allows" : e.Message.Split('\n', '\r')[0];
}
