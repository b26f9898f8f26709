using Hebb.Compile;

namespace Hebb;

/// <summary>What an optimizer remembers about one parameter. Its tensors live outside every <see cref="TensorScope"/>.</summary>
public sealed class ParameterState
{
    private readonly Dictionary<string, Tensor> _tensors = [];
    private Tensor? _master, _rounded;
    private int _version;

    internal ParameterState(string name, Parameter parameter) => (Name, Parameter) = (name, parameter);

    /// <summary>The path that the parameter had when it was bound.</summary>
    public string Name { get; }

    /// <summary>The parameter.</summary>
    public Parameter Parameter { get; }

    /// <summary>How many updates there were; in an update, counting it: 1 in the first. A number on the host, see <see cref="Optimizer.StepNumber"/>.</summary>
    public long Step
    {
        get
        {
            long value = StepsDone + StepsTraced;
            if (TraceInterpreter.Compiling is { } trace)
            {
                long done = StepsDone;
                trace.Guard(() => StepsDone == done, "the number of the step as a number (see Optimizer.StepNumber)");
            }
            return value;
        }
        internal set => StepsDone = value;
    }

    /// <summary>Updates before the function that is being compiled, if one is.</summary>
    internal long StepsDone { get; private set; }

    /// <summary>Updates in the function that is being compiled.</summary>
    internal int StepsTraced { get; private set; }

    /// <summary>Counts an update.</summary>
    internal void Count()
    {
        if (TraceInterpreter.Compiling is not { } trace)
        {
            StepsDone++;
            return;
        }
        if (StepsTraced++ == 0)
            trace.Undo(() => StepsTraced = 0);
        trace.AfterReplay(() => StepsDone++);
    }

    /// <summary>The group that the parameter belongs to; null for none. Found at the first update, when its shape is known.</summary>
    public ParameterGroup? Group { get; internal set; }

    internal bool HasGroup { get; set; }

    /// <summary>A tensor of the state; null before it was set.</summary>
    public Tensor? Find(string entry) => _tensors.GetValueOrDefault(entry);

    /// <summary>A tensor of the state, zeros of <paramref name="like"/>'s shape and type at first.</summary>
    public Tensor GetOrZeros(string entry, Tensor like) => Find(entry, like.DType) ?? Add(entry, () => Tensor.ZerosLike(like));

    /// <summary>A tensor of the state of any shape, zeros at first.</summary>
    public Tensor GetOrZeros(string entry, Shape shape, DType dtype) => Find(entry, dtype) ?? Add(entry, () => Tensor.Zeros(shape, dtype));

    /// <summary>A tensor of the state in a type that the parameter may have taken since; null before it was set.</summary>
    internal Tensor? Find(string entry, DType dtype)
    {
        if (!_tensors.TryGetValue(entry, out var tensor))
            return null;
        if (tensor.DType != dtype)
            Set(entry, tensor = tensor.To(dtype));
        return tensor;
    }

    /// <summary>A new tensor of the state.</summary>
    internal Tensor Add(string entry, Func<Tensor> make)
    {
        RefuseTraced(entry);
        using var suspended = TensorScope.Suspend();
        return _tensors[entry] = make();
    }

    /// <summary>All tensors of the state.</summary>
    internal IEnumerable<(string Entry, Tensor Tensor)> Tensors => _tensors.Select(t => (t.Key, t.Value));

    internal void Remove(string entry) => _tensors.Remove(entry);

    internal void Set(string entry, Tensor tensor)
    {
        RefuseTraced(entry);
        _tensors[entry] = TensorScope.Escape(tensor);
    }

    // State that a trace made would be made again by no run.
    private void RefuseTraced(string entry)
    {
        if (TraceInterpreter.Compiling is not null)
            throw new TraceException($"Trace: the optimizer has no {entry} of {Name} yet: step once before") { IsPassing = true };
    }

    /// <summary>
    /// The values to update: the parameter's own; of a 16-bit parameter a Float32 master copy, since small steps would be lost to rounding; of a view that is not
    /// contiguous a copy.
    /// </summary>
    internal Tensor Begin()
    {
        var values = Parameter.Value;
        if (!values.DType.IsFloat)
            throw new DTypeException($"{Name} is {values.DType.Name}; optimizers train floats");
        if (!values.DType.IsHalf)
        {
            _master = null;
            return values.IsContiguous ? values : values.Detach().Clone();
        }
        // Somebody else changed the parameter since: the master follows.
        if (!IsMasterFresh(values))
        {
            RefuseTraced("master");
            Master = values.To(DType.Float32).Detach();
        }
        TraceInterpreter.Compiling?.Guard(() => IsMasterFresh(Parameter.Value), $"the values of {Name}, which something else changes");
        return _master!;
    }

    private bool IsMasterFresh(Tensor values) => _master is not null && (_rounded is null || (ReferenceEquals(_rounded, values) && _version == Parameter.Version));

    internal void End(Tensor updated)
    {
        var values = Parameter.Value;
        if (ReferenceEquals(updated, values))
            return;
        InPlace.Copy(updated, values);
        if (TraceInterpreter.Compiling is { } trace)
            trace.AfterReplay(() => (_rounded, _version) = (Parameter.Value, Parameter.Version));
        else
            (_rounded, _version) = (values, Parameter.Version);
    }

    /// <summary>The Float32 values behind a 16-bit parameter.</summary>
    internal Tensor? Master
    {
        get => _master;
        set => (_master, _rounded) = (value is null ? null : TensorScope.Escape(value), null);
    }

    internal void Clear()
    {
        _tensors.Clear();
        Master = null;
        Step = 0;
    }
}
