namespace Hebb;

/// <summary>
/// What optimizers share that are made of others. Learning rate and momentum are the first one's; the learning rates of the rest follow in proportion to what they were made with.
/// </summary>
public abstract class CompositeOptimizer : Optimizer
{
    private readonly Optimizer[] _parts;

    private protected CompositeOptimizer(string name, ReadOnlySpan<Optimizer> parts) : base(parts.IsEmpty ? throw new HebbException($"{name}: no optimizers") : parts[0].BaseLearningRate)
    {
        _parts = parts.ToArray();
        if (_parts.Length > 1 && !(BaseLearningRate > 0))
            throw new HebbException($"{name}: the first optimizer's learning rate is 0, which the others can't follow in proportion");
        if (_parts.Select(p => p.Momentum).FirstOrDefault(m => m is not null) is { } momentum)
            AllowMomentum(momentum);
    }

    /// <summary>The optimizers that it is made of.</summary>
    public IReadOnlyList<Optimizer> Parts => _parts;

    public override IEnumerable<Parameter> Parameters => _parts.SelectMany(p => p.Parameters);

    internal override IEnumerable<string> Names => _parts.SelectMany(p => p.Names);

    internal override IAfterUpdate? After
    {
        get => _parts[0].After;
        set
        {
            foreach (var part in _parts)
                part.After = value;
        }
    }

    protected sealed override IReadOnlyList<string> Entries => [];

    internal override void RateChanged(double value)
    {
        foreach (var part in _parts)
            part.LearningRate = part == _parts[0] ? value : part.BaseLearningRate * (value / BaseLearningRate);
    }

    internal override void MomentumChanged(double value)
    {
        foreach (var part in _parts.Where(p => p.Momentum is not null))
            part.Momentum = value;
    }

    /// <exception cref="HebbException">It has <see cref="Optimizer.Groups"/>, which only its parts can follow.</exception>
    internal override void BindCore(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (Groups.Count > 0)
            throw new HebbException($"{GetType().Name}: give Groups to the optimizers that it is made of");
        BindParts(parameters);
    }

    /// <summary>Gives parameters to the parts.</summary>
    private protected virtual void BindParts(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        foreach (var part in _parts)
            part.BindPart(parameters);
    }

    internal override void StepCore()
    {
        foreach (var part in _parts)
            part.StepCore();
    }

    public override bool NeedsClosure => _parts.Length == 1 && _parts[0].NeedsClosure;

    private protected override Tensor StepCore(Func<Tensor> closure) => _parts.Length == 1 ? _parts[0].Step(closure) : base.StepCore(closure);

    public override void Eval() => Array.ForEach(_parts, p => p.Eval());

    public override void Train() => Array.ForEach(_parts, p => p.Train());

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        if (_parts.Length == 1)
            return _parts[0].State();
        var state = new OrderedDictionary<string, Tensor>();
        for (int i = 0; i < _parts.Length; i++)
        {
            foreach (var (key, tensor) in _parts[i].State())
                state.Add(key.StartsWith(SharedPrefix, StringComparison.Ordinal) ? $"{SharedPrefix}{i}/{key[SharedPrefix.Length..]}" : key, tensor);
        }
        return state;
    }

    internal override Action PrepareLoad(IReadOnlyDictionary<string, Tensor> state)
    {
        if (_parts.Length == 1)
            return _parts[0].PrepareLoad(state);
        var owners = new Dictionary<string, int>();
        for (int i = 0; i < _parts.Length; i++)
        {
            foreach (string name in _parts[i].Names)
                owners[name] = i;
        }
        var shares = Array.ConvertAll(_parts, _ => new Dictionary<string, Tensor>());
        foreach (var (key, tensor) in state)
        {
            var (owner, own) = Owner(key);
            if (owner < 0)
                throw new CheckpointException($"the state does not fit this {GetType().Name} and what it is bound to: unexpected {key}");
            shares[owner].Add(own, tensor);
        }
        Action[] loads = [.. _parts.Select((part, i) => part.PrepareLoad(shares[i]))];
        return () => Array.ForEach(loads, load => load());

        (int Owner, string Key) Owner(string key)
        {
            if (!key.StartsWith(SharedPrefix, StringComparison.Ordinal))
                return (key.LastIndexOf('.') is >= 0 and var dot && owners.TryGetValue(key[..dot], out int found) ? found : -1, key);
            string rest = key[SharedPrefix.Length..];
            int slash = rest.IndexOf('/');
            return slash > 0 && int.TryParse(rest[..slash], out int i) && i < _parts.Length ? (i, SharedPrefix + rest[(slash + 1)..]) : (-1, key);
        }
    }

    /// <exception cref="InvalidOperationException">Always: its parts update parameters.</exception>
    protected sealed override void Update(Tensor parameter, Tensor gradient, ParameterState state) => throw new InvalidOperationException($"{GetType().Name}: its parts update parameters");
}
