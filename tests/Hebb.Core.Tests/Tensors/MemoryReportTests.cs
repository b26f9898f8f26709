using Hebb.Core.Tests.Compile;
using Hebb.Memory;

namespace Hebb.Core.Tests.Tensors;

/// <summary>What is told of memory: live tensors, peaks, and the error when it runs out.</summary>
[Collection(nameof(MemoryTests))]
public class MemoryReportTests
{
    private const long MiB = 1 << 20;

    /// <summary>4 MiB.</summary>
    private static Tensor Large() => Tensor.Ones([1024, 1024]);

    [Fact]
    public void LiveTensorsAreNamedByOpAndModule()
    {
        var x = Large();
        var y = new Lambda(a => a.Exp()).Call(x);
        var report = MemoryReport.Now();
        Assert.InRange(report.BytesInUse, 8 * MiB, long.MaxValue);
        Assert.Equal(report.Live.OrderByDescending(l => l.Bytes), report.Live);
        var made = Assert.Single(report.Live, l => l.Op == "exp" && l.Path == "model, Lambda");
        Assert.Equal(("float32[1024, 1024]", 4 * MiB), (made.Spec, made.Bytes));
        Assert.Contains("4.00 MiB  float32[1024, 1024]  exp  model, Lambda", report.ToString());
        GC.KeepAlive(x);
        GC.KeepAlive(y);
    }

    [Fact]
    public void WhatWasHandedBackIsNotAlive()
    {
        using (TensorScope.Open())
            Large().Erf();
        Assert.DoesNotContain(MemoryReport.Now().Live, l => l.Op == "erf");
    }

    [Fact]
    public void ParametersGradientsAndBackwardHaveTheirNames()
    {
        var weight = Tensor.Ones([256, 256]);
        var model = new OneWeight(weight);
        model.Call(Tensor.Ones([256, 256])).Sum().Backward();
        var live = MemoryReport.Now(model).Live;
        Assert.Single(live, l => l.Op == "parameter weight");
        var gradient = Assert.Single(live, l => l.Op == "gradient of weight");
        Assert.Equal("backward of model, OneWeight", gradient.Path);
    }

    [Fact]
    public void ThePeakIsRememberedWithItsTensors()
    {
        // What other tests left is handed back before, not in between.
        Allocator.Trim();
        using var peak = MemoryReport.TrackPeak();
        long before = peak.Report.BytesInUse;
        using (TensorScope.Open())
        {
            var x = Large();
            using (TensorScope.Open())
                _ = x.Sinh() + x.Cosh();
            _ = x.Tanh();
        }
        peak.Dispose();
        _ = Large().Asinh();
        Assert.InRange(peak.Report.BytesInUse - before, 15 * MiB, 17 * MiB);
        Assert.Subset(peak.Report.Live.Select(l => l.Op).ToHashSet(), new HashSet<string?> { "sinh", "cosh", "add" });
        Assert.DoesNotContain(peak.Report.Live, l => l.Op is "tanh" or "asinh");
    }

    [Fact]
    public void RunningOutNamesTheLargest()
    {
        Allocator.Trim();
        long limit = Allocator.Limit;
        var kept = new List<Tensor>();
        try
        {
            Allocator.Limit = Allocator.BytesInUse + 33 * MiB;
            var model = new Lambda(x =>
            {
                while (true)
                    kept.Add(x.Expand(1024, 1024).Exp());
            });
            var error = Assert.Throws<TensorMemoryException>(() => model.Call(Tensor.Ones([1, 1024])));
            Assert.Equal(8, kept.Count);
            string[] lines = error.Message.Split('\n');
            Assert.Matches(@"^out of memory: exp float32\[1024, 1024\] \(at model, Lambda\) asks for 4\.00 MiB while tensors use [\d.]+ MiB of [\d.]+ MiB; the largest alive:$", lines[0]);
            Assert.Equal(8, lines.Count(l => l.Contains("4.00 MiB  float32[1024, 1024]  exp  model, Lambda")));
            // Past half of the limit they tell their lines.
            Assert.Matches(@"exp  model, Lambda  at MemoryReportTests\.cs:\d+", error.Message);
            Assert.InRange(error.Report.Live.Count, 8, int.MaxValue);

            // What is let go is found before anybody is refused.
            kept.Clear();
            for (int i = 0; i < 100; i++)
                _ = Large().Exp();
        }
        finally
        {
            Allocator.Limit = limit;
        }
        Assert.Throws<HebbException>(() => Allocator.Limit = 0);
    }
}

internal sealed partial class OneWeight(Tensor weight) : Module
{
    public Parameter Weight { get; } = new(weight);

    protected override Tensor Forward(Tensor x) => x.MatMul(Weight);
}
