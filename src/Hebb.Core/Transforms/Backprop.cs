using System.Runtime.InteropServices;

namespace Hebb.Transforms;

/// <summary>Walks the tape from outputs back to inputs.</summary>
internal static class Backprop
{
    private sealed class State
    {
        public bool Needed;
        public Tensor?[] Grads = [];
    }

    /// <summary>
    /// Gradients of the sum of outputs times seeds. With <paramref name="accumulate"/> they are added to every leaf reached;
    /// otherwise those of <paramref name="wrt"/> are returned, null where an input was not reached.
    /// </summary>
    public static Tensor?[] Run(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> seeds, ReadOnlySpan<Tensor> wrt, bool accumulate, bool createGraph, bool retainGraph)
    {
        var states = new Dictionary<Node, State>(ReferenceEqualityComparer.Instance);
        var order = Reachable(outputs, states);
        var results = new Tensor?[wrt.Length];
        var targets = new Dictionary<(Node, int), List<int>>();
        for (int i = 0; i < wrt.Length; i++)
        {
            if (wrt[i].Node is { } node)
                (CollectionsMarshal.GetValueRefOrAddDefault(targets, (node, wrt[i].Slot), out _) ??= []).Add(i);
        }
        MarkNeeded(order, states, targets, accumulate);

        using var mode = GradMode.Set(createGraph);
        // Gradients have the types of what they are gradients of.
        using var autocast = Autocast.Off();
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Node is { } node && seeds[i] is { } seed)
                Add(states[node], node, outputs[i].Slot, seed);
        }
        for (int at = order.Count - 1; at >= 0; at--)
        {
            var node = order[at];
            var state = states[node];
            if (state.Grads.Length == 0 || !state.Needed)
                continue;
            bool any = false;
            for (int slot = 0; slot < state.Grads.Length; slot++)
            {
                if (state.Grads[slot] is not { } gradient)
                    continue;
                any = true;
                gradient = state.Grads[slot] = node.ApplyHooks(slot, gradient);
                if (targets.TryGetValue((node, slot), out var wanted))
                {
                    foreach (int i in wanted)
                        results[i] = gradient;
                }
            }
            if (!any)
                continue;
            if (node is LeafNode leaf)
            {
                if (accumulate)
                    Accumulate(leaf, state.Grads[0]!);
            }
            else
            {
                Propagate(node, state, states);
                if (!retainGraph)
                    node.Free();
            }
            state.Grads = [];
        }
        return results;
    }

    private static List<Node> Reachable(ReadOnlySpan<Tensor> outputs, Dictionary<Node, State> states)
    {
        var order = new List<Node>();
        var stack = new Stack<Node>();
        foreach (var output in outputs)
        {
            if (output.Node is { } node && states.TryAdd(node, new State()))
                stack.Push(node);
        }
        while (stack.TryPop(out var node))
        {
            order.Add(node);
            foreach (ref readonly var edge in node.Edges.AsSpan())
            {
                if (edge.Node is { } next && states.TryAdd(next, new State()))
                    stack.Push(next);
            }
        }
        order.Sort(static (a, b) => a.Sequence.CompareTo(b.Sequence));
        return order;
    }

    private static void MarkNeeded(List<Node> order, Dictionary<Node, State> states, Dictionary<(Node, int), List<int>> targets, bool accumulate)
    {
        var targetNodes = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        foreach (var (node, _) in targets.Keys)
            targetNodes.Add(node);
        foreach (var node in order)
        {
            bool needed = targetNodes.Contains(node) || (accumulate && node is LeafNode);
            foreach (ref readonly var edge in node.Edges.AsSpan())
                needed |= edge.Node is not null && states[edge.Node].Needed;
            states[node].Needed = needed;
        }
    }

    private static void Propagate(Node node, State state, Dictionary<Node, State> states)
    {
        if (node.Freed)
            throw new GradientException($"Backward: the graph behind {node.Describe()} was freed by an earlier backward; pass retainGraph: true to the first");
        int outputs = node.OutputSpecs?.Length ?? 1;
        var outputGrads = state.Grads;
        if (outputGrads.Length < outputs)
            Array.Resize(ref outputGrads, outputs);
        var edges = node.Edges;
        var needs = new bool[edges.Length];
        bool any = false;
        for (int i = 0; i < edges.Length; i++)
            any |= needs[i] = edges[i].Node is { } next && states[next].Needed;
        if (!any)
            return;
        var inputGrads = new Tensor?[edges.Length];
        var thread = EngineThread.Current;
        var outer = thread.Backward;
        thread.Backward = node;
        try
        {
            node.Primitive!.Vjp(new VjpContext(node, outputGrads, inputGrads, needs));
        }
        catch (AnomalyException e) when (node.Line is not null && e.ForwardLine is null)
        {
            throw e.WithForward(node.Describe());
        }
        finally
        {
            thread.Backward = outer;
        }
        for (int i = 0; i < edges.Length; i++)
        {
            if (inputGrads[i] is not { } gradient)
                continue;
            ref readonly var edge = ref edges[i];
            if (gradient.Shape != edge.Spec.Shape)
                throw new GradientException($"{node.Describe()}: the gradient of input {i} came out as {gradient.Shape}, the input is {edge.Spec.Shape}");
            if (gradient.DType != edge.Spec.DType)
                gradient = gradient.To(edge.Spec.DType);
            Add(states[edge.Node!], edge.Node!, edge.Slot, gradient);
        }
    }

    private static void Add(State state, Node node, int slot, Tensor gradient)
    {
        if (state.Grads.Length <= slot)
            Array.Resize(ref state.Grads, Math.Max(node.OutputSpecs?.Length ?? 1, slot + 1));
        ref var sum = ref state.Grads[slot];
        sum = sum is null ? gradient : sum + gradient;
    }

    private static void Accumulate(LeafNode leaf, Tensor gradient)
    {
        // A leaf outlives the scope that made its gradient: only the scope of the training step may take it back.
        var sum = leaf.Grad is null ? gradient : leaf.Grad + gradient;
        leaf.Grad = TensorScope.EscapeToStep(sum);
    }
}
