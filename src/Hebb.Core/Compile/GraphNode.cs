namespace Hebb.Compile;

/// <summary>One primitive applied to values.</summary>
public sealed class GraphNode
{
    private readonly GraphValue[] _inputs;
    private readonly GraphResult[] _outputs;
    private readonly GraphOrigin[]? _origins;

    /// <param name="primitive">The op.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="outputs">Shapes and types of what it gives.</param>
    /// <param name="path">The module that was running, such as <c>model.head, Linear</c>.</param>
    /// <param name="line">Where the op was called, such as <c>Mlp.cs:12</c>.</param>
    public GraphNode(Primitive primitive, ReadOnlySpan<GraphValue> inputs, ReadOnlySpan<TensorSpec> outputs, string? path = null, string? line = null)
    {
        Primitive = primitive;
        _inputs = inputs.ToArray();
        _outputs = new GraphResult[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
            _outputs[i] = new GraphResult(this, i, outputs[i]);
        Path = path;
        Line = line;
    }

    /// <summary>A node that does the work of several.</summary>
    /// <param name="primitive">The op.</param>
    /// <param name="inputs">What it reads.</param>
    /// <param name="outputs">Shapes and types of what it gives.</param>
    /// <param name="origins">The ops that were traced, in their order.</param>
    internal GraphNode(Primitive primitive, ReadOnlySpan<GraphValue> inputs, ReadOnlySpan<TensorSpec> outputs, GraphOrigin[] origins)
        : this(primitive, inputs, outputs, origins[^1].Path, origins[^1].Line) => _origins = origins;

    public Primitive Primitive { get; }

    public IReadOnlyList<GraphValue> Inputs => _inputs;

    public IReadOnlyList<GraphResult> Outputs => _outputs;

    /// <summary>The module that was running, such as <c>model.head, Linear</c>; where several ops became one, that of the last.</summary>
    public string? Path { get; }

    /// <summary>Where the op was called, such as <c>Mlp.cs:12</c>.</summary>
    public string? Line { get; }

    /// <summary>The ops that were traced, in their order: one, unless the compiler made one node of several.</summary>
    public IReadOnlyList<GraphOrigin> Origins => _origins ?? [new GraphOrigin(Primitive.Name, Path, Line)];

    /// <summary>Whether it computes in another order than the ops that it stands for, so that its results may differ from theirs in the last bits.</summary>
    internal bool IsReassociated { get; init; }

    /// <summary>Which recomputation for backward the node belongs to, from 1; 0 for none. One of them shares no values with another, or memory would be saved in vain.</summary>
    internal int Recomputation { get; init; }

    /// <summary>Whether it was traced within a checkpoint: a loop does not keep what it gives for backward.</summary>
    internal bool IsCheckpointed { get; init; }
}

/// <summary>Where an op of a graph comes from.</summary>
/// <param name="Op">Its name in the registry.</param>
/// <param name="Path">The module that was running.</param>
/// <param name="Line">Where it was called.</param>
public readonly record struct GraphOrigin(string Op, string? Path, string? Line);
