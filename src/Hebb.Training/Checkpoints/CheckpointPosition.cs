using System.Text.Json;
using System.Text.Json.Serialization;
using Hebb.Data;

namespace Hebb;

/// <summary>All of a checkpoint that is not tensors.</summary>
internal sealed record CheckpointPosition
{
    public const int CurrentFormat = 1;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>The instruction-set path: bits are those of before only on the same one.</summary>
    public required string Isa { get; init; }

    public required int Epochs { get; init; }

    public required int AccumulationSteps { get; init; }

    /// <summary>Checkpoints from before there was a choice do not tell it.</summary>
    public TrainingPrecision Precision { get; init; }

    public required int Epoch { get; init; }

    public required int EpochStep { get; init; }

    public required long Step { get; init; }

    public required bool Trained { get; init; }

    public required double LearningRate { get; init; }

    public required double LastRate { get; init; }

    public required double LossSum { get; init; }

    public required long Samples { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Null where no batch has yet shown what can be measured.</summary>
    public required string[]? Metrics { get; init; }

    public required string[] Callbacks { get; init; }

    public required RngState Random { get; init; }

    public required RngState[] Streams { get; init; }

    public required LoaderState Train { get; init; }

    public required LoaderState? Validate { get; init; }

    public required EpochResult[] History { get; init; }

    public required string? StopReason { get; init; }

    public string ToJson() => JsonSerializer.Serialize(this, CheckpointJson.Default.CheckpointPosition);

    /// <exception cref="JsonException">It is no such JSON.</exception>
    public static CheckpointPosition Parse(string json) => JsonSerializer.Deserialize(json, CheckpointJson.Default.CheckpointPosition) ?? throw new JsonException("null");
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(CheckpointPosition))]
internal sealed partial class CheckpointJson : JsonSerializerContext;
