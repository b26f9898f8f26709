using Microsoft.CodeAnalysis;

namespace Hebb.Generators.Tests;

/// <summary>An edit that changes nothing the generators read must not write any file again: editors run them on every key press.</summary>
public class IncrementalTests
{
    [Fact]
    public void UnrelatedEditReusesEveryOutput()
    {
        (GeneratorDriver driver, var compilation) = Generated.Drive("""
            using Hebb;
            using Hebb.Ops;
            partial class Net : Module { public Linear Fc { get; } = new(); [Buffer] public int Wrong; }
            [Op("exp")] readonly struct Exp : IUnaryOp<Exp> { }
            """);
        var edited = compilation.AddSyntaxTrees(Generated.Parse("class Unrelated { }", "Unrelated.cs"));
        GeneratorDriverRunResult result = driver.RunGenerators(edited).GetRunResult();
        var reasons = result.Results.SelectMany(r => r.TrackedOutputSteps).SelectMany(s => s.Value).SelectMany(s => s.Outputs).Select(o => o.Reason).ToList();
        Assert.True(reasons.Count >= 4);
        Assert.All(reasons, r => Assert.True(r is IncrementalStepRunReason.Cached or IncrementalStepRunReason.Unchanged, r.ToString()));
    }
}
