namespace Hebb.Data.Tests;

/// <summary>Counts, shapes and first values of every set of the catalogue, where its files are at hand.</summary>
public class CatalogSetTests
{
    private static readonly DataStore s_store = DataStore.FromEnvironment(offline: true);

    private static void Need(string name) => Assert.SkipUnless(s_store.Has(Catalog.Find(name)), $"{name} is neither in HEBB_DATA nor in the cache");

    public static TheoryData<string> AllNames => [.. Catalog.Entries.Where(e => !e.Embedded).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(AllNames))]
    public void FilesAreThePublishedOnes(string name)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1", "reads every file once more: runs with ./test --all");
        Need(name);
        var entry = Catalog.Find(name);
        foreach (var file in entry.Files) s_store.Check(entry, file);
    }

    [Theory]
    [InlineData("iris", 150, 5, "setosa", "species")]
    [InlineData("breast-cancer", 569, 31, "malignant", "diagnosis")]
    [InlineData("wine", 178, 14, "cultivar-1", "cultivar")]
    [InlineData("diabetes", 442, 11, "1.510000000000000000e+02", "progression")]
    [InlineData("titanic", 891, 12, "0", "Survived")]
    [InlineData("california-housing", 20_640, 10, "452600.0", "median_house_value")]
    [InlineData("esol", 1128, 10, "-0.77", "measured log solubility in mols per litre")]
    [InlineData("tox21", 8014, 14, "0", "NR-AR")]
    public void Tables(string name, int rows, int columns, string first, string target)
    {
        Need(name);
        var table = name switch
        {
            "iris" => Catalog.Iris(s_store),
            "breast-cancer" => Catalog.BreastCancer(s_store),
            "wine" => Catalog.Wine(s_store),
            "diabetes" => Catalog.Diabetes(s_store),
            "titanic" => Catalog.Titanic(s_store),
            "california-housing" => Catalog.CaliforniaHousing(s_store),
            "esol" => Catalog.Esol(s_store),
            _ => Catalog.Tox21(s_store),
        };
        Assert.Equal((rows, columns), (table.Count, table.Columns.Count));
        Assert.Equal(first, table[target].Text(0));
        Assert.Empty(table.BadRows);
    }

    [Fact]
    public void Adult()
    {
        Need("adult");
        var (train, test) = Catalog.Adult(s_store);
        Assert.Equal((32_561, 16_281, 15), (train.Count, test.Count, train.Columns.Count));
        Assert.Equal([("<=50K", 24_720), (">50K", 7841)], train["income"].Labels());
        Assert.Equal([("<=50K", 12_435), (">50K", 3846)], test["income"].Labels());
        Assert.Equal(1836, train["workclass"].Missing);
        Assert.Equal(39, train["age"].Number(0));
    }

    [Theory]
    [InlineData("mammography", 11_183, 6, 260)]
    [InlineData("shuttle", 49_097, 9, 3511)]
    [InlineData("annthyroid", 7200, 6, 534)]
    [InlineData("skin", 245_057, 3, 50_859)]
    [InlineData("satimage-2", 5803, 36, 71)]
    [InlineData("pendigits", 6870, 16, 156)]
    public void Anomaly(string name, int rows, int features, int anomalies)
    {
        Need("anomaly");
        var set = Catalog.Anomaly(name, s_store);
        Assert.Equal(Shape.Create([rows, features]), set.Inputs.Shape);
        Assert.Equal(anomalies, set.Targets.ToArray<long>().Sum());
    }

    [Fact]
    public void AnomalyIsReadInTheRightOrder()
    {
        Need("anomaly");
        // The arrays lie in Fortran order: the first row, and the sum that NumPy gives for the last column.
        Assert.Equal([50f, 21, 77, 0, 28, 0, 27, 48, 22], Catalog.Anomaly("shuttle", s_store).Inputs.ToArray<float>()[..9]);
    }

    [Theory]
    [InlineData("airline-passengers", 144, 1, 112f, 1949)]
    [InlineData("sunspots", 2820, 1, 58f, 1749)]
    [InlineData("daily-min-temperatures", 3650, 1, 20.7f, 1981)]
    [InlineData("daily-max-temperatures", 3650, 1, 38.1f, 1981)]
    [InlineData("pollution", 43_824, 11, float.NaN, 2010)]
    [InlineData("ett", 17_420, 7, 5.827f, 2016)]
    [InlineData("exchange-rate", 7588, 8, 0.7855f, 0)]
    public void TimeSeries(string name, int steps, int columns, float first, int year)
    {
        Need(name);
        var series = name switch
        {
            "airline-passengers" => Catalog.AirlinePassengers(s_store),
            "sunspots" => Catalog.Sunspots(s_store),
            "daily-min-temperatures" => Catalog.DailyMinTemperatures(s_store),
            "daily-max-temperatures" => Catalog.DailyMaxTemperatures(s_store),
            "pollution" => Catalog.Pollution(s_store),
            "ett" => Catalog.Ett("ETTh1", s_store),
            _ => Catalog.ExchangeRate(s_store),
        };
        Assert.Equal((steps, columns), (series.Count, series.Columns.Count));
        Assert.Equal(first, series.Values.ToArray<float>()[0]);
        Assert.Equal(year, series.Times?[0].Year ?? 0);
        if (name == "pollution") Assert.Equal([1f], series.Values[0].ToArray<float>()[7..].Where(v => v != 0));
        if (name == "ett") Assert.Equal(41.13f, Catalog.Ett("ETTh2", s_store).Values.ToArray<float>()[0], 1e-5f);
    }

    [Fact]
    public void SeriesAreCutIntoWindows()
    {
        var series = new TimeSeries("toy", ["a", "b"], Tensor.From([.. Enumerable.Range(0, 20).Select(i => (float)i)], [10, 2]), null);
        var windows = series.Windows(past: 3, future: 2, stride: 2);
        Assert.Equal(["[3, 3, 2]", "[3, 2, 2]"], [windows.Inputs.Shape.ToString(), windows.Targets.Shape.ToString()]);
        Assert.Equal([4f, 5, 6, 7, 8, 9], windows[1].Input.ToArray<float>());
        Assert.Equal([10f, 11, 12, 13], windows[1].Target.ToArray<float>());
        Assert.Equal([12f, 13, 14, 15], series[6..8].Values.ToArray<float>());
        Assert.Equal("toy: 10 steps are too few for windows of 9 and 2", Assert.Throws<DataException>(() => series.Windows(9, 2)).Message);
        Assert.Equal("toy: has no column \"c\" (it has a, b)", Assert.Throws<DataException>(() => series.Column("c")).Message);
    }

    [Fact]
    public void LanguageModels()
    {
        Need("tinyshakespeare");
        string text = Catalog.TinyShakespeare(s_store);
        Assert.Equal(1_115_394, text.Length);
        Assert.StartsWith("First Citizen:\nBefore we proceed", text);
        Need("names");
        var names = Catalog.Names(s_store);
        Assert.Equal((32_033, "emma"), (names.Count, names[0]));
        Need("wikitext2");
        var (validation, test) = Catalog.Wikitext2(s_store);
        Assert.StartsWith(" \n = Homarus gammarus = \n", validation);
        Assert.StartsWith(" \n = Robert <unk> = \n", test);
        Assert.Equal((217_646, 245_569), (Words(validation), Words(test)));

        static int Words(string text) => text.Split('\n').Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length + 1) - 1;
    }

    [Fact]
    public void Sentiment()
    {
        Need("rotten-tomatoes");
        var all = Catalog.RottenTomatoes(s_store);
        Assert.Equal((10_662, 5331), (all.Count, Enumerable.Range(0, all.Count).Count(i => all[i].Label == 1)));
        Assert.Equal("simplistic , silly and tedious .", all[0].Text);
        Need("sst2");
        var (train, validation, test) = Catalog.Sst2(s_store);
        Assert.Equal((6920, 872, 1821), (train.Count, validation.Count, test.Count));
        Assert.Equal(1, train[0].Label);
        Assert.StartsWith("a stirring , funny", train[0].Text);
    }

    [Fact]
    public void Imdb()
    {
        Need("imdb");
        var (train, test) = Catalog.Imdb(s_store);
        Assert.Equal((25_000, 25_000), (train.Count, test.Count));
        Assert.Equal((12_500, 12_500), (Enumerable.Range(0, 25_000).Sum(i => train[i].Label), Enumerable.Range(0, 25_000).Sum(i => test[i].Label)));
        Assert.StartsWith("Story of a man who has unnatural feelings for a pig.", train[0].Text);
        Assert.StartsWith("Bromwell High is a cartoon comedy.", train[12_500].Text);
    }

    [Fact]
    public void Translation()
    {
        Need("multi30k");
        var (train, validation, test) = Catalog.Multi30k("en", "de", store: s_store);
        Assert.Equal((29_000, 1014, 1000), (train.Count, validation.Count, test.Count));
        Assert.Equal(new TranslationPair("Two young, White males are outside near many bushes.", "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche."), train[0]);
        Assert.Equal(461, Catalog.Multi30k("fr", "en", "2017_mscoco", s_store).Test.Count);
        Assert.Equal(1071, Catalog.Multi30k("cs", "en", "2018_flickr", s_store).Test.Count);
        Assert.StartsWith("multi30k: there is no train.xx.gz", Assert.Throws<DataException>(() => Catalog.Multi30k("xx", "de", store: s_store)).Message);
    }

    [Fact]
    public void NamedEntitiesAndQuestions()
    {
        Need("conll2003");
        var (train, validation, test) = Catalog.Conll2003(s_store);
        Assert.Equal((14_041, 3250, 3453), (train.Count, validation.Count, test.Count));
        Assert.Equal(["EU", "rejects", "German", "call", "to", "boycott", "British", "lamb", "."], train[0].Words);
        Assert.Equal(["B-ORG", "O", "B-MISC", "O", "O", "O", "B-MISC", "O", "O"], train[0].Tags);
        Assert.Equal(9, train.Info.Labels!.Count);
        Need("xquad");
        foreach (string language in (string[])["en", "de"])
        {
            var questions = Catalog.Xquad(language, s_store);
            Assert.Equal((1190, 240), (questions.Count, Enumerable.Range(0, 1190).Select(i => questions[i].Context).Distinct().Count()));
            Assert.All(Enumerable.Range(0, 1190), i => Assert.Equal(questions[i].Answer, questions[i].Context.Substring(questions[i].AnswerStart, questions[i].Answer.Length)));
        }
    }

    [Fact]
    public void SpokenDigits()
    {
        Need("fsdd");
        var (train, test) = Catalog.SpokenDigits(s_store);
        Assert.Equal((2700, 300), (train.Count, test.Count));
        Assert.All(Enumerable.Range(0, 300), i => Assert.Equal((8000, 1), (test[i].Audio.SampleRate, test[i].Audio.Channels)));
        Assert.Equal(6, Enumerable.Range(0, 300).Select(i => test[i].Speaker).Distinct().Count());
        Assert.All(Enumerable.Range(0, 10), digit => Assert.Equal(30, Enumerable.Range(0, 300).Count(i => test[i].Label == digit)));
        Assert.Equal(("george", 2384), (test[0].Speaker, test[0].Audio.Frames)); // 0_george_0.wav: 4,812 bytes with a header of 44
    }

    [Fact]
    public void MusicAndDrawing()
    {
        Need("jsb-chorales");
        foreach (bool sixteenths in (bool[])[true, false])
        {
            var (train, validation, test) = Catalog.JsbChorales(sixteenths, s_store);
            Assert.Equal((229, 76, 77), (train.Count, validation.Count, test.Count));
            Assert.Equal(sixteenths ? [65, 60, 57, 53] : [72, 76, 79, 84], test[0][0]);
        }
        Need("sketch");
        foreach (var (name, counts) in ((string, (int, int, int))[])[("aaron_sheep", (7400, 300, 300)), ("omniglot", (30_000, 1000, 1000))])
        {
            var (train, validation, test) = Catalog.Sketch(name, s_store);
            Assert.Equal(counts, (train.Count, validation.Count, test.Count));
            Assert.Equal((DType.Int16, 3), (train[0].DType, train[0].Shape[1]));
        }
    }

    [Fact]
    public void CitationGraphs()
    {
        Need("cora");
        Need("citeseer");
        Check(Catalog.Cora(s_store), 2708, 1433, 10_556, 140, 7, [3L, 4, 4, 0, 3], 49_216);
        Check(Catalog.Citeseer(s_store), 3327, 3703, 9104, 120, 6, [3L, 1, 5, 5, 3], 105_165);

        static void Check(NodeGraph graph, int nodes, int features, int edges, int train, int classes, long[] labels, int words)
        {
            Assert.Equal(Shape.Create([nodes, features]), graph.Features.Shape);
            Assert.Equal(Shape.Create([2, edges]), graph.Edges.Shape);
            Assert.Equal((train, 500, 1000, classes), (graph.Train.Shape[0], graph.Validation.Shape[0], graph.Test.Shape[0], graph.Classes));
            Assert.Equal(labels, graph.Labels.ToArray<long>()[..5]);
            Assert.Equal(words, graph.Features.ToArray<float>().Sum(), 0.5);
        }
    }

    [Theory]
    [InlineData("MUTAG", 188, 2, 3371, 7442)]
    [InlineData("PTC", 344, 2, 8792, 17_862)]
    [InlineData("ENZYMES", 600, 6, 19_580, 74_564)]
    [InlineData("IMDBBINARY", 1000, 2, 19_773, 193_062)]
    [InlineData("PROTEINS", 1113, 2, 43_471, 162_088)]
    [InlineData("NCI1", 4110, 2, 122_747, 265_506)]
    public void GraphSets(string name, int count, int classes, int nodes, int edges)
    {
        Need("graph-classification");
        var graphs = Catalog.GraphClassification(name, s_store);
        Assert.Equal((count, classes), (graphs.Count, graphs.Info.Labels!.Count));
        Assert.Equal((nodes, edges), (Enumerable.Range(0, count).Sum(i => graphs[i].NodeLabels.Count), Enumerable.Range(0, count).Sum(i => graphs[i].Edges.Count)));
    }

    [Fact]
    public void KnowledgeGraphs()
    {
        Need("knowledge-graphs");
        Check("FB15k-237", 14_541, 237, 272_115, 17_535, 20_466);
        Check("WN18RR", 40_943, 11, 86_835, 3034, 3134);
        Check("kinship", 104, 25, 8544, 1068, 1074);
        Check("umls", 135, 46, 5216, 652, 661);

        static void Check(string name, int entities, int relations, int train, int validation, int test)
        {
            var graph = Catalog.KnowledgeGraph(name, s_store);
            Assert.Equal((entities, relations), (graph.Entities.Count, graph.Relations.Count));
            Assert.Equal((train, validation, test), (graph.Train.Shape[0], graph.Validation.Shape[0], graph.Test.Shape[0]));
        }
    }

    [Fact]
    public void MoleculesInSpace()
    {
        Need("gdb1k");
        var molecules = Catalog.Gdb1k(s_store);
        Assert.Equal(1000, molecules.Count);
        Assert.Equal(["C", "C", "C", "N", "H"], molecules[0].Elements);
        Assert.Equal([(0, 1, 3), (0, 4, 1), (1, 2, 1), (2, 3, 3)], molecules[0].Bonds);
        Assert.Equal(2.1402f, molecules[0].Positions.ToArray<float>()[3]);
    }

    [Fact]
    public void Ratings()
    {
        Need("ml-100k");
        var seen = new HashSet<(long, long)>();
        for (int fold = 1; fold <= 5; fold++)
        {
            var set = Catalog.MovieLens100K(fold, s_store);
            Assert.Equal((80_000, 20_000, 943, 1682), (set.Train.Count, set.Test.Count, set.UserCount, set.ItemCount));
            seen.UnionWith(set.Test.Users.ToArray<long>().Zip(set.Test.Items.ToArray<long>()));
            if (fold > 1) continue;
            Assert.Equal("Toy Story (1995)", set.Titles[0]);
            Assert.Equal(["Animation", "Children's", "Comedy"], set.Genres[0]);
            Assert.Equal((0L, 0L, 5f, 874965758L), (set.Train.Users.ToArray<long>()[0], set.Train.Items.ToArray<long>()[0], set.Train.Values.ToArray<float>()[0], set.Train.Times.ToArray<long>()[0]));
            Assert.Equal("technician", set.Users["occupation"].Text(0));
        }
        Assert.Equal(100_000, seen.Count); // the five test sets are all ratings
    }

    [Fact]
    public void Proteins()
    {
        Need("cb513");
        var proteins = Catalog.Cb513(s_store);
        Assert.Equal(511, proteins.Count);
        Assert.StartsWith("RTDCYGNVNRIDTTGASCKTAKPEGLSYCGVSASKKIAERDLQAMDRYKTIIKKVGEKLCVEPAVIAGIISRESHAGK", proteins[0].Residues);
        Assert.Equal(144_011, Enumerable.Range(0, 511).Sum(i => proteins[i].Residues.Length));
    }

    [Fact]
    public void FewShot()
    {
        Need("omniglot");
        var first = Catalog.Omniglot(1, s_store);
        Assert.Equal(136, first.Count);
        if (Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1") Assert.Equal(156, Catalog.Omniglot(2, s_store).Count);
        Assert.All(Enumerable.Range(0, 136), i => Assert.Equal(20, first[i].Images.Count));
        Assert.Equal(("Balinese", "character01", 105, 105), (first[0].Alphabet, first[0].Character, first[0].Images[0].Width, first[0].Images[0].Height));
        var tasks = Catalog.OmniglotTasks(s_store);
        Assert.Equal(20, tasks.Count);
        Assert.All(Enumerable.Range(0, 20), i => Assert.Equal((20, 20, 20), (tasks[i].Classes.Count, tasks[i].Queries.Count, tasks[i].Answers.Distinct().Count())));
        Assert.Equal([7, 8, 1], tasks[0].Answers.Take(3));
    }

    [Fact]
    public void Segmentation()
    {
        Need("isbi-membrane");
        var (train, test) = Catalog.IsbiMembrane(s_store);
        Assert.Equal(Shape.Create([30, 1, 512, 512]), train.Inputs.Shape);
        Assert.Equal(Shape.Create([30, 512, 512]), train.Targets.Shape);
        Assert.Equal(Shape.Create([30, 1, 512, 512]), test.Shape);
        Assert.InRange(train.Targets.ToArray<long>().Average(), 0.7, 0.85); // most of a picture is cells
    }

    [Fact]
    public void Detection()
    {
        Need("bccd");
        var (train, validation, test) = Catalog.Bccd(s_store);
        Assert.Equal((205, 87, 72), (train.Count, validation.Count, test.Count));
        var sample = validation[0];
        Assert.Equal(("BloodImage_00000", 640, 480, 3), (sample.Name, sample.Image.Width, sample.Image.Height, sample.Image.Channels));
        Assert.Contains(new LabelledBox(1, 260, 177, 491, 376), sample.Boxes);
    }

    [Fact]
    public void MedicalImages()
    {
        Need("pneumoniamnist");
        var (train, validation, test) = Catalog.PneumoniaMnist(s_store);
        Assert.Equal((3882, 524, 624), (train.Count, validation.Count, test.Count));
        Assert.Equal(Shape.Create([3882, 1, 28, 28]), train.Inputs.Shape);
        Assert.Equal(390, test.Targets.ToArray<long>().Sum());
    }

    [Fact]
    public void Captions()
    {
        Need("emoji-captions");
        var emoji = Catalog.EmojiCaptions(s_store);
        Assert.Equal(1911, emoji.Count);
        Assert.Equal("hash key", emoji[0].Caption);
        Assert.All(Enumerable.Range(0, 1911 / 13), i => Assert.Equal((64, 64), (emoji[13 * i].Image.Width, emoji[13 * i].Image.Height)));
    }
}
