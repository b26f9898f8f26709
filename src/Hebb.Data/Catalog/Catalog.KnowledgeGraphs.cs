namespace Hebb.Data;

/// <summary>Facts of the form (head, relation, tail).</summary>
/// <param name="Name">The set's name.</param>
/// <param name="Entities">What heads and tails are called, in ordinal order.</param>
/// <param name="Relations">What relations are called, in ordinal order.</param>
/// <param name="Train">Int64 [facts, 3]: indices of head, relation and tail.</param>
/// <param name="Validation">The same, to validate with.</param>
/// <param name="Test">The same, to test with.</param>
public sealed record KnowledgeGraph(string Name, IReadOnlyList<string> Entities, IReadOnlyList<string> Relations, Tensor Train, Tensor Validation, Tensor Test);

public static partial class Catalog
{
    private static readonly CatalogEntry s_knowledgeGraphs = new()
    {
        Name = "knowledge-graphs",
        Task = "link prediction",
        Contents = "four sets of facts: FB15k-237 310,116, WN18RR 93,003, kinship 10,686, umls 6,529",
        Licence = "MIT",
        Source = "T. Dettmers and others (ConvE), 2018, https://github.com/TimDettmers/ConvE",
        Files =
        [
            KnowledgeGraphFile("FB15k-237.tar.gz", 24_103_424, "c4fec94f87b7e0395c2d34960f29cd04cae592fd12308dd8b9d555af1c9c3b15"),
            KnowledgeGraphFile("WN18RR.tar.gz", 3_362_304, "2fdf6896e29b6de4dd17f93784900d7922372c872872838897be7067c5aa845e"),
            KnowledgeGraphFile("kinship.tar.gz", 264_192, "1764a7b6dd990fe872f7f5c1fb82f1bbf0f832a6fe07d6b37ed45f25e31af46f"),
            KnowledgeGraphFile("umls.tar.gz", 329_216, "c6c6c37ed0551cf0ce7fa0c5b4cda65597fb741f9da6d1c1d96ca1c5652a0e30"),
        ],
    };

    private static CatalogFile KnowledgeGraphFile(string name, long bytes, string sha256) =>
        new(name, bytes, sha256, ["https://raw.githubusercontent.com/TimDettmers/ConvE/master/" + name]) { Bundle = "knowledge-graphs.tar.gz" };

    /// <summary>The names that <see cref="KnowledgeGraph"/> takes.</summary>
    public static IReadOnlyList<string> KnowledgeGraphSets { get; } = ["FB15k-237", "WN18RR", "kinship", "umls"];

    /// <summary>A set of facts as published, in three parts.</summary>
    /// <param name="name">One of <see cref="KnowledgeGraphSets"/>.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such set, or its file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static KnowledgeGraph KnowledgeGraph(string name, DataStore? store = null)
    {
        if (!KnowledgeGraphSets.Contains(name))
            throw new DataException($"knowledge-graphs: there is no set \"{CsvTable.Shorten(name)}\" (there are {string.Join(", ", KnowledgeGraphSets)})");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_knowledgeGraphs, name + ".tar.gz");
        var parts = new Dictionary<string, List<string[]>>();
        foreach (var member in DataArchive.Read(new MemoryStream(bytes, writable: false), source))
        {
            string part = member.Name.Split('/')[^1];
            if (part is not ("train.txt" or "valid.txt" or "test.txt")) continue;
            var facts = parts[part] = [];
            int line = 0;
            foreach (string text in TextFile.DecodeLines(DataArchive.ReadAll(member), member.Source))
            {
                line++;
                if (text.Length == 0) continue;
                string[] fact = text.Split('\t');
                if (fact.Length != 3) throw new FormatException($"{member.Source} line {line}: has {fact.Length} fields, not head, relation and tail");
                facts.Add(fact);
            }
        }
        if (parts.Count != 3) throw new DataException($"{source}: lacks one of train.txt, valid.txt and test.txt");
        string[] entities = Distinct(f => [f[0], f[2]]), relations = Distinct(f => [f[1]]);
        Dictionary<string, long> entity = Indices(entities), relation = Indices(relations);
        return new KnowledgeGraph(name, entities, relations, Facts("train.txt"), Facts("valid.txt"), Facts("test.txt"));

        string[] Distinct(Func<string[], string[]> names) => [.. parts.Values.SelectMany(p => p).SelectMany(names).Distinct().Order(StringComparer.Ordinal)];

        Tensor Facts(string part) => Tensor.From([.. parts[part].SelectMany(f => (long[])[entity[f[0]], relation[f[1]], entity[f[2]]])], [parts[part].Count, 3]);

        static Dictionary<string, long> Indices(string[] names) => names.Select((n, i) => (n, (long)i)).ToDictionary();
    }
}
