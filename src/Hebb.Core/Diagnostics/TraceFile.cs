using System.Diagnostics;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Hebb.Diagnostics;

/// <summary>
/// Writes a profile in the Chrome trace event format ("Trace Event Format", Google, 2016), the JSON object form: a complete event ("X") for every kernel, around
/// them one for each stretch in which a module ran, around these the regions. Times in microseconds.
/// </summary>
internal static class TraceFile
{
    private const int Process = 1, Thread = 1;

    public static void Write(Stream stream, Profiler profile)
    {
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        json.WriteStartObject();
        json.WriteString("displayTimeUnit", "ms");
        json.WriteStartArray("traceEvents");
        Name(json, "process_name", "hebb");
        Name(json, "thread_name", "kernels");
        foreach (var region in profile.Regions)
        {
            Begin(json, region.Name, "region", region.Start - profile.Began, region.Duration);
            json.WriteEndObject();
        }
        foreach (var (path, start, duration) in Modules(profile))
        {
            Begin(json, path, "module", start - profile.Began, duration);
            json.WriteEndObject();
        }
        foreach (var e in profile.Events)
            Kernel(json, e, profile);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Kernel(Utf8JsonWriter json, in ProfileEvent e, Profiler profile)
    {
        Begin(json, e.Op, "kernel", e.Start - profile.Began, e.Duration);
        json.WriteStartObject("args");
        if (e.Path is not null)
            json.WriteString("module", e.Path);
        if (e.Line is not null)
            json.WriteString("line", e.Line);
        json.WriteString("shapes", e.Shapes);
        json.WriteNumber("self_us", Math.Round(Microseconds(e.Self), 3));
        json.WriteNumber("bytes", e.Bytes);
        json.WriteNumber("flops", e.Flops);
        double seconds = Stopwatch.GetElapsedTime(0, e.Self).TotalSeconds;
        if (seconds > 0)
        {
            json.WriteNumber("gb_per_s", Math.Round(e.Bytes / seconds / 1e9, 3));
            json.WriteNumber("gflop_per_s", Math.Round(e.Flops / seconds / 1e9, 3));
            if (profile.Peak?.Share(new ProfiledOp(e.Op, e.Path, 1, TimeSpan.FromSeconds(seconds), e.Bytes, e.Flops)) is { } share)
                json.WriteNumber("share_of_peak", Math.Round(share, 4));
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>Stretches in which all kernels belong to one module, cut where a region begins or ends.</summary>
    private static IEnumerable<(string Path, long Start, long Duration)> Modules(Profiler profile)
    {
        long[] cuts = [.. profile.Regions.SelectMany(r => new[] { r.Start, r.Start + r.Duration }).Order()];
        string? path = null;
        long start = 0, end = 0;
        int cut = 0;
        foreach (var e in profile.Events.OrderBy(e => e.Start))
        {
            bool crosses = false;
            for (; cut < cuts.Length && cuts[cut] <= e.Start; cut++)
                crosses = true;
            if (path is not null && (crosses || e.Path != path))
            {
                yield return (path, start, end - start);
                path = null;
            }
            if (path is null)
                start = e.Start;
            (path, end) = (e.Path, Math.Max(e.Start + e.Duration, path is null ? 0 : end));
        }
        if (path is not null)
            yield return (path, start, end - start);
    }

    private static void Begin(Utf8JsonWriter json, string name, string category, long start, long duration)
    {
        json.WriteStartObject();
        json.WriteString("name", name);
        json.WriteString("cat", category);
        json.WriteString("ph", "X");
        double ts = Instant(start);
        json.WriteNumber("ts", ts);
        json.WriteNumber("dur", Instant(start + duration) - ts);
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", Thread);
    }

    private static void Name(Utf8JsonWriter json, string kind, string name)
    {
        json.WriteStartObject();
        json.WriteString("name", kind);
        json.WriteString("ph", "M");
        json.WriteNumber("pid", Process);
        json.WriteNumber("tid", Thread);
        json.WriteStartObject("args");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    // Viewers add the two up and nest by the sums: in whole parts of a power of two these are exact, and what ends with its module ends within it.
    private static double Instant(long ticks) => Math.Floor(Microseconds(ticks) * 1024) / 1024;

    private static double Microseconds(long ticks) => ticks * 1e6 / Stopwatch.Frequency;
}
