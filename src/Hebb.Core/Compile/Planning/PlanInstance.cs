using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>An arena with all handles and argument lists of a plan: a run makes none.</summary>
internal sealed class PlanInstance
{
    /// <summary>One kernel call; the first of several that run as one has these too.</summary>
    private readonly record struct Call(Primitive? Primitive, Tensor[] Inputs, Tensor[] Outputs, bool Prepares, string? Path)
    {
        /// <summary>Runs this call and those after it.</summary>
        public CallBatch? Batch { get; init; }

        /// <summary>Handles of tensors from outside that the call writes to: whoever keeps a rearranged copy of one learns of it. Null if none.</summary>
        public Tensor[]? Changed { get; init; }

        /// <summary>How many calls that are, this one included.</summary>
        public int Count { get; init; } = 1;
    }

    private readonly Tensor[] _handles;
    private readonly Call[] _calls;
    private readonly int[][] _inputs, _leaves, _outputs;
    private readonly Tensor?[] _attached;
    private readonly PlanBuilder _builder;
    private readonly Storage _arena;
    private readonly (GraphSource Source, Tensor Into)[] _sources;

    /// <param name="builder">What to run.</param>
    /// <param name="memory">Where the values lie.</param>
    /// <param name="keys">Random keys in the order in which they are drawn, those included that nothing reads.</param>
    public PlanInstance(PlanBuilder builder, MemoryPlan memory, GraphKey[] keys)
    {
        _builder = builder;
        using var suspended = TensorScope.Suspend();
        _arena = Allocator.Rent(memory.Bytes, EngineThread.Current, new BlockNote("arena of a compiled function"), isLasting: true);
        // Every run writes it anew, unseen by its version: nothing may keep rearranged copies of what lies there.
        _arena.Expose();
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
        _inputs = Handles(builder.Inputs);
        _leaves = Handles(builder.LeafRoots);
        _outputs = Handles(builder.Outputs);
        _attached = new Tensor?[_leaves.Length];
        _sources = Sources(keys);
        _calls = Calls(builder.Steps);

        int[][] Handles(List<Root> roots) => [.. roots.Select(r => outside.TryGetValue(r, out var handles) ? handles.ToArray() : [])];
    }

    private Call[] Calls(List<PlanStep> steps)
    {
        Call[] calls = [.. steps.Select(s => new Call(s.Primitive, Array.ConvertAll(s.Inputs, i => _handles[i]), Array.ConvertAll(s.Outputs, o => _handles[o]), s.Prepares, s.Node?.Path) { Changed = Changed(s) })];
        for (int at = 0; at < calls.Length; at++)
        {
            if (calls[at].Primitive?.NewBatch() is not { } batch || steps[at].Prepares)
                continue;
            int end = at;
            var written = new HashSet<Root>(ReferenceEqualityComparer.Instance);
            while (end < calls.Length && !steps[end].Prepares && calls[end].Primitive is { } primitive && !Touches(end, written) && batch.Takes(primitive, calls[end].Inputs, calls[end].Outputs) && InPlace(end))
            {
                written.UnionWith(steps[end].Outputs.Select(RootOf));
                end++;
            }
            if (end - at < 2)
                continue;
            calls[at] = calls[at] with { Batch = batch, Count = end - at };
            at = end - 1;
        }
        return calls;

        Tensor[]? Changed(PlanStep step)
        {
            Tensor[] changed = [.. step.Outputs.Where(o => RootOf(o).Kind is RootKind.Leaf or RootKind.Output).Select(o => _handles[o])];
            return changed.Length > 0 ? changed : null;
        }

        Root RootOf(int handle) => _builder.Handles[handle].Root;

        // Whether a step has to do with what others write.
        bool Touches(int step, HashSet<Root> written) => steps[step].Inputs.Concat(steps[step].Outputs).Any(h => written.Contains(RootOf(h)));

        // Whether every output is written over an input.
        bool InPlace(int step)
        {
            for (int o = 0; o < steps[step].Outputs.Length; o++)
            {
                int output = o;
                if (!steps[step].Inputs.Where((h, i) => calls[step].Primitive!.CanRunInPlace(i, output) && ReferenceEquals(RootOf(h), RootOf(steps[step].Outputs[output]))).Any())
                    return false;
            }
            return true;
        }
    }

    // Keys first and all of them: streams of random numbers move as they do without a plan.
    private (GraphSource, Tensor)[] Sources(GraphKey[] keys)
    {
        var handles = _builder.Sources.ToDictionary(s => s.Leaf, s => _handles[s.Handle]);
        var unread = new Lazy<Tensor>(() => new Tensor(new TensorSpec([2], DType.UInt32)));
        return [.. keys.Select(k => ((GraphSource)k, handles.GetValueOrDefault(k) ?? unread.Value)), .. handles.Where(h => h.Key is not GraphKey).Select(h => (h.Key, h.Value))];
    }

    /// <summary>Lets the handles of an input look at the tensor given for it.</summary>
    public void AttachInput(int input, Tensor tensor) => Attach(_inputs[input], tensor, copies: true);

    /// <summary>Lets the handles of an output look at the tensor that takes it.</summary>
    public void AttachOutput(int output, Tensor tensor) => Attach(_outputs[output], tensor, copies: false);

    /// <summary>Lets the handles of a leaf look at it. Most are the same at every run.</summary>
    public void AttachLeaf(int leaf, Tensor tensor)
    {
        if (ReferenceEquals(_attached[leaf], tensor) && tensor.HasStorage)
        {
            // It may have been handed back since.
            _ = tensor.Storage;
            return;
        }
        _attached[leaf] = Attach(_leaves[leaf], tensor, copies: !_builder.LeafRoots[leaf].IsWritten) ? tensor : null;
    }

    /// <returns>Whether the handles look at the tensor itself, not at a copy.</returns>
    private bool Attach(int[] handles, Tensor tensor, bool copies)
    {
        if (handles.Length == 0)
            return true;
        var first = _builder.Handles[handles[0]];
        long start = tensor.DType.BytesFor(tensor.Offset);
        // A constant was planned with its strides. What comes from elsewhere is planned as contiguous, and for views as wider types as aligned.
        bool copied = copies && first.Strides is null && (!tensor.IsContiguous || start % 16 != 0);
        if (copied)
        {
            using var suspended = TensorScope.Suspend();
            var copy = new Tensor(tensor.Spec);
            Copying.Convert(tensor, copy);
            (tensor, start) = (copy, copy.DType.BytesFor(copy.Offset));
        }
        foreach (int i in handles)
            _handles[i].LookAt(tensor.Storage, Elements(_builder.Handles[i], start + _builder.Handles[i].Offset));
        return !copied;
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
            for (int i = 0; i < _calls.Length; i++)
            {
                ref readonly var call = ref _calls[i];
                if (call.Batch is { } batch)
                {
                    RunTogether(thread, batch, _calls.AsSpan(i, call.Count));
                    i += call.Count - 1;
                }
                else
                {
                    Execute(thread, call);
                }
            }
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
            if (!observer.SeesEachStep && _calls[i].Batch is { } batch)
            {
                RunTogether(thread, batch, _calls.AsSpan(i, _calls[i].Count));
                i += _calls[i].Count - 1;
                continue;
            }
            observer.Before(_builder.Steps[i]);
            Execute(thread, _calls[i]);
            observer.After(_builder.Steps[i], _calls[i].Outputs);
        }
    }

    private static void RunTogether(EngineThread thread, CallBatch batch, ReadOnlySpan<Call> calls)
    {
        thread.ModulePath = calls[0].Path;
        foreach (ref readonly var call in calls)
            batch.Add(call.Primitive!, call.Inputs, call.Outputs);
        batch.Run();
        foreach (ref readonly var call in calls)
            Mark(call);
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
        Mark(call);
    }

    private static void Mark(in Call call)
    {
        if (call.Changed is not { } changed)
            return;
        foreach (var tensor in changed)
            tensor.Storage.Version++;
    }

    // The filter runs while the path is still that of the op that failed.
    private static bool Name(HebbException error, string? path)
    {
        error.At ??= path;
        return false;
    }

    /// <summary>Lets go of the tensors that the caller gave, so that an instance that waits keeps no memory of its callers.</summary>
    public void Detach()
    {
        Detach(_inputs);
        Detach(_outputs);
    }

    private void Detach(int[][] roots)
    {
        foreach (int[] handles in roots)
        {
            foreach (int i in handles)
                _handles[i].LookAt(_arena, 0);
        }
    }

    private static long Elements(Handle handle, long bytes) => bytes * 8 / handle.Spec.DType.Bits;
}
