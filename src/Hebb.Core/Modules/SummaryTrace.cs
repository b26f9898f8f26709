using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Modules;

/// <summary>One call of a module on tensors without values, and what it shows of each module inside.</summary>
internal sealed class SummaryTrace
{
    private readonly ModuleTree _tree;
    private readonly ModuleCalls _calls = new();
    private readonly Dictionary<GraphNode, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly long[] _flops;
    private readonly Dictionary<Parameter, Shape> _shapes = new(ReferenceEqualityComparer.Instance);
    private readonly List<(int Node, long Bytes)> _kept = [];

    public SummaryTrace(Module module, ReadOnlySpan<TensorSpec> inputs)
    {
        _tree = ModuleTree.Of(module);
        using var scope = TensorScope.Suspend();
        using var grad = GradMode.Enable();
        var trace = new TraceInterpreter(module, lines: false, folds: false) { Calls = _calls };
        try
        {
            var given = new Tensor[inputs.Length];
            for (int i = 0; i < given.Length; i++)
                given[i] = trace.Wrap(new GraphInput($"input{i}", inputs[i]));
            var output = Tracing.Call(module, given);
            foreach (var node in trace.Nodes)
                _numbers.Add(node, _numbers.Count);
            _flops = [.. trace.Nodes.Select(n => n.Primitive.Flops([.. n.Inputs.Select(v => v.Spec)], [.. n.Outputs.Select(v => v.Spec)]))];
            FindKept(trace, output);
            foreach (var (_, parameter) in _tree.Parameters)
            {
                if (trace.ShapeOf(parameter) is { } shape)
                    _shapes.Add(parameter, shape);
            }
        }
        finally
        {
            trace.End();
        }
        long bytes = _tree.Parameters.Sum(p => p.Parameter.DType.BytesFor(Size(p.Parameter)));
        Summary = new ModuleSummary(inputs.ToArray(), Layers(), bytes, _tree.Buffers.Sum(b => b.Buffer.DType.BytesFor(b.Buffer.Count)));
    }

    public ModuleSummary Summary { get; }

    /// <summary>Walks the tape for the values that backward would read.</summary>
    private void FindKept(TraceInterpreter trace, Tensor output)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var values = new HashSet<GraphValue>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>();
        Push(output.Node);
        while (stack.TryPop(out var node))
        {
            foreach (var saved in node.Saved ?? [])
                Keep(saved);
            foreach (ref readonly var edge in node.Edges.AsSpan())
            {
                Keep(edge.Value);
                Push(edge.Node);
            }
        }

        void Push(Node? node)
        {
            if (node is not null && seen.Add(node))
                stack.Push(node);
        }

        void Keep(Tensor? saved)
        {
            if (saved is null)
                return;
            var value = trace.Open(saved);
            // Views keep what they look at.
            while (value is GraphResult { Node: { Primitive: ViewPrimitive or Alias } view })
                value = view.Inputs[0];
            if (value is GraphResult result && _numbers.TryGetValue(result.Node, out int number) && values.Add(result) && !IsComputedAgain(result, number))
                _kept.Add((number, result.Spec.DType.BytesFor(result.Spec.Shape.Count)));
        }
    }

    private bool IsComputedAgain(GraphResult value, int number) =>
        _calls.All.Exists(c => c.Module.GradientCheckpointing && c.Module.Training && c.First <= number && number < c.Last && !Array.Exists(c.Outputs, o => o == value.Spec && number == c.Last - 1));

    private List<LayerSummary> Layers()
    {
        var layers = new List<LayerSummary>();
        foreach (var (path, module) in _tree.Modules)
        {
            int[] calls = [.. Enumerable.Range(0, _calls.All.Count).Where(i => _calls.All[i].Module == module && !IsInsideItself(i))];
            bool Inside(int node) => Array.Exists(calls, c => _calls.All[c].First <= node && node < _calls.All[c].Last);
            string prefix = path.Length == 0 ? "" : path + ".";
            var own = _tree.Parameters.Where(p => p.Name.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
            var outer = layers.Where(l => l.Path.Length == 0 || path.StartsWith(l.Path + ".", StringComparison.Ordinal)).MaxBy(l => l.Path.Length);
            string type = module.GetType().Name;
            string name = outer is null || outer.Path.Length == 0 ? path : path[(outer.Path.Length + 1)..];
            layers.Add(new LayerSummary(
                path,
                type,
                calls.Length,
                calls.Length == 0 ? [] : _calls.All[calls[^1]].Outputs,
                own.Sum(p => Size(p.Parameter)),
                own.Where(p => p.Parameter.RequiresGrad).Sum(p => Size(p.Parameter)),
                Enumerable.Range(0, _flops.Length).Where(Inside).Sum(n => _flops[n]),
                _kept.Where(k => Inside(k.Node)).Sum(k => k.Bytes),
                _tree.Aliases.Exists(a => a.Alias.StartsWith(prefix, StringComparison.Ordinal) && !a.Name.StartsWith(prefix, StringComparison.Ordinal)))
            {
                Depth = outer is null ? 0 : outer.Depth + 1,
                Label = name.Length == 0 ? type : $"{name} {type}",
            });
        }
        return layers;
    }

    private bool IsInsideItself(int call)
    {
        for (int outer = _calls.All[call].Parent; outer >= 0; outer = _calls.All[outer].Parent)
        {
            if (_calls.All[outer].Module == _calls.All[call].Module)
                return true;
        }
        return false;
    }

    private long Size(Parameter parameter) => _shapes.TryGetValue(parameter, out var shape) ? shape.Count : 0;
}
