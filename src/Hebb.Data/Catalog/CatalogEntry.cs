namespace Hebb.Data;

/// <summary>One file of a dataset.</summary>
/// <param name="Name">Name in the dataset's folder; one that ends in .gz is also found unpacked, without that ending.</param>
/// <param name="Bytes">Length when unpacked; of an archive, of the files that belong to the dataset.</param>
/// <param name="Sha256">
/// SHA-256 of the unpacked content, lower-case hex: packing the same content again does not change it. Of an archive: of a line
/// <c>SHA-256  name</c> for each file that belongs to the dataset, ordered by name.
/// </param>
/// <param name="Urls">Published homes, tried in order; empty when the file ships with Hebb, or has no home that a program may load it from.</param>
public sealed record CatalogFile(string Name, long Bytes, string Sha256, IReadOnlyList<string> Urls)
{
    /// <summary>An archive of several datasets in which the file is looked for too; null where there is none.</summary>
    public string? Bundle { get; init; }

    /// <summary>SHA-256 of other editions that are as good.</summary>
    public IReadOnlyList<string> Editions { get; init; } = [];

    /// <summary>
    /// What makes the file an archive: the folders or files in it that belong to the dataset, wherever in the archive they lie. Empty for a plain file.
    /// </summary>
    public IReadOnlyList<string> Roots { get; init; } = [];

    /// <summary>Whether the file is an archive of many (tar, tar.gz or zip, told apart by its first bytes).</summary>
    public bool IsArchive => Roots.Count > 0;

    /// <summary>A member's name from its root on, such as <c>train/pos/1.txt</c> of <c>any/folder/train/pos/1.txt</c>; null where it is under none.</summary>
    internal string? Canonical(string member)
    {
        foreach (string root in Roots)
        {
            int at = member.IndexOf(root, StringComparison.Ordinal);
            if (at < 0 || at > 0 && member[at - 1] != '/') continue;
            if (root.EndsWith('/') || at + root.Length == member.Length) return member[at..];
        }
        return null;
    }
}

/// <summary>What <c>hebb data</c> tells about a dataset, and where its files come from.</summary>
public sealed record CatalogEntry
{
    /// <summary>The name in commands and of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>What it is used for.</summary>
    public required string Task { get; init; }

    /// <summary>Sizes and layout in a line.</summary>
    public required string Contents { get; init; }

    /// <summary>The licence as its source states it.</summary>
    public required string Licence { get; init; }

    /// <summary>Who made it, and its home.</summary>
    public required string Source { get; init; }

    /// <summary>Whether it is part of Hebb.Data and needs no download.</summary>
    public bool Embedded { get; init; }

    /// <summary>Whether every file has a home that it can be downloaded from.</summary>
    public bool Downloadable => Files.All(file => file.Urls.Count > 0);

    /// <summary>Bytes of all files, unpacked.</summary>
    public long Bytes => Files.Sum(file => file.Bytes);

    /// <summary>The files.</summary>
    public required IReadOnlyList<CatalogFile> Files { get; init; }
}
