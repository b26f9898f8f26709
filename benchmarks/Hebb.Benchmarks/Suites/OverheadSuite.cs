using System.Globalization;
using System.Numerics.Tensors;
using Hebb.Memory;

namespace Hebb.Benchmarks;

/// <summary>What an eager add of 1,000 floats costs beside the bare loop that adds them, what memory takes that nobody disposes, and what the first compile of a process takes.</summary>
internal sealed class OverheadSuite : Suite
{
    /// <summary>So many adds share a scope, as the ops of a model do.</summary>
    private const int Repeats = 100;

    private const int Count = 1000;

    public override string Name => "overhead";

    public override string About => "what an eager op costs beyond its kernel, memory that nobody disposes, and the first compile of a process";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        new("add 1000 eager", new Problem($"small_add count={Count}"), ["torch"], _ => Add(recorded: false, scoped: true)),
        new("add 1000 recorded", new Problem($"small_add count={Count} recorded=1"), ["torch"], _ => Add(recorded: true, scoped: true)),
        new("add 1000 never disposed", new Problem($"small_add count={Count}"), ["torch"], _ => Add(recorded: false, scoped: false)) { Extra = true },
    ];

    public override IEnumerable<string> Notes()
    {
        var sides = new[] { ("eager", Add(recorded: false, scoped: true)), ("recorded", Add(recorded: true, scoped: true)) };
        foreach (var (name, side) in sides) yield return string.Create(CultureInfo.InvariantCulture, $"managed bytes of an add, {name}: {Garbage(side):0}");
        var undisposed = Add(recorded: false, scoped: false);
        Allocator.Trim();
        Allocator.ResetPeak();
        long before = Allocator.PeakBytes;
        for (int i = 0; i < 2_000_000 / Repeats; i++) undisposed.Call();
        yield return string.Create(CultureInfo.InvariantCulture, $"2,000,000 adds of 1,000 floats, never disposed: native memory peaks {(Allocator.PeakBytes - before) / 1048576.0:0.0} MiB above the start");
        foreach (string line in EagerMemory.Compare()) yield return line;
        yield return FirstCompile.Measure();
    }

    private static HebbSide Add(bool recorded, bool scoped)
    {
        Tensor a = Inputs.Tensor([Count], 1), b = Inputs.Tensor([Count], 2);
        float[] x = a.ToArray<float>(), y = b.ToArray<float>();
        // As many results as the other side makes in a scope: what a cache miss costs is not overhead.
        float[][] z = [.. Enumerable.Range(0, Repeats).Select(_ => new float[Count])];
        if (recorded) a.RequiresGrad = true;
        void Adds()
        {
            for (int i = 0; i < Repeats; i++) _ = a + b;
        }
        void Scoped()
        {
            using var scope = TensorScope.Open();
            Adds();
        }
        void Bare()
        {
            for (int i = 0; i < Repeats; i++) TensorPrimitives.Add(x, y, z[i]);
        }
        return new HebbSide(scoped ? Scoped : Adds, () => [a + b]) { Repeats = Repeats, Rivals = new Dictionary<string, Rival> { ["bare"] = new([Bare], 1.0 / Repeats) } };
    }

    /// <summary>Managed bytes of one add.</summary>
    private static double Garbage(HebbSide side)
    {
        const int calls = 200;
        side.Call();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++) side.Call();
        return (GC.GetAllocatedBytesForCurrentThread() - before) / (double)(calls * side.Repeats);
    }
}
