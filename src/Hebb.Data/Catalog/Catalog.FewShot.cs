namespace Hebb.Data;

/// <summary>One character of an alphabet, as different people drew it.</summary>
/// <param name="Alphabet">The alphabet's name.</param>
/// <param name="Character">The character's name in it.</param>
/// <param name="Images">The drawings: gray, black on white.</param>
public sealed record DrawnCharacter(string Alphabet, string Character, IReadOnlyList<Image> Images);

/// <summary>A task of one-shot classification: a picture of each class, and pictures to classify.</summary>
/// <param name="Classes">One picture a class.</param>
/// <param name="Queries">The pictures to classify.</param>
/// <param name="Answers">For each of them, the index of its class.</param>
public sealed record OneShotTask(IReadOnlyList<Image> Classes, IReadOnlyList<Image> Queries, IReadOnlyList<int> Answers);

public static partial class Catalog
{
    private const string Omniglots = "https://raw.githubusercontent.com/brendenlake/omniglot/master/python/";

    private static readonly CatalogEntry s_omniglot = new()
    {
        Name = "omniglot",
        Task = "few-shot classification",
        Contents = "two small background sets of 5 alphabets each (136 and 156 characters, 20 drawings of 105x105), and 20 one-shot tasks of 20 classes",
        Licence = "MIT",
        Source = "B. Lake, R. Salakhutdinov, J. Tenenbaum, 2015, https://github.com/brendenlake/omniglot",
        Files =
        [
            OmniglotFile("images_background_small1.zip", 1_319_022, "f38eb80f801274ac2b4dff5b24289016bfaba4a7d5bb50deebf27104ad6cb8a4", ""),
            OmniglotFile("images_background_small2.zip", 1_580_917, "3ccaa407515a8778e5d0861875af38b17e418f301ad5bb3b5a6b65d901a41c7f", ""),
            OmniglotFile("all_runs.zip", 352_787, "437c1eeab0af8484112e1b4cc0f3d541ec727f7c47b9b202da738af9dfd6c325", "one-shot-classification/"),
        ],
    };

    private static CatalogFile OmniglotFile(string name, long bytes, string sha256, string folder) =>
        new(name, bytes, sha256, [Omniglots + folder + name]) { Bundle = "omniglot.tar.gz" };

    /// <summary>Characters to learn from, 20 drawings each: the small background set 1 (Balinese, Early Aramaic, Greek, Korean, Latin) or 2 (Braille, …).</summary>
    /// <param name="set">1 or 2.</param>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">There is no such set, or the file is missing.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static ListDataset<DrawnCharacter> Omniglot(int set = 1, DataStore? store = null)
    {
        if (set is not (1 or 2)) throw new DataException($"omniglot: there is no background set {set} (1 and 2)");
        var drawings = new SortedDictionary<string, (string Alphabet, string Character, SortedDictionary<string, Image> Images)>(StringComparer.Ordinal);
        foreach (var member in Zipped(s_omniglot, $"images_background_small{set}.zip", store))
        {
            string[] path = member.Name.Split('/'); // set/alphabet/character/drawing.png
            if (path.Length != 4 || !path[3].EndsWith(".png", StringComparison.Ordinal)) continue;
            string key = path[1] + "/" + path[2];
            if (!drawings.TryGetValue(key, out var character)) drawings[key] = character = (path[1], path[2], new SortedDictionary<string, Image>(StringComparer.Ordinal));
            character.Images[path[3]] = Png.Decode(DataArchive.ReadAll(member), member.Source);
        }
        return new ListDataset<DrawnCharacter>([.. drawings.Values.Select(d => new DrawnCharacter(d.Alphabet, d.Character, [.. d.Images.Values]))], new DatasetInfo { Name = "omniglot" });
    }

    /// <summary>The 20 one-shot tasks of the paper: 20 classes, 20 pictures to classify.</summary>
    /// <inheritdoc cref="Omniglot"/>
    public static ListDataset<OneShotTask> OmniglotTasks(DataStore? store = null)
    {
        var images = new Dictionary<string, Image>();
        var answers = new SortedDictionary<string, (string[] Lines, string Source)>(StringComparer.Ordinal);
        foreach (var member in Zipped(s_omniglot, "all_runs.zip", store))
        {
            int run = member.Name.IndexOf("run", StringComparison.Ordinal);
            string[] path = run < 0 ? [] : member.Name[run..].Split('/'); // run01/training/class01.png, run01/test/item01.png, run01/class_labels.txt
            if (path is [_, "class_labels.txt"]) answers[path[0]] = ([.. TextFile.DecodeLines(DataArchive.ReadAll(member), member.Source)], member.Source);
            else if (path.Length == 3 && path[2].EndsWith(".png", StringComparison.Ordinal)) images[string.Join('/', path)] = Png.Decode(DataArchive.ReadAll(member), member.Source);
        }
        return new ListDataset<OneShotTask>([.. answers.Select(a => Task(a.Key, a.Value.Lines, a.Value.Source))], new DatasetInfo { Name = "omniglot" });

        OneShotTask Task(string run, string[] lines, string source)
        {
            string[] names = [.. images.Keys.Where(k => k.StartsWith(run + "/training/", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
            var queries = new List<Image>();
            var classes = new List<int>();
            foreach (string line in lines.Where(l => l.Length > 0))
            {
                string[] pair = line.Split(' ', StringSplitOptions.RemoveEmptyEntries); // the item, and the picture of its class
                int index = pair.Length == 2 ? Array.IndexOf(names, pair[1]) : -1;
                if (index < 0 || !images.TryGetValue(pair[0], out var image)) throw new FormatException($"{source}: \"{CsvTable.Shorten(line)}\" names no pictures of its run");
                queries.Add(image);
                classes.Add(index);
            }
            return new OneShotTask([.. names.Select(n => images[n])], queries, classes);
        }
    }

    private static IEnumerable<ArchiveMember> Zipped(CatalogEntry entry, string file, DataStore? store)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(entry, file);
        return DataArchive.Read(new MemoryStream(bytes, writable: false), source);
    }
}
