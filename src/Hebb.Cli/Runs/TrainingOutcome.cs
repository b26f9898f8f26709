using System.Text.Json;

namespace Hebb.Cli.Runs;

/// <summary>What <c>--json</c> tells of a run.</summary>
internal sealed record TrainingOutcome(string Recipe, string Metric, double Value, double Seconds, string Run)
{
    public void WriteJson(Utf8JsonWriter json)
    {
        json.WriteString("recipe", Recipe);
        json.WriteString("metric", Metric);
        json.WriteNumber("value", Math.Round(Value, 6));
        json.WriteNumber("seconds", Math.Round(Seconds, 3));
        json.WriteString("run", Run);
    }
}
