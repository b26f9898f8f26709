using Hebb.Cli.Tests.Launchers;
using Hebb.Data;

namespace Hebb.Cli.Tests.Commands;

/// <summary>What is done with a trained run: eval, predict, reproduce.</summary>
public sealed class ModelTests(ModelTests.TrainedRun trained) : IClassFixture<ModelTests.TrainedRun>
{
    readonly Cli _cli = trained.Cli;

    [Fact]
    public void EvalGivesTheFiguresOfTheRun()
    {
        string output = _cli.Succeed("eval", "run", "--json");
        Assert.StartsWith("cnn-digits on 360 test rows of digits: accuracy ", output);
        Assert.Equal(Cli.Json(trained.Output).GetProperty("value").GetDouble(), Cli.Json(output).GetProperty("value").GetDouble());
        Assert.Equal("run", Cli.Json(output).GetProperty("run").GetString());
        Assert.Equal("there is no run folder nowhere", _cli.Fail(1, "eval", "nowhere"));
    }

    [Fact]
    public void PredictTakesPicturesOfAnySize()
    {
        Png.Write(_cli.At("large.png"), Png.Read(_cli.At("run", "pictures", "0.png")).ToRgb().Resize(300, 200));
        string output = _cli.Succeed("predict", "run", "run/pictures/0.png", "large.png", "--top", "3", "--json");
        Assert.Matches(@"(?m)^large\.png: \d \d+\.\d\d %, \d \d+\.\d\d %, \d \d+\.\d\d %$", output);
        var answers = Cli.Json(output).GetProperty("predictions");
        Assert.Equal(2, answers.GetArrayLength());
        Assert.Equal(3, answers[1].GetProperty("top").GetArrayLength());
        Assert.Equal(answers[0].GetProperty("probability").GetDouble(), answers[0].GetProperty("top")[0].GetProperty("probability").GetDouble());
        Assert.Equal(1, Cli.Json(_cli.Succeed("predict", "run", "large.png", "--top", "99", "--json")).GetProperty("predictions")[0].GetProperty("top")
            .EnumerateArray().Sum(t => t.GetProperty("probability").GetDouble()), 5);
        Assert.Equal(_cli.Succeed("predict", "run", "large.png"), _cli.Succeed("predict", "run/model.hebb", "large.png"));
    }

    [Fact]
    public void PredictSaysWhatIsWrongWithAnInput()
    {
        byte[] picture = File.ReadAllBytes(_cli.At("run", "pictures", "3.png"));
        File.WriteAllBytes(_cli.At("short.png"), picture[..(picture.Length / 2)]);
        File.WriteAllText(_cli.At("text.png"), "no picture");
        Assert.StartsWith("short.png: ", _cli.Fail(1, "predict", "run", "short.png"));
        Assert.StartsWith("text.png: ", _cli.Fail(1, "predict", "run", "text.png"));
        Assert.Equal("missing.png: no such file", _cli.Fail(1, "predict", "run", "missing.png"));
        Assert.StartsWith("text.png: ", _cli.Fail(1, "predict", "text.png", "short.png"));
        Assert.Equal("predict: --top 0: must be a whole number of at least 1", _cli.Fail(2, "predict", "run", "short.png", "--top", "0"));
    }

    [Fact]
    public void ReproduceGivesTheSameWeights()
    {
        Outcome outcome = _cli.Run("reproduce", "run", "--json");
        Assert.True(outcome.Status == 0, outcome.Output + outcome.Errors);
        Assert.Contains("reproduced: the same weights, bit for bit", outcome.Output);
        Assert.Contains(_cli.Weights("run"), outcome.Output);
        Assert.Equal(Cli.Json(trained.Output).GetProperty("value").GetDouble(), Cli.Json(outcome.Output).GetProperty("value").GetDouble());
    }

    [Fact]
    public void ReproduceNoticesOtherWeightsAndOtherCode()
    {
        Directory.CreateDirectory(_cli.At("other"));
        string manifest = File.ReadAllText(_cli.At("run", "manifest.json")), weights = _cli.Weights("run");
        string isa = _cli.Manifest("run").GetProperty("isa").GetString()!;
        File.WriteAllText(_cli.At("other", "manifest.json"), manifest.Replace(weights, new string('0', 64)).Replace($"\"{isa}\"", "\"sse9\""));
        Outcome outcome = _cli.Run("reproduce", "other");
        Assert.Equal(1, outcome.Status);
        Assert.Contains($"hebb: warning: the run took the sse9 path, this is {isa}; bits may differ (HEBB_ISA=sse9 pins it)\n", outcome.Errors);
        Assert.EndsWith("hebb: other is not reproduced: the weights differ; see the warnings for what else does\n", outcome.Errors);
        Assert.Contains(weights, outcome.Output);
    }

    [Fact]
    public void RunsOfUnknownRecipesAndSettingsAreNamed()
    {
        string manifest = File.ReadAllText(_cli.At("run", "manifest.json"));
        foreach (string name in (string[])["recipe", "setting", "damaged"]) Directory.CreateDirectory(_cli.At(name));
        File.WriteAllText(_cli.At("recipe", "manifest.json"), manifest.Replace("\"cnn-digits\"", "\"cnn-letters\""));
        File.WriteAllText(_cli.At("setting", "manifest.json"), manifest.Replace("\"dropout\"", "\"drop\""));
        File.WriteAllText(_cli.At("damaged", "manifest.json"), manifest[..100]);
        Assert.Equal("recipe: this version of Hebb has no recipe cnn-letters", _cli.Fail(1, "eval", "recipe"));
        Assert.Equal("setting: the setting drop of its manifest is not one of this version's cnn-digits", _cli.Fail(1, "reproduce", "setting"));
        Assert.Contains("manifest.json: is no manifest", _cli.Fail(1, "eval", "damaged"));
    }

    /// <summary>One small run for all tests of the class.</summary>
    public sealed class TrainedRun : IDisposable
    {
        public TrainedRun() => Output = Cli.Succeed(["train", "cnn-digits", .. Cli.Tiny, "--out", "run", "--json"]);

        internal Cli Cli { get; } = new();

        public string Output { get; }

        public void Dispose() => Cli.Dispose();
    }
}
