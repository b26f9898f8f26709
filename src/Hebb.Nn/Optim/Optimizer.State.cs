namespace Hebb;

public abstract partial class Optimizer
{
    private const string StepEntry = "step", MasterEntry = "master";

    /// <summary>Begins the names of what belongs to no parameter.</summary>
    internal const string SharedPrefix = "*/";

    /// <summary>The names of the tensors that every parameter has in <see cref="ParameterState"/> once it was updated, such as <c>exp_avg</c>.</summary>
    protected abstract IReadOnlyList<string> Entries { get; }

    /// <summary>Those that a parameter of a certain shape has, where not all have the same.</summary>
    protected virtual IReadOnlyList<string> EntriesOf(in Shape parameter) => Entries;

    /// <summary>The shape of such a tensor, where it is not the parameter's.</summary>
    protected virtual Shape ShapeOf(string entry, in Shape parameter) => parameter;

    /// <summary>The names of tensors that a parameter may have besides.</summary>
    private protected virtual IReadOnlyList<string> OptionalEntries => [];

    /// <summary>What belongs to no parameter; always the same names.</summary>
    private protected virtual IReadOnlyDictionary<string, Tensor> SharedState() => new Dictionary<string, Tensor>();

    /// <summary>Takes up what <see cref="SharedState"/> gave, after the state of all parameters.</summary>
    private protected virtual void LoadShared(IReadOnlyDictionary<string, Tensor> shared)
    {
    }

    /// <summary>
    /// All that an update depends on beside parameters, gradients and options: <c>PATH.step</c>, <c>PATH.exp_avg</c> … of every parameter that was updated.
    /// The tensors are the optimizer's own, not copies, but for the counts. The learning rate is not among them: a schedule sets it anew.
    /// </summary>
    public virtual IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var slot in _states)
        {
            if (slot.Step == 0)
                continue;
            state.Add($"{slot.Name}.{StepEntry}", Tensor.From([slot.Step]).Reshape([]));
            foreach (string entry in AllEntries(Entries).Concat(OptionalEntries))
            {
                if (slot.Find(entry) is { } tensor)
                    state.Add($"{slot.Name}.{entry}", tensor);
            }
            if (slot.Master is { } master)
                state.Add($"{slot.Name}.{MasterEntry}", master);
        }
        foreach (var (name, tensor) in SharedState())
            state.Add(SharedPrefix + name, tensor);
        return state;
    }

    /// <summary>Takes up a state that <see cref="State"/> gave, by copying it: the next steps have the bits that they would have had. Bind first. Nothing is changed if it fails.</summary>
    /// <exception cref="CheckpointException">Entries are missing, unexpected, or of another shape than their parameter; they are named.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        CheckBound("LoadState");
        PrepareLoad(state)();
    }

    /// <summary>Checks a state, and gives what takes it up.</summary>
    internal virtual Action PrepareLoad(IReadOnlyDictionary<string, Tensor> state)
    {
        var known = new HashSet<string>();
        List<string> missing = [], misshapen = [];
        var loads = new List<Action>();
        foreach (var slot in _states)
        {
            if (!state.TryGetValue($"{slot.Name}.{StepEntry}", out var step))
            {
                loads.Add(slot.Clear);
                continue;
            }
            known.Add($"{slot.Name}.{StepEntry}");
            var tensors = new List<(string Entry, Tensor Tensor)>();
            // Of a parameter without values any shape will do that its layer takes.
            Shape? shape = slot.Parameter.IsMaterialized ? slot.Parameter.Shape : default(Shape?);
            string[] needed = [.. AllEntries(shape is { } own ? EntriesOf(own) : Entries)];
            foreach (string entry in needed.Concat(OptionalEntries).Append(MasterEntry))
            {
                string path = $"{slot.Name}.{entry}";
                if (!state.TryGetValue(path, out var tensor))
                {
                    if (needed.Contains(entry))
                        missing.Add(path);
                    continue;
                }
                known.Add(path);
                if (shape is { } parameter && entry != MasterEntry ? tensor.Shape == ShapeOf(entry, parameter) : slot.Parameter.Accepts(tensor.Shape))
                    tensors.Add((entry, tensor));
                else
                    misshapen.Add($"{path} ({tensor.Shape} for {slot.Parameter.Describe()})");
            }
            loads.Add(() => Load(slot, (long)step.Item(), tensors));
        }
        var shared = new Dictionary<string, Tensor>();
        foreach (string name in SharedState().Keys)
        {
            known.Add(SharedPrefix + name);
            if (!state.TryGetValue(SharedPrefix + name, out var tensor))
                missing.Add(SharedPrefix + name);
            else if (tensor.Count == 1)
                shared.Add(name, tensor);
            else
                misshapen.Add($"{SharedPrefix}{name} ({tensor.Shape} for [])");
        }
        var unexpected = state.Keys.Where(k => !known.Contains(k)).ToArray();
        if (missing.Count + misshapen.Count + unexpected.Length > 0)
            throw new CheckpointException($"the state does not fit this {GetType().Name} and what it is bound to: {new LoadReport(missing, unexpected, misshapen)}");
        return () =>
        {
            foreach (var load in loads)
                load();
            LoadShared(shared);
            _revision++;
        };
    }

    private IEnumerable<string> AllEntries(IReadOnlyList<string> own) => After is { } after ? own.Concat(after.Entries) : own;

    private static void Load(ParameterState slot, long step, List<(string Entry, Tensor Tensor)> tensors)
    {
        using var suspended = TensorScope.Suspend();
        slot.Clear();
        slot.Step = step;
        foreach (var (entry, tensor) in tensors)
        {
            var copy = tensor.Detach().Clone();
            if (entry == MasterEntry)
                slot.Master = copy;
            else
                slot.Set(entry, copy);
        }
    }
}
