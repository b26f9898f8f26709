using System.Text.Json;

namespace Hebb.Data.Tests;

public class TablePreprocessingTests
{
    private const string Header = "age,city,when,id,label\n";

    private static Table Train => Table.ParseCsv(Header + "10,Oslo,2024-01-01,a1,yes\n20,Rome,2024-01-02,b2,no\n,Oslo,2024-01-03,c3,yes\n60,Rome,,d4,no\n20,Oslo,2024-01-01,e5,yes\n", "train.csv");

    [Fact]
    public void FeaturesAreFittedOnTheTrainingRows()
    {
        var fitted = TablePreprocessing.Fit(Train, "label", new TableFeatures { Ignore = ["id"] });
        Assert.Equal(["no", "yes"], fitted.Labels);
        Assert.Equal(["age", "age is missing", "city = Oslo", "city = Rome", "city is other", "when"], fitted.FeatureNames.Take(6));
        Assert.Equal("is ignored", fitted.LeftOut["id"]);

        // The median 20 takes the place of what is missing; mean and deviation by hand.
        double[] ages = [10, 20, 20, 60, 20];
        double mean = 26, deviation = Math.Sqrt(ages.Average(a => (a - mean) * (a - mean)));
        var inputs = fitted.Inputs(Train);
        for (int row = 0; row < 5; row++)
        {
            Assert.Equal((float)((ages[row] - mean) / deviation), inputs[row, 0].Item<float>());
            Assert.Equal(row == 2 ? 1f : 0f, inputs[row, 1].Item<float>());
        }

        var other = Table.ParseCsv(Header + "26,Paris,2024-07-01,x,yes\n,,,y,no\n");
        var rows = fitted.Inputs(other);
        Assert.Equal(0f, rows[0, 0].Item<float>());
        Assert.Equal([0f, 0f, 1f], rows[0, 2..5].ToArray<float>());
        Assert.Equal([0f, 0f, 1f], rows[1, 2..5].ToArray<float>());
        Assert.Equal([1L, 0], fitted.Targets(other).ToArray<long>());
        Assert.Equal(fitted.FeatureNames.Count, rows.Shape[1]);
        Assert.Equal(1f, rows[1, fitted.FeatureNames.Count - 1].Item<float>());
    }

    [Fact]
    public void WhatIsSavedDoesTheSame()
    {
        foreach (string target in (string[])["label", "age"])
        {
            var fitted = TablePreprocessing.Fit(Train, target, new TableFeatures { Ignore = ["id"] });
            using var buffer = new MemoryStream();
            using (var writer = new Utf8JsonWriter(buffer)) fitted.WriteJson(writer);
            using var document = JsonDocument.Parse(buffer.ToArray());
            var loaded = Assert.IsType<TablePreprocessing>(Preprocessing.FromJson(document.RootElement));
            Assert.Equal(fitted.FeatureNames, loaded.FeatureNames);
            Assert.Equal(fitted.Labels, loaded.Labels);
            Assert.Equal(fitted.Inputs(Train).ToArray<float>(), loaded.Inputs(Train).ToArray<float>());
            Assert.Equal(fitted.Unscale(0.25), loaded.Unscale(0.25));
        }
        Assert.Throws<FormatException>(() => Preprocessing.FromJson(JsonDocument.Parse("{\"kind\":\"table\",\"columns\":[{\"type\":\"x\",\"column\":\"a\"}],\"target\":\"t\"}").RootElement));
    }

    [Fact]
    public void NamesAndWordsBecomeIndices()
    {
        string text = "city,remark,label\n" + string.Concat(Enumerable.Range(0, 40).Select(i => $"{(i % 4 == 0 ? "Rome" : "Oslo")},\"{(i % 2 == 0 ? "Not good: deck C85" : "good, really good 東京")} {i * 7919}\",{i % 2}\n"));
        var table = Table.ParseCsv(text);
        var fitted = TablePreprocessing.Fit(table, "label", new TableFeatures { Categories = CategoryForm.Index, MaxTokens = 9 });
        Assert.Equal([new("city", TableInputKind.Index, 0, 1, 3), new("remark", TableInputKind.Tokens, 1, 9, 17)], fitted.Layout);
        var inputs = fitted.Inputs(table);
        Assert.Equal(1f, inputs[0, 0].Item<float>());
        Assert.Equal(0f, inputs[1, 0].Item<float>());
        // "good" is in all rows, so it is the first word; the numbers at the ends come once and are passed over.
        float[] row = inputs[1, 1..].ToArray<float>();
        Assert.Equal(1f, row[0]);
        Assert.Equal(8, row.Count(i => i > 0));
        Assert.Equal(row.Length, row.Where(i => i > 0).Distinct().Count() + row.Count(i => i == 0));
        Assert.Equal(["not", "good", "deck", "c", "85", "not good", "good deck", "deck c", "c 85"], TextEncoder.Different("NOT good - deck C85"));
        Assert.Equal(["東", "京", "x", "東 京", "京 x"], TextEncoder.Different("東京x"));

        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) fitted.WriteJson(writer);
        var loaded = (TablePreprocessing)Preprocessing.FromJson(JsonDocument.Parse(buffer.ToArray()).RootElement);
        Assert.Equal(fitted.Layout, loaded.Layout);
        Assert.Equal(inputs.ToArray<float>(), loaded.Inputs(table).ToArray<float>());
        Assert.Equal([0f, 0, 0, 0, 0, 0, 0, 0, 0], fitted.Inputs(Table.ParseCsv("city,remark\nOslo,\nOslo,x\n"))[0, 1..].ToArray<float>());
        foreach (string broken in (string[])["{\"type\":\"text\",\"column\":\"a\",\"tokens\":0,\"vocabulary\":[]}", "{\"type\":\"category\",\"column\":\"a\",\"values\":[\"x\",\"x\"]}"])
            Assert.Throws<FormatException>(() => Preprocessing.FromJson(JsonDocument.Parse($"{{\"kind\":\"table\",\"columns\":[{broken}],\"target\":\"t\",\"labels\":[\"a\"]}}").RootElement));
    }

    [Fact]
    public void TheTaskCanBeChosen()
    {
        var table = Table.ParseCsv("x,y\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i % 7},{i % 5}\n")));
        Assert.Equal(5, TablePreprocessing.Fit(table, "y").Labels!.Count);
        Assert.Null(TablePreprocessing.Fit(table, "y", new TableFeatures { Task = TableTask.Regression }).Labels);
        Assert.Equal(7, TablePreprocessing.Fit(table, "x", new TableFeatures { Task = TableTask.Classification }).Labels!.Count);
        Assert.Contains("no regression", Assert.Throws<DataException>(() => TablePreprocessing.Fit(Train, "label", new TableFeatures { Task = TableTask.Regression })).Message);
    }

    [Fact]
    public void SingleValuesThatAreNotAsInTrainingAreMissingAndListed()
    {
        var fitted = TablePreprocessing.Fit(Train, "label", new TableFeatures { Ignore = ["id"] });
        var table = Table.ParseCsv(Header + "20,Oslo,2024-01-01,a,yes\nold,Oslo,soon,a,yes\n21,Oslo,2024-01-02,a,yes\n", "new.csv");
        var inputs = fitted.Inputs(table, out var bad);
        Assert.Equal([new(3, "column \"age\": \"old\" is not a number", false), new(3, "column \"when\": \"soon\" is not a date", false)], bad);
        Assert.Equal(1f, inputs[1, 1].Item<float>());
        Assert.Equal(fitted.Inputs(Train)[4, 0].Item<float>(), inputs[0, 0].Item<float>());
    }

    [Fact]
    public void NumbersAreTargetsWithoutTheirScale()
    {
        var table = Table.ParseCsv("x,y\n" + string.Concat(Enumerable.Range(0, 50).Select(i => $"{i % 9},{i * 0.37}\n")));
        var fitted = TablePreprocessing.Fit(table, "y");
        Assert.Null(fitted.Labels);
        var targets = fitted.Targets(table);
        Assert.Equal("[50, 1]", targets.Shape.ToString());
        for (int row = 0; row < 50; row++) Assert.Equal(row * 0.37, fitted.Unscale(targets[row, 0].Item<float>()), 1e-5);
    }

    [Fact]
    public void SamplesWithoutATargetAreLeftOut()
    {
        var table = Table.ParseCsv(Header + "10,Oslo,2024-01-01,a1,yes\n20,Rome,2024-01-02,b2,\n30,Oslo,2024-01-03,c3,no\n");
        var data = TablePreprocessing.Fit(Train, "label").Dataset(table, "towns");
        Assert.Equal(2, data.Count);
        Assert.Equal(["no", "yes"], data.Info.Labels);
        Assert.Equal("towns", data.Info.Name);
        Assert.IsType<TablePreprocessing>(data.Info.Preprocessing);
    }

    [Theory]
    [InlineData("a,b\n1,x\n2,x\n", "b", "t.csv: the target \"b\" is \"x\" in every row: there is nothing to predict")]
    [InlineData("a,b\n1,\n2,\n", "b", "t.csv: the target \"b\" is empty")]
    [InlineData("a,b\n1,x\n2,y\n", "c", "t.csv: has no column \"c\" (it has a, b)")]
    [InlineData("a,b\n1,x\n1,y\n", "b", "t.csv: has no column to predict \"b\" from: \"a\" is the same in every row")]
    [InlineData("a,b\n1,x\n2,y\n3,z\n", "b", "t.csv: the target \"b\" is different in every row: it is neither a number nor a class")]
    public void WhatCannotBePredictedIsOneLine(string text, string target, string message) =>
        Assert.Equal(message, Assert.Throws<DataException>(() => TablePreprocessing.Fit(Table.ParseCsv(text, "t.csv"), target)).Message);

    [Fact]
    public void OtherColumnsThanInTrainingAreOneLine()
    {
        var fitted = TablePreprocessing.Fit(Train, "label");
        Assert.Contains("has no column \"city\"", Assert.Throws<DataException>(() => fitted.Inputs(Table.ParseCsv("age\n1\n2\n"))).Message);
        string changed = Header + "old,Oslo,2024-01-01,a,yes\nnew,Rome,2024-01-02,b,no\n";
        Assert.Equal("CSV: the column \"age\" held numbers in training, here it is categorical", Assert.Throws<DataException>(() => fitted.Inputs(Table.ParseCsv(changed))).Message);
        Assert.Equal("CSV line 2: the class \"maybe\" is not in the training rows",
            Assert.Throws<DataException>(() => fitted.Targets(Table.ParseCsv(Header + "1,Oslo,2024-01-01,a,maybe\n"))).Message);
    }

    [Fact]
    public void FeaturesThatTellTheTargetAreNamed()
    {
        var random = new Random(1);
        var lines = Enumerable.Range(0, 400).Select(i =>
        {
            int y = random.Next(2);
            double noise = random.NextDouble(), price = Math.Round(random.NextDouble() * 1000, 2);
            return (y, price, Line: string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{noise:F4},{(y == 1 ? "won" : "lost")},{y + noise * 0.9:F3},{(noise < 0.7 ? y : 1 - y)},{price},{price * 1.19:F2},{y},,k\n"));
        }).ToArray();
        var table = Table.ParseCsv("noise,outcome,score,hint,price,gross,target,none,same\n" + string.Concat(lines.Select(l => l.Line)));
        var warnings = TableChecks.Run(table, "target");
        Assert.Equal(["outcome", "score"], warnings.Where(w => w.IsLeak).Select(w => w.Column));
        Assert.Equal(["none", "same"], warnings.Where(w => !w.IsLeak).Select(w => w.Column));
        Assert.Equal(["gross"], TableChecks.Run(table, "price").Where(w => w.IsLeak).Select(w => w.Column));
        Assert.Contains("100.0% of the classes are right with it alone", warnings.First(w => w.Column == "outcome").Message);
    }

    [Fact]
    public void TablesInHebbDataAreRead()
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("HEBB_DATA") ?? "", "titanic.csv");
        Assert.SkipUnless(File.Exists(path), "titanic.csv is not in HEBB_DATA");
        var table = Table.Read(path);
        Assert.Equal(891, table.Count);
        Assert.Empty(table.BadRows);
        var target = table.Columns.First(c => c.Name.Equals("survived", StringComparison.OrdinalIgnoreCase)).Name;
        var (train, test) = table.SplitStratified(target, 0.8);
        var fitted = TablePreprocessing.Fit(train, target);
        Assert.Equal(2, fitted.Labels!.Count);
        Assert.All(fitted.Inputs(test).ToArray<float>(), value => Assert.True(float.IsFinite(value)));
    }
}
