namespace Hebb.Data;

/// <summary>Samples stacked along a new first axis.</summary>
/// <param name="Inputs">[batch, …]</param>
/// <param name="Targets">[batch] class indices or [batch, …] values.</param>
public sealed record Batch(Tensor Inputs, Tensor Targets)
{
    /// <summary>Which samples of the dataset these are, row by row; empty where that is not known.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];

    /// <summary>Number of samples.</summary>
    public int Count => Inputs.Shape[0];
}
