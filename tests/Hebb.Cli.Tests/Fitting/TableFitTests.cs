using System.Globalization;
using Hebb.Cli.Fitting;
using Hebb.Data;

namespace Hebb.Cli.Tests.Fitting;

/// <summary>What a fit finds in tables that are not as they should be: one clear line each.</summary>
public class TableFitTests
{
    [Theory]
    [InlineData("a,b\n", "b", "t.csv: has no rows")]
    [InlineData("", "b", "t.csv: has no rows")]
    [InlineData("a,b\n1,x\n2,y\n", "c", "t.csv: has no column \"c\" (it has a, b)")]
    [InlineData("a,a\n1,x\n2,y\n", "a", "t.csv line 1: names the column \"a\" twice")]
    [InlineData("a,b\n1,x\n2,x\n3,x\n", "b", "t.csv: the target \"b\" is \"x\" in every row: there is nothing to predict")]
    [InlineData("a,b\n1,\n2,\n3,\n", "b", "t.csv: the target \"b\" is empty")]
    [InlineData("a,b\n1,x\n2,y\n3,x\n", "b", "t.csv: has 3 rows with a target; to train, validate and test at least 30 are needed")]
    [InlineData("a,b\n1,x\n2,y\n3,z\n", "b", "t.csv: the target \"b\" is different in every row: it is neither a number nor a class")]
    [InlineData("a^b\n1^x\n2^y\n", "b", "t.csv: has no column \"b\", but a single one (a^b); fields are to be separated by commas, semicolons, tabs or bars")]
    [InlineData("a,b\n\0\0\n", "b", "t.csv: is no text; CSV, TSV and JSON lines are read (.gz too)")]
    [InlineData("12,9,x\n14,7,y\n", "b", "t.csv: has no column \"b\" (it has 12, 9, x); the first line of t.csv looks like a row, not like names: give those with --columns name,name,…")]
    [InlineData("12,12,x\n14,7,y\n", "b", "t.csv line 1: names the column \"12\" twice; the first line of t.csv looks like a row, not like names: give those with --columns name,name,…")]
    public void WhatCannotBeFittedIsOneLine(string text, string target, string message)
    {
        string folder = Directory.CreateTempSubdirectory("hebb fit ").FullName;
        try
        {
            string path = Path.Combine(folder, "t.csv");
            File.WriteAllText(path, text);
            var error = Assert.ThrowsAny<HebbException>(() => TableFit.Load(new FitSettings { Source = path, Target = target }));
            Assert.Equal(message, error.Message.Replace(path, "t.csv"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void OddColumnsAndRowsAreNamed()
    {
        var text = Lines("ticket_id,age,twin,empty,same,answer,hint,y", 200, (i, random) =>
        {
            int y = random.Next(20) == 0 ? 1 : 0, age = random.Next(20, 60);
            return $"{9_000_000_000 + i * 37 % 1009},{(i == 7 ? "old" : age.ToString(CultureInfo.InvariantCulture))},{(i == 7 ? "odd" : $"a{age}")},,k,{(y == 1 ? "won" : "lost")},{random.Next(9)},{y}";
        }) + "1,2\n3,4\n";
        var findings = Prepare(text, "y").Findings.Select(f => f.Text).ToArray();
        Assert.Contains("line 9: column \"age\": \"old\" is not a number: the value counts as missing", findings);
        Assert.Contains("lines 202, 203: has 2 fields, the first line has 8: the rows are left out", findings);
        Assert.Contains("ticket_id names its row: it is left out", findings);
        Assert.Contains("empty is empty: it is left out", findings);
        Assert.Contains("same is the same in every row: it is left out", findings);
        Assert.Contains(findings, f => f.StartsWith("answer seems to tell the target: 100.0% of the classes are right with it alone", StringComparison.Ordinal));
        Assert.Contains("twin tells the same as age", findings);
        Assert.Contains(findings, f => f.EndsWith(" % of the rows are y 0: accuracy alone says little, look at the F1 of each class", StringComparison.Ordinal));
    }

    [Fact]
    public void FewWholeNumbersAreClassesUnlessTheUserSaysOtherwise()
    {
        string text = Lines("x,stars", 200, (i, random) => $"{random.NextDouble():F3},{random.Next(1, 6)}");
        var data = Prepare(text, "stars");
        Assert.Equal(["1", "2", "3", "4", "5"], data.Labels);
        Assert.EndsWith("one of 5 classes (few different whole numbers are taken as classes; --task regression predicts the number)", data.Summary);
        data = Prepare(text, "stars", s => s with { Task = TableTask.Regression });
        Assert.False(data.IsClassification);
        Assert.Equal(40, data.Test.Count);
        string names = Lines("x,y", 60, (i, _) => $"{i * i},{(i % 2 == 0 ? "a" : "b")}");
        Assert.Equal("t.csv: the target \"y\" holds no numbers: it can be classified, but no regression made of it",
            Assert.Throws<DataException>(() => Prepare(names, "y", s => s with { Task = TableTask.Regression })).Message);
    }

    [Fact]
    public void RareClassesAreLeftOutAndSaidSo()
    {
        string text = Lines("x,y", 100, (i, random) => $"{random.NextDouble():F3},{(i < 2 ? "rare" : i % 2 == 0 ? "even" : "odd")}");
        var data = Prepare(text, "y");
        Assert.Equal(["even", "odd"], data.Labels);
        Assert.Contains("1 class of y with fewer than 3 rows can't be learned and tested: left out (rare)", data.Findings.Select(f => f.Text));
        string single = Lines("x,y", 50, (i, random) => $"{random.NextDouble():F3},{(i < 2 ? "rare" : "all")}");
        Assert.Equal("t.csv: the target \"y\" has fewer than two classes of at least 3 rows", Assert.Throws<DataException>(() => Prepare(single, "y")).Message);
    }

    [Fact]
    public void RowsAreSplitByGroupsOrByTimeWhereAsked()
    {
        string text = Lines("when,who,x,y", 120, (i, random) => $"2024-{1 + i / 28:00}-{1 + i % 28:00},p{i % 17},{random.NextDouble():F3},{random.NextDouble():F3}");
        var data = Prepare(text, "y", s => s with { Group = "who" });
        Assert.DoesNotContain(data.Features, f => f.Name == "who");
        Assert.EndsWith("rows of one who stay together", data.Split);
        data = Prepare(text, "y", s => s with { Time = "when" });
        Assert.EndsWith("the latest rows by when test", data.Split);
        Assert.Equal(24, data.Test.Count);
        string alone = Lines("who,x,y", 60, (i, random) => $"{(i < 40 ? "a" : "b")},{random.NextDouble():F3},{random.NextDouble():F3}");
        Assert.Contains("group", Assert.Throws<DataException>(() => Prepare(alone, "y", s => s with { Group = "who" })).Message);
    }

    [Fact]
    public void ATestFileMayNameItsClassesALittleDifferently()
    {
        string header = "x,y";
        string train = Lines(header, 100, (i, random) => $"{random.NextDouble():F3},{(i % 2 == 0 ? "<=50K" : ">50K")}"), test = Lines(header, 10, (i, _) => $"0.{i},{(i % 2 == 0 ? "<=50K." : ">50K.")}");
        var settings = new FitSettings { Source = "t.csv", Target = "y", Test = "u.csv" };
        var data = TableFit.Prepare(settings, "y", "t.csv", Table.ParseCsv(train, "t.csv"), Table.ParseCsv(test, "u.csv"), []);
        Assert.Equal(10, data.Test.Count);
        Assert.Contains(data.Findings, f => f.Text == "u.csv: \"<=50K.\" is taken for \"<=50K\", \">50K.\" is taken for \">50K\"");
        Assert.Equal(80, data.Train.Count);
    }

    private static FitData Prepare(string text, string target, Func<FitSettings, FitSettings>? change = null)
    {
        var settings = new FitSettings { Source = "t.csv", Target = target };
        return TableFit.Prepare(change?.Invoke(settings) ?? settings, target, "t.csv", Table.ParseCsv(text, "t.csv"), null, []);
    }

    private static string Lines(string header, int count, Func<int, Random, FormattableString> row)
    {
        var random = new Random(1);
        return header + "\n" + string.Concat(Enumerable.Range(0, count).Select(i => FormattableString.Invariant(row(i, random)) + "\n"));
    }
}
