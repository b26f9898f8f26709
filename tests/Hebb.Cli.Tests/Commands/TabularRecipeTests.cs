using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Hebb.Cli.Tests.Commands;

/// <summary>Recipes of tables, on tables of a moment that have the columns of the published ones.</summary>
public sealed class TabularRecipeTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void ANumberIsMeasuredByItsErrorInItsOwnUnits()
    {
        var random = new Random(1);
        var text = new StringBuilder("longitude,latitude,housing_median_age,total_rooms,total_bedrooms,population,households,median_income,median_house_value,ocean_proximity\n");
        for (int i = 0; i < 400; i++)
        {
            double income = 1 + 8 * random.NextDouble();
            string coast = random.Next(2) == 0 ? "INLAND" : "NEAR BAY";
            text.Append(CultureInfo.InvariantCulture, $"{-120 - random.NextDouble():F2},{35 + random.NextDouble():F2},{random.Next(50)},900,{(i % 9 == 0 ? "" : "120")},{random.Next(300, 400)},126,{income:F4},{40_000 * income + (coast == "INLAND" ? 0 : 60_000):F0},{coast}\n");
        }
        using (var file = File.Create(_cli.At("california-housing.csv.gz")))
        using (var packed = new GZipStream(file, CompressionLevel.Fastest)) packed.Write(Encoding.UTF8.GetBytes(text.ToString()));
        (string, string?)[] data = [("HEBB_DATA", _cli.At())];

        string output = _cli.Succeed(data, "train", "tabular-housing", "--epochs", "60", "--set", "width=32", "members=4", "batch=32", "--out", "run", "--json");
        var json = Cli.Json(output);
        Assert.Equal("rmse", json.GetProperty("metric").GetString());
        // Always saying the mean would be wrong by some 100,000.
        Assert.InRange(json.GetProperty("value").GetDouble(), 0, 50_000);
        Assert.Contains("\ntest RMSE ", output);
        Assert.Contains("predict run table.csv --out predictions.csv", output);
        Assert.Contains("Residuals", File.ReadAllText(_cli.At("run", "report.html")));
        Assert.Equal(json.GetProperty("value").GetDouble(), Cli.Json(_cli.Succeed(data, "eval", "run", "--json")).GetProperty("value").GetDouble());
        Assert.Matches(@"(?m)^run +tabular-housing +completed +[\d.]+ RMSE", _cli.Succeed("runs", "."));

        // The model takes the columns as they are published.
        string[] lines = _cli.Succeed("predict", "run", "california-housing.csv.gz").TrimEnd().Split('\n');
        Assert.EndsWith(",predicted_median_house_value", lines[0]);
        Assert.Equal(401, lines.Length);
        Assert.Equal("unknown setting smoothing (there are epochs, batch, lr, weight-decay, warmup, validation, samples, members, width, dropout, bins and dimensions)",
            _cli.Fail(2, data, "train", "tabular-housing", "--set", "smoothing=0.1"));
    }
}
