using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Hebb;

/// <summary>How a run stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    /// <summary>A process is at it.</summary>
    [JsonStringEnumMemberName("running")]
    Running,

    /// <summary>It came to its end.</summary>
    [JsonStringEnumMemberName("completed")]
    Completed,

    /// <summary>It was cancelled, or its process died; it can go on from its last checkpoint.</summary>
    [JsonStringEnumMemberName("interrupted")]
    Interrupted,

    /// <summary>It ended with an error.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,
}

/// <summary>What a run was made of, and what came out: enough to do it again and compare. The file <c>manifest.json</c>.</summary>
public sealed record RunManifest
{
    internal const int CurrentFormat = 1;

    /// <summary>The version of this layout.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The run's name.</summary>
    public required string Id { get; init; }

    /// <summary>The recipe that it follows; empty for none.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>All settings by name.</summary>
    public JsonObject Config { get; init; } = [];

    /// <summary>What it learnt from.</summary>
    public IReadOnlyList<DataRecord> Data { get; init; } = [];

    /// <summary>What program did it.</summary>
    public CodeVersion? Code { get; init; }

    /// <summary>The instruction-set path: one path gives the same bits always.</summary>
    public string Isa { get; init; } = "";

    /// <summary>How many threads computed; changes no bit.</summary>
    public int Threads { get; init; }

    /// <summary>The seed of <see cref="Rng.Default"/>.</summary>
    public ulong Seed { get; init; }

    /// <summary>The command line, argument by argument.</summary>
    public IReadOnlyList<string> CommandLine { get; init; } = [];

    /// <summary>Where it ran.</summary>
    public MachineInfo? Machine { get; init; }

    public RunStatus Status { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset Started { get; init; }

    /// <summary>When it went on after an interruption.</summary>
    public IReadOnlyList<DateTimeOffset> Resumed { get; init; } = [];

    /// <summary>When it ended, well or not.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>Seconds that training took, interruptions left out.</summary>
    public double? Seconds { get; init; }

    /// <summary>Energy that the processor took for it, where the machine tells.</summary>
    public double? EnergyJoules { get; init; }

    /// <summary>What ended it, if it failed.</summary>
    public string? Error { get; init; }

    /// <summary>The <see cref="StateHash"/> of the weights that it ended with.</summary>
    public string? WeightsSha256 { get; init; }

    /// <summary>Results by name.</summary>
    public IReadOnlyDictionary<string, double> Metrics { get; init; } = new Dictionary<string, double>();

    /// <summary>The manifest as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, RunJson.Default.RunManifest);

    /// <exception cref="FormatException">It is no manifest, or of a newer format.</exception>
    internal static RunManifest Parse(string json, string path)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(json, RunJson.Default.RunManifest) ?? throw new JsonException("it is null");
            if (manifest.Format > CurrentFormat)
                throw new FormatException($"{path}: is of manifest format {manifest.Format}, this Hebb reads up to {CurrentFormat}; use a newer one");
            return manifest;
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path}: is no manifest: {e.Message.Split('\n', '\r')[0]}", e);
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(RunManifest))]
[JsonSerializable(typeof(JsonObject))]
internal sealed partial class RunJson : JsonSerializerContext;
