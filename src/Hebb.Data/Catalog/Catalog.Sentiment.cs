namespace Hebb.Data;

public static partial class Catalog
{
    private static readonly DatasetInfo s_sentiment = new() { Labels = ["negative", "positive"] };

    private static readonly CatalogEntry s_imdb = new()
    {
        Name = "imdb",
        Task = "sentiment",
        Contents = "25,000 train and 25,000 test reviews of films, negative or positive",
        Licence = "research use",
        Source = "A. Maas and others, 2011, https://ai.stanford.edu/~amaas/data/sentiment/",
        Files =
        [
            new("imdb.tar.gz", 65_483_508, "53401f63790d00988eaba68794083e8b1e613bdeb1396a7f8af4b16627000f69", ["https://ai.stanford.edu/~amaas/data/sentiment/aclImdb_v1.tar.gz"])
            {
                Roots = ["train/neg/", "train/pos/", "test/neg/", "test/pos/"],
            },
        ],
    };

    private static readonly CatalogEntry s_rottenTomatoes = new()
    {
        Name = "rotten-tomatoes",
        Task = "sentiment",
        Contents = "5,331 negative and 5,331 positive sentences of reviews of films",
        Licence = "research use",
        Source = "B. Pang, L. Lee, 2005, https://www.cs.cornell.edu/people/pabo/movie-review-data/; in UTF-8 from https://github.com/dennybritz/cnn-text-classification-tf",
        Files =
        [
            new("rt-polarity.neg", 612_506, "2d11cfbc790f1cd96d78339f41ce53ced1efa83cd22d37d6788fa3fe3d17e2fd", [Polarity + "rt-polarity.neg"]) { Bundle = "rotten-tomatoes.tar.gz" },
            new("rt-polarity.pos", 626_395, "4134882974a28d0c7b5151256f0e33a6169984ee7372c279e673f1114f475d58", [Polarity + "rt-polarity.pos"]) { Bundle = "rotten-tomatoes.tar.gz" },
        ],
    };

    private const string Polarity = "https://raw.githubusercontent.com/dennybritz/cnn-text-classification-tf/master/data/rt-polaritydata/";

    private static readonly CatalogEntry s_sst2 = new()
    {
        Name = "sst2",
        Task = "sentiment",
        Contents = "6,920 train, 872 validation and 1,821 test sentences of reviews of films, negative or positive",
        Licence = "research use",
        Source = "R. Socher and others, 2013, https://nlp.stanford.edu/sentiment/; the files of https://github.com/clairett/pytorch-sentiment-classification",
        Files =
        [
            new("train.tsv", 720_259, "ec192f833a64da08f475488a77b0d0b47db47acd0f458bd18433fc793b569920", [Sst2Home + "train.tsv"]) { Bundle = "sst2.tar.gz" },
            new("dev.tsv", 92_057, "eddea6b39e601dd4e7a672b53cc40fdf6019fa80522f351206c24340ca5d9359", [Sst2Home + "dev.tsv"]) { Bundle = "sst2.tar.gz" },
            new("test.tsv", 188_749, "831169c7e2e429d6026e1bdbb542f33b636e3e596caad9602ebc953c205928b7", [Sst2Home + "test.tsv"]) { Bundle = "sst2.tar.gz" },
        ],
    };

    private const string Sst2Home = "https://raw.githubusercontent.com/clairett/pytorch-sentiment-classification/master/data/SST2/";

    /// <summary>Reviews of films with at most 30 of one film: 25,000 and 25,000, negative (0) or positive (1), in the order of their numbers.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static (ListDataset<TextSample> Train, ListDataset<TextSample> Test) Imdb(DataStore? store = null)
    {
        var found = new List<(string Part, int Label, int Number, string Text)>();
        foreach (var (name, member) in (store ?? DataStore.FromEnvironment()).Members(s_imdb, "imdb.tar.gz"))
        {
            string[] path = name.Split('/'); // part/class/NUMBER_STARS.txt
            int end = path[^1].IndexOf('_');
            if (path.Length != 3 || end < 1 || !int.TryParse(path[2].AsSpan(0, end), out int number)) throw new FormatException($"{member.Source}: is no review's name");
            found.Add((path[0], path[1] == "pos" ? 1 : 0, number, TextFile.Decode(DataArchive.ReadAll(member), member.Source)));
        }
        return (Part("train"), Part("test"));

        ListDataset<TextSample> Part(string part) => new(
            [.. found.Where(f => f.Part == part).OrderBy(f => (f.Label, f.Number)).Select(f => new TextSample(f.Text, f.Label))], s_sentiment with { Name = "imdb" });
    }

    /// <summary>Sentences of reviews: 5,331 negative (0), then 5,331 positive (1). There is no published split; <c>Split</c> makes one.</summary>
    /// <inheritdoc cref="Imdb"/>
    public static ListDataset<TextSample> RottenTomatoes(DataStore? store = null)
    {
        var samples = new List<TextSample>();
        foreach (var (file, label) in ((string, int)[])[("rt-polarity.neg", 0), ("rt-polarity.pos", 1)])
        {
            var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_rottenTomatoes, file);
            samples.AddRange(TextFile.DecodeLines(bytes, source).Where(line => line.Length > 0).Select(line => new TextSample(line.Trim(), label)));
        }
        return new ListDataset<TextSample>(samples, s_sentiment with { Name = "rotten-tomatoes" });
    }

    /// <summary>The sentences of the Stanford Sentiment Treebank with two classes, as published: 6,920, 872 and 1,821.</summary>
    /// <inheritdoc cref="Imdb"/>
    public static (ListDataset<TextSample> Train, ListDataset<TextSample> Validation, ListDataset<TextSample> Test) Sst2(DataStore? store = null)
    {
        return (Part("train.tsv"), Part("dev.tsv"), Part("test.tsv"));

        ListDataset<TextSample> Part(string file)
        {
            var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_sst2, file);
            var samples = new List<TextSample>();
            int number = 0;
            foreach (string line in TextFile.DecodeLines(bytes, source))
            {
                number++;
                if (line.Length == 0) continue;
                int tab = line.LastIndexOf('\t');
                if (tab < 0 || line[(tab + 1)..] is not ("0" or "1")) throw new FormatException($"{source} line {number}: is no sentence with a class of 0 or 1");
                samples.Add(new TextSample(line[..tab], line[tab + 1] - '0'));
            }
            return new ListDataset<TextSample>(samples, s_sentiment with { Name = "sst2" });
        }
    }
}
