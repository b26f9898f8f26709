using System.Data;
using System.Text;

namespace Hebb.Data.Tests;

public enum Port
{
    Cherbourg,
    Queenstown,
    Southampton,
}

[TableRecord]
public sealed partial record Passenger(string Name, double? Age, [property: Column("Pclass")] int Class, bool Survived, Port? Embarked, DateOnly? Born, decimal Fare, long PassengerId);

public partial class TableRecordTests
{
    private const string Header = "passenger_id,Name,Age,Pclass,Survived,Embarked,Born,Fare\n";

    /// <summary>Properties instead of a constructor.</summary>
    [TableRecord]
    private sealed partial class Reading
    {
        public required string Sensor { get; init; }

        public float? Value { get; set; }

        [Column("taken at")]
        public DateTimeOffset? Time { get; set; }

        public string Shown => $"{Sensor} {Value}";
    }

    [TableRecord]
    private readonly partial record struct Pair(byte A, short? B);

    [Fact]
    public void RowsAreReadIntoRecords()
    {
        using var folder = new TemporaryFolder();
        string text = Header + "1,Ada,36.5,1,yes,southampton,1815-12-10,71.2833\n9007199254740993,Bob,,3,0,,,7\n";
        string path = folder.Write("p.csv", Encoding.UTF8.GetBytes(text));
        var people = Table.Read<Passenger>(path);
        Assert.Equal([new("Ada", 36.5, 1, true, Port.Southampton, new DateOnly(1815, 12, 10), 71.2833m, 1), new("Bob", null, 3, false, null, null, 7m, 9007199254740993)], people);
        Assert.Empty(people.BadRows);
        Assert.Equal(3, people.Line(1));

        string lines = folder.Write("r.jsonl", Encoding.UTF8.GetBytes("{\"sensor\":\"a\",\"value\":1.25,\"taken at\":\"2024-05-06T07:08:09\"}\n{\"sensor\":\"b\",\"value\":null}\n"));
        var readings = Table.Read<Reading>(lines);
        Assert.Equal(["a 1.25", "b "], readings.Select(r => r.Shown));
        Assert.Equal(new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero), readings[0].Time);
        Assert.Equal([new Pair(255, -3), new Pair(0, null)], Table.ParseCsv("b,a\n-3,255\n,0.0\n").Records<Pair>());
    }

    [Fact]
    public void RowsThatAreNoRecordsAreListedByLine()
    {
        var table = Table.ParseCsv(Header + "1,Ada,36,1,yes,Cherbourg,1815-12-10,7\n2,,36,1,yes,,,7\n3,Cid,36,1.5,yes,,,7\n4,Dan,36,1,perhaps,,,7\n5,Eve,36,1,yes,Hull,,7\n6,Fay\n7,Gil,36,99999999999,no,,,7\n", "p.csv");
        var people = table.Records<Passenger>();
        Assert.Equal("Ada", Assert.Single(people).Name);
        Assert.Equal(
            [
                "3 column \"Name\": is missing", "4 column \"Pclass\": \"1.5\" is not a whole number", "5 column \"Survived\": \"perhaps\" is not true or false",
                "6 column \"Embarked\": \"Hull\" is not one of Cherbourg, Queenstown, Southampton", "7 has 2 fields, the first line has 8",
                "8 column \"Pclass\": \"99999999999\" is not within -2147483648 to 2147483647",
            ], people.BadRows.Select(b => $"{b.Line} {b.Reason}"));
        Assert.Equal("t.csv: no row is a Pair: line 3: column \"a\": \"-1\" is not within 0 to 255", Assert.Throws<DataException>(() => Table.ParseCsv("a,b\n256,1\n-1,2\n", "t.csv").Records<Pair>()).Message);
        Assert.Equal("t.csv: has no column \"B\" (it has a, c)", Assert.Throws<DataException>(() => Table.ParseCsv("a,c\n1,1\n", "t.csv").Records<Pair>()).Message);
    }

    [Fact]
    public void WhatADatabaseGivesBecomesRecords()
    {
        using var data = new DataTable();
        data.Columns.Add("sensor", typeof(string));
        data.Columns.Add("value", typeof(double));
        data.Columns.Add("taken at", typeof(DateTime));
        data.Rows.Add("a", 1.5, new DateTime(2024, 5, 6, 7, 8, 9));
        data.Rows.Add("b", DBNull.Value, new DateTime(2024, 5, 7));
        using var reader = data.CreateDataReader();
        var readings = Table.Read<Reading>(reader);
        Assert.Equal(["a 1.5", "b "], readings.Select(r => r.Shown));
        Assert.Equal(new DateTimeOffset(2024, 5, 7, 0, 0, 0, TimeSpan.Zero), readings[1].Time);
    }
}
