namespace Hebb.Data.Tests;

/// <summary>Counts, shapes and first values of every set of the catalogue, where its files are at hand.</summary>
public class CatalogSetTests
{
    internal static readonly DataStore Store = DataStore.FromEnvironment(offline: true);

    internal static void Need(string name) => Assert.SkipUnless(Store.Has(Catalog.Find(name)), $"{name} is neither in HEBB_DATA nor in the cache");

    public static TheoryData<string> AllNames => [.. Catalog.Entries.Where(e => !e.Embedded).Select(e => e.Name)];

    [Theory]
    [MemberData(nameof(AllNames))]
    public void FilesAreThePublishedOnes(string name)
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1", "reads every file once more: runs with ./test --all");
        Need(name);
        var entry = Catalog.Find(name);
        foreach (var file in entry.Files) Store.Check(entry, file);
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
            "iris" => Catalog.Iris(Store),
            "breast-cancer" => Catalog.BreastCancer(Store),
            "wine" => Catalog.Wine(Store),
            "diabetes" => Catalog.Diabetes(Store),
            "titanic" => Catalog.Titanic(Store),
            "california-housing" => Catalog.CaliforniaHousing(Store),
            "esol" => Catalog.Esol(Store),
            _ => Catalog.Tox21(Store),
        };
        Assert.Equal((rows, columns), (table.Count, table.Columns.Count));
        Assert.Equal(first, table[target].Text(0));
        Assert.Empty(table.BadRows);
    }

    [Fact]
    public void Adult()
    {
        Need("adult");
        var (train, test) = Catalog.Adult(Store);
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
        var set = Catalog.Anomaly(name, Store);
        Assert.Equal(Shape.Create([rows, features]), set.Inputs.Shape);
        Assert.Equal(anomalies, set.Targets.ToArray<long>().Sum());
    }

    [Fact]
    public void AnomalyIsReadInTheRightOrder()
    {
        Need("anomaly");
        // The arrays lie in Fortran order: the first row, and the sum that NumPy gives for the last column.
        Assert.Equal([50f, 21, 77, 0, 28, 0, 27, 48, 22], Catalog.Anomaly("shuttle", Store).Inputs.ToArray<float>()[..9]);
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
            "airline-passengers" => Catalog.AirlinePassengers(Store),
            "sunspots" => Catalog.Sunspots(Store),
            "daily-min-temperatures" => Catalog.DailyMinTemperatures(Store),
            "daily-max-temperatures" => Catalog.DailyMaxTemperatures(Store),
            "pollution" => Catalog.Pollution(Store),
            "ett" => Catalog.Ett("ETTh1", Store),
            _ => Catalog.ExchangeRate(Store),
        };
        Assert.Equal((steps, columns), (series.Count, series.Columns.Count));
        Assert.Equal(first, series.Values.ToArray<float>()[0]);
        Assert.Equal(year, series.Times?[0].Year ?? 0);
        if (name == "pollution") Assert.Equal([1f], series.Values[0].ToArray<float>()[7..].Where(v => v != 0));
        if (name == "ett") Assert.Equal(41.13f, Catalog.Ett("ETTh2", Store).Values.ToArray<float>()[0], 1e-5f);
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
        string text = Catalog.TinyShakespeare(Store);
        Assert.Equal(1_115_394, text.Length);
        Assert.StartsWith("First Citizen:\nBefore we proceed", text);
        Need("names");
        var names = Catalog.Names(Store);
        Assert.Equal((32_033, "emma"), (names.Count, names[0]));
        Need("wikitext2");
        var (validation, test) = Catalog.Wikitext2(Store);
        Assert.StartsWith(" \n = Homarus gammarus = \n", validation);
        Assert.StartsWith(" \n = Robert <unk> = \n", test);
        Assert.Equal((217_646, 245_569), (Words(validation), Words(test)));

        static int Words(string text) => text.Split('\n').Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length + 1) - 1;
    }

    [Fact]
    public void Sentiment()
    {
        Need("rotten-tomatoes");
        var all = Catalog.RottenTomatoes(Store);
        Assert.Equal((10_662, 5331), (all.Count, Enumerable.Range(0, all.Count).Count(i => all[i].Label == 1)));
        Assert.Equal("simplistic , silly and tedious .", all[0].Text);
        Need("sst2");
        var (train, validation, test) = Catalog.Sst2(Store);
        Assert.Equal((6920, 872, 1821), (train.Count, validation.Count, test.Count));
        Assert.Equal(1, train[0].Label);
        Assert.StartsWith("a stirring , funny", train[0].Text);
    }

    [Fact]
    public void Imdb()
    {
        Need("imdb");
        var (train, test) = Catalog.Imdb(Store);
        Assert.Equal((25_000, 25_000), (train.Count, test.Count));
        Assert.Equal((12_500, 12_500), (Enumerable.Range(0, 25_000).Sum(i => train[i].Label), Enumerable.Range(0, 25_000).Sum(i => test[i].Label)));
        Assert.StartsWith("Story of a man who has unnatural feelings for a pig.", train[0].Text);
        Assert.StartsWith("Bromwell High is a cartoon comedy.", train[12_500].Text);
    }

    [Fact]
    public void Translation()
    {
        Need("multi30k");
        var (train, validation, test) = Catalog.Multi30k("en", "de", store: Store);
        Assert.Equal((29_000, 1014, 1000), (train.Count, validation.Count, test.Count));
        Assert.Equal(new TranslationPair("Two young, White males are outside near many bushes.", "Zwei junge weiße Männer sind im Freien in der Nähe vieler Büsche."), train[0]);
        Assert.Equal(461, Catalog.Multi30k("fr", "en", "2017_mscoco", Store).Test.Count);
        Assert.Equal(1071, Catalog.Multi30k("cs", "en", "2018_flickr", Store).Test.Count);
        Assert.StartsWith("multi30k: there is no train.xx.gz", Assert.Throws<DataException>(() => Catalog.Multi30k("xx", "de", store: Store)).Message);
    }

    [Fact]
    public void NamedEntitiesAndQuestions()
    {
        Need("conll2003");
        var (train, validation, test) = Catalog.Conll2003(Store);
        Assert.Equal((14_041, 3250, 3453), (train.Count, validation.Count, test.Count));
        Assert.Equal(["EU", "rejects", "German", "call", "to", "boycott", "British", "lamb", "."], train[0].Words);
        Assert.Equal(["B-ORG", "O", "B-MISC", "O", "O", "O", "B-MISC", "O", "O"], train[0].Tags);
        Assert.Equal(9, train.Info.Labels!.Count);
        Need("xquad");
        foreach (string language in (string[])["en", "de"])
        {
            var questions = Catalog.Xquad(language, Store);
            Assert.Equal((1190, 240), (questions.Count, Enumerable.Range(0, 1190).Select(i => questions[i].Context).Distinct().Count()));
            Assert.All(Enumerable.Range(0, 1190), i => Assert.Equal(questions[i].Answer, questions[i].Context.Substring(questions[i].AnswerStart, questions[i].Answer.Length)));
        }
    }
}
