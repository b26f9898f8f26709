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

/// <summary>The calls of modules in a trace: which nodes of the graph each of them wrote, and what it gave.</summary>
internal sealed class ModuleCalls
{
    private readonly Stack<(Module Module, int Number)> _open = new();

    /// <param name="Module">Which was called.</param>
    /// <param name="First">The first node that was written since.</param>
    /// <param name="Last">The first that was written after it returned.</param>
    /// <param name="Parent">The number of the call that it was called from; -1 for none.</param>
    /// <param name="Outputs">Shapes and types of what it gave.</param>
    public record struct Call(Module Module, int First, int Last, int Parent, TensorSpec[] Outputs);

    /// <summary>In the order in which they began.</summary>
    public List<Call> All { get; } = [];

    public void Begin(Module module, int nodes)
    {
        int parent = _open.TryPeek(out var outer) ? outer.Number : -1;
        _open.Push((module, All.Count));
        All.Add(new Call(module, nodes, nodes, parent, []));
    }

    /// <summary>The innermost call gives its results. A tuple's tensors are taken in their order.</summary>
    public void Give(object? result)
    {
        var outputs = new List<TensorSpec>();
        Gather(result);
        int number = _open.Peek().Number;
        All[number] = All[number] with { Outputs = [.. outputs] };

        void Gather(object? part)
        {
            if (part is Tensor tensor)
                outputs.Add(tensor.Spec);
            else if (part is System.Runtime.CompilerServices.ITuple tuple)
            {
                for (int i = 0; i < tuple.Length; i++)
                    Gather(tuple[i]);
            }
        }
    }

    public void End(int nodes)
    {
        int number = _open.Pop().Number;
        All[number] = All[number] with { Last = nodes };
    }
}
