using System.Globalization;

namespace Hebb.Data;

/// <summary>A graph and its class.</summary>
/// <param name="NodeLabels">The kind of each node, such as an atom's element.</param>
/// <param name="Edges">Pairs of nodes; an undirected edge stands in both directions.</param>
/// <param name="Label">The class, from 0.</param>
public sealed record LabelledGraph(IReadOnlyList<int> NodeLabels, IReadOnlyList<(int From, int To)> Edges, int Label);

public static partial class Catalog
{
    private static readonly CatalogEntry s_graphClassification = new()
    {
        Name = "graph-classification",
        Task = "graph classification",
        Contents = "six sets: MUTAG 188 graphs, PTC 344, ENZYMES 600, IMDBBINARY 1,000, PROTEINS 1,113, NCI1 4,110",
        Licence = "see source",
        Source = "C. Morris and others (TUDataset), https://chrsmrrs.github.io/datasets/; as text files as in https://github.com/weihua916/powerful-gnns",
        Files =
        [
            new("MUTAG.txt", 32_377, "5897dae243f6c773aab54ec99e86551c3b1e8601acef254714073042c632d30e", []) { Bundle = "graph-classification.tar.gz" },
            new("PTC.txt", 89_912, "711729eaf2a5308752aa7c11062dd99f645f978afc400909a5927051b314ec55", []) { Bundle = "graph-classification.tar.gz" },
            new("ENZYMES.txt", 282_255, "04e048844018a0f9c87afdc0d69031c4b625bb97d40320b9dbd76acc663f41a6", []) { Bundle = "graph-classification.tar.gz" },
            new("IMDBBINARY.txt", 581_321, "1068c698677c07c04f3ad56fc4a175cb2161523c840abfdaf50e101ecc30504f", []) { Bundle = "graph-classification.tar.gz" },
            new("PROTEINS.txt", 642_021, "ed0730f9bf9da68aa6a8c80f2f2b6ecea5d05791ca254c709f3efab3b45d937b", []) { Bundle = "graph-classification.tar.gz" },
            new("NCI1.txt", 1_228_668, "415d2e0861484c2baef1e40ee3ca62dd13c06d6b99549fb25774f43533e9321d", []) { Bundle = "graph-classification.tar.gz" },
        ],
    };

    /// <summary>The names that <see cref="GraphClassification"/> takes.</summary>
    public static IReadOnlyList<string> GraphSets { get; } = ["MUTAG", "PTC", "ENZYMES", "IMDBBINARY", "PROTEINS", "NCI1"];

    /// <summary>A set of graphs, each with a class. There is no published split.</summary>
    /// <param name="name">One of <see cref="GraphSets"/>.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such set, or its file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static ListDataset<LabelledGraph> GraphClassification(string name, DataStore? store = null)
    {
        if (!GraphSets.Contains(name)) throw new DataException($"graph-classification: there is no set \"{CsvTable.Shorten(name)}\" (there are {string.Join(", ", GraphSets)})");
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_graphClassification, name + ".txt");
        using var lines = TextFile.DecodeLines(bytes, source).GetEnumerator();
        int line = 0;
        int count = Numbers(1)[0];
        if (count < 0) throw Broken("is no number of graphs");
        var graphs = new List<LabelledGraph>();
        for (int g = 0; g < count; g++)
        {
            int[] head = Numbers(2);
            if (head[0] < 0) throw Broken("is no number of nodes");
            var labels = new List<int>();
            var edges = new List<(int, int)>();
            for (int node = 0; node < head[0]; node++)
            {
                int[] numbers = Numbers(2); // kind, number of neighbours, neighbours
                if (numbers[1] != numbers.Length - 2) throw Broken("has other neighbours than it says");
                labels.Add(numbers[0]);
                foreach (int neighbour in numbers.AsSpan(2, numbers[1]))
                {
                    if ((uint)neighbour >= (uint)head[0]) throw Broken($"has the neighbour {neighbour} in a graph of {head[0]} nodes");
                    edges.Add((node, neighbour));
                }
            }
            graphs.Add(new LabelledGraph(labels, edges, head[1]));
        }
        // Classes are numbered anew, from 0, in the order of the numbers in the file.
        int[] classes = [.. graphs.Select(g => g.Label).Distinct().Order()];
        return new ListDataset<LabelledGraph>([.. graphs.Select(g => g with { Label = Array.IndexOf(classes, g.Label) })],
            new DatasetInfo { Name = name, Labels = [.. classes.Select(c => c.ToString(CultureInfo.InvariantCulture))] });

        int[] Numbers(int least)
        {
            line++;
            if (!lines.MoveNext()) throw Broken("is missing: the file is truncated");
            string[] fields = lines.Current.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < least) throw Broken($"has {fields.Length} numbers, at least {least} are needed");
            var numbers = new int[fields.Length];
            for (int i = 0; i < numbers.Length; i++)
                if (!int.TryParse(fields[i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out numbers[i]))
                    throw Broken($"has \"{CsvTable.Shorten(fields[i])}\" where a number must be");
            return numbers;
        }

        FormatException Broken(string what) => new($"{source} line {line}: {what}");
    }
}
