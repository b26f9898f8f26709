using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Turns a graph into kernel calls on handles: views are worked out once, copies that layouts ask for stand as steps, lifetimes are known.</summary>
internal sealed partial class PlanBuilder
{
    private readonly Dictionary<GraphValue, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, int> _contiguous = [];
    private readonly List<Tensor> _templates = [];

    public List<Handle> Handles { get; } = [];

    public List<PlanStep> Steps { get; } = [];

    /// <summary>The roots from outside, by kind and number.</summary>
    public List<Root> Inputs { get; } = [];

    public List<Root> LeafRoots { get; } = [];

    /// <summary>What <see cref="LeafRoots"/> stand for: the leaves of the graph, and those that are only written.</summary>
    public List<GraphLeaf> Leaves { get; } = [];

    /// <summary>Leaves that are filled at the start of a run, and their handles.</summary>
    public List<(GraphSource Leaf, int Handle)> Sources { get; } = [];

    public List<Root> Outputs { get; } = [];

    /// <summary>The roots in the arena.</summary>
    public List<Root> Arena { get; } = [];

    /// <param name="graph">What to run. Its outputs are results, then values for <paramref name="targets"/>, then more results.</param>
    /// <param name="firstWrite">The first output that is written to a target.</param>
    /// <param name="targets">Leaves that change.</param>
    public PlanBuilder(Graph graph, int firstWrite, IReadOnlyList<GraphLeaf> targets)
    {
        foreach (var input in graph.Inputs)
            _numbers.Add(input, External(Inputs, RootKind.Input, input.Spec, null));
        foreach (var leaf in graph.Leaves.Union(targets))
            AddLeaf(leaf);
        FindPlaces(graph);
        foreach (var node in graph.Nodes)
            Add(node);
        for (int i = 0; i < graph.Outputs.Count; i++)
        {
            if (i < firstWrite || i >= firstWrite + targets.Count)
                AddOutput(graph.Outputs[i]);
        }
        FindUses();
        (int Target, int Value)[] writes = [.. targets.Select((t, i) => (_numbers[t], _numbers[graph.Outputs[firstWrite + i]]))];
        foreach (var (_, value) in writes)
            Use(value, Steps.Count);
        ReuseInPlace();
        AddWrites(writes);
        Finish();
    }

    private void AddLeaf(GraphLeaf leaf)
    {
        if (leaf is GraphSource source)
        {
            int handle = NewValue(leaf.Spec);
            Handles[handle].Root.IsSource = true;
            Sources.Add((source, handle));
            _numbers.Add(leaf, handle);
            return;
        }
        _numbers.Add(leaf, External(LeafRoots, RootKind.Leaf, leaf.Spec, leaf is GraphConstant constant ? constant.Tensor : null));
        Leaves.Add(leaf);
    }

    private int External(List<Root> roots, RootKind kind, TensorSpec spec, Tensor? constant)
    {
        var root = new Root(kind, roots.Count, spec);
        roots.Add(root);
        // A constant keeps its layout, whatever comes from outside is contiguous.
        return NewHandle(root, constant is { IsContiguous: false } ? new Tensor(new Template(), spec, Strides(constant), 0) : new Tensor(new Template(), spec, null, 0));
    }

    private int NewHandle(Root root, Tensor template)
    {
        _templates.Add(template);
        Handles.Add(new Handle(root, template.Spec, template.IsContiguous ? null : Strides(template), template.DType.BytesFor(template.Offset)));
        return Handles.Count - 1;
    }

    private int NewValue(TensorSpec spec)
    {
        return NewHandle(NewRoot(spec), new Tensor(new Template(), spec, null, 0));
    }

    /// <summary>What a kernel writes.</summary>
    private int NewResult(GraphResult value) => _places.TryGetValue(value, out var place) ? NewHandle(place.Root, place.Template) : NewValue(value.Spec);

    private void Add(GraphNode node)
    {
        if (_joined.TryGetValue(node, out var copied))
        {
            // Its other parts were written where they belong.
            int whole = NewResult(node.Outputs[0]);
            foreach (var (value, slice) in copied)
                Copy(_numbers[value], NewHandle(Handles[whole].Root, slice));
            _numbers.Add(node.Outputs[0], whole);
            return;
        }
        var inputs = new int[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = _numbers[node.Inputs[i]];
        var specs = node.Outputs.Select(o => o.Spec).ToArray();
        if (node.Primitive is ViewPrimitive view)
        {
            int from = view.CanView(_templates[inputs[0]], specs[0].Shape) ? inputs[0] : Contiguous(inputs[0]);
            var views = new Tensor[specs.Length];
            view.Views(_templates[from], specs, views);
            for (int i = 0; i < views.Length; i++)
                _numbers.Add(node.Outputs[i], NewHandle(Handles[from].Root, views[i]));
            return;
        }
        bool halves = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (!node.Primitive.ReadsStrided(i) && Handles[inputs[i]].Strides is not null)
                inputs[i] = Contiguous(inputs[i]);
            halves |= Handles[inputs[i]].Spec.DType.IsHalf;
        }
        var outputs = new int[specs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = NewResult(node.Outputs[i]);
            halves |= specs[i].DType.IsHalf;
            _numbers.Add(node.Outputs[i], outputs[i]);
        }
        Steps.Add(new PlanStep(node.Primitive, inputs, outputs, halves && !node.Primitive.AcceptsHalf, node));
    }

    /// <summary>A handle to the same values in row-major order; several readers share one copy.</summary>
    private int Contiguous(int handle)
    {
        if (!_contiguous.TryGetValue(handle, out int copy))
        {
            _contiguous.Add(handle, copy = NewValue(Handles[handle].Spec));
            Copy(handle, copy);
        }
        return copy;
    }

    private void AddOutput(GraphValue value)
    {
        int handle = _numbers[value];
        var root = Handles[handle].Root;
        // A kernel writes its result where the caller gets it; views, inputs and second uses are copied there.
        if (root.Kind == RootKind.Arena && IsWhole(handle) && !root.IsSource)
        {
            (root.Kind, root.Index) = (RootKind.Output, Outputs.Count);
            Outputs.Add(root);
            return;
        }
        var output = new Root(RootKind.Output, Outputs.Count, value.Spec);
        Outputs.Add(output);
        Copy(handle, NewHandle(output, new Tensor(new Template(), value.Spec, null, 0)));
    }

    private void Copy(int from, int to) => Steps.Add(new PlanStep(null, [from], [to], false, null));

    private static long[] Strides(Tensor x)
    {
        var strides = new long[x.Rank];
        x.CopyStrides(strides);
        return strides;
    }

    /// <summary>Stands for memory that does not exist yet.</summary>
    private sealed class Template : Storage
    {
        internal override void Release()
        {
        }
    }
}
