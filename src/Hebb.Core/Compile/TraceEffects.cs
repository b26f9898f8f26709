using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>What a compiled function relies on on the host, and the words for it.</summary>
internal readonly record struct HostGuard(Func<bool> Holds, string What);

/// <summary>What a function does beside giving results, and what it relies on.</summary>
/// <param name="Writes">Tensors from outside that change, and what they hold at the end.</param>
/// <param name="Grads">Leaves whose gradient changes: to a tensor that was there, or to a value of the graph.</param>
/// <param name="Keys">Random keys in the order in which they were drawn.</param>
/// <param name="Called">Modules that were called; they must have no hooks.</param>
/// <param name="WithoutGrad">Leaves that must have no gradient when a run begins.</param>
/// <param name="Parameters">Parameters of the module, and whether gradients flow to them.</param>
/// <param name="Guards">What else must hold.</param>
/// <param name="Read">Memory that was read on the host.</param>
/// <param name="AfterReplay">What to do after every run.</param>
internal sealed record TraceEffects(
    IReadOnlyList<(GraphLeaf Leaf, GraphValue Value)> Writes,
    (LeafNode Leaf, Tensor? Tensor, GraphValue? Value)[] Grads,
    IReadOnlyList<GraphKey> Keys,
    Module[] Called,
    LeafNode[] WithoutGrad,
    (Parameter Parameter, bool RequiresGrad)[] Parameters,
    HostGuard[] Guards,
    VersionGuard[] Read,
    Action[] AfterReplay)
{
    /// <summary>Whether a run changes anything beside its outputs.</summary>
    public bool Any => Writes.Count > 0 || Grads.Length > 0 || AfterReplay.Length > 0;

    /// <summary>The values of the graph that the effects need, in the order writes, gradients.</summary>
    public IEnumerable<GraphValue> Values => Writes.Select(w => w.Value).Concat(Grads.Select(g => g.Value).OfType<GraphValue>());

    /// <summary>What remains to do after a run.</summary>
    /// <param name="grads">The gradients that the run computed.</param>
    public void Apply(ReadOnlySpan<Tensor> grads)
    {
        int next = 0;
        foreach (var (leaf, tensor, value) in Grads)
            leaf.Grad = value is null ? tensor : grads[next++];
        foreach (var action in AfterReplay)
            action();
    }

    /// <summary>Why the graph does not serve now; null if it does.</summary>
    public string? Broken()
    {
        foreach (var module in Called)
        {
            if (module.HasHooks)
                return "hooks of modules";
        }
        foreach (var leaf in WithoutGrad)
        {
            if (leaf.Grad is not null)
                return "gradients that were there before a call";
        }
        foreach (var (parameter, requiresGrad) in Parameters)
        {
            if (parameter.RequiresGrad != requiresGrad)
                return $"whether {parameter.Name} is trained";
        }
        foreach (var guard in Guards)
        {
            if (!guard.Holds())
                return guard.What;
        }
        return null;
    }
}
