using System.Diagnostics;
using System.Globalization;
using Hebb.Diagnostics;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Where time goes: every kernel that this thread runs, eagerly or in a compiled function, with its time, bytes and arithmetic. What other threads start is
/// not seen; the threads that work on one kernel are. Costs nothing while there is none, a tenth of a microsecond a kernel while there is.
/// <code>using var profile = Profiler.Start();
/// trainer.Fit(…);
/// Console.WriteLine(profile.Table());
/// profile.WriteTrace("trace.json");                     // open it in chrome://tracing or ui.perfetto.dev</code>
/// </summary>
public sealed class Profiler : IDisposable
{
    private readonly EngineThread _thread = EngineThread.Current;
    private readonly ProfileRecorder _recorder;
    private readonly long _began;
    private long? _ended;

    private Profiler(bool lines)
    {
        _recorder = new ProfileRecorder(lines);
        _thread.Profile = _recorder;
        _began = _recorder.Now;
    }

    /// <summary>Profiles this thread until the result is disposed.</summary>
    /// <param name="lines">Finds the source line of every eager op too. That takes tens of microseconds an op, which count as no one's; compiled functions know lines if they were traced with them.</param>
    /// <exception cref="HebbException">A profile of this thread is being taken.</exception>
    public static Profiler Start(bool lines = false) =>
        EngineThread.Current.Profile is null ? new Profiler(lines) : throw new HebbException("Profiler.Start: this thread is being profiled already; dispose of that profile first");

    /// <summary>The speeds that shares of the peak refer to; without them none are told. See <see cref="MachinePeak.Measure"/>.</summary>
    public MachinePeak? Peak { get; set; }

    /// <summary>From the start to the end, or to now.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_began, _ended ?? _recorder.Now);

    internal long Began => _began;

    internal IReadOnlyList<ProfileEvent> Events => _recorder.Events;

    internal IReadOnlyList<ProfileRegion> Regions => _recorder.Regions;

    /// <summary>Kernels by op and module, the most time first.</summary>
    public IReadOnlyList<ProfiledOp> Ops()
    {
        var groups = _recorder.Events.GroupBy(e => (e.Op, e.Path));
        var ops = groups.Select(g => new ProfiledOp(g.Key.Op, g.Key.Path, g.Count(), Stopwatch.GetElapsedTime(0, g.Sum(e => e.Self)), g.Sum(e => e.Bytes), g.Sum(e => e.Flops)));
        return [.. ops.OrderByDescending(o => o.Time).ThenBy(o => o.Op, StringComparer.Ordinal)];
    }

    /// <summary>Names the time until the result is disposed: a bar of its own in the trace.</summary>
    public IDisposable Region(string name) => new OpenRegion(_recorder, name);

    /// <summary>Ends the profile; tables and traces can still be had.</summary>
    public void Dispose()
    {
        if (_ended is not null)
            return;
        _ended = _recorder.Now;
        if (_thread.Profile == _recorder)
            _thread.Profile = null;
    }

    /// <summary>Kernels by op and module as text, the most time first; then how much of the time kernels took.</summary>
    /// <param name="rows">So many at most; the others in one line.</param>
    public string Table(int rows = 40)
    {
        var ops = Ops();
        double all = ops.Sum(o => o.Time.TotalMilliseconds);
        var table = new TextTable("OP", "MODULE", "CALLS", "MS", "SHARE %", "BYTES", "GB/S", "GFLOP/S", "OF PEAK %");
        foreach (var op in ops.Take(rows))
            table.Add(Row(op.Op, op.Path ?? "", op, all));
        if (ops.Count > rows)
        {
            var rest = ops.Skip(rows).ToList();
            var sum = new ProfiledOp("", null, rest.Sum(o => o.Calls), TimeSpan.FromTicks(rest.Sum(o => o.Time.Ticks)), rest.Sum(o => o.Bytes), rest.Sum(o => o.Flops));
            table.Add(Row($"{rest.Count} more", "", sum, all));
        }
        double elapsed = Elapsed.TotalMilliseconds;
        string text = $"{table}{Units.Plural(_recorder.Events.Count, "kernel")} in {Milliseconds(all)} of {Milliseconds(elapsed)} ms ({Percent(all, elapsed)} %); the rest is the program, the engine and waiting for data\n";
        return Peak is { } peak ? text + $"peak: {peak}\n" : text;
    }

    /// <summary>Writes a file in the Chrome trace event format, which chrome://tracing and ui.perfetto.dev show.</summary>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void WriteTrace(string path)
    {
        string temporary = path + ".tmp";
        using (var stream = File.Create(temporary))
            WriteTrace(stream);
        File.Move(temporary, path, overwrite: true);
    }

    /// <inheritdoc cref="WriteTrace(string)"/>
    public void WriteTrace(Stream stream) => TraceFile.Write(stream, this);

    private string[] Row(string name, string path, ProfiledOp op, double all) =>
    [
        name, path, op.Calls.ToString(CultureInfo.InvariantCulture), Milliseconds(op.Time.TotalMilliseconds), Percent(op.Time.TotalMilliseconds, all), Units.Bytes(op.Bytes),
        Rate(op.BytesPerSecond), Rate(op.FlopsPerSecond), Peak?.Share(op) is { } share ? Percent(share, 1) : "",
    ];

    private static string Rate(double perSecond) => perSecond == 0 ? "-" : (perSecond / 1e9).ToString("0.0", CultureInfo.InvariantCulture);

    private static string Milliseconds(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private static string Percent(double part, double whole) => (whole > 0 ? 100 * part / whole : 0).ToString("0.0", CultureInfo.InvariantCulture);

    private sealed class OpenRegion(ProfileRecorder recorder, string name) : IDisposable
    {
        private readonly long _start = recorder.Now;
        private bool _ended;

        public void Dispose()
        {
            if (!_ended)
                recorder.Regions.Add(new ProfileRegion(name, _start, recorder.Now - _start));
            _ended = true;
        }
    }
}

/// <summary>The kernels of one op in one module.</summary>
/// <param name="Op">The op; for a fused kernel all of them.</param>
/// <param name="Path">The module, or <c>backward of</c> it; null outside of modules.</param>
/// <param name="Calls">How often it ran.</param>
/// <param name="Time">Altogether.</param>
/// <param name="Bytes">Read and written altogether, views none.</param>
/// <param name="Flops">By the convention of <see cref="Primitive.Flops"/>.</param>
public sealed record ProfiledOp(string Op, string? Path, int Calls, TimeSpan Time, long Bytes, long Flops)
{
    /// <summary>Bytes a second.</summary>
    public double BytesPerSecond => Time > TimeSpan.Zero ? Bytes / Time.TotalSeconds : 0;

    /// <summary>Arithmetic operations a second.</summary>
    public double FlopsPerSecond => Time > TimeSpan.Zero ? Flops / Time.TotalSeconds : 0;
}
