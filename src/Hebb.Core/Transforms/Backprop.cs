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
        var memory = createGraph ? null : GradientMemory.Open(EngineThread.Current, outputs, seeds);
        try
        {
            for (int i = 0; i < outputs.Length; i++)
            {
                if (outputs[i].Node is { } node && seeds[i] is { } seed)
                    Add(states[node], node, outputs[i].Slot, seed, memory);
            }
            Walk(order, states, targets, results, accumulate, retainGraph, memory);
        }
        finally
        {
            memory?.Close();
        }
        return results;
    }

    private static void Walk(List<Node> order, Dictionary<Node, State> states, Dictionary<(Node, int), List<int>> targets, Tensor?[] results, bool accumulate, bool retainGraph, GradientMemory? memory)
    {
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
                if (node.HasHooks)
                    gradient = state.Grads[slot] = Hooked(node, slot, gradient, memory);
                if (targets.TryGetValue((node, slot), out var wanted))
                {
                    memory?.Give(gradient);
                    foreach (int i in wanted)
                        results[i] = gradient;
                }
            }
            if (!any)
                continue;
            if (node is LeafNode leaf)
            {
                if (accumulate)
                    Accumulate(leaf, state.Grads[0]!, memory);
            }
            else
            {
                Propagate(node, state, states, memory);
                if (!retainGraph)
                    node.Free();
            }
            if (memory is not null)
            {
                foreach (var gradient in state.Grads)
                {
                    if (gradient is not null)
                        memory.Drop(gradient);
                }
                memory.EndNode();
            }
            state.Grads = [];
        }
    }

    private static Tensor Hooked(Node node, int slot, Tensor gradient, GradientMemory? memory)
    {
        memory?.GiveAway(gradient);
        memory?.Pause();
        try
        {
            return node.ApplyHooks(slot, gradient);
        }
        finally
        {
            memory?.Resume();
        }
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

    private static void Propagate(Node node, State state, Dictionary<Node, State> states, GradientMemory? memory)
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
        bool follows = GradientMemory.MayFollow(node.Primitive);
        if (!follows)
        {
            foreach (var gradient in outputGrads)
            {
                if (gradient is not null)
                    memory?.GiveAway(gradient);
            }
            memory?.Pause();
        }
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
            if (!follows)
                memory?.Resume();
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
            Add(states[edge.Node!], edge.Node!, edge.Slot, gradient, memory);
        }
    }

    private static void Add(State state, Node node, int slot, Tensor gradient, GradientMemory? memory)
    {
        if (state.Grads.Length <= slot)
            Array.Resize(ref state.Grads, Math.Max(node.OutputSpecs?.Length ?? 1, slot + 1));
        ref var sum = ref state.Grads[slot];
        if (sum is null)
        {
            sum = gradient;
            memory?.Take(gradient);
            return;
        }
        var one = sum;
        memory?.Take(gradient);
        sum = one + gradient;
        memory?.Take(sum);
        memory?.Drop(one);
        memory?.Drop(gradient);
    }

    private static void Accumulate(LeafNode leaf, Tensor gradient, GradientMemory? memory)
    {
        // A leaf outlives the scope that made its gradient: only the scope of the training step may take it back.
        var sum = leaf.Grad is null ? gradient : leaf.Grad + gradient;
        memory?.GiveAway(sum);
        leaf.Grad = TensorScope.EscapeToStep(sum);
    }
}
