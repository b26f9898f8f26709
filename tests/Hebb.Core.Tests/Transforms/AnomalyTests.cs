using Hebb.Transforms;

namespace Hebb.Core.Tests.Transforms;

/// <summary>Anomaly mode names the op and the line that first made a NaN or an infinity.</summary>
public class AnomalyTests
{
    [Fact]
    public void TheFirstNanForward()
    {
        var x = Tensor.From([1.0, -1]);
        using var _ = Anomaly.Detect();
        Assert.True(Anomaly.IsEnabled);
        var e = Assert.Throws<AnomalyException>(() => x.Sqrt().Sum());
        Assert.Matches(@"^Sqrt made the first NaN, in its output float64\[2\], at AnomalyTests\.cs:\d+$", e.Message);
    }

    [Fact]
    public void TheFirstInfinityForward()
    {
        using var _ = Anomaly.Detect();
        var e = Assert.Throws<AnomalyException>(() => Tensor.From([0.0]).Log());
        Assert.StartsWith("Log made the first infinity, in its output float64[1], at AnomalyTests.cs:", e.Message);
    }

    [Fact]
    public void TheFirstNanBackward()
    {
        var x = Tensor.From([0.0]).RequireGrad();
        using var _ = Anomaly.Detect();
        var y = (x.Sqrt() * 0.0).Sum();
        var e = Assert.Throws<AnomalyException>(() => y.Backward());
        Assert.Contains("; in the backward of Sqrt called at AnomalyTests.cs:", e.Message);
    }

    [Fact]
    public void AnInputThatWasNotFiniteIsNotTheOpsDoing()
    {
        using var _ = Anomaly.Detect();
        var e = Assert.Throws<AnomalyException>(() => Tensor.From([double.NaN]) + 1);
        Assert.StartsWith("Add was given NaN in an input float64[1] that no watched op made, at AnomalyTests.cs:", e.Message);
    }

    [Fact]
    public void WatchingEndsWithItsScopeAndStaysOnItsThread()
    {
        bool elsewhere = true;
        using (Anomaly.Detect())
        {
            var thread = new Thread(() => elsewhere = Anomaly.IsEnabled);
            thread.Start();
            thread.Join();
        }
        Assert.False(elsewhere);
        Assert.True(double.IsNaN(Tensor.From([-1.0]).Sqrt().Item()));
    }
}
