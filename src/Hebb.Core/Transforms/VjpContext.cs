using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>What a reverse derivative works with: saved values, gradients of the outputs, and places for those of the inputs.</summary>
public readonly ref struct VjpContext
{
    private readonly Node _node;
    private readonly ReadOnlySpan<Tensor?> _outputGrads;
    private readonly Span<Tensor?> _inputGrads;
    private readonly ReadOnlySpan<bool> _needs;

    internal VjpContext(Node node, ReadOnlySpan<Tensor?> outputGrads, Span<Tensor?> inputGrads, ReadOnlySpan<bool> needs)
    {
        _node = node;
        _outputGrads = outputGrads;
        _inputGrads = inputGrads;
        _needs = needs;
    }

    /// <summary>The number of inputs.</summary>
    public int InputCount => _node.Edges.Length;

    /// <summary>The number of outputs.</summary>
    public int OutputCount => _outputGrads.Length;

    /// <summary>A saved input. The op's <see cref="Primitive.Saves"/> must name it.</summary>
    /// <exception cref="GradientException">It was changed in place since, or the graph was freed.</exception>
    public Tensor Input(int i)
    {
        ref readonly var edge = ref _node.Edges[i];
        var value = edge.Value ?? throw new GradientException($"{_node.Describe()}: input {i} was not saved for backward");
        if (value.HasStorage && value.Storage.Version != edge.Version)
            throw new GradientException($"{_node.Describe()}: input {i}, {value.Spec}, was changed in place after it was used; backward needs its former values");
        return value;
    }

    /// <summary>A saved output. The op's <see cref="Primitive.Saves"/> must name it.</summary>
    /// <exception cref="GradientException">It was changed in place since, or the graph was freed.</exception>
    public Tensor Output(int i = 0)
    {
        var value = _node.Saved?[i] ?? throw new GradientException($"{_node.Describe()}: output {i} was not saved for backward");
        if (value.HasStorage && value.Storage.Version != _node.SavedVersions![i])
            throw new GradientException($"{_node.Describe()}: its output {i}, {value.Spec}, was changed in place afterwards; backward needs its former values");
        return value;
    }

    /// <summary>Shape and type of an input, saved or not.</summary>
    public TensorSpec InputSpec(int i) => _node.Edges[i].Spec;

    /// <summary>Whether anything asks for the gradient of an input.</summary>
    public bool Needs(int i) => _needs[i];

    /// <summary>Whether a gradient came for an output.</summary>
    public bool HasGrad(int i) => _outputGrads[i] is not null;

    /// <summary>The gradient of an output; zeros where none came.</summary>
    public Tensor Grad(int i = 0) => _outputGrads[i] ?? Tensor.Zeros(_node.OutputSpecs![i].Shape, _node.OutputSpecs[i].DType);

    /// <summary>Gives the gradient of an input. It must have the input's shape; see <see cref="Tensor.SumTo"/> for inputs that were broadcast.</summary>
    public void Set(int i, Tensor gradient)
    {
        if (_needs[i])
            _inputGrads[i] = gradient;
    }

    /// <summary>Whether a transform stands on a saved input or on a gradient.</summary>
    internal bool IsTransformed
    {
        get
        {
            foreach (var gradient in _outputGrads)
            {
                if (gradient?.Tracer is not null)
                    return true;
            }
            foreach (ref readonly var edge in _node.Edges.AsSpan())
            {
                if (edge.Value?.Tracer is not null)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Lets the gradients given so far outlive a scope.</summary>
    internal void Keep(TensorScope scope)
    {
        foreach (var gradient in _inputGrads)
        {
            if (gradient is not null)
                scope.Keep(gradient);
        }
    }

    internal Node Node => _node;
}
