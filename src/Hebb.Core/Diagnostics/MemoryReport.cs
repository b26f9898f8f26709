using Hebb.Diagnostics;
using Hebb.Memory;

namespace Hebb;

/// <summary>Memory that tensors hold.</summary>
/// <param name="Bytes">What it takes, up to an eighth more than the elements need.</param>
/// <param name="Spec">Shape and type of the tensor; null for memory that several share. Views that outlived it hold it too.</param>
/// <param name="Op">The op that made the tensor, or what else the memory serves; null for one that no op made.</param>
/// <param name="Path">The module that was running, or <c>backward of</c> it.</param>
/// <param name="Line">Where the op was called: noted over 32 MiB; over 1 MiB when more than half of <see cref="Allocator.Limit"/> is in use, or under <c>HEBB_DEBUG=lines</c>.</param>
public readonly record struct LiveMemory(long Bytes, string? Spec, string? Op, string? Path, string? Line)
{
    public override string ToString() => $"{Units.Bytes(Bytes),9}  {string.Join("  ", new[] { Spec, Op ?? "made outside of ops", Path, Line is null ? null : "at " + Line }.OfType<string>())}";
}

/// <summary>
/// What memory is in use by tensors, and by which: the first thing to look at when it runs out.
/// <code>Console.WriteLine(MemoryReport.Now(model));
/// using var peak = MemoryReport.TrackPeak();
/// trainer.Fit(…);
/// Console.WriteLine(peak.Report);</code>
/// </summary>
public sealed class MemoryReport
{
    /// <summary>So many stand in texts.</summary>
    private const int Shown = 10;

    internal MemoryReport(long bytesInUse, long bytesPooled, IReadOnlyList<LiveMemory> live) => (BytesInUse, BytesPooled, Live) = (bytesInUse, bytesPooled, live);

    /// <summary>Bytes in use by tensors, those included that are dead and not yet found.</summary>
    public long BytesInUse { get; }

    /// <summary>Bytes kept for reuse.</summary>
    public long BytesPooled { get; }

    /// <summary>What was found alive, largest first.</summary>
    public IReadOnlyList<LiveMemory> Live { get; }

    /// <summary>What is in use now.</summary>
    /// <param name="model">A module whose parameters, gradients and buffers are called by their names.</param>
    public static MemoryReport Now(Module? model = null) => BlockPool.Report(model is null ? null : Names(model));

    /// <summary>Follows what is in use, by all threads, until disposed, and remembers it at its peak. One at a time; a second ends the first.</summary>
    public static PeakTracking TrackPeak() => new();

    public override string ToString()
    {
        long alive = Live.Sum(l => l.Bytes);
        string text = $"{Units.Bytes(BytesInUse)} in use by tensors, {Units.Bytes(BytesPooled)} kept for reuse; {Units.Bytes(alive)} found alive, the largest:\n";
        return text + string.Concat(Live.Take(Shown).Select(l => $"  {l}\n"));
    }

    private static Dictionary<Storage, string> Names(Module model)
    {
        var names = new Dictionary<Storage, string>(ReferenceEqualityComparer.Instance);
        foreach (var (name, parameter) in model.NamedParameters())
        {
            if (!parameter.IsMaterialized)
                continue;
            names.TryAdd(parameter.Value.Storage, $"parameter {name}");
            if (parameter.Grad is { HasStorage: true } gradient)
                names.TryAdd(gradient.Storage, $"gradient of {name}");
        }
        foreach (var (name, buffer) in model.NamedBuffers())
            names.TryAdd(buffer.Storage, $"buffer {name}");
        return names;
    }

    /// <summary>Remembers what was in use when most was.</summary>
    public sealed class PeakTracking : IDisposable
    {
        internal PeakTracking() => BlockPool.Track(this);

        /// <summary>What was in use at the peak, within 2% of it.</summary>
        public MemoryReport Report { get; internal set; } = new(0, 0, []);

        /// <summary>Ends it; <see cref="Report"/> stays.</summary>
        public void Dispose() => BlockPool.Untrack(this);
    }
}

/// <summary>There is no memory for another tensor. <see cref="Report"/> tells what takes it; the message names the ten largest.</summary>
public sealed class TensorMemoryException : OutOfMemoryException
{
    internal TensorMemoryException(string asked, long limit, MemoryReport report)
        : base($"out of memory: {asked} while tensors use {Units.Bytes(report.BytesInUse)} of {Units.Bytes(limit)}; {(report.Live.Count == 0 ? "none is alive" : "the largest alive")}:\n"
            + string.Join("\n", report.Live.Take(10).Select(l => "  " + l))) => Report = report;

    /// <summary>What was in use.</summary>
    public MemoryReport Report { get; }
}
