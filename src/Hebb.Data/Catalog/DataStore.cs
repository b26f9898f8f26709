using System.Security.Cryptography;

namespace Hebb.Data;

/// <summary>
/// Where datasets lie: <c>$HEBB_DATA/NAME/</c> first, then the user's cache. Nothing is downloaded unless
/// <see cref="GetAsync"/> is called, and never when <see cref="Offline"/>.
/// </summary>
public sealed partial class DataStore
{
    /// <param name="root">The folder of the user's own data, or null.</param>
    /// <param name="cache">Where downloads go.</param>
    /// <param name="offline">Refuse any network.</param>
    public DataStore(string? root, string cache, bool offline = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(cache);
        (Root, Cache, Offline) = (string.IsNullOrEmpty(root) ? null : root, cache, offline);
    }

    /// <summary>The folder that HEBB_DATA names, or null.</summary>
    public string? Root { get; }

    /// <summary>The folder of downloads.</summary>
    public string Cache { get; }

    public bool Offline { get; }

    /// <summary>
    /// HEBB_DATA; the cache under XDG_CACHE_HOME or the platform's own (~/.cache, ~/Library/Caches, %LOCALAPPDATA%) in hebb/data;
    /// offline if asked here or by HEBB_OFFLINE.
    /// </summary>
    public static DataStore FromEnvironment(bool offline = false)
    {
        string? flag = Environment.GetEnvironmentVariable("HEBB_OFFLINE");
        offline |= !string.IsNullOrEmpty(flag) && flag != "0" && !flag.Equals("false", StringComparison.OrdinalIgnoreCase);
        return new DataStore(Environment.GetEnvironmentVariable("HEBB_DATA"), Path.Combine(CacheHome(), "hebb", "data"), offline);
    }

    /// <summary>Path of a dataset's file, or null where it is in neither folder.</summary>
    public string? Find(CatalogEntry entry, CatalogFile file)
    {
        foreach (string? folder in new[] { Root, Cache })
        {
            if (folder is null) continue;
            string path = Path.Combine(folder, entry.Name, file.Name);
            if (File.Exists(path)) return path;
            if (path.EndsWith(".gz", StringComparison.Ordinal) && File.Exists(path[..^3])) return path[..^3];
        }
        return null;
    }

    /// <summary>Whether all files of a dataset can be read without a download.</summary>
    public bool Has(CatalogEntry entry) => entry.Embedded || entry.Files.All(file => Find(entry, file) is not null);

    /// <summary>Path of a dataset's file.</summary>
    /// <exception cref="DataException">It is in neither folder; the message says how to get it.</exception>
    public string Require(CatalogEntry entry, string name)
    {
        var file = entry.Files.FirstOrDefault(f => f.Name == name) ?? throw new DataException($"{entry.Name}: has no file called {name}");
        if (Find(entry, file) is { } path) return path;
        string root = Root is null ? "HEBB_DATA is not set" : $"not in {Path.Combine(Root, entry.Name)} (HEBB_DATA)";
        throw new DataException($"{entry.Name}: {name} is missing: {root}, not in {Path.Combine(Cache, entry.Name)}; "
            + $"run `hebb data get {entry.Name}`, or set HEBB_DATA to the folder that has {entry.Name}/");
    }

    /// <summary>SHA-256 (lower-case hex) and length of a file's content, unpacked where it is gzip-compressed.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">Its compression is damaged.</exception>
    public static (string Sha256, long Bytes) Hash(string path) => Hash(path, long.MaxValue);

    /// <summary>Stops with an error once the content is longer than <paramref name="limit"/>.</summary>
    private static (string Sha256, long Bytes) Hash(string path, long limit)
    {
        var (stream, _) = DataFile.OpenUnpacked(path);
        using (stream)
        using (var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            var buffer = new byte[1 << 16];
            long total = 0;
            try
            {
                while (stream.Read(buffer) is > 0 and var got)
                {
                    if ((total += got) > limit) throw new FormatException($"{path}: is longer than {limit} bytes when unpacked");
                    hash.AppendData(buffer.AsSpan(0, got));
                }
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new FormatException($"{path}: is damaged: {DataFile.FirstLine(e.Message)}", e);
            }
            return (Convert.ToHexStringLower(hash.GetHashAndReset()), total);
        }
    }

    private static string CacheHome()
    {
        string? xdg = Environment.GetEnvironmentVariable("XDG_CACHE_HOME");
        if (!string.IsNullOrEmpty(xdg) && Path.IsPathRooted(xdg)) return xdg;
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        if (OperatingSystem.IsWindows()) home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        if (home.Length == 0) return Path.GetTempPath(); // an account without a home, as in some containers
        if (OperatingSystem.IsWindows()) return home;
        return OperatingSystem.IsMacOS() ? Path.Combine(home, "Library", "Caches") : Path.Combine(home, ".cache");
    }
}
