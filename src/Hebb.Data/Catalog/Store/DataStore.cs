namespace Hebb.Data;

/// <summary>
/// Where datasets lie: in <c>$HEBB_DATA</c> (in a folder <c>NAME/</c> of their own, or beside one another) first, then in the user's cache.
/// Nothing is downloaded unless <see cref="GetAsync"/> is called, and never when <see cref="Offline"/>.
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

    /// <summary>Whether the network is refused.</summary>
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

    /// <summary>Path of a dataset's file, or of the bundle that holds it; null where neither is there.</summary>
    public string? Find(CatalogEntry entry, CatalogFile file) => Locate(entry, file)?.Path;

    /// <summary>Whether all files of a dataset can be read without a download.</summary>
    public bool Has(CatalogEntry entry) => entry.Embedded || entry.Files.All(file => Find(entry, file) is not null);

    /// <summary>Path of a dataset's file, or of the bundle that holds it.</summary>
    /// <exception cref="DataException">It is in no folder; the message says how to get it.</exception>
    public string Require(CatalogEntry entry, string name) => Location(entry, name).Path;

    /// <summary>The content of a dataset's file, as it is stored: compressed where it ends in .gz and nobody unpacked it.</summary>
    /// <returns>The bytes, and what errors call them.</returns>
    /// <exception cref="DataException">It is in no folder, or cannot be read.</exception>
    /// <exception cref="FormatException">The bundle that holds it is damaged.</exception>
    internal (byte[] Bytes, string Source) Read(CatalogEntry entry, string name)
    {
        var (path, member) = Location(entry, name);
        return member is null ? (DataFile.ReadAllBytes(path), path) : (DataArchive.ReadMember(path, member), $"{path}: {member}");
    }

    /// <summary>The files of a dataset's archive, one after another; each can be read until the next is asked for.</summary>
    /// <returns>Names from the dataset's root on.</returns>
    internal IEnumerable<(string Name, ArchiveMember Member)> Members(CatalogEntry entry, string name)
    {
        var file = FileOf(entry, name);
        foreach (var member in DataArchive.Read(Location(entry, name).Path))
            if (file.Canonical(member.Name) is { } canonical) yield return (canonical, member);
    }

    /// <summary>Whether a file that was found has the published content.</summary>
    /// <exception cref="DataException">It has another; the message has both sums.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public void Check(CatalogEntry entry, CatalogFile file)
    {
        string sha256 = Fingerprint(entry, file);
        if (sha256 == file.Sha256 || file.Editions.Contains(sha256)) return;
        var (path, member) = Location(entry, file.Name);
        throw new DataException($"{path}{(member is null ? "" : ": " + member)}: is not the published file (SHA-256 {sha256[..12]}…, not {file.Sha256[..12]}…)");
    }

    /// <summary>What <see cref="CatalogFile.Sha256"/> is of the published file, of the file that was found.</summary>
    /// <exception cref="DataException">It is in no folder, or cannot be read.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public string Fingerprint(CatalogEntry entry, CatalogFile file)
    {
        var (path, member) = Location(entry, file.Name);
        return file.IsArchive ? ContentHash.OfArchive(path, file)
            : member is null ? ContentHash.Of(path, long.MaxValue).Sha256
            : ContentHash.Of(DataArchive.ReadMember(path, member), $"{path}: {member}");
    }

    /// <summary>SHA-256 (lower-case hex) and length of a file's content, unpacked where it is gzip-compressed.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">Its compression is damaged.</exception>
    public static (string Sha256, long Bytes) Hash(string path) => ContentHash.Of(path, long.MaxValue);

    private static CatalogFile FileOf(CatalogEntry entry, string name) =>
        entry.Files.FirstOrDefault(f => f.Name == name) ?? throw new DataException($"{entry.Name}: has no file called {name}");

    private (string Path, string? Member) Location(CatalogEntry entry, string name)
    {
        var file = FileOf(entry, name);
        return Locate(entry, file) ?? throw Missing(entry, file);
    }

    private (string Path, string? Member)? Locate(CatalogEntry entry, CatalogFile file)
    {
        foreach (string? folder in (string?[])[Root, Cache])
        {
            if (folder is null) continue;
            foreach (string place in (string[])[Path.Combine(folder, entry.Name), folder])
            {
                string path = Path.Combine(place, file.Name);
                if (File.Exists(path)) return (path, null);
                if (path.EndsWith(".gz", StringComparison.Ordinal) && File.Exists(path[..^3])) return (path[..^3], null);
                if (file.Bundle is { } bundle && File.Exists(Path.Combine(place, bundle))) return (Path.Combine(place, bundle), file.Name);
            }
        }
        return null;
    }

    private DataException Missing(CatalogEntry entry, CatalogFile file)
    {
        string root = Root is null ? "HEBB_DATA is not set" : $"not in {Path.Combine(Root, entry.Name)} (HEBB_DATA)";
        string advice = entry.Downloadable ? $"run `hebb data get {entry.Name}`, or set HEBB_DATA" : $"get it from its home ({entry.Source}) and set HEBB_DATA";
        return new DataException($"{entry.Name}: {file.Name} is missing: {root}, not in {Path.Combine(Cache, entry.Name)}; {advice} to the folder that has {entry.Name}/");
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
