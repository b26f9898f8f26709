using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>Derivatives that follow from what an op has: its decomposition, its linearity, or the other mode's rule.</summary>
internal static class Derivatives
{
    /// <summary>Differentiates the decomposition.</summary>
    public static void VjpByDecomposition(Primitive primitive, in VjpContext c)
    {
        var leaves = new Tensor[c.InputCount];
        var seeds = new Tensor?[c.OutputCount];
        for (int i = 0; i < seeds.Length; i++)
            seeds[i] = c.HasGrad(i) ? c.Grad(i) : null;
        bool createGraph = GradMode.IsEnabled;
        using var _ = GradMode.Enable();
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = c.Needs(i) ? FreshLeaf(c.Input(i)) : c.Input(i);
        var outputs = primitive.Decompose(leaves);
        // Only fresh leaves are asked for: backward would go on into the graph behind any other input, and free it.
        var needed = new List<int>(leaves.Length);
        for (int i = 0; i < leaves.Length; i++)
        {
            if (c.Needs(i))
                needed.Add(i);
        }
        var gradients = Backprop.Run(outputs, seeds, needed.ConvertAll(i => leaves[i]).ToArray(), accumulate: false, createGraph, retainGraph: createGraph);
        for (int i = 0; i < gradients.Length; i++)
        {
            if (gradients[i] is { } gradient)
                c.Set(needed[i], gradient);
        }
    }

    /// <summary>The tangents of a linear op's outputs are the op applied to tangents.</summary>
    public static void JvpLinear(Primitive primitive, in JvpContext c)
    {
        var tangents = new Tensor[c.InputCount];
        for (int i = 0; i < tangents.Length; i++)
            tangents[i] = c.Input(i).DType.IsDifferentiable ? c.Tangent(i) : c.Input(i);
        var outputs = Engine.ApplyAll(primitive, tangents);
        for (int i = 0; i < outputs.Length; i++)
            c.Set(i, outputs[i]);
    }

    /// <summary>A vjp is linear in the output gradients, so the vjp of the vjp is the jvp.</summary>
    public static void JvpByTransposing(Primitive primitive, in JvpContext c)
    {
        using var _ = GradMode.Enable();
        var leaves = new Tensor[c.InputCount];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = c.Has(i) ? FreshLeaf(c.Input(i)) : c.Input(i);
        var outputs = Engine.ApplyAll(primitive, leaves);
        var seeds = new Tensor?[outputs.Length];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].Node is not null)
                seeds[i] = FreshLeaf(Tensor.Zeros(outputs[i].Shape, outputs[i].DType));
        }
        var gradients = Backprop.Run(outputs, seeds, leaves, accumulate: false, createGraph: true, retainGraph: true);
        var ends = new List<Tensor>();
        var tangents = new List<Tensor?>();
        for (int i = 0; i < leaves.Length; i++)
        {
            if (c.Has(i) && gradients[i] is { Node: not null } gradient)
            {
                ends.Add(gradient);
                tangents.Add(c.Tangent(i));
            }
        }
        for (int i = 0; i < outputs.Length; i++)
        {
            if (seeds[i] is not { } seed)
                continue;
            var tangent = ends.Count == 0 ? null : Backprop.Run(ends.ToArray(), tangents.ToArray(), [seed], accumulate: false, createGraph: true, retainGraph: true)[0];
            c.Set(i, tangent ?? Tensor.Zeros(outputs[i].Shape, outputs[i].DType));
        }
    }

    /// <summary>Whether outputs were computed from anything on the tape other than these leaves.</summary>
    internal static bool ReachesBeyond(ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor> leaves)
    {
        var seen = new HashSet<Node>(ReferenceEqualityComparer.Instance);
        var stack = new Stack<Node>();
        foreach (var leaf in leaves)
        {
            // An alias of something that is on the tape itself, not a leaf.
            if (leaf.Node is not LeafNode)
                return true;
            seen.Add(leaf.Node);
        }
        foreach (var output in outputs)
        {
            if (output.Node is { } node && seen.Add(node))
                stack.Push(node);
        }
        while (stack.TryPop(out var node))
        {
            if (node is LeafNode)
                return true;
            foreach (ref readonly var edge in node.Edges.AsSpan())
            {
                if (edge.Node is { } next && seen.Add(next))
                    stack.Push(next);
            }
        }
        return false;
    }

    /// <summary>A handle to the same values that is not on the tape. Unlike <see cref="Tensor.Detach"/> it cuts nothing in a graph that is being traced, of which gradients may be taken later.</summary>
    internal static Tensor OffTape(Tensor x)
    {
        if (x.Node is null)
            return x;
        using var _ = GradMode.NoGrad();
        return Engine.Apply(Alias.Instance, x);
    }

    /// <summary>A handle to the same values at which differentiation can stop, still tied to where the values came from.</summary>
    internal static Tensor FreshLeaf(Tensor x)
    {
        var leaf = Engine.Apply(Alias.Instance, x);
        leaf.Node ??= new LeafNode(leaf);
        return leaf;
    }
}
