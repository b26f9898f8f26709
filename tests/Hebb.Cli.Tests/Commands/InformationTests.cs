using System.Text.Json;

namespace Hebb.Cli.Tests.Commands;

/// <summary>The commands that only tell: recipes, data, doctor, runs without runs.</summary>
public sealed class InformationTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void RecipesListsThemWithTheirFigures()
    {
        string output = _cli.Succeed("recipes", "--json");
        Assert.Matches(@"(?m)^cnn-digits +98\.0 % +digits ", output);
        Assert.Matches(@"(?m)^cnn-mnist +99\.4 % +mnist ", output);
        Assert.Matches(@"(?m)^mlp-mnist +98\.3 % +mnist ", output);
        Assert.Matches(@"(?m)^tabular-housing +45000 RMSE +california-housing ", output);
        Assert.Equal(["cnn-digits", "cnn-mnist", "mlp-mnist", "tabular-adult", "tabular-housing", "tabular-titanic"], Cli.Json(output).GetProperty("recipes").EnumerateArray().Select(r => r.GetProperty("recipe").GetString()));
    }

    [Fact]
    public void RecipeShowsItsSettings()
    {
        string output = _cli.Succeed("recipes", "cnn-digits", "--json");
        Assert.Matches(@"(?m)^batch +64 +samples a step$", output);
        Assert.Equal(64, Cli.Json(output).GetProperty("settings").GetProperty("batch").GetDouble());
        Assert.Equal("unknown recipe mnist (there are cnn-digits, cnn-mnist, mlp-mnist, tabular-adult, tabular-housing and tabular-titanic)", _cli.Fail(2, "recipes", "mnist"));
    }

    [Fact]
    public void DataTellsLicencesAndWhatIsMissing()
    {
        string output = _cli.Succeed("data", "--json");
        Assert.Matches(@"(?m)^digits +image classification +264 kB +CC BY 4\.0 +ships with Hebb$", output);
        Assert.Matches(@"(?m)^mnist +image classification +55\.0 MB +CC BY-SA 3\.0 +missing$", output);
        Assert.Contains("1 of 43 sets found", output);
        JsonElement[] sets = [.. Cli.Json(output).GetProperty("datasets").EnumerateArray()];
        Assert.Equal(43, sets.Length);
        Assert.Equal(("ships with Hebb", true), (sets[0].GetProperty("where").GetString(), sets[0].GetProperty("found").GetBoolean()));
        Assert.Equal((JsonValueKind.Null, false), (sets[1].GetProperty("where").ValueKind, sets[1].GetProperty("found").GetBoolean()));
    }

    [Fact]
    public void DataInfoTellsHowToGetASet()
    {
        Assert.Contains("missing: run `hebb data get mnist`, or set HEBB_DATA to the folder that has mnist/", _cli.Succeed("data", "info", "mnist"));
        string cora = _cli.Succeed("data", "info", "cora", "--json");
        Assert.Contains("it has no home that a program may load it from", cora);
        Assert.False(Cli.Json(cora).GetProperty("dataset").GetProperty("downloadable").GetBoolean());
        Assert.StartsWith("cora: cora.npz has no home that it may be downloaded from: get it from P. Sen", _cli.Fail(1, "data", "get", "cora"));
        Assert.StartsWith("data get: no dataset is called mnisd (did you mean mnist?", _cli.Fail(2, "data", "get", "mnisd"));
    }

    [Fact]
    public void FilesBesideOneAnotherAreFound()
    {
        Directory.CreateDirectory(_cli.At("data"));
        File.WriteAllText(_cli.At("data", "titanic.csv"), "PassengerId\n1\n");
        (string, string?)[] environment = [("HEBB_DATA", _cli.At("data"))];
        Assert.Contains($"titanic.csv, 60 kB: {_cli.At("data", "titanic.csv")}", _cli.Succeed(environment, "data", "info", "titanic"));
        Assert.Contains("titanic.csv: is not the published file (SHA-256 ", _cli.Fail(1, environment, "data", "get", "titanic"));
    }

    [Fact]
    public void DataGetOfWhatShipsIsDone() => Assert.Equal("digits: ships with Hebb; checked\n", _cli.Succeed("data", "get", "digits"));

    [Fact]
    public void OfflineRefusesToDownload() =>
        Assert.Equal("mnist: train-images-idx3-ubyte.gz is missing, and offline mode refuses to download it", _cli.Fail(1, "data", "get", "mnist", "--offline"));

    [Fact]
    public void DataGetNoticesFilesThatAreNotThePublishedOnes()
    {
        foreach (string name in (string[])["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"])
        {
            Directory.CreateDirectory(_cli.At("data", "mnist"));
            File.WriteAllText(_cli.At("data", "mnist", name + "-ubyte"), "no pictures");
        }
        string line = _cli.Fail(1, [("HEBB_DATA", _cli.At("data"))], "data", "get", "mnist");
        Assert.Equal($"{_cli.At("data", "mnist", "train-images-idx3-ubyte")}: is not the published file (SHA-256 0426c483802b…, not ba891046e650…)", line);
    }

    [Fact]
    public void DoctorTellsWhatTheMachineOffers()
    {
        string output = _cli.Succeed([("HEBB_THREADS", "1"), ("HEBB_ISA", "portable")], "doctor", "--json");
        var json = Cli.Json(output);
        Assert.Equal("1", json.GetProperty("threads").GetString());
        Assert.StartsWith("portable", json.GetProperty("instruction set").GetString());
        Assert.True(json.GetProperty("gflops").GetDouble() > 0);
        Assert.Equal("1 of 43 sets found (hebb data lists them)", json.GetProperty("data").GetString());
        Assert.Contains("(writable, ", json.GetProperty("runs").GetString());
    }
}
