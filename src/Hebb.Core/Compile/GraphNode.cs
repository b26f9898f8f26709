namespace Hebb.Compile;

/// <summary>One primitive applied to values.</summary>
public sealed class GraphNode
{
    private readonly GraphValue[] _inputs;
    private readonly GraphResult[] _outputs;

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

    public Primitive Primitive { get; }

    public IReadOnlyList<GraphValue> Inputs => _inputs;

    public IReadOnlyList<GraphResult> Outputs => _outputs;

    /// <summary>The module that was running, such as <c>model.head, Linear</c>.</summary>
    public string? Path { get; }

    /// <summary>Where the op was called, such as <c>Mlp.cs:12</c>.</summary>
    public string? Line { get; }
}
