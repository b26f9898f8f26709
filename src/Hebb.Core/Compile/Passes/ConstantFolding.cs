using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>The pass that computes at once what depends on constants alone. Constants may change in place all the same: what was read is remembered with its version.</summary>
internal static class ConstantFolding
{
    /// <summary>Larger results stay to be computed, unless they are views or no larger than what they come from.</summary>
    private const long MaxGrowth = 64 << 10;

    /// <summary>The graph with fewer nodes.</summary>
    /// <param name="graph">Any graph.</param>
    /// <param name="guards">Gets what must not change for the result to hold.</param>
    public static Graph Fold(Graph graph, List<VersionGuard> guards)
    {
        var rewrite = new GraphRewriter(graph);
        var seen = new HashSet<GraphConstant>(ReferenceEqualityComparer.Instance);
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        foreach (var node in graph.Nodes)
        {
            var inputs = rewrite.Inputs(node);
            if (!CanFold(node, inputs))
            {
                rewrite.Keep(node, inputs);
                continue;
            }
            var outputs = Engine.ApplyAll(node.Primitive, Array.ConvertAll(inputs, x => ((GraphConstant)x).Tensor));
            foreach (var input in inputs.Cast<GraphConstant>())
            {
                if (seen.Add(input))
                    guards.Add(new VersionGuard(input.Tensor.Storage));
            }
            for (int i = 0; i < outputs.Length; i++)
            {
                var folded = new GraphConstant(outputs[i]);
                // Nobody else holds a new result: only what shares memory with something older can change.
                if (node.Primitive is not ViewPrimitive)
                    seen.Add(folded);
                rewrite.Replace(node.Outputs[i], folded);
            }
        }
        return rewrite.Finish();
    }

    /// <summary>Whether a value is a constant that the function leaves alone and that may be watched.</summary>
    public static bool IsFixed(GraphValue value) => value is GraphConstant { Changes: false, Tensor: { HasStorage: true, Storage.IsExposed: false } };

    private static bool CanFold(GraphNode node, GraphValue[] inputs)
    {
        if (inputs.Length == 0)
            return false;
        long read = 0, written = 0;
        foreach (var input in inputs)
        {
            if (!IsFixed(input))
                return false;
            read += input.Spec.DType.BytesFor(input.Spec.Shape.Count);
        }
        foreach (var output in node.Outputs)
            written += output.Spec.DType.BytesFor(output.Spec.Shape.Count);
        return node.Primitive is ViewPrimitive || written <= Math.Max(read, MaxGrowth);
    }
}

/// <summary>Values that were read when a function was compiled, and must not have changed since.</summary>
/// <param name="storage">Where they lie.</param>
/// <param name="leaf">What they were read from, where other memory may take their place; null where it can't.</param>
internal readonly struct VersionGuard(Storage storage, GraphLeaf? leaf = null)
{
    private readonly int _version = storage.Version;

    public bool Holds => storage.Version == _version && !storage.IsExposed && (leaf is null || ReferenceEquals(leaf.Read().Storage, storage));
}
