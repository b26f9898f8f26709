namespace Hebb.Data.Tests;

public class TableFoldTests
{
    private static readonly Table s_table = Table.ParseCsv("i,c,who\n" + string.Concat(Enumerable.Range(0, 103).Select(i => $"{i * i},{(i % 10 == 0 ? "rare" : i % 3 == 0 ? "some" : "most")},p{i * i % 29}\n")));

    [Theory]
    [InlineData("plain")]
    [InlineData("stratified")]
    [InlineData("grouped")]
    public void EveryRowIsTestedOnce(string kind)
    {
        var folds = Folds(kind, 4, seed: 3);
        Assert.Equal(4, folds.Count);
        Assert.Equal(Lines(s_table), folds.SelectMany(f => Lines(f.Test)).Order());
        foreach (var (train, test) in folds) Assert.Equal(Lines(s_table), Lines(train).Concat(Lines(test)).Order());
        Assert.Equal(folds.Select(f => string.Join(',', Lines(f.Test))), Folds(kind, 4, seed: 3).Select(f => string.Join(',', Lines(f.Test))));
        Assert.NotEqual(Lines(folds[0].Test), Lines(Folds(kind, 4, seed: 4)[0].Test));
        if (kind == "grouped") Assert.All(folds, f => Assert.Empty(Names(f.Train, "who").Intersect(Names(f.Test, "who"))));
        else Assert.All(folds, f => Assert.InRange(f.Test.Count, 25, 26));
        if (kind == "stratified")
        {
            foreach (var (label, count) in s_table["c"].Labels())
                Assert.All(folds, f => Assert.InRange(f.Test["c"].Labels().Single(l => l.Label == label).Count, count / 4, count / 4 + 1));
        }
    }

    [Fact]
    public void TooManyFoldsAreRefused()
    {
        Assert.Equal("CSV: 104 folds of 103 rows: must be 2 to 103", Assert.Throws<DataException>(() => s_table.Folds(104)).Message);
        Assert.Equal("CSV: 1 folds of 103 rows: must be 2 to 103", Assert.Throws<DataException>(() => s_table.FoldsStratified("c", 1)).Message);
        Assert.Contains("groups in \"who\"", Assert.Throws<DataException>(() => s_table.FoldsGrouped("who", 40)).Message);
    }

    private static IReadOnlyList<(Table Train, Table Test)> Folds(string kind, int folds, long seed) => kind switch
    {
        "plain" => s_table.Folds(folds, seed),
        "stratified" => s_table.FoldsStratified("c", folds, seed),
        _ => s_table.FoldsGrouped("who", folds, seed),
    };

    private static IEnumerable<string> Names(Table table, string column) => table[column].Labels().Select(l => l.Label);

    private static long[] Lines(Table table) => [.. Enumerable.Range(0, table.Count).Select(table.Line)];
}
