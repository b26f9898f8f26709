using System.Text.Json;

namespace Hebb.Core.Tests.Compile;

/// <summary><see cref="Profiler"/>: what ran, where, how long; eager and compiled.</summary>
public class ProfilerTests
{
    private Tensor X { get; } = Tensor.RandN([64, 8], rng: new Rng(5));

    [Fact]
    public void EagerOpsAreCountedByModule()
    {
        var model = new TwoLayers();
        using var profile = Profiler.Start();
        for (int i = 0; i < 3; i++)
            model.Call(X).Sum().Backward();
        profile.Dispose();
        model.Call(X);

        var ops = profile.Ops();
        Assert.Equal(ops.OrderByDescending(o => o.Time), ops);
        var products = ops.Single(o => o is { Op: "matmul", Path: "model, TwoLayers" });
        Assert.Equal((6, 3L * 2 * 64 * 16 * (8 + 3)), (products.Calls, products.Flops));
        Assert.Equal(3L * 4 * (64 * 8 + 16 * 8 + 64 * 16 + 64 * 16 + 16 * 3 + 64 * 3), products.Bytes);
        Assert.True(products.Time > TimeSpan.Zero && products.FlopsPerSecond > 0 && products.BytesPerSecond > 0);
        Assert.Contains(ops, o => o is { Op: "matmul", Path: "backward of model, TwoLayers" });
        Assert.InRange(ops.Sum(o => o.Time.TotalSeconds), 1e-9, profile.Elapsed.TotalSeconds);
    }

    [Fact]
    public void CompiledFunctionsTellTheSame()
    {
        var model = new TwoLayers();
        var f = Transform.Compile(Transform.Grad(model, b => model.Call(b[0]).Square().Mean()), model, strict: true);
        f.Call(X);
        using var profile = Profiler.Start();
        f.Call(X);
        var ops = profile.Ops();
        Assert.Equal(2L * 64 * 16 * (8 + 3), ops.Where(o => o.Op.Contains("matmul") && o.Path == "model, TwoLayers").Sum(o => o.Flops), 2.0 * 64 * 16);
        Assert.Contains(ops, o => o.Op.Contains("matmul") && o.Path == "backward of model, TwoLayers");
        Assert.All(ops, o => Assert.Equal(1, o.Calls / Math.Max(1, o.Calls)));
    }

    [Fact]
    public void TheTableHasARowForEachOpAndModule()
    {
        using var profile = Profiler.Start();
        new TwoLayers().Call(X);
        profile.Dispose();
        string[] lines = profile.Table().TrimEnd('\n').Split('\n');
        Assert.Matches(@"^OP +MODULE +CALLS +MS +SHARE % +BYTES +GB/S +GFLOP/S +OF PEAK %$", lines[0]);
        Assert.Matches(@"^matmul +model, TwoLayers +2 +[\d.]+ +[\d.]+ +[\d.]+ KiB +[\d.]+ +[\d.]+$", Assert.Single(lines, l => l.StartsWith("matmul")));
        Assert.Matches(@"^\d+ kernels in [\d.]+ of [\d.]+ ms \([\d.]+ %\)", lines[^1]);
        Assert.Matches(@"^\d+ more ", profile.Table(2).Split('\n')[3]);
        profile.Peak = new MachinePeak(1e6, 1e18);
        double expected = 100 * profile.Ops().Single(o => o.Op == "matmul").FlopsPerSecond / 1e6;
        string share = profile.Table().Split('\n').Single(l => l.StartsWith("matmul")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Equal(expected, double.Parse(share, System.Globalization.CultureInfo.InvariantCulture), 0.1);
    }

    [Fact]
    public void TheTraceIsInChromesFormat()
    {
        using var profile = Profiler.Start(lines: true);
        // So slow that even a product interrupted by others shows a share.
        profile.Peak = new MachinePeak(1e7, 1e6);
        using (profile.Region("step 1"))
            new TwoLayers().Call(X);
        profile.Dispose();
        using var file = new MemoryStream();
        profile.WriteTrace(file);
        var events = JsonDocument.Parse(file.ToArray()).RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        var step = events.Single(e => Name(e) == "step 1");
        var module = events.Single(e => Name(e) == "model, TwoLayers");
        var kernels = events.Where(e => e.TryGetProperty("cat", out var category) && category.GetString() == "kernel").ToArray();
        Assert.Equal(2, kernels.Count(e => Name(e) == "matmul"));
        foreach (var kernel in kernels)
        {
            Assert.Equal("X", kernel.GetProperty("ph").GetString());
            Assert.InRange(Start(kernel), Start(step), End(step));
            Assert.InRange(End(kernel), Start(step), End(step));
        }
        Assert.InRange(Start(module), Start(step), End(step));
        var args = kernels.First(e => Name(e) == "matmul").GetProperty("args");
        Assert.Equal("model, TwoLayers", args.GetProperty("module").GetString());
        Assert.StartsWith("SmallModels.cs:", args.GetProperty("line").GetString());
        Assert.Equal(2 * 64 * 8 * 16, args.GetProperty("flops").GetInt64());
        Assert.Equal("float32[64, 8], float32[8, 16] -> float32[64, 16]", args.GetProperty("shapes").GetString());
        Assert.InRange(args.GetProperty("share_of_peak").GetDouble(), 1e-4, double.MaxValue);

        static string? Name(JsonElement e) => e.GetProperty("name").GetString();
        static double Start(JsonElement e) => e.GetProperty("ts").GetDouble();
        static double End(JsonElement e) => Start(e) + e.GetProperty("dur").GetDouble();
    }

    /// <summary>Viewers stack spans by the sums of start and duration: one that ends a rounding after its module stays open to the end.</summary>
    [Fact]
    public void SpansOfATraceNestExactly()
    {
        var (model, x) = (new TwoLayers(), X);
        using var profile = Profiler.Start();
        for (int i = 0; i < 200; i++)
        {
            using var region = profile.Region("step");
            model.Call(x);
        }
        profile.Dispose();
        using var file = new MemoryStream();
        profile.WriteTrace(file);
        var events = JsonDocument.Parse(file.ToArray()).RootElement.GetProperty("traceEvents").EnumerateArray().Where(e => e.GetProperty("ph").GetString() == "X");
        // An outer span comes before an inner one that begins with it.
        string[] order = ["region", "module", "kernel"];
        var spans = events.Select(e => (Start: e.GetProperty("ts").GetDouble(), Depth: Array.IndexOf(order, e.GetProperty("cat").GetString()), Length: e.GetProperty("dur").GetDouble()))
            .OrderBy(e => e.Start).ThenBy(e => e.Depth).ToArray();
        Assert.True(spans.Length > 1000);
        var open = new Stack<double>();
        foreach (var (start, depth, length) in spans)
        {
            while (open.Count > 0 && open.Count > depth)
                Assert.True(open.Pop() <= start, $"a span that begins at {start} lies across another");
            Assert.Equal(depth, open.Count);
            Assert.True(open.Count == 0 || start + length <= open.Peek(), $"a span from {start} ends at {start + length}, after the one around it");
            open.Push(start + length);
        }
    }

    [Fact]
    public void OneAtATimeOnAThread()
    {
        using (Profiler.Start())
            Assert.Contains("is being profiled already", Assert.Throws<HebbException>(() => Profiler.Start()).Message);
        Profiler.Start().Dispose();
    }
}
