using Hebb.Modules;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>One step on the tape: the op, where its inputs came from, and the values its derivative needs.</summary>
internal class Node
{
    /// <summary>Greater than those of the nodes it reads from, whatever thread made them, and of those its thread made before: descending order is an order for backward.</summary>
    public readonly long Sequence;

    public readonly Primitive? Primitive;

    /// <summary>The module that was running.</summary>
    public readonly string? Path;

    public Edge[] Edges;

    /// <summary>Saved outputs, or null in the slots whose values are not needed.</summary>
    public Tensor?[]? Saved;

    /// <summary>The versions of the saved outputs' memory when they were saved.</summary>
    public int[]? SavedVersions;

    public TensorSpec[]? OutputSpecs;

    /// <summary>Where the op was called, in anomaly mode.</summary>
    public string? Line;

    public bool Freed;

    private List<(int Slot, Func<Tensor, Tensor?> Hook)>? _hooks;

    public Node(Primitive? primitive, Edge[] edges, long sequence, string? path)
    {
        Primitive = primitive;
        Edges = edges;
        Sequence = sequence;
        Path = path;
    }

    public string Describe() => (Primitive?.DisplayName ?? "leaf") + (Path is null ? "" : $" (at {Path})") + (Line is null ? "" : $" called at {Line}");

    public IDisposable AddHook(int slot, Func<Tensor, Tensor?> hook)
    {
        var entry = (slot, hook);
        lock (this)
            (_hooks ??= []).Add(entry);
        return new HookRemover(this, entry);
    }

    public bool HasHooks => _hooks is not null;

    public Tensor ApplyHooks(int slot, Tensor gradient)
    {
        if (_hooks is null)
            return gradient;
        (int Slot, Func<Tensor, Tensor?> Hook)[] hooks;
        lock (this)
            hooks = [.. _hooks];
        foreach (var (at, hook) in hooks)
        {
            if (at == slot)
                gradient = hook(gradient) ?? gradient;
        }
        return gradient;
    }

    public void Free()
    {
        Freed = true;
        for (int i = 0; i < Edges.Length; i++)
            Edges[i].Value = null;
        Saved = null;
    }

    private sealed class HookRemover(Node node, (int, Func<Tensor, Tensor?>) entry) : IDisposable
    {
        public void Dispose()
        {
            lock (node)
                node._hooks!.Remove(entry);
        }
    }
}

/// <summary>Where a gradient goes: the node that made an input, and what is kept of that input.</summary>
internal struct Edge
{
    public Node? Node;
    public int Slot;

    /// <summary>The input itself where the derivative reads its values.</summary>
    public Tensor? Value;

    public int Version;
    public TensorSpec Spec;
}

/// <summary>The end of the road: a tensor that gathers its gradient.</summary>
internal sealed class LeafNode(Tensor tensor) : Node(null, [], 0, ModulePath.Current)
{
    private Tensor? _grad;

    public readonly Tensor Tensor = tensor;

    public Tensor? Grad
    {
        get
        {
            EngineThread.Current.Trace?.SawGrad(this, _grad, reads: true);
            return _grad;
        }
        set
        {
            EngineThread.Current.Trace?.SawGrad(this, _grad, reads: false);
            _grad = value;
        }
    }

    /// <summary>Sets the gradient as if nobody had.</summary>
    public void Restore(Tensor? grad) => _grad = grad;
}
