namespace Hebb.Cli;

/// <summary>Paths as they are shown: from where the user stands if they lie below, otherwise in full.</summary>
internal static class Paths
{
    public static string Shown(string path)
    {
        path = Path.GetFullPath(path);
        string relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? path : relative;
    }
}
