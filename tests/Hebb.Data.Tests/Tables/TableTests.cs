using System.Data;
using System.Text;

namespace Hebb.Data.Tests;

public class TableTests
{
    [Fact]
    public void ColumnsAreWhatTheirValuesTell()
    {
        var text = new StringBuilder("id,age,city,when,note,same,none,code,flag\n");
        for (int i = 0; i < 60; i++)
            text.Append(1000 + i).Append($",{20 + i % 30}.5,{(i % 3 == 0 ? "Oslo" : i % 3 == 1 ? "Rome" : "?")},2024-{1 + i % 12:00}-{1 + i % 28:00},\"some words of row {i}, as people write\",x,,K{i * 7919 % 1000:000}{i},{i % 2}\n");
        var table = Table.ParseCsv(text.ToString(), "t.csv");
        Assert.Equal(60, table.Count);
        Assert.Equal([ColumnKind.Id, ColumnKind.Numeric, ColumnKind.Categorical, ColumnKind.Date, ColumnKind.Text, ColumnKind.Constant, ColumnKind.Empty, ColumnKind.Id, ColumnKind.Numeric],
            table.Columns.Select(c => c.Kind));
        Assert.Equal(20, table["city"].Missing);
        Assert.Equal([("Oslo", 20), ("Rome", 20)], table["city"].Labels());
        Assert.Equal(new DateTime(2024, 3, 3), table["when"].Date(2));
        Assert.Equal(22.5, table["age"].Number(2));
        Assert.Null(table["none"].Text(0));
        Assert.Empty(table.BadRows);
        Assert.Equal(4, table.Line(2));
        Assert.Equal("t.csv: has no column \"x\" (it has id, age, city, when, note, same, none, code, flag)", Assert.Throws<DataException>(() => table["x"]).Message);
        Assert.False(table.Without("id", "note").Has("id"));
    }

    [Fact]
    public void BadRowsAreListedByLine()
    {
        var text = new StringBuilder("a,b\n");
        for (int i = 0; i < 100; i++) text.Append(i == 30 ? "oops,1\n" : i == 50 ? "1,2,3\n" : i == 70 ? "4\n" : $"{i},{i * 2}\n");
        var table = Table.ParseCsv(text.ToString(), "t.csv");
        Assert.Equal(98, table.Count);
        Assert.Equal([new(32, "column \"a\": \"oops\" is not a number", false), new(52, "has 3 fields, the first line has 2", true), new(72, "has 1 fields, the first line has 2", true)], table.BadRows);
        Assert.True(table["a"].IsMissing(30));
        Assert.Equal(1, table["b"].Number(30));
        Assert.Equal(53, table.Line(50));
        // Too many to be mistakes: a column of names.
        Assert.False(Table.ParseCsv("a\n" + string.Concat(Enumerable.Range(0, 100).Select(i => i % 10 == 0 ? "x\n" : $"{i % 7}\n")))["a"].HasNumbers);
        Assert.Equal("CSV: has no good rows: line 2: has 1 fields, the first line has 2", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n1\n")).Message);
        Assert.Equal("CSV: has no rows", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n")).Message);
    }

    [Fact]
    public void ReadsFilesOfEveryKind()
    {
        using var folder = new TemporaryFolder();
        foreach (var (name, text) in ((string, string)[])[("a.csv", "x,y\n1,a\n2,b\n"), ("b.csv", "x;y\n1;a\n2;b\n"), ("c.tsv", "x\ty\n1\ta\n2\tb\n"), ("d.jsonl", "{\"x\":1,\"y\":\"a\"}\n\n{\"y\":\"b\",\"x\":2}\n")])
        {
            foreach (bool packed in (bool[])[false, true])
            {
                byte[] bytes = Encoding.UTF8.GetBytes(text);
                var table = Table.Read(folder.Write(packed ? name + ".gz" : name, packed ? IdxTests.Zip(bytes) : bytes));
                Assert.Equal(["x", "y"], table.Columns.Select(c => c.Name));
                Assert.Equal(2, table["x"].Number(1));
                Assert.Equal("b", table["y"].Text(1));
            }
        }
        var lines = Table.ParseJsonLines("{\"a\":1}\n{\"a\":[1]}\nnope\n{\"b\":true,\"a\":null}\n");
        Assert.Equal([2L, 3], lines.BadRows.Select(b => b.Line));
        Assert.Equal("\"a\" is not a single value", lines.BadRows[0].Reason);
        Assert.True(lines["a"].IsMissing(1));
        Assert.Equal("true", lines["b"].Text(1));
        Assert.Equal(4, lines.Line(1));
    }

    [Fact]
    public void SeparatorsAndDecimalCommasAreTold()
    {
        using var folder = new TemporaryFolder();
        foreach (string text in (string[])["a;b c;t\n1,5;x,y;p\n2;z;q\n", "a|b c|t\n1,5|x,y|p\n2|z|q\n", "\uFEFF a;b c;t\n1,5;\"x,y\";p\n2;z;q\n"])
        {
            var table = Table.Read(folder.Write("t.csv", Encoding.UTF8.GetBytes(text)));
            Assert.Equal(["a", "b c", "t"], table.Columns.Select(c => c.Name));
            Assert.Equal(1.5, table["a"].Number(0));
            Assert.Equal("x,y", table["b c"].Text(0));
        }
        var infinite = Table.ParseCsv("a\n1\ninf\n-Infinity\n2\nNaN\n");
        Assert.Equal(3, infinite["a"].Missing);
        Assert.Equal(["3 column \"a\": \"inf\" is not a number", "4 column \"a\": \"-Infinity\" is not a number"], infinite.BadRows.Select(b => $"{b.Line} {b.Reason}"));
        Assert.False(Table.ParseCsv("a,b\n\"1,5\",x\n\"2,5\",y\n")["a"].HasNumbers);
    }

    [Fact]
    public void ColumnsAndClassesCanBeRenamed()
    {
        var table = Table.ParseCsv("1,x\n2,y\n", "t.csv", hasHeader: false).WithNames("n", "c");
        Assert.Equal(2, table["n"].Number(1));
        Assert.Equal("t.csv: has 2 columns, but 1 names were given", Assert.Throws<DataException>(() => table.WithNames("n")).Message);
        Assert.Equal("t.csv: the name \"n\" was given twice", Assert.Throws<DataException>(() => table.WithNames("n", "n")).Message);
        Assert.Equal(["z", "y"], Enumerable.Range(0, 2).Select(table.WithLabels("c", new Dictionary<string, string> { ["x"] = "z" })["c"].Label));
    }

    [Fact]
    public void ReadsWhatADatabaseGives()
    {
        using var data = new DataTable();
        data.Columns.Add("n", typeof(int));
        data.Columns.Add("price", typeof(decimal));
        data.Columns.Add("day", typeof(DateTime));
        data.Columns.Add("name", typeof(string));
        data.Rows.Add(1, 2.50m, new DateTime(2024, 5, 6), "a");
        data.Rows.Add(DBNull.Value, 3.25m, new DateTime(2024, 5, 7), "b");
        using var reader = data.CreateDataReader();
        var table = Table.Read(reader);
        Assert.Equal(2, table.Count);
        Assert.True(table["n"].IsMissing(1));
        Assert.Equal(3.25, table["price"].Number(1));
        Assert.Equal(new DateTime(2024, 5, 7), table["day"].Date(1));
        Assert.Equal("b", table["name"].Text(1));
    }

    private sealed record Person(string Name, double? Age, long Rank, DateTime? Born);

    [Fact]
    public void RowsBecomeRecords()
    {
        var table = Table.ParseCsv("name,age,rank,born\nAda,36,1,1815-12-10\nBob,,2,\n", "t.csv");
        var people = table.Rows(r => new Person(r.Text("name"), r.NumberOrNull("age"), r.Integer("rank"), r.DateOrNull("born"))).ToArray();
        Assert.Equal([new Person("Ada", 36, 1, new DateTime(1815, 12, 10)), new Person("Bob", null, 2, null)], people);
        Assert.Equal("t.csv line 3: \"age\" is missing", Assert.Throws<DataException>(() => table.Rows(r => r.Number("age")).ToArray()).Message);
        Assert.Equal("column \"name\": holds no numbers", Assert.Throws<DataException>(() => table.Rows(r => r.Number("name")).ToArray()).Message);
    }

    [Fact]
    public void StratifiedPartsHaveEveryClassInItsShare()
    {
        var table = Table.ParseCsv("i,c\n" + string.Concat(Enumerable.Range(0, 210).Select(i => $"{i * i},{(i % 10 == 0 ? "rare" : i % 3 == 0 ? "some" : "most")}\n")));
        var (first, second) = table.SplitStratified("c", 0.8, seed: 3);
        Assert.Equal(168, first.Count);
        foreach (var (label, count) in table["c"].Labels())
            Assert.InRange(first["c"].Labels().Single(l => l.Label == label).Count, Math.Floor(count * 0.8), Math.Ceiling(count * 0.8));
        Disjoint(table, first, second);
        Assert.Equal(Lines(first), Lines(table.SplitStratified("c", 0.8, seed: 3).First));
        Assert.NotEqual(Lines(first), Lines(table.SplitStratified("c", 0.8, seed: 4).First));
    }

    [Fact]
    public void GroupsStayTogether()
    {
        var table = Table.ParseCsv("i,who\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i * i},p{i % 23}\n")));
        var (first, second) = table.SplitGrouped("who", 0.7, seed: 1);
        Assert.InRange(first.Count, 132, 148);
        Assert.Empty(first["who"].Labels().Select(l => l.Label).Intersect(second["who"].Labels().Select(l => l.Label)));
        Disjoint(table, first, second);
        Assert.Contains("all rows are of one group", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n1,x\n2,x\n").SplitGrouped("b", 0.5)).Message);
    }

    [Fact]
    public void TimeIsCutOnce()
    {
        var table = Table.ParseCsv("when,v\n" + string.Concat(Enumerable.Range(0, 90).Select(i => $"2024-{1 + i * 7 % 90 / 30:00}-{1 + i * 7 % 90 % 30 / 2:00},{i}\n")));
        var (before, after) = table.SplitByTime("when", 0.5);
        var last = Enumerable.Range(0, before.Count).Max(row => before["when"].Date(row));
        Assert.All(Enumerable.Range(0, after.Count), row => Assert.True(after["when"].Date(row) > last));
        Disjoint(table, before, after);
        Assert.Contains("neither dates nor numbers", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n1,x\n2,y\n").SplitByTime("b", 0.5)).Message);
        Assert.Equal("CSV line 3: \"a\" is missing: the row has no place in time", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n1,x\n,y\n3,z\n").SplitByTime("a", 0.5)).Message);
    }

    private static void Disjoint(Table table, Table first, Table second) => Assert.Equal(Lines(table), Lines(first).Concat(Lines(second)).Order());

    private static long[] Lines(Table table) => [.. Enumerable.Range(0, table.Count).Select(table.Line)];
}
