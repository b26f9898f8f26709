using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;

namespace Hebb;

/// <summary>What program made a run.</summary>
/// <param name="Version">Hebb's version, as it was built.</param>
/// <param name="Revision">The commit of the repository that the program lies in, or was started in; null outside of one.</param>
/// <param name="Dirty">Whether files there differed from that commit; null where git can't be asked.</param>
/// <param name="LockFileSha256">The SHA-256 of the program's <c>packages.lock.json</c>; null where there is none.</param>
public sealed record CodeVersion(string Version, string? Revision, bool? Dirty, string? LockFileSha256)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>As things are now. Build and run may be of different states: this asks at run time.</summary>
    public static CodeVersion Read() => Read(AppContext.BaseDirectory, Environment.CurrentDirectory);

    internal static CodeVersion Read(params ReadOnlySpan<string> starts)
    {
        string version = typeof(CodeVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
        foreach (string start in starts)
        {
            if (Upwards(start).FirstOrDefault(d => Path.Exists(Path.Combine(d, ".git"))) is not { } root)
                continue;
            string? revision = Git(root, "rev-parse", "HEAD")?.Trim() ?? ReadHead(Path.Combine(root, ".git"));
            string? changes = Git(root, "status", "--porcelain");
            string? locked = Upwards(start).TakeWhile(d => d.Length >= root.Length).Select(d => Path.Combine(d, "packages.lock.json")).FirstOrDefault(File.Exists);
            return new(version, revision, changes is null ? null : changes.Length > 0, locked is null ? null : Hash(locked));
        }
        return new(version, null, null, null);
    }

    private static IEnumerable<string> Upwards(string? folder)
    {
        for (folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder!)); folder is not null; folder = Path.GetDirectoryName(folder))
            yield return folder;
    }

    private static string? Git(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", folder, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return null;
            }
            error.Wait();
            return process.ExitCode == 0 ? output.Result : null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException)
        {
            return null; // no git here
        }
    }

    /// <summary>The commit by git's own files, for machines without git.</summary>
    private static string? ReadHead(string git)
    {
        try
        {
            if (!Directory.Exists(git))
                return null;
            string head = File.ReadAllText(Path.Combine(git, "HEAD")).Trim();
            if (!head.StartsWith("ref: ", StringComparison.Ordinal))
                return head;
            string name = head["ref: ".Length..], loose = Path.Combine(git, name), packed = Path.Combine(git, "packed-refs");
            if (File.Exists(loose))
                return File.ReadAllText(loose).Trim();
            return File.Exists(packed) ? File.ReadLines(packed).FirstOrDefault(l => l.EndsWith(" " + name, StringComparison.Ordinal))?.Split(' ')[0] : null;
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            return null;
        }
    }

    private static string? Hash(string path)
    {
        try
        {
            return Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
        }
        catch (Exception e) when (FileErrors.IsRefusal(e))
        {
            return null;
        }
    }
}
