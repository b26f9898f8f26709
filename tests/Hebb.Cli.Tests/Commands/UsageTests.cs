namespace Hebb.Cli.Tests.Commands;

/// <summary>Bad usage: one line that says what there is instead, and exit status 2.</summary>
public sealed class UsageTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Theory]
    [InlineData("unknown command trian (did you mean train?)", "trian")]
    [InlineData("unknown command fly (there are quickstart, recipes, fit, train, eval, predict, runs, report, reproduce, data, inspect, convert, bench, plan, profile, onnx and doctor)", "fly")]
    [InlineData("doctor: unknown option --jsn (did you mean --json?)", "--jsn", "doctor")]
    [InlineData("train: unknown option --epoch (did you mean --epochs?)", "train", "cnn-digits", "--epoch", "3")]
    [InlineData("train: unexpected argument twice (usage: hebb train [RECIPE])", "train", "cnn-digits", "twice")]
    [InlineData("unknown recipe cnn-digit (did you mean cnn-digits?)", "train", "cnn-digit")]
    [InlineData("unknown recipe resnet (there are cnn-digits, cnn-mnist, mlp-mnist, tabular-adult, tabular-housing and tabular-titanic)", "train", "resnet")]
    [InlineData("train: RECIPE is missing (there are cnn-digits, cnn-mnist, mlp-mnist, tabular-adult, tabular-housing and tabular-titanic)", "train")]
    [InlineData("train: --epochs needs a value", "train", "cnn-digits", "--epochs")]
    [InlineData("train: --epochs three: must be a whole number from 1 to 100000", "train", "cnn-digits", "--epochs", "three")]
    [InlineData("train: --epochs 0: must be a whole number from 1 to 100000", "train", "cnn-digits", "--epochs", "0")]
    [InlineData("train: --seed -1: must be a whole number of at least 0", "train", "cnn-digits", "--seed", "-1")]
    [InlineData("--set batch: must be name=value", "train", "cnn-digits", "--set", "batch")]
    [InlineData("unknown setting bach (did you mean batch?)", "train", "cnn-digits", "--set", "bach=3")]
    [InlineData("lr=fast: lr is a number from 0 to 100", "train", "cnn-digits", "--set", "lr=fast")]
    [InlineData("batch=1.5: batch is a whole number from 1 to 1048576", "train", "cnn-digits", "--set", "batch=1.5")]
    [InlineData("predict: INPUT is missing (usage: hebb predict RUN INPUT…)", "predict", "somewhere")]
    [InlineData("eval: RUN is missing (usage: hebb eval RUN)", "eval")]
    [InlineData("recipes: --check needs the NAME of a recipe", "recipes", "--check")]
    [InlineData("data get: no dataset is called minst (did you mean mnist?)", "data", "get", "minst")]
    [InlineData("unknown suite gem (did you mean gemm?)", "bench", "gem")]
    [InlineData("unknown peer onedn (did you mean onednn?)", "bench", "gemm", "--peer", "onedn")]
    [InlineData("bench: --threads 0: must be a whole number from 1 to 1024", "bench", "gemm", "--threads", "0")]
    [InlineData("bench: unexpected argument conv (usage: hebb bench [SUITE])", "bench", "gemm", "conv")]
    public void OneLineSaysWhatThereIs(string expected, params string[] arguments) => Assert.Equal(expected, _cli.Fail(2, arguments));

    [Theory]
    [InlineData("HEBB_THREADS", "many", "HEBB_THREADS=many: expected a whole number from 1 to 1024")]
    [InlineData("HEBB_THREADS", "0", "HEBB_THREADS=0: expected a whole number from 1 to 1024")]
    [InlineData("HEBB_ISA", "sse9", "HEBB_ISA=sse9: unknown; use avx512, avx2 or portable, or leave it unset")]
    public void EnvironmentIsCheckedAtTheStart(string name, string value, string expected) =>
        Assert.Equal(expected, _cli.Fail(2, [(name, value)], "recipes"));

    [Fact]
    public void DebugAddsTheStackTrace()
    {
        var outcome = _cli.Run("train", "resnet", "--debug");
        Assert.Equal(2, outcome.Status);
        Assert.StartsWith("hebb: unknown recipe resnet", outcome.Errors);
        Assert.Contains("   at Hebb.Cli.", outcome.Errors);
    }

    [Fact]
    public void NoCommandShowsThoseThereAre()
    {
        var outcome = _cli.Run();
        Assert.Equal(0, outcome.Status);
        foreach (string command in (string[])["quickstart", "recipes", "train", "eval", "predict", "runs", "reproduce", "data", "bench", "plan", "profile", "doctor"])
            Assert.Contains($"\n  {command}", outcome.Output);
        Assert.Equal(outcome.Output, _cli.Succeed("--help"));
    }
}
