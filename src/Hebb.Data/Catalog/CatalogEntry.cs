namespace Hebb.Data;

/// <summary>One file of a dataset.</summary>
/// <param name="Name">Name in the dataset's folder; one that ends in .gz is also found unpacked, without that ending.</param>
/// <param name="Bytes">Length when unpacked.</param>
/// <param name="Sha256">SHA-256 of the unpacked content, lower-case hex: packing the same content again does not change it.</param>
/// <param name="Urls">Published homes, tried in order; empty when the file ships with Hebb.</param>
public sealed record CatalogFile(string Name, long Bytes, string Sha256, IReadOnlyList<string> Urls);

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

    public required IReadOnlyList<CatalogFile> Files { get; init; }
}
