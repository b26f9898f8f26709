namespace Hebb.Transforms;

/// <summary>What a forward derivative works with: values and tangents of the inputs, values of the outputs, and places for their tangents.</summary>
public readonly ref struct JvpContext
{
    private readonly ReadOnlySpan<Tensor> _inputs;
    private readonly ReadOnlySpan<Tensor?> _tangents;
    private readonly ReadOnlySpan<Tensor> _outputs;
    private readonly Span<Tensor?> _results;

    internal JvpContext(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor?> tangents, ReadOnlySpan<Tensor> outputs, Span<Tensor?> results)
    {
        _inputs = inputs;
        _tangents = tangents;
        _outputs = outputs;
        _results = results;
    }

    public int InputCount => _inputs.Length;

    public int OutputCount => _outputs.Length;

    /// <summary>An input.</summary>
    public Tensor Input(int i) => _inputs[i];

    /// <summary>An output.</summary>
    public Tensor Output(int i = 0) => _outputs[i];

    /// <summary>Whether an input has a tangent.</summary>
    public bool Has(int i) => _tangents[i] is not null;

    /// <summary>The tangent of an input, zeros where it has none.</summary>
    public Tensor Tangent(int i) => _tangents[i] ?? Tensor.Zeros(_inputs[i].Shape, _inputs[i].DType);

    /// <summary>Gives the tangent of an output.</summary>
    public void Set(int i, Tensor tangent) => _results[i] = tangent;

    internal ReadOnlySpan<Tensor> Inputs => _inputs;
}
