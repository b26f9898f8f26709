using System.Globalization;
using System.Text;

namespace Hebb.Cli.Tests.Commands;

/// <summary>From a table to a tested model in one command, on tables of a moment.</summary>
public sealed class FitTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void ATableBecomesAModelThatPredictsAndCanBeMadeAgain()
    {
        File.WriteAllText(_cli.At("shop.csv"), Shop(240));
        string output = _cli.Succeed("fit", "shop.csv", "--target", "sold", "--epochs", "12", "--out", "run", "--json");
        Assert.StartsWith("shop.csv: 240 rows, 5 columns; predicting sold: one of 2 classes\n", output);
        Assert.Contains("split: 192 rows to train and validate in 5 folds, 48 to test; every class in its share\n", output);
        var json = Cli.Json(output);
        Assert.Equal(("fit", "accuracy", "run"), (json.GetProperty("recipe").GetString(), json.GetProperty("metric").GetString(), json.GetProperty("run").GetString()));
        Assert.InRange(json.GetProperty("value").GetDouble(), 0.85, 1);

        var manifest = _cli.Manifest("run");
        Assert.Equal("completed", manifest.GetProperty("status").GetString());
        Assert.Equal("sold", manifest.GetProperty("config").GetProperty("target").GetString());
        string report = File.ReadAllText(_cli.At("run", "report.html"));
        foreach (string heading in (string[])["Data", "Models", "Test", "What it leans on", "Use it", "How it was made"]) Assert.Contains($"<h2>{heading}</h2>", report);

        // New rows, without the target, one of them broken, one with a word in the place of a number.
        File.WriteAllText(_cli.At("new.csv"), "price,kind,day,note\n1.5,tea,2024-03-01,\"good, fresh\"\nmuch,milk,2024-03-02,old\n9\n9.5,coal,,\n");
        var outcome = _cli.Run("predict", "run", "new.csv", "--out", "answers.csv");
        Assert.Equal(0, outcome.Status);
        Assert.Contains("new.csv line 4: has 1 fields, the first line has 4: no prediction", outcome.Errors);
        Assert.Contains("new.csv line 3: column \"price\": \"much\" is not a number: the value counts as missing", outcome.Errors);
        string[] lines = File.ReadAllLines(_cli.At("answers.csv"));
        Assert.Equal("price,kind,day,note,predicted_sold,probability,probability_no,probability_yes", lines[0]);
        Assert.Equal(4, lines.Length);
        Assert.StartsWith("1.5,tea,2024-03-01,\"good, fresh\",yes,", lines[1]);

        Assert.Contains("reproduced: the same weights, bit for bit; test accuracy", _cli.Succeed([("HEBB_THREADS", "1")], "reproduce", "run"));
        Assert.Equal(json.GetProperty("value").GetDouble(), Cli.Json(_cli.Succeed("eval", "run", "--json")).GetProperty("value").GetDouble());
    }

    [Fact]
    public void NumbersArePredictedInTheirOwnUnits()
    {
        var random = new Random(1);
        File.WriteAllText(_cli.At("flats.csv"), "area;floor;rent\n" + string.Concat(Enumerable.Range(0, 300).Select(_ =>
        {
            double area = 20 + 80 * random.NextDouble();
            int floor = random.Next(6);
            return FormattableString.Invariant($"{area:F1};{floor};{area * 11 + floor * 20 + random.NextDouble() * 10:F2}\n").Replace('.', ',');
        })));
        string output = _cli.Succeed("fit", "flats.csv", "--target", "rent", "--epochs", "40", "--out", "run", "--json");
        Assert.Contains("predicting rent: a number", output);
        Assert.Equal("rmse", Cli.Json(output).GetProperty("metric").GetString());
        Assert.InRange(Cli.Json(output).GetProperty("value").GetDouble(), 0, 60);
        File.WriteAllText(_cli.At("new.csv"), "area;floor\n50,0;2\n");
        string[] lines = _cli.Succeed("predict", "run", "new.csv").TrimEnd().Split('\n');
        Assert.Equal("area,floor,predicted_rent", lines[0]);
        Assert.InRange(double.Parse(lines[1].Split(',')[^1], CultureInfo.InvariantCulture), 480, 720);
        Assert.Matches(@"(?m)^run +fit +completed +[\d.]+ RMSE", _cli.Succeed("runs", "."));
    }

    [Theory]
    [InlineData(1, "none.csv: no such file or folder", "fit", "none.csv", "--target", "y")]
    [InlineData(2, "fit: --target is missing: which column of shop.csv is to be predicted? It has price, kind, day, note, sold", "fit", "shop.csv")]
    [InlineData(2, "fit: --task ranking: must be classification or regression", "fit", "shop.csv", "--target", "sold", "--task", "ranking")]
    [InlineData(2, "fit: sold is the target: it can't be excluded too", "fit", "shop.csv", "--target", "sold", "--exclude", "sold")]
    [InlineData(2, "fit: --group and --time exclude each other: rows are split by one of them", "fit", "shop.csv", "--target", "sold", "--group", "kind", "--time", "day")]
    public void WhatIsWrongIsOneLineAndLeavesNothingBehind(int status, string message, params string[] arguments)
    {
        File.WriteAllText(_cli.At("shop.csv"), Shop(40));
        Assert.Equal(message, _cli.Fail(status, arguments));
        Assert.False(Directory.Exists(_cli.At("runs")));
    }

    [Fact]
    public void AKilledFitGoesOnToTheSameBits()
    {
        File.WriteAllText(_cli.At("shop.csv"), Shop(60));
        string[] fit = ["fit", "shop.csv", "--target", "sold", "--epochs", "4", "--out"];
        _cli.Succeed([.. fit, "whole"]);
        using (var process = _cli.Start([], [.. fit, "killed"]))
        {
            string? line;
            do line = process.StandardOutput.ReadLine();
            while (line is not null && !line.StartsWith("training: neural network, 3", StringComparison.Ordinal));
            process.Kill();
            process.WaitForExit();
        }
        Assert.StartsWith("killed has no model yet: go on with `", _cli.Fail(1, "predict", "killed", "shop.csv"));
        // The same command does it; so does --resume, which needs nothing else.
        Assert.Contains("\ngoing on with killed\n", _cli.Succeed([.. fit, "killed"]));
        Assert.Equal(_cli.Weights("whole"), _cli.Weights("killed"));
        Assert.False(Directory.Exists(_cli.At("killed", "checkpoints")));
        Assert.Equal("killed came to its end: there is nothing to go on with", _cli.Fail(1, "fit", "--resume", "killed"));
        Assert.Equal("fit: shop.csv and --resume exclude each other: a fit goes on with the settings that it began with", _cli.Fail(2, "fit", "shop.csv", "--resume", "killed"));
        Assert.Equal("fit: --resume nowhere: there is no such folder", _cli.Fail(2, "fit", "--resume", "nowhere"));
        Assert.Equal("fit: FILE_OR_DIR is missing: which table or folder is to be learned from?", _cli.Fail(2, "fit"));
    }

    /// <summary>Sold is what is cheap, or praised.</summary>
    private static string Shop(int rows)
    {
        var random = new Random(1);
        var text = new StringBuilder("price,kind,day,note,sold\n");
        for (int i = 0; i < rows; i++)
        {
            double price = 10 * random.NextDouble();
            string kind = random.Next(3) switch { 0 => "tea", 1 => "milk", _ => "salt" }, note = random.Next(4) == 0 ? "good, fresh and number " + i : "plain ware of number " + i;
            text.Append(CultureInfo.InvariantCulture, $"{(i % 20 == 3 ? "" : price.ToString("F2", CultureInfo.InvariantCulture))},{kind},2024-{1 + i % 12:00}-{1 + i % 28:00},\"{note}\",{(price < 5 || note[0] == 'g' ? "yes" : "no")}\n");
        }
        return text.ToString();
    }
}
