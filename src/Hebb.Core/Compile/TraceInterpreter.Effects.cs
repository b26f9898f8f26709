using System.Runtime.InteropServices;
using Hebb.Memory;
using Hebb.Modules;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>What a function that is being compiled does beside computing: it writes to tensors, gathers gradients, counts, looks at host values.</summary>
internal sealed partial class TraceInterpreter
{
    /// <summary>Memory that the function changed: a tensor that is all of it, and what it holds by now.</summary>
    private sealed class Written(Tensor target, GraphValue value, bool isNew)
    {
        public readonly Tensor Target = target;

        /// <summary>Made by the function itself: nobody sees it after a run.</summary>
        public readonly bool IsNew = isNew;
        public GraphValue Value = value;

        public bool Is(Tensor x) => x.IsContiguous && x.Offset == Target.Offset && x.DType == Target.DType && x.Count == Target.Count;

        public bool Overlaps(Tensor x)
        {
            var (start, end) = ByteRange(Target);
            var (first, last) = ByteRange(x);
            return first < end && start < last;
        }

        /// <summary>Whether all of a view lies in it.</summary>
        public bool Holds(Tensor x)
        {
            var (start, end) = ByteRange(Target);
            var (first, last) = ByteRange(x);
            return x.DType == Target.DType && x.Count > 0 && start <= first && last <= end;
        }

        /// <summary>Where the elements of a view that it holds are, of all its elements in their order.</summary>
        public unsafe Tensor Places(Tensor x)
        {
            var strides = new long[x.Rank];
            x.CopyStrides(strides);
            var all = new Tensor(new TensorSpec([checked((int)Target.Count)], DType.Int64));
            var numbers = all.Data<long>();
            for (long i = 0; i < Target.Count; i++)
                numbers[i] = i;
            return Copying.Contiguous(Tensor.Strided(all, x.Shape, strides, x.Offset - Target.Offset));
        }
    }

    private readonly Dictionary<Storage, List<Written>> _written = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Storage, VersionGuard> _read = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Storage> _new = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<LeafNode, Tensor?> _grads = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<LeafNode> _withoutGrad = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Module> _called = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Parameter> _strangers = new(ReferenceEqualityComparer.Instance);
    private readonly List<GraphKey> _keys = [];
    private readonly List<HostGuard> _guards = [];
    private readonly List<Action> _afterReplay = [], _undo = [];

    /// <summary>The trace that is going on for a function to be compiled, whose replays must do all that the function does.</summary>
    public static TraceInterpreter? Compiling => EngineThread.Current.Trace is { IsCompiling: true } trace ? trace : null;

    /// <summary>The trace that takes note of what changes in place; null where it changes.</summary>
    public static TraceInterpreter? Writing => EngineThread.Current.Trace is { } trace && (trace.IsCompiling || trace._collects) ? trace : null;

    private bool IsCompiling => !_folds && !_captures;

    /// <summary>
    /// A parameter is used. One that is not the module's is treated as if it were: its values are read anew at every run, and whether it is trained is looked at.
    /// </summary>
    /// <returns>What stands in for its values; null if nothing does.</returns>
    public Tensor? SawParameter(Parameter parameter)
    {
        if (_standIns?.TryGetValue(parameter, out var standIn) == true)
            return standIn;
        _outer?.SawParameter(parameter);
        if (IsCompiling && parameter.Held is { } values && !_state.ContainsKey(values) && _strangers.Add(parameter))
            _state.Add(values, new GraphParameter(parameter.Name ?? "a parameter", parameter));
        return null;
    }

    /// <summary>Refuses a change in place in what is a part of another function, whose runs would not repeat it.</summary>
    /// <exception cref="TraceException">The trace is of such a part.</exception>
    public void CheckInPlace(string op, Tensor target)
    {
        if (!_folds && _captures && target.Tracer is null)
            throw new TraceException($"Trace: {op} changes {target.Spec} in place, which the function of a branch or a loop can't do");
    }

    /// <summary>Lets the tensor hold another value from here on, and after every replay.</summary>
    /// <exception cref="TraceException">The change can't be told from one of other memory.</exception>
    public void Write(string op, Tensor target, Tensor value)
    {
        if (_read.ContainsKey(target.Storage))
            throw new TraceException($"Trace: {op} changes {target.Spec} in place, whose values the function also reads");
        var entries = CollectionsMarshal.GetValueRefOrAddDefault(_written, target.Storage, out _) ??= [];
        var opened = Open(value);
        if (opened.Spec != target.Spec)
            throw new HebbException($"Trace: {op} writes {opened.Spec} to {target.Spec}");
        if (!TryWiden(entries, target))
            throw new TraceException($"Trace: {op} changes {target.Spec} in place, a part of memory that the function changes otherwise too");
        if (entries.Find(e => e.Is(target)) is { } known)
        {
            known.Value = known.Target.Shape == target.Shape ? opened : Open(value.Reshape(known.Target.Shape));
        }
        else if (entries.Find(e => e.Holds(target)) is { } whole)
        {
            whole.Value = Put(whole, target, value);
        }
        else
        {
            if (target.IsContiguous)
            {
                Leaf(target);
                entries.Add(new Written(target, opened, _new.Contains(target.Storage)));
            }
            else
            {
                var entry = Range(target, ByteRange(target));
                entry.Value = Put(entry, target, value);
                entries.Add(entry);
            }
        }
        // As in eager mode: what backward saved before is no longer there.
        if (!_collects)
            target.Storage.Version++;
    }

    /// <summary>All from the first to the last element of a view, as it was before the function ran.</summary>
    private Written Range(Tensor view, (long First, long Last) bytes)
    {
        var range = new Tensor(view, [checked((int)((bytes.Last - bytes.First) / view.DType.Size))], null, bytes.First / view.DType.Size);
        return new Written(range, Leaf(range), _new.Contains(view.Storage));
    }

    /// <summary>Makes one of all changes that a view overlaps without lying in one of them, and of the view's own range; false where elements are of different types.</summary>
    private bool TryWiden(List<Written> entries, Tensor view)
    {
        if (view.Count == 0 || entries.Exists(e => e.Is(view) || e.Holds(view)))
            return true;
        var parts = entries.FindAll(e => e.Overlaps(view));
        if (parts.Count == 0)
            return true;
        if (parts.Exists(e => e.Target.DType != view.DType))
            return false;
        var (first, last) = ByteRange(view);
        foreach (var part in parts)
            (first, last) = (Math.Min(first, ByteRange(part.Target).First), Math.Max(last, ByteRange(part.Target).Last));
        var all = Range(view, (first, last));
        foreach (var part in parts)
            all.Value = Put(all, part.Target, Wrap(part.Value));
        entries.RemoveAll(parts.Contains);
        entries.Add(all);
        return true;
    }

    /// <summary>What memory holds once a view in it has other values.</summary>
    private GraphValue Put(Written whole, Tensor view, Tensor value)
    {
        using var noGrad = GradMode.NoGrad();
        return Open(IndexPutOp.Apply(Wrap(whole.Value).Reshape(-1), value.Reshape(-1), [whole.Places(view).Reshape(-1)], 0).Reshape(whole.Target.Shape));
    }

    /// <summary>What the function changed, and what it is to hold.</summary>
    public List<(Tensor Target, GraphValue Value)> Changes() => [.. _written.Values.SelectMany(e => e).Where(e => !e.IsNew).Select(e => (e.Target, e.Value))];

    /// <summary>A tensor of the host's making, computed anew at the start of every replay.</summary>
    public Tensor Host(TensorSpec spec, Action<Tensor> fill) => Wrap(new GraphHost(spec, fill));

    /// <summary>Makes the compiled function valid only while something holds.</summary>
    /// <param name="holds">Looked at before every replay.</param>
    /// <param name="what">What it is about, for the message if it changes all the time.</param>
    public void Guard(Func<bool> holds, string what) => _guards.Add(new HostGuard(holds, what));

    /// <summary>Has something done after every replay that came to its end.</summary>
    public void AfterReplay(Action action) => _afterReplay.Add(action);

    /// <summary>Has something done at the end of the trace, which must leave nothing changed. The last first.</summary>
    public void Undo(Action action) => _undo.Add(action);

    /// <summary>Somebody reads values on the host: they stay as they are in every replay, so they must not change.</summary>
    public void SawValues(Tensor x)
    {
        if (!IsCompiling || !x.HasStorage)
            return;
        if (_written.ContainsKey(x.Storage))
            throw new TraceException($"Trace: the function reads the values of {x.Spec}, which it changes in place");
        if (!_new.Contains(x.Storage))
            _read.TryAdd(x.Storage, new VersionGuard(x.Storage));
    }

    /// <summary>A module is called. Hooks would be, too, but in no replay.</summary>
    /// <exception cref="TraceException">It has hooks.</exception>
    public void SawCall(Module module, string path)
    {
        if (module.HasHooks && Calls is null)
            throw new TraceException("Trace: a module has hooks, which replays would not call") { At = path };
        _called.Add(module);
        Calls?.Begin(module, _nodes.Count);
    }

    /// <summary>The call of a module is about to end with a result.</summary>
    public void SawResult(object? result) => Calls?.Give(result);

    /// <summary>The call of a module has ended.</summary>
    public void SawReturn() => Calls?.End(_nodes.Count);

    /// <summary>Memory was rented.</summary>
    public void SawNew(Storage storage)
    {
        _new.Add(storage);
        _outer?.SawNew(storage);
    }

    /// <summary>The gradient of a leaf is about to be read or set.</summary>
    /// <exception cref="TraceException">It is read, and was there before the function ran: at the next call it would be another.</exception>
    public void SawGrad(LeafNode leaf, Tensor? now, bool reads)
    {
        if (!IsCompiling || leaf.Tensor.Tracer is not null || _grads.ContainsKey(leaf))
            return;
        if (reads && now is not null)
            throw new TraceException($"Trace: {leaf.Path ?? leaf.Tensor.Spec.ToString()} had a gradient before the function ran; clear gradients inside it, or after each call");
        if (reads)
            _withoutGrad.Add(leaf);
        _grads.Add(leaf, now);
    }

    /// <summary>What came of the function beside its results. Gradients are put back to what they were.</summary>
    public TraceEffects Effects()
    {
        var writes = _written.Values.SelectMany(e => e).Where(e => !e.IsNew).Select(e => (Leaf(e.Target), e.Value)).ToList();
        foreach (var constant in _constants.Values)
            constant.Changes = constant.Tensor.HasStorage && _written.ContainsKey(constant.Tensor.Storage);
        var grads = new List<(LeafNode, Tensor?, GraphValue?)>();
        foreach (var (leaf, before) in _grads)
        {
            var now = leaf.Grad;
            // Without a guard the gradient may be there before a replay, and has to go.
            if (now is null && before is null && _withoutGrad.Contains(leaf))
                continue;
            grads.Add((leaf, now, now is { Tracer: not null } ? Open(now) : null));
        }
        // Those of the module, and others that it turned out to use.
        var parameters = _state.Values.OfType<GraphParameter>().Select(p => p.Parameter).ToArray();
        return new TraceEffects(writes, [.. grads], _keys, [.. _called], [.. _withoutGrad], [.. parameters.Select(p => (p, p.RequiresGrad))], [.. _guards], [.. _read.Values], [.. _afterReplay]);
    }

    private void UndoAll()
    {
        foreach (var (leaf, before) in _grads)
            leaf.Restore(before);
        for (int i = _undo.Count - 1; i >= 0; i--)
            _undo[i]();
    }

    /// <summary>What a tensor from outside holds by now, if the function changed it.</summary>
    private GraphValue? Current(Tensor x)
    {
        if (_written.Count == 0 || !x.HasStorage || !_written.TryGetValue(x.Storage, out var entries))
            return null;
        if (!TryWiden(entries, x))
            throw new TraceException($"Trace: the function reads {x.Spec}, a view of memory that it changes in place");
        foreach (var entry in entries)
        {
            if (entry.Is(x))
                return entry.Target.Shape == x.Shape ? entry.Value : Open(Wrap(entry.Value).Reshape(x.Shape));
            if (entry.Holds(x))
                return Open(IndexOp.Apply(Wrap(entry.Value).Reshape(-1), [entry.Places(x)], 0));
        }
        return null;
    }

    private static (long First, long Last) ByteRange(Tensor x)
    {
        if (x.Count == 0)
            return (0, 0);
        long low = x.Offset, high = x.Offset;
        for (int i = 0; i < x.Rank; i++)
        {
            long reach = x.Stride(i) * (x.Shape[i] - 1);
            (low, high) = reach < 0 ? (low + reach, high) : (low, high + reach);
        }
        return (x.DType.BytesFor(low), x.DType.BytesFor(high + 1));
    }
}
