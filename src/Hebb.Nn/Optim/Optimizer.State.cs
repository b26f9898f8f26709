namespace Hebb;

public abstract partial class Optimizer
{
    private const string StepEntry = "step", MasterEntry = "master";

    /// <summary>The names of the tensors that every parameter has in <see cref="ParameterState"/> once it was updated, such as <c>exp_avg</c>.</summary>
    protected abstract IReadOnlyList<string> Entries { get; }

    /// <summary>
    /// All that an update depends on beside parameters, gradients and options: <c>PATH.step</c>, <c>PATH.exp_avg</c> … of every parameter that was updated.
    /// The tensors are the optimizer's own, not copies, but for the counts. The learning rate is not among them: a schedule sets it anew.
    /// </summary>
    public IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var slot in _states)
        {
            if (slot.Step == 0)
                continue;
            state.Add($"{slot.Name}.{StepEntry}", Tensor.From([slot.Step]).Reshape([]));
            foreach (string entry in Entries)
            {
                if (slot.Find(entry) is { } tensor)
                    state.Add($"{slot.Name}.{entry}", tensor);
            }
            if (slot.Master is { } master)
                state.Add($"{slot.Name}.{MasterEntry}", master);
        }
        return state;
    }

    /// <summary>Takes up a state that <see cref="State"/> gave, by copying it: the next steps have the bits that they would have had. Bind first. Nothing is changed if it fails.</summary>
    /// <exception cref="CheckpointException">Entries are missing, unexpected, or of another shape than their parameter; they are named.</exception>
    public void LoadState(IReadOnlyDictionary<string, Tensor> state)
    {
        string name = GetType().Name;
        if (!_bound)
            throw new HebbException($"{name}: LoadState() before Bind(model)");
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
            foreach (string entry in Entries.Append(MasterEntry))
            {
                string path = $"{slot.Name}.{entry}";
                if (!state.TryGetValue(path, out var tensor))
                {
                    if (entry != MasterEntry)
                        missing.Add(path);
                    continue;
                }
                known.Add(path);
                if (slot.Parameter.Accepts(tensor.Shape))
                    tensors.Add((entry, tensor));
                else
                    misshapen.Add($"{path} ({tensor.Shape} for {slot.Parameter.Describe()})");
            }
            loads.Add(() => Load(slot, (long)step.Item(), tensors));
        }
        var unexpected = state.Keys.Where(k => !known.Contains(k)).ToArray();
        if (missing.Count + misshapen.Count + unexpected.Length > 0)
            throw new CheckpointException($"the state does not fit this {name} and what it is bound to: {new LoadReport(missing, unexpected, misshapen)}");
        foreach (var load in loads)
            load();
        _revision++;
    }

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
