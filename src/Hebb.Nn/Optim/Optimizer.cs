namespace Hebb;

/// <summary>
/// Changes parameters along their gradients. Made without parameters and bound to a model, by a trainer or by hand:
/// <code>var optimizer = new AdamW(lr: 1e-3);
/// optimizer.Bind(model);
/// …
/// optimizer.ZeroGrad();
/// Losses.CrossEntropy(model.Call(x), y).Backward();
/// optimizer.Step();</code>
/// Not for use by several threads at once. To write one, derive and say how one parameter is updated:
/// <code>public sealed class SignDescent(double lr) : Optimizer(lr)
/// {
///     protected override IReadOnlyList&lt;string> Entries => [];
///
///     protected override void Update(Tensor parameter, Tensor gradient, ParameterState state) =>
///         parameter.CopyFrom(parameter - gradient.Sign() * RateOf(state));
/// }</code>
/// </summary>
public abstract partial class Optimizer
{
    private List<ParameterState> _states = [];
    private (double Rate, long Step, Tensor Tensor)? _last;
    private bool _bound;
    private readonly List<(ParameterState State, Tensor Values)> _batched = [];

    /// <param name="lr">The learning rate, 0 or more.</param>
    protected Optimizer(double lr)
    {
        Check(nameof(lr), lr, lr >= 0, "0 or more");
        BaseLearningRate = LearningRate = lr;
    }

    /// <summary>The learning rate that the optimizer was made with; schedules multiply it.</summary>
    public double BaseLearningRate { get; }

    /// <summary>The learning rate of the next step.</summary>
    public double LearningRate { get; set; }

    /// <summary>Groups of parameters with own factors; what is in none has factors of 1.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>The parameters that it is bound to.</summary>
    public IEnumerable<Parameter> Parameters => _states.Select(s => s.Parameter);

    /// <summary>Trains the parameters of a model. Binding again keeps the state of parameters that were bound before.</summary>
    public void Bind(Module model) => Bind(model.NamedParameters().Select(p => (p.Name, p.Parameter)));

    /// <summary>Trains these parameters, under the names that the module tree gave them, or their numbers. Binding again keeps the state of those that were bound before.</summary>
    public void Bind(IReadOnlyList<Parameter> parameters) => Bind(parameters.Select((p, i) => (p.Name ?? i.ToString(), p)));

    private void Bind(IEnumerable<(string Name, Parameter Parameter)> parameters)
    {
        var known = _states.ToDictionary(s => s.Parameter);
        var names = new HashSet<string>();
        var states = new List<ParameterState>();
        var seen = new HashSet<Parameter>();
        foreach (var (name, parameter) in parameters)
        {
            if (!seen.Add(parameter))
                continue;
            // Parameters of two models may have one name.
            string unique = name;
            for (int i = 2; !names.Add(unique); i++)
                unique = $"{name}#{i}";
            if (!known.TryGetValue(parameter, out var state))
                state = new ParameterState(unique, parameter);
            states.Add(state.Name == unique ? state : Renamed(state, unique));
        }
        (_states, _bound) = (states, true);
    }

    private ParameterState Renamed(ParameterState state, string name)
    {
        var renamed = new ParameterState(name, state.Parameter) { Step = state.Step, Master = state.Master };
        foreach (string entry in Entries)
        {
            if (state.Find(entry) is { } tensor)
                renamed.Set(entry, tensor);
        }
        return renamed;
    }

    /// <summary>Changes every parameter that has a gradient, by one step.</summary>
    /// <exception cref="HebbException">The optimizer is not bound.</exception>
    public void Step()
    {
        if (!_bound)
            throw new HebbException($"{GetType().Name}: Step() before Bind(model): there is nothing to train");
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        _last = null;
        try
        {
            foreach (var state in _states)
            {
                if (state.Parameter.Grad is not { } gradient)
                    continue;
                if (!state.HasGroup)
                    (state.Group, state.HasGroup) = (Groups.FirstOrDefault(g => g.Includes(state.Name, state.Parameter)), true);
                var values = state.Begin();
                if (gradient.DType != values.DType)
                    gradient = gradient.To(values.DType);
                state.Step++;
                if (gradient.Shape == values.Shape && BatchTakes(values) && BatchTakes(gradient) && TryBatch(values, gradient, state))
                {
                    _batched.Add((state, values));
                    continue;
                }
                Update(values, gradient, state);
                state.End(values);
            }
        }
        finally
        {
            RunBatch();
            foreach (var (state, values) in _batched)
                state.End(values);
            _batched.Clear();
        }
    }

    private static bool BatchTakes(Tensor x) => x.DType == DType.Float32 && x.IsContiguous && x.Tracer is null;

    /// <summary>Puts an update off, to run with others; false where it can't be.</summary>
    private protected virtual bool TryBatch(Tensor parameter, Tensor gradient, ParameterState state) => false;

    /// <summary>Runs what was put off.</summary>
    private protected virtual void RunBatch()
    {
    }

    /// <summary>Clears the gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var state in _states)
            state.Parameter.Grad = null;
    }

    /// <summary>Updates one parameter in place. Gradients are not recorded, and what is made on the way goes back after the step.</summary>
    /// <param name="parameter">Contiguous values, Float32 or Float64.</param>
    /// <param name="gradient">Of the same shape and type.</param>
    /// <param name="state">What is remembered about the parameter; <see cref="ParameterState.Step"/> counts this update.</param>
    protected abstract void Update(Tensor parameter, Tensor gradient, ParameterState state);

    /// <summary>The learning rate of a parameter: the optimizer's times its group's factor.</summary>
    protected double RateOf(ParameterState state) => LearningRate * (state.Group?.LearningRateFactor ?? 1);

    /// <summary>Learning rate and number of the step, Float64 [2]: an input of the fused ops, so that one op serves all steps.</summary>
    private protected Tensor RateAndStep(ParameterState state)
    {
        double rate = RateOf(state);
        if (_last is { } last && last.Rate == rate && last.Step == state.Step)
            return last.Tensor;
        var tensor = Tensor.From([rate, state.Step]);
        _last = (rate, state.Step, tensor);
        return tensor;
    }

    private protected void Check(string name, double value, bool valid, string range)
    {
        if (!valid)
            throw new HebbException($"{GetType().Name}: {name} {value} is not {range}");
    }
}
