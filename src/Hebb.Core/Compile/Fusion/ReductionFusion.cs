using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>The pass that lets a reduction compute the elements that it reads, where these are many and nobody else reads them.</summary>
internal static class ReductionFusion
{
    /// <summary>Fewer elements stay in the caches between two ops.</summary>
    private const long LeastElements = 32 << 10;

    /// <summary>Elements next to each other that are asked for at once, at least: fewer do not pay for the start of a program.</summary>
    private const long LeastRun = 512;

    /// <summary>The graph with fewer nodes.</summary>
    public static Graph Fuse(Graph graph)
    {
        var readers = Readers.Count(graph);
        // The elementwise node, and the reduction that it takes in.
        var pairs = new Dictionary<GraphNode, GraphNode>(ReferenceEqualityComparer.Instance);
        foreach (var node in graph.Nodes)
        {
            if (node.Primitive is ReducePrimitive { ReadsOnce: true } reduction && node.Inputs[0] is GraphResult { Node: var before } value && readers[value] == 1 && Pays(reduction, value.Spec)
                && (before.Primitive is FusedElementwise || FusionGroups.IsCandidate(before)))
                pairs.TryAdd(before, node);
        }
        if (pairs.Count == 0)
            return graph;
        var rewrite = new GraphRewriter(graph);
        foreach (var node in graph.Nodes)
        {
            if (pairs.TryGetValue(node, out var reduction))
                Join(rewrite, node, reduction);
            else if (!(node.Primitive is ReducePrimitive && node.Inputs[0] is GraphResult { Node: var before } && pairs.GetValueOrDefault(before) == node))
                rewrite.Keep(node, rewrite.Inputs(node));
        }
        return rewrite.Finish();
    }

    private static bool Pays(ReducePrimitive reduction, TensorSpec spec)
    {
        if (spec.Shape.Count < LeastElements || spec.DType.IsComplex || (spec.DType.IsHalf && !reduction.AcceptsHalf))
            return false;
        if (reduction.Axes.Length == 0)
            return false;
        // The last axes, as far as all or none of them are reduced: those of one result, or those of as many.
        long run = 1;
        bool reduced = false, any = false;
        for (int axis = spec.Shape.Rank - 1; axis >= 0; axis--)
        {
            if (spec.Shape[axis] == 1)
                continue;
            bool now = reduction.Axes.AsSpan().Contains(axis);
            if (any && now != reduced)
                break;
            (reduced, any) = (now, true);
            run *= spec.Shape[axis];
        }
        return run >= LeastRun;
    }

    private static void Join(GraphRewriter rewrite, GraphNode node, GraphNode reduction)
    {
        GraphResult[] all = [.. node.Outputs];
        var value = (GraphResult)reduction.Inputs[0];
        var inputs = new List<GraphValue>(node.Inputs);
        FusedProgram program;
        if (node.Primitive is FusedElementwise fused)
        {
            program = fused.Program;
        }
        else
        {
            var builder = new ProgramBuilder(value.Spec.Shape);
            builder.Add(node);
            program = builder.Build(all);
            inputs = [.. builder.Inputs];
        }
        GraphResult[] outputs = [reduction.Outputs[0], .. all.Where(o => o != value)];
        TensorSpec[] specs = [.. outputs.Select(o => o.Spec)];
        GraphOrigin[] origins = [.. node.Origins, .. reduction.Origins];
        long flops = node.Primitive.Flops([.. node.Inputs.Select(i => i.Spec)], [.. all.Select(o => o.Spec)]) + reduction.Primitive.Flops([value.Spec], [reduction.Outputs[0].Spec]);
        var primitive = new FusedReduction(program, value.Slot, value.Spec, (ReducePrimitive)reduction.Primitive, specs, string.Join(' ', origins.Select(o => o.Op)), flops);
        var joined = new GraphNode(primitive, [.. inputs.Select(rewrite.Of)], specs, origins);
        rewrite.Add(joined);
        for (int i = 0; i < outputs.Length; i++)
        {
            rewrite.Replace(outputs[i], joined.Outputs[i]);
            joined.Outputs[i].Traced = outputs[i].Traced ?? outputs[i];
        }
    }
}
