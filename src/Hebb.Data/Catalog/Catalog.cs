namespace Hebb.Data;

/// <summary>The datasets that Hebb knows by name. Each family has a file of its own beside this one.</summary>
public static partial class Catalog
{
    /// <summary>Every dataset, by task.</summary>
    public static IReadOnlyList<CatalogEntry> Entries => EntryList.All;

    /// <summary>The entry of a name.</summary>
    /// <exception cref="DataException">There is none; the message lists those there are.</exception>
    public static CatalogEntry Find(string name)
    {
        foreach (var entry in Entries)
            if (entry.Name == name) return entry;
        throw new DataException($"no dataset is called \"{CsvTable.Shorten(name)}\" (there are {string.Join(", ", Entries.Select(e => e.Name))})");
    }

    /// <summary>Made on first use, when the entries of all files are there.</summary>
    private static class EntryList
    {
        public static IReadOnlyList<CatalogEntry> All { get; } =
        [
            DigitsEntry, MnistEntry, s_pneumonia,
            s_iris, s_breastCancer, s_wine, s_diabetes, s_titanic, s_californiaHousing, s_adult, s_anomaly,
            s_airlinePassengers, s_sunspots, s_minTemperatures, s_maxTemperatures, s_pollution, s_ett, s_exchangeRate,
            s_tinyShakespeare, s_names, s_wikitext2, s_imdb, s_rottenTomatoes, s_sst2, s_multi30k, s_conll2003, s_xquad,
            s_fsdd, s_jsbChorales, s_sketch,
            s_cora, s_citeseer, s_graphClassification, s_esol, s_tox21, s_gdb1k, s_knowledgeGraphs, s_movieLens, s_cb513,
            s_omniglot, s_membrane, s_bccd, s_emoji,
        ];
    }
}
