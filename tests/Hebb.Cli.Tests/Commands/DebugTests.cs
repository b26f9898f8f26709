using System.Text.Json;
using System.Text.RegularExpressions;
using Hebb.Cli.Recipes;
using Hebb.Data;

namespace Hebb.Cli.Tests.Commands;

/// <summary><c>hebb profile</c>, <c>hebb plan</c> and <c>HEBB_DEBUG</c>.</summary>
public sealed class DebugTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void ProfileWritesATableAndATraceAndDebugPrintsThePlan()
    {
        var outcome = _cli.Run([("HEBB_DEBUG", "plan, lines")], "profile", "cnn-digits", "--set", "samples=96", "batch=16", "--steps", "4", "--output", "trace.json", "--json");
        Assert.True(outcome.Status == 0, outcome.Output + outcome.Errors);
        Assert.Matches(@"(?m)^cnn-digits: 4 training steps of 16 samples, compiled, [\d.]+ ms a step$", outcome.Output);
        Assert.Matches(@"(?m)^OP +MODULE +CALLS +MS +SHARE % +BYTES +GB/S +GFLOP/S +OF PEAK %$", outcome.Output);
        Assert.Matches(@"(?m)^conv +model\.0\.0, Conv2d +4 +[\d.]+ ", outcome.Output);
        Assert.Matches(@"(?m)^conv_weight_grad +backward of model\.0\.0, Conv2d +4 ", outcome.Output);

        var json = Cli.Json(outcome.Output);
        Assert.Equal((4, true, "trace.json"), (json.GetProperty("steps").GetInt32(), json.GetProperty("compiled").GetBoolean(), json.GetProperty("trace").GetString()));
        Assert.True(json.GetProperty("ops").GetArrayLength() > 10);

        var events = JsonDocument.Parse(File.ReadAllText(_cli.At("trace.json"))).RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.Equal(4, events.Count(e => Regex.IsMatch(e.GetProperty("name").GetString()!, "^step [1-4]$")));
        var conv = events.First(e => e.GetProperty("name").GetString() == "conv").GetProperty("args");
        // A layer of the recipe, not the command that trains it.
        Assert.Matches(@"^Conv\w*\.cs:\d+$", conv.GetProperty("line").GetString());
        Assert.True(conv.GetProperty("flops").GetInt64() > 0 && conv.GetProperty("bytes").GetInt64() > 0 && conv.GetProperty("share_of_peak").GetDouble() > 0);

        Assert.Contains("plan of a function of input0: float32[16, 1, 8, 8], input1: ", outcome.Errors);
        Assert.Matches(@"(?m)^ *\d+  conv +float32\[16, 24, 8, 8\] .*model\.0\.0, Conv2d at Conv\w*\.cs:\d+$", outcome.Errors);
        Assert.DoesNotContain("Command.cs", outcome.Errors);
        Assert.Matches(@"(?m)^arena [\d.]+ [KM]iB, ", outcome.Errors);
    }

    [Theory]
    [InlineData("cnn-digits")]
    [InlineData("cnn-mnist")]
    [InlineData("mlp-mnist")]
    [InlineData("tabular-adult")]
    [InlineData("tabular-housing")]
    [InlineData("tabular-titanic")]
    public void TheMemoryThatStepsTakeIsWhatWasPlanned(string recipe)
    {
        string dataset = RecipeBook.Find(recipe).Dataset;
        Assert.SkipUnless(dataset == "digits" || DataStore.FromEnvironment(offline: true).Has(Catalog.Find(dataset)), $"{dataset} is neither in HEBB_DATA nor in the cache");
        (string, string?)[] environment = [("HEBB_DATA", Environment.GetEnvironmentVariable("HEBB_DATA"))];
        var profiled = _cli.Run(environment, "profile", recipe, "--steps", "2", "--json");
        Assert.True(profiled.Status == 0, profiled.Output + profiled.Errors);
        Assert.Matches(@"(?m)^memory: [\d.]+ [KM]iB at the peak of a step, [\d.]+ [KM]iB planned, beside the data$", profiled.Output);
        var json = Cli.Json(profiled.Output);
        double measured = json.GetProperty("peak").GetInt64(), planned = json.GetProperty("planned_peak").GetInt64();
        Assert.InRange(planned / measured, 0.95, 1.05);
        // What `hebb plan` says before anything ran.
        var told = _cli.Run(environment, "plan", recipe, "--json");
        Assert.True(told.Status == 0, told.Output + told.Errors);
        Assert.Equal(planned, Cli.Json(told.Output).GetProperty("peak").GetInt64());
    }

    [Fact]
    public void PlanTellsThePeakBeforeAnythingRuns()
    {
        string output = _cli.Succeed("plan", "cnn-digits", "--json");
        Assert.Contains("cnn-digits: the planned peak of a training step on 64 samples", output);
        Assert.Matches(@"(?m)^arena: activations and gradients +[\d.]+ [KM]iB$", output);
        Assert.Matches(@"(?m)^ *[\d.]+ KiB +float32\[64, 24, 8, 8\] ", output);
        Assert.Matches(@"(?m)^fits: [\d.]+ MiB of [\d.]+ [GT]iB that this process may use, beside the data$", output);
        var json = Cli.Json(output);
        long parameters = json.GetProperty("parameters").GetInt64();
        // Four convolutions, scales and shifts of their norms, and the head.
        Assert.Equal(4 * (24 * 9 + 24 * 24 * 9 + 48 * 24 * 9 + 48 * 48 * 9 + 2 * (24 + 24 + 48 + 48) + 192 * 10 + 10), parameters);
        Assert.InRange(json.GetProperty("optimizer").GetInt64(), 2 * parameters, 2 * parameters + 1000);
        Assert.Equal(64 * (64 * 4 + 8), json.GetProperty("batch").GetInt64());
        Assert.True(json.GetProperty("compiled").GetBoolean() && json.GetProperty("fits").GetBoolean());
        Assert.Equal(json.GetProperty("peak").GetInt64(), new[] { "parameters", "buffers", "optimizer", "batch", "arena" }.Sum(p => json.GetProperty(p).GetInt64()));
    }
}
