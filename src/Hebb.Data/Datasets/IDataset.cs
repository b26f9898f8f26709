namespace Hebb.Data;

/// <summary>A fixed number of samples, each reachable by its index. Reading is safe from several threads at once.</summary>
/// <typeparam name="T">What a sample is; <see cref="Sample"/> where an input has a target.</typeparam>
public interface IDataset<out T>
{
    /// <summary>Number of samples.</summary>
    int Count { get; }

    /// <summary>A sample. The same index gives the same sample, every time.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    T this[int index] { get; }

    /// <summary>What is known of the data as a whole.</summary>
    DatasetInfo Info => DatasetInfo.Unknown;
}

/// <summary>One input and what a model should answer to it, without a batch axis.</summary>
public readonly record struct Sample(Tensor Input, Tensor Target);

/// <summary>What travels with data into reports and saved models.</summary>
public sealed record DatasetInfo
{
    public static DatasetInfo Unknown { get; } = new();

    /// <summary>The name, such as <c>digits</c>.</summary>
    public string Name { get; init; } = "";

    /// <summary>Names of the classes, where targets are class indices; otherwise null.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>How an input is made from what a user has, where that is known.</summary>
    public Preprocessing? Preprocessing { get; init; }
}

/// <summary>A dataset that can copy its samples straight into the rows of a batch.</summary>
internal interface ITensorRows
{
    /// <summary>Shape and type of an input and of a target, the same for every sample; null where rows cannot be copied.</summary>
    (TensorSpec Input, TensorSpec Target)? Rows { get; }

    void CopyRow(int index, Span<byte> input, Span<byte> target);
}
