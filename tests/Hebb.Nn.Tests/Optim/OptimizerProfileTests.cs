using Hebb.Diagnostics;

namespace Hebb.Nn.Tests;

/// <summary>Eager steps of optimizers stand in profiles, all parameters together.</summary>
public class OptimizerProfileTests
{
    [Fact]
    public void AStepIsOneRow()
    {
        var net = new Sequential(new Linear(6, 8), new Tanh(), new Linear(8, 3));
        var optimizer = new AdamW();
        optimizer.Bind(net);
        net.Call(Check.Random(1, 5, 6)).Sum().Backward();
        optimizer.Step();
        using var profile = Profiler.Start();
        optimizer.Step();
        profile.Dispose();
        var row = Assert.Single(profile.Ops(), o => o.Op == "adam_step");
        const int Elements = (6 * 8) + 8 + (8 * 3) + 3;
        // Parameter, gradient and two means are read, all but the gradient written.
        Assert.Equal((1, 7L * 4 * Elements), (row.Calls, row.Bytes));
        Assert.True(row.Flops > 0 && row.Time > TimeSpan.Zero);
    }
}
