using Hebb.Memory;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>
/// What a backward pass made and may hand back itself. A gradient on its way is the pass's alone, as nothing else is in eager mode: once the last node that it
/// went to has used it, its memory serves the next one while it is still in the caches, and no collector has to find it. Whatever code of a user's saw
/// (hooks, ops of other assemblies) and whatever the pass gives away is left alone.
/// </summary>
internal sealed class GradientMemory
{
    private readonly EngineThread _thread;
    private readonly GradientMemory? _outer;
    private readonly Dictionary<NativeBlock, Hold> _holds = new(ReferenceEqualityComparer.Instance);
    private readonly List<NativeBlock> _made = [];

    private record struct Hold(int Generation, int Count);

    private GradientMemory(EngineThread thread) => (_thread, _outer, thread.Gradients) = (thread, thread.Gradients, this);

    /// <summary>Begins to see what this thread rents; null where tensors may be held by a transform or a trace.</summary>
    public static GradientMemory? Open(EngineThread thread, ReadOnlySpan<Tensor> outputs, ReadOnlySpan<Tensor?> seeds)
    {
        if (thread.Trace is not null || thread.Batch is not null)
            return null;
        foreach (var tensor in outputs)
        {
            if (!tensor.HasStorage)
                return null;
        }
        foreach (var tensor in seeds)
        {
            if (tensor is { HasStorage: false })
                return null;
        }
        return new GradientMemory(thread);
    }

    public void Close() => _thread.Gradients = _outer;

    /// <summary>Whether the memory of what a node's derivative makes is the pass's: rules of other assemblies, and those that run functions of users, may keep it.</summary>
    public static bool MayFollow(Primitive? primitive) => primitive is { DerivativeRunsFunctions: false } && primitive.GetType().Assembly == typeof(Primitive).Assembly;

    /// <summary>Sees nothing until <see cref="Resume"/>: code of users runs.</summary>
    public void Pause() => _thread.Gradients = null;

    public void Resume() => _thread.Gradients = this;

    /// <summary>A block was rented.</summary>
    public void Made(NativeBlock block)
    {
        _holds[block] = new Hold(block.Generation, 0);
        _made.Add(block);
    }

    /// <summary>A node waits for a gradient.</summary>
    public void Take(Tensor gradient)
    {
        if (Find(gradient, out var block, out var hold))
            _holds[block] = hold with { Count = hold.Count + 1 };
    }

    /// <summary>A node that waited for a gradient has used it.</summary>
    public void Drop(Tensor gradient)
    {
        if (!Find(gradient, out var block, out var hold))
            return;
        if (hold.Count > 1)
            _holds[block] = hold with { Count = hold.Count - 1 };
        else
            Release(block, hold);
    }

    /// <summary>Somebody else has a gradient now.</summary>
    public void GiveAway(Tensor gradient)
    {
        if (Find(gradient, out var block, out _))
            _holds.Remove(block);
    }

    /// <summary>A gradient is what the pass was asked for: it belongs to the rule that ran this pass within another, or to the caller.</summary>
    public void Give(Tensor gradient)
    {
        if (!Find(gradient, out var block, out _))
            return;
        _holds.Remove(block);
        _outer?.Made(block);
    }

    /// <summary>A node is done: of what was made meanwhile, only what nodes wait for is needed.</summary>
    public void EndNode()
    {
        foreach (var block in _made)
        {
            if (_holds.TryGetValue(block, out var hold) && hold.Count == 0)
                Release(block, hold);
        }
        _made.Clear();
    }

    private bool Find(Tensor tensor, out NativeBlock block, out Hold hold)
    {
        (block, hold) = (null!, default);
        if (!tensor.HasStorage || tensor.Storage is not NativeBlock found || !_holds.TryGetValue(found, out hold))
            return false;
        block = found;
        return true;
    }

    private void Release(NativeBlock block, Hold hold)
    {
        _holds.Remove(block);
        // A scope inside a rule may have handed it back before, and others may use it again.
        if (block.Generation == hold.Generation)
            block.Release();
    }
}
