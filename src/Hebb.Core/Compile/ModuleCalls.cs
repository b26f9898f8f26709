using System.Runtime.CompilerServices;

namespace Hebb.Compile;

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
            else if (part is ITuple tuple)
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
