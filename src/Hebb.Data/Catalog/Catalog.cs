namespace Hebb.Data;

/// <summary>The datasets that Hebb knows by name.</summary>
public static partial class Catalog
{
    /// <summary>Every dataset, by name.</summary>
    public static IReadOnlyList<CatalogEntry> Entries { get; } = [DigitsEntry, MnistEntry];

    /// <summary>The entry of a name.</summary>
    /// <exception cref="DataException">There is none; the message lists those there are.</exception>
    public static CatalogEntry Find(string name)
    {
        foreach (var entry in Entries)
            if (entry.Name == name) return entry;
        throw new DataException($"no dataset is called \"{CsvTable.Shorten(name)}\" (there are {string.Join(", ", Entries.Select(e => e.Name))})");
    }
}
