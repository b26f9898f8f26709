using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Hebb.Benchmarks;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb bench</c>: Hebb's speed beside that of the native libraries found on this machine.</summary>
internal static class BenchCommand
{
    private const string Everything = "all", Alone = "none";

    public static Command Create()
    {
        var suite = new Argument<string?>("SUITE") { Description = $"One of {string.Join(", ", Suite.All.Select(s => s.Name))}, or {Everything}; without it, list them", Arity = ArgumentArity.ZeroOrOne };
        var peer = CommandOptions.Text("--peer", $"Run beside this peer only; {Alone} times Hebb alone", "P");
        var wanted = CommandOptions.Text("--case", "Run only the cases whose names contain this", "C");
        var threads = CommandOptions.Whole("--threads", "Run with this many threads only; otherwise with 1, 2 and, if there are more, all cores", "N", 1, Cpu.ParallelFor.MaxThreads);
        var extra = new Option<bool>("--extra") { Description = "Run the further cases, which otherwise run only when --case names them" };
        var markdown = CommandOptions.Text("--markdown", "Renew the tables of this page", "FILE");
        var process = new Option<string?>("--peer-process") { Hidden = true };
        var command = new Command("bench", "Time Hebb beside the native libraries found on this machine") { suite, peer, wanted, threads, extra, markdown, process };
        command.SetAction(session =>
        {
            if (session.Value(process) == FirstCompile.Name) return FirstCompile.Run(Console.Out);
            if (session.Value(process) is { } native) return PeerServer.Run(native, Console.In, Console.Out);
            if (session.Value(suite) is not { } name) return List(session);
            return Run(session, name, session.Value(peer), session.Value(wanted), session.Value(threads), session.Value(extra), session.Value(markdown));
        });
        return command;
    }

    private static int List(Session session)
    {
        session.Output.Table(["SUITE", "CASES", "ABOUT"], [.. Suite.All.Select(s => (string[])[s.Name, Texts.Count(s.Cases.Count), s.About])]);
        session.Output.Line();
        string?[] problems = [.. Peer.All.Select(p => p.Problem())];
        session.Output.Table(["PEER", "STATUS"], [.. Peer.All.Zip(problems, (p, problem) => (string[])[p.Name, problem ?? "found"])]);
        session.Output.Line();
        session.Output.Line($"`{Launcher.Command} bench {Suite.All[0].Name}` runs one suite, `{Launcher.Command} bench {Everything}` all of them (about ten minutes)");
        session.Output.Json(json =>
        {
            json.WriteStartArray("suites");
            foreach (var suite in Suite.All) json.WriteStringValue(suite.Name);
            json.WriteEndArray();
            json.WriteStartObject("peers");
            foreach (var (peer, problem) in Peer.All.Zip(problems)) json.WriteString(peer.Name, problem ?? "found");
            json.WriteEndObject();
        });
        return ExitCodes.Success;
    }

    private static int Run(Session session, string name, string? peer, string? wanted, long? threads, bool extra, string? markdown)
    {
        var suites = Suites(name);
        foreach (var suite in suites.Where(s => s.Missing is not null).ToArray())
        {
            if (suites.Count == 1) throw new UsageException($"bench {suite.Name}: {suite.Missing}");
            session.Output.Warn($"{suite.Name} left out: {suite.Missing}");
            suites = [.. suites.Where(s => s != suite)];
        }
        if (peer is not null && peer != Alone && !PeerNames().Contains(peer)) throw new UsageException($"unknown peer {peer}{Suggestion.For(peer, PeerNames().Append(Alone))}");
        var cases = suites.ToDictionary(s => s, s => Cases(s, wanted, extra));
        if (cases.Values.All(c => c.Count == 0))
        {
            string where = suites.Count == 1 ? $" in {suites[0].Name}" : "";
            if (wanted is null) throw new UsageException($"bench {name} --extra: there are no further cases");
            throw new UsageException($"unknown case {wanted}{where}{Suggestion.For(wanted!, suites.SelectMany(s => s.Cases).Select(c => c.Name).Take(suites.Count == 1 ? 60 : 0))}");
        }
        if (markdown is not null && Path.GetDirectoryName(Path.GetFullPath(markdown)) is { } folder && !Directory.Exists(folder)) throw new UsageException($"--markdown {markdown}: there is no folder {folder}");

        var found = FindPeers(session, peer, cases.Values.SelectMany(c => c).SelectMany(c => c.Peers).ToHashSet());
        var results = new List<SuiteResult>();
        using var bench = new Bench(found, peer is null ? null : peer == Alone ? new HashSet<string>() : new HashSet<string> { peer }, ThreadCounts(threads), session.Output.Warn, session.Cancellation);
        foreach (var suite in suites)
        {
            if (cases[suite].Count == 0) continue;
            if (results.Count > 0) session.Output.Line();
            var table = new BenchTable(session.Output, suite.Name, cases[suite]);
            var result = bench.Run(suite, cases[suite], table.Row);
            if (wanted is null && peer is null && !extra) result = result with { Notes = [.. suite.Notes()] };
            result = result with { Extra = extra };
            table.End(result);
            results.Add(result);
            if (markdown is not null) Write(markdown, result, session);
        }
        session.Output.Json(json => WriteTo(json, name, results));
        return results.All(r => r.Complete) ? ExitCodes.Success : ExitCodes.Failure;
    }

    private static IReadOnlyList<Suite> Suites(string name)
    {
        if (name == Everything) return Suite.All;
        return Suite.All.FirstOrDefault(s => s.Name == name) is { } suite
            ? [suite]
            : throw new UsageException($"unknown suite {name}{Suggestion.For(name, Suite.All.Select(s => s.Name).Append(Everything))}");
    }

    /// <summary>The cases of that very name, otherwise those that contain it. Without one the suite's, or its further ones.</summary>
    private static IReadOnlyList<BenchCase> Cases(Suite suite, string? wanted, bool extra)
    {
        if (wanted is null) return [.. suite.Cases.Where(c => c.Extra == extra)];
        BenchCase[] exact = [.. suite.Cases.Where(c => c.Name == wanted)];
        return exact.Length > 0 ? exact : [.. suite.Cases.Where(c => c.Name.Contains(wanted, StringComparison.OrdinalIgnoreCase))];
    }

    private static IEnumerable<string> PeerNames() => [.. Peer.All.Select(p => p.Name), .. Suite.LocalPeers];

    private static List<Peer> FindPeers(Session session, string? peer, HashSet<string> asked)
    {
        var found = new List<Peer>();
        foreach (var candidate in Peer.All)
        {
            if (!asked.Contains(candidate.Name) || (peer is not null && peer != candidate.Name)) continue;
            if (candidate.Problem() is { } problem) session.Output.Warn($"{candidate.Name}: {problem}");
            else found.Add(candidate);
        }
        return found;
    }

    private static IReadOnlyList<int> ThreadCounts(long? threads)
    {
        if (threads is { } count) return [(int)count];
        return [.. new[] { 1, Math.Min(2, Environment.ProcessorCount), Environment.ProcessorCount }.Distinct()];
    }

    private static void Write(string file, SuiteResult result, Session session)
    {
        string command = "hebb " + string.Join(' ', session.CommandLine.Skip(1).TakeWhile(a => a != "--markdown").Select(Texts.Shell));
        string page = File.Exists(file) ? File.ReadAllText(file) : "";
        string renewed = MarkdownTables.Renew(page, result, DateOnly.FromDateTime(DateTime.UtcNow), Machine.Describe(), (result.Isa == "avx2" ? "HEBB_ISA=avx2 " : "") + command);
        string temporary = file + ".tmp";
        File.WriteAllText(temporary, renewed);
        File.Move(temporary, file, overwrite: true);
    }

    private static void WriteTo(Utf8JsonWriter json, string name, List<SuiteResult> results)
    {
        if (name != Everything)
        {
            results[0].WriteTo(json);
            return;
        }
        json.WriteString("suite", Everything);
        json.WriteString("isa", Machine.Isa);
        json.WriteStartArray("suites");
        foreach (var result in results)
        {
            json.WriteStartObject();
            result.WriteTo(json);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }
}

/// <summary>Rows on the screen, each as soon as it is known.</summary>
internal sealed class BenchTable
{
    private readonly Output _output;
    private readonly string _suite;
    private readonly int _width;
    private bool _begun;

    public BenchTable(Output output, string suite, IReadOnlyList<BenchCase> cases)
    {
        (_output, _suite) = (output, suite);
        _width = Math.Max(suite.Length, cases.Max(c => c.Name.Length));
    }

    public void Row(BenchRow row)
    {
        if (!_begun) Line(_suite.ToUpperInvariant(), "THREADS", "PEER", "HEBB µs", "PEER µs", "RATIO", "LOW", "HIGH");
        _begun = true;
        string count = row.Threads.ToString(CultureInfo.InvariantCulture);
        if (row.Peer is null) Line(row.Case, count, "–", MarkdownTables.Micro(row.HebbMicroseconds), "", "", "", "");
        else Line(row.Case, count, row.Peer, MarkdownTables.Micro(row.HebbMicroseconds), MarkdownTables.Micro(row.PeerMicroseconds), Ratio(row.Ratio), Ratio(row.Low), Ratio(row.High));
    }

    public void End(SuiteResult result)
    {
        foreach (var (peer, mean) in result.GeometricMeans()) _output.Line($"geometric mean, {(peer == SuiteResult.Best ? "best peer of each case" : peer)}: {Ratio(mean)}");
        foreach (string note in result.Notes) _output.Line(note);
    }

    private static string Ratio(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    private void Line(string name, string threads, string peer, string hebb, string other, string ratio, string low, string high) =>
        _output.Line($"{name.PadRight(_width)}  {threads,7}  {peer,-11}  {hebb,9}  {other,9}  {ratio,7}  {low,6}  {high,6}".TrimEnd());
}
