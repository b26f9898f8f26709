using System.Text.Json;

namespace Hebb.Data.Tests;

/// <summary>Features of two columns at once.</summary>
public class PairFeatureTests
{
    private const string Header = "rooms,households,balance,latitude,lon,price\n";

    private static Table Train => Rows(60);

    private static Table Rows(int count, string more = "")
    {
        var random = new Random(1);
        return Table.ParseCsv(Header + string.Concat(Enumerable.Range(0, count).Select(i =>
        {
            int households = 100 + 7 * i;
            return FormattableString.Invariant($"{households * (4 + random.NextDouble()):F3},{households},{random.Next(-50, 50)},{34 + random.NextDouble():F4},{-118 - random.NextDouble():F4},{random.Next(1000)}\n");
        })) + more, "t.csv");
    }

    [Fact]
    public void AmountsThatRiseTogetherGiveTheirRatioAndPlacesOtherDirections()
    {
        var plain = TablePreprocessing.Fit(Train, "price");
        Assert.Equal(["rooms", "households", "balance", "latitude", "lon"], plain.FeatureNames);
        var fitted = TablePreprocessing.Fit(Train, "price", new TableFeatures { Pairs = true });
        // The balance may be negative: a ratio of it would say nothing.
        Assert.Equal(["rooms", "households", "balance", "latitude", "lon", "rooms / households", "latitude turned 22.5° to lon", "latitude turned 45° to lon", "latitude turned 67.5° to lon",
            "latitude turned 112.5° to lon", "latitude turned 135° to lon", "latitude turned 157.5° to lon"], fitted.FeatureNames);
        Assert.Equal(["rooms", "households", "balance", "latitude", "lon"], fitted.Columns);
        Assert.Equal(fitted.FeatureNames, fitted.Layout.Select(c => c.Column));
        var inputs = fitted.Inputs(Train);
        Column("rooms / households", row => Train["rooms"].Number(row) / Train["households"].Number(row));
        Column("latitude turned 45° to lon", row => (Train["latitude"].Number(row) + Train["lon"].Number(row)) / Math.Sqrt(2));
        Column("latitude turned 135° to lon", row => (Train["lon"].Number(row) - Train["latitude"].Number(row)) / Math.Sqrt(2));

        void Column(string name, Func<int, double> value)
        {
            double[] values = [.. Enumerable.Range(0, 60).Select(value)];
            double mean = values.Average(), deviation = Math.Sqrt(values.Average(v => (v - mean) * (v - mean)));
            int at = fitted.FeatureNames.ToList().IndexOf(name);
            for (int row = 0; row < 60; row++) Assert.Equal((values[row] - mean) / deviation, inputs[row, at].Item<float>(), 1e-4);
        }
    }

    [Fact]
    public void WhatIsMissingOrDividedByZeroTakesTheMedian()
    {
        var fitted = TablePreprocessing.Fit(Train, "price", new TableFeatures { Pairs = true });
        var rows = fitted.Inputs(Table.ParseCsv(Header + "800,0,1,34.5,-118.5,9\n,200,1,34.5,-118.5,9\n900,200,1,34.5,-118.5,9\n"));
        Assert.Equal(rows[1, 5].Item<float>(), rows[0, 5].Item<float>());
        Assert.NotEqual(rows[2, 5].Item<float>(), rows[0, 5].Item<float>());
        // Where training rows had such, the feature says so.
        var holes = TablePreprocessing.Fit(Rows(60, "900,,1,34.5,-118.5,9\n"), "price", new TableFeatures { Pairs = true });
        Assert.Contains("rooms / households is missing", holes.FeatureNames);
    }

    [Fact]
    public void WhatIsSavedDoesTheSame()
    {
        var fitted = TablePreprocessing.Fit(Train, "price", new TableFeatures { Pairs = true });
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer)) fitted.WriteJson(writer);
        string json = System.Text.Encoding.UTF8.GetString(buffer.ToArray());
        var loaded = Assert.IsType<TablePreprocessing>(Preprocessing.FromJson(JsonDocument.Parse(json).RootElement));
        Assert.Equal(fitted.FeatureNames, loaded.FeatureNames);
        Assert.Equal(fitted.Inputs(Train).ToArray<float>(), loaded.Inputs(Train).ToArray<float>());
        string broken = json.Replace("\"other\":\"households\"", "\"other\":\"gone\"");
        Assert.Equal("preprocessing: \"rooms / gone\" needs the numbers of \"gone\", which are not there",
            Assert.Throws<FormatException>(() => Preprocessing.FromJson(JsonDocument.Parse(broken).RootElement)).Message);
    }
}
