namespace Hebb;

/// <summary>How a model is written as an ONNX file.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>The oldest version of the operator set that is written.</summary>
    public const int OldestOpset = 20;

    /// <summary>The newest version of the operator set that is written.</summary>
    public const int NewestOpset = 24;

    /// <summary>The version of the operator set, 20 to 24. From 21 on group normalisation, from 23 on attention and root-mean-square normalisation are single operators.</summary>
    public int Opset { get; init; } = OldestOpset;

    /// <summary>Names of the inputs; by default <c>input</c>, or <c>input0</c>, <c>input1</c> … where there are several.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>Names of the outputs; by default <c>output</c>, or <c>output0</c>, <c>output1</c> … where there are several.</summary>
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>
    /// Axes of inputs whose sizes the file leaves open, at most six names; a model for which that fails is refused. By default the first axis of every input whose first axis is as long
    /// as that of the first input, as <c>batch</c>, where the model allows it. Empty for a file of fixed sizes.
    /// </summary>
    public IReadOnlyList<DynamicAxis>? DynamicAxes { get; init; }

    /// <summary>Whether weights go into a file of their own beside the model, named as it with <c>.data</c> at the end. By default where they are larger than 1.8 GB: a single file holds 2 GB at most.</summary>
    public bool? ExternalData { get; init; }
}

/// <summary>What was written.</summary>
/// <param name="Opset">The version of the operator set.</param>
/// <param name="Inputs">What the graph takes, such as <c>input: float32[batch, 784]</c>.</param>
/// <param name="Outputs">What the graph gives.</param>
/// <param name="Operators">The operators of the main graph, and how often each stands there.</param>
/// <param name="FixedReason">Why the batch size is fixed, where it was to be left open by default; else null.</param>
/// <param name="DataFile">The file that holds the weights; null where the model does.</param>
public sealed record OnnxExportReport(
    int Opset, IReadOnlyList<OnnxPort> Inputs, IReadOnlyList<OnnxPort> Outputs, IReadOnlyList<(string Name, int Count)> Operators, string? FixedReason, string? DataFile);
