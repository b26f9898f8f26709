using System.Text;
using System.Text.Json;

namespace Hebb;

/// <summary>
/// Everything a run goes on from, in one safetensors file: tensors under <c>model/</c>, <c>optimizer/</c>, <c>schedule/</c>, <c>metric/NAME/</c>, <c>callback/NAME/</c>; in the metadata the
/// position as JSON and a SHA-256 over both, by which damage is found.
/// </summary>
public sealed class Checkpoint
{
    private const string PositionKey = "hebb.checkpoint", HashKey = "hebb.sha256";

    private readonly IReadOnlyDictionary<string, Tensor> _tensors;

    internal Checkpoint(CheckpointPosition position, IReadOnlyDictionary<string, Tensor> tensors) => (Position, _tensors) = (position, tensors);

    internal CheckpointPosition Position { get; }

    /// <summary>The pass that was under way or next, from 1.</summary>
    public int Epoch => Position.Epoch + 1;

    /// <summary>Steps done.</summary>
    public long Step => Position.Step;

    /// <summary>Passes done.</summary>
    public IReadOnlyList<EpochResult> History => Position.History;

    /// <summary>The weights, for <see cref="Module.LoadStateDict"/>.</summary>
    public IReadOnlyDictionary<string, Tensor> Model => Part("model/");

    internal IReadOnlyDictionary<string, Tensor> Optimizer => Part("optimizer/");

    internal IReadOnlyDictionary<string, Tensor> Schedule => Part("schedule/");

    internal IReadOnlyDictionary<string, Tensor> Metric(string name) => Part($"metric/{name}/");

    internal IReadOnlyDictionary<string, Tensor> Callback(string name) => Part($"callback/{name}/");

    internal static void Add(IDictionary<string, Tensor> tensors, string prefix, IReadOnlyDictionary<string, Tensor> part)
    {
        foreach (var (name, tensor) in part)
            tensors.Add(prefix + name, tensor);
    }

    internal void Save(string path)
    {
        string position = Position.ToJson();
        var metadata = new Dictionary<string, string> { [PositionKey] = position, [HashKey] = Hash(position) };
        Safetensors.Save(path, _tensors, metadata);
    }

    /// <summary>Reads a checkpoint and checks that it is whole.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="FormatException">It is no checkpoint, or damaged.</exception>
    /// <exception cref="CheckpointException">It is of a newer format.</exception>
    public static Checkpoint Load(string path)
    {
        var (tensors, metadata) = Safetensors.Load(path);
        if (!metadata.TryGetValue(PositionKey, out string? json) || !metadata.TryGetValue(HashKey, out string? hash))
            throw new FormatException($"{path}: is no checkpoint");
        CheckNotNewer(path, json);
        CheckpointPosition position;
        try
        {
            position = CheckpointPosition.Parse(json);
        }
        catch (JsonException e)
        {
            throw new FormatException($"{path}: the checkpoint is damaged: its position can't be read", e);
        }
        var checkpoint = new Checkpoint(position, tensors);
        if (checkpoint.Hash(json) != hash)
            throw new FormatException($"{path}: the checkpoint is damaged: its content does not match its SHA-256");
        return checkpoint;
    }

    private static void CheckNotNewer(string path, string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.TryGetProperty("format", out var format) && format.TryGetInt32(out int number) && number > CheckpointPosition.CurrentFormat)
                throw new CheckpointException($"{path}: is of checkpoint format {number}, this Hebb reads up to {CheckpointPosition.CurrentFormat}; use a newer one");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new FormatException($"{path}: the checkpoint is damaged: its position can't be read", e);
        }
    }

    private string Hash(string position) => StateHash.Of(_tensors, Encoding.UTF8.GetBytes(position));

    private OrderedDictionary<string, Tensor> Part(string prefix)
    {
        var part = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in _tensors)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
                part.Add(name[prefix.Length..], tensor);
        }
        return part;
    }
}
