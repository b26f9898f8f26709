using Hebb.Modules;

namespace Hebb;

/// <summary>
/// A module as a function of its parameters: the values to compute with are given at the call, the module's own stay as they are. What gradients of gradients,
/// ensembles under <see cref="Transform.VmapMany"/> and meta-learning are written with.
/// <code>var f = new FunctionalModule(model);
/// var gradients = Transform.GradMany(p => loss(f.Call(p, x), y))(f.Parameters);</code>
/// </summary>
/// <exception cref="HebbException">A lazy parameter has no values yet: call the module once before.</exception>
public sealed class FunctionalModule
{
    private readonly Module _module;
    private readonly Parameter[] _parameters;

    public FunctionalModule(Module module)
    {
        _module = module;
        var tree = ModuleTree.Of(module);
        _parameters = [.. tree.Parameters.Select(p => p.Parameter)];
        Names = [.. tree.Parameters.Select(p => p.Name)];
        foreach (var parameter in _parameters)
            _ = parameter.Value;
    }

    /// <summary>The parameters' names in the state dict, in the order in which values are given.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The module's values now, off the tape. They share its memory.</summary>
    public Tensor[] Parameters => Array.ConvertAll(_parameters, p => p.Value.Detach());

    /// <summary>Calls the module with other values in place of its parameters.</summary>
    /// <param name="parameters">One tensor a parameter, of its shape.</param>
    /// <param name="inputs">What the module computes from.</param>
    /// <exception cref="ShapeException">Another number of tensors than parameters, or one of another shape.</exception>
    public Tensor Call(ReadOnlySpan<Tensor> parameters, params ReadOnlySpan<Tensor> inputs)
    {
        using var bound = Bind(parameters);
        return inputs.Length == 1 ? _module.Call(inputs[0]) : _module.Call(inputs);
    }

    /// <summary>Runs a function in which the module computes with other values in place of its parameters.</summary>
    /// <exception cref="ShapeException">Another number of tensors than parameters, or one of another shape.</exception>
    public T Run<T>(ReadOnlySpan<Tensor> parameters, Func<T> body)
    {
        using var bound = Bind(parameters);
        return body();
    }

    private BoundParameters.Scope Bind(ReadOnlySpan<Tensor> values)
    {
        if (values.Length != _parameters.Length)
            throw new ShapeException($"{_module.GetType().Name} has {_parameters.Length} parameters, {values.Length} values were given");
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i].Shape != _parameters[i].Shape)
                throw new ShapeException($"{Names[i]} is {_parameters[i].Shape}, the value given in its place {values[i].Shape}");
        }
        return BoundParameters.Open(_parameters, values);
    }
}
