using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Where the memory behind a handle comes from.</summary>
internal enum RootKind
{
    Arena,
    Input,
    Leaf,
    Output,
}

/// <summary>Memory that handles share: a place in the arena, or a tensor from outside.</summary>
internal sealed class Root(RootKind kind, int index, TensorSpec spec)
{
    public RootKind Kind = kind;

    /// <summary>Which input, leaf or output; for the arena, which lifetime.</summary>
    public int Index = index;

    public TensorSpec Spec = spec;

    /// <summary>The first and last step that touches it.</summary>
    public int First = int.MaxValue, Last = -1;
}

/// <summary>A tensor of the plan: memory, and how it is looked at.</summary>
/// <param name="Root">The memory.</param>
/// <param name="Spec">Shape and type.</param>
/// <param name="Strides">In elements; null if contiguous.</param>
/// <param name="Offset">From the start of the root, in bytes.</param>
internal sealed record Handle(Root Root, TensorSpec Spec, long[]? Strides, long Offset);

/// <summary>One kernel call, or a copy where there is no primitive.</summary>
/// <param name="Primitive">What to run; null to copy the input to the output.</param>
/// <param name="Inputs">Numbers of handles.</param>
/// <param name="Outputs">Numbers of handles.</param>
/// <param name="Prepares">The kernel takes no halves: they are widened around it.</param>
/// <param name="Node">Where it comes from; null for copies.</param>
internal sealed record PlanStep(Primitive? Primitive, int[] Inputs, int[] Outputs, bool Prepares, GraphNode? Node);

/// <summary>Turns a graph into kernel calls on handles: views are worked out once, copies that layouts ask for stand as steps, lifetimes are known.</summary>
internal sealed class PlanBuilder
{
    private readonly Dictionary<GraphValue, int> _numbers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<int, int> _contiguous = [];
    private readonly List<Tensor> _templates = [];

    public List<Handle> Handles { get; } = [];

    public List<PlanStep> Steps { get; } = [];

    /// <summary>The roots from outside, by kind and number.</summary>
    public List<Root> Inputs { get; } = [];

    public List<Root> Leaves { get; } = [];

    public List<Root> Outputs { get; } = [];

    /// <summary>The roots in the arena.</summary>
    public List<Root> Arena { get; } = [];

    public PlanBuilder(Graph graph)
    {
        foreach (var input in graph.Inputs)
            _numbers.Add(input, External(Inputs, RootKind.Input, input.Spec, null));
        foreach (var leaf in graph.Leaves)
            _numbers.Add(leaf, External(Leaves, RootKind.Leaf, leaf.Spec, leaf is GraphConstant constant ? constant.Tensor : null));
        foreach (var node in graph.Nodes)
            Add(node);
        AddOutputs(graph);
        for (int step = 0; step < Steps.Count; step++)
        {
            foreach (int handle in Steps[step].Inputs.Concat(Steps[step].Outputs))
            {
                var root = Handles[handle].Root;
                (root.First, root.Last) = (Math.Min(root.First, step), step);
            }
        }
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
        var root = new Root(RootKind.Arena, Arena.Count, spec);
        Arena.Add(root);
        return NewHandle(root, new Tensor(new Template(), spec, null, 0));
    }

    private void Add(GraphNode node)
    {
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
            if (!node.Primitive.AcceptsStrided && Handles[inputs[i]].Strides is not null)
                inputs[i] = Contiguous(inputs[i]);
            halves |= Handles[inputs[i]].Spec.DType.IsHalf;
        }
        var outputs = new int[specs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            outputs[i] = NewValue(specs[i]);
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
            Steps.Add(new PlanStep(null, [handle], [copy], false, null));
        }
        return copy;
    }

    private void AddOutputs(Graph graph)
    {
        for (int i = 0; i < graph.Outputs.Count; i++)
        {
            int handle = _numbers[graph.Outputs[i]];
            var root = Handles[handle].Root;
            // A kernel writes its result where the caller gets it; views, inputs and second uses are copied there.
            if (root.Kind == RootKind.Arena && Handles[handle] is { Offset: 0, Strides: null } own && own.Spec == root.Spec)
            {
                (root.Kind, root.Index) = (RootKind.Output, i);
                Outputs.Add(root);
                continue;
            }
            var spec = graph.Outputs[i].Spec;
            var output = new Root(RootKind.Output, i, spec);
            Outputs.Add(output);
            Steps.Add(new PlanStep(null, [handle], [NewHandle(output, new Tensor(new Template(), spec, null, 0))], false, null));
        }
        Arena.RemoveAll(r => r.Kind != RootKind.Arena);
        for (int i = 0; i < Arena.Count; i++)
            Arena[i].Index = i;
    }

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
