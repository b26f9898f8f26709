using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>An arena with all handles and argument lists of a plan: a run makes none.</summary>
internal sealed class PlanInstance
{
    private readonly record struct Call(Primitive? Primitive, Tensor[] Inputs, Tensor[] Outputs, bool Prepares, string? Path);

    private readonly Tensor[] _handles;
    private readonly Call[] _calls;
    private readonly Dictionary<Root, int[]> _outside = new(ReferenceEqualityComparer.Instance);
    private readonly PlanBuilder _builder;
    private readonly List<Tensor> _alive = [];
    private readonly Storage _arena;
    private readonly (GraphSource Source, Tensor Into)[] _sources;

    /// <param name="builder">What to run.</param>
    /// <param name="memory">Where the values lie.</param>
    /// <param name="keys">Random keys in the order in which they are drawn, those included that nothing reads.</param>
    public PlanInstance(PlanBuilder builder, MemoryPlan memory, GraphKey[] keys)
    {
        _builder = builder;
        using var suspended = TensorScope.Suspend();
        _arena = Allocator.Rent(memory.Bytes, EngineThread.Current, new BlockNote("arena of a compiled function"));
        _handles = new Tensor[builder.Handles.Count];
        var outside = new Dictionary<Root, List<int>>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _handles.Length; i++)
        {
            var handle = builder.Handles[i];
            bool own = handle.Root.Kind == RootKind.Arena;
            _handles[i] = new Tensor(_arena, handle.Spec, handle.Strides, own ? Elements(handle, memory.Offsets[handle.Root.Index] + handle.Offset) : 0);
            if (own)
                continue;
            if (!outside.TryGetValue(handle.Root, out var handles))
                outside.Add(handle.Root, handles = []);
            handles.Add(i);
        }
        foreach (var (root, handles) in outside)
            _outside.Add(root, [.. handles]);
        _sources = Sources(keys);
        _calls = [.. builder.Steps.Select(s => new Call(s.Primitive, Array.ConvertAll(s.Inputs, i => _handles[i]), Array.ConvertAll(s.Outputs, o => _handles[o]), s.Prepares, s.Node?.Path))];
    }

    // Keys first and all of them: streams of random numbers move as they do without a plan.
    private (GraphSource, Tensor)[] Sources(GraphKey[] keys)
    {
        var handles = _builder.Sources.ToDictionary(s => s.Leaf, s => _handles[s.Handle]);
        var unread = new Lazy<Tensor>(() => new Tensor(new TensorSpec([2], DType.UInt32)));
        return [.. keys.Select(k => ((GraphSource)k, handles.GetValueOrDefault(k) ?? unread.Value)), .. handles.Where(h => h.Key is not GraphKey).Select(h => (h.Key, h.Value))];
    }

    /// <summary>Lets the handles of a root look at a tensor from outside, or at a copy of one whose layout does not serve.</summary>
    public void Attach(Root root, Tensor tensor)
    {
        if (!_outside.TryGetValue(root, out int[]? handles))
            return;
        var first = _builder.Handles[handles[0]];
        long start = tensor.DType.BytesFor(tensor.Offset);
        // A constant was planned with its strides. What comes from elsewhere is planned as contiguous, and for views as wider types as aligned.
        if (first.Strides is null && (!tensor.IsContiguous || start % 16 != 0) && !root.IsWritten)
        {
            using var suspended = TensorScope.Suspend();
            var copy = new Tensor(tensor.Spec);
            Copying.Convert(tensor, copy);
            (tensor, start) = (copy, copy.DType.BytesFor(copy.Offset));
        }
        _alive.Add(tensor);
        foreach (int i in handles)
            _handles[i].LookAt(tensor.Storage, Elements(_builder.Handles[i], start + _builder.Handles[i].Offset));
    }

    /// <param name="thread">The current one.</param>
    /// <param name="leaves">What stands for the leaves that are made for a run; made now if not given.</param>
    /// <param name="observer">Is told of every step.</param>
    public void Run(EngineThread thread, IReadOnlyDictionary<GraphLeaf, Tensor>? leaves, PlanObserver? observer)
    {
        string? outer = thread.ModulePath;
        try
        {
            foreach (var (source, into) in _sources)
            {
                if (leaves is null)
                    source.Fill(into);
                else
                    Copying.Convert(leaves[source], into);
            }
            if (observer is not null)
            {
                RunObserved(thread, observer);
                return;
            }
            foreach (ref readonly var call in _calls.AsSpan())
                Execute(thread, call);
        }
        catch (HebbException e) when (Name(e, thread.ModulePath))
        {
            throw;
        }
        finally
        {
            thread.ModulePath = outer;
        }
    }

    private void RunObserved(EngineThread thread, PlanObserver observer)
    {
        for (int i = 0; i < _calls.Length; i++)
        {
            observer.Before(_builder.Steps[i]);
            Execute(thread, _calls[i]);
            observer.After(_builder.Steps[i], _calls[i].Outputs);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Execute(EngineThread thread, in Call call)
    {
        thread.ModulePath = call.Path;
        if (call.Primitive is null)
            Copying.Convert(call.Inputs[0], call.Outputs[0]);
        else if (call.Prepares)
            Eager.RunInto(call.Primitive, call.Inputs, call.Outputs, prepare: true);
        else
            call.Primitive.Run(thread.Kernels, call.Inputs, call.Outputs);
    }

    // The filter runs while the path is still that of the op that failed.
    private static bool Name(HebbException error, string? path)
    {
        error.At ??= path;
        return false;
    }

    /// <summary>Lets go of the tensors from outside, so that an instance that waits keeps no memory of its callers.</summary>
    public void Detach()
    {
        foreach (int[] handles in _outside.Values)
        {
            foreach (int i in handles)
                _handles[i].LookAt(_arena, 0);
        }
        _alive.Clear();
    }

    private static long Elements(Handle handle, long bytes) => bytes * 8 / handle.Spec.DType.Bits;
}
