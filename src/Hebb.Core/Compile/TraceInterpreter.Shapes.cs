using Hebb.Modules;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>What a trace does that is made for shapes alone: it looks at the calls of modules, and parameters that have no values yet need none.</summary>
internal sealed partial class TraceInterpreter
{
    private Dictionary<Parameter, Tensor>? _standIns;

    /// <summary>Gets the calls of modules; null for a trace whose graph is to be run.</summary>
    public ModuleCalls? Calls { get; init; }

    /// <summary>Puts a tensor without values in the place of a parameter that has none yet.</summary>
    /// <param name="parameter">It stays as it is.</param>
    /// <param name="make">What would make its values; only their shape counts.</param>
    /// <returns>Whether there is such a tensor now.</returns>
    public bool StandsIn(Parameter parameter, Func<Tensor> make)
    {
        if (Calls is null)
            return false;
        _standIns ??= new Dictionary<Parameter, Tensor>(ReferenceEqualityComparer.Instance);
        if (_standIns.ContainsKey(parameter))
            return true;
        int before = _nodes.Count;
        Shape shape;
        using (GradMode.NoGrad())
            shape = make().Shape;
        // What would fill it belongs to no call of the model.
        _nodes.RemoveRange(before, _nodes.Count - before);
        var values = Wrap(new GraphInput(parameter.Name ?? "parameter", new TensorSpec(shape, parameter.DType)));
        if (parameter.RequiresGrad)
            values.Node = new LeafNode(values);
        _standIns.Add(parameter, values);
        return true;
    }

    /// <summary>The shape of a parameter, be it that of the tensor that stands in for it; null for one that was not used and has no values.</summary>
    public Shape? ShapeOf(Parameter parameter) => parameter.Held is { } values ? values.Shape : _standIns?.GetValueOrDefault(parameter)?.Shape;
}
