using System.Globalization;
using System.Text.Json.Nodes;
using Hebb.Cli.Recipes;
using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>What a run's manifest says, as lines for people.</summary>
internal static class RunFacts
{
    public static IReadOnlyList<(string Name, string Value)> Of(RunManifest manifest)
    {
        var facts = new List<(string, string)>
        {
            ("recipe", manifest.Recipe),
            ("settings", string.Join(", ", manifest.Config.Select(s => $"{s.Key}={Shown(s.Value)}"))),
            ("seed", manifest.Seed.ToString(CultureInfo.InvariantCulture)),
        };
        foreach (var data in manifest.Data)
        {
            facts.Add(("data", $"{data.Name}: {data.Source}"));
            facts.Add(("data licence", data.Licence));
            facts.Add(("data SHA-256", data.Sha256));
        }
        facts.Add(("weights SHA-256", manifest.WeightsSha256 ?? ""));
        facts.Add(("command", string.Join(' ', manifest.CommandLine.Select(Texts.Shell))));
        if (manifest.Code is { } code)
            facts.Add(("code", code.Version + (code.Dirty == true ? ", with changes that are not committed" : "")));
        facts.Add(("instruction set", $"{manifest.Isa}, {Texts.Plural(manifest.Threads, "thread")}"));
        if (manifest.Machine is { } machine)
            facts.Add(("machine", $"{(machine.Processor.Length > 0 ? machine.Processor + ", " : "")}{machine.System}, {machine.Runtime}"));
        if (manifest.EnergyJoules is { } joules) facts.Add(("energy", $"{joules / 3600:0.00} Wh taken by the processor"));
        facts.Add(("started", manifest.Started.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)));
        if (manifest.Resumed.Count > 0) facts.Add(("interrupted", manifest.Resumed.Count == 1 ? "once, then resumed" : $"{manifest.Resumed.Count} times, each time resumed"));
        return facts;
    }

    private static string Shown(JsonNode? value) => value switch
    {
        JsonValue single when single.TryGetValue(out double number) => Setting.Print(number),
        JsonValue single when single.TryGetValue(out string? text) => text,
        _ => value?.ToJsonString() ?? "",
    };
}
