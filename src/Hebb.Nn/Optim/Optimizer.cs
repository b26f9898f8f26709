using Hebb.Compile;

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
///         parameter.CopyFrom(parameter - gradient.Sign() * Rate(parameter, state));
/// }</code>
/// </summary>
public abstract partial class Optimizer
{
    private List<ParameterState> _states = [];
    private (double Rate, long Step, Tensor Tensor)? _last;
    private double _learningRate;
    private double? _momentum;
    private bool _bound, _empty;
    private int _revision, _ahead;
    private readonly List<(ParameterState State, Tensor Values)> _updated = [];

    /// <param name="lr">The learning rate, 0 or more.</param>
    protected Optimizer(double lr)
    {
        Check(nameof(lr), lr, lr >= 0, "0 or more");
        BaseLearningRate = _learningRate = lr;
    }

    /// <summary>The learning rate that the optimizer was made with; schedules multiply it.</summary>
    public double BaseLearningRate { get; }

    /// <summary>The learning rate of the next step.</summary>
    public double LearningRate
    {
        get
        {
            double value = _learningRate;
            TraceInterpreter.Compiling?.Guard(() => _learningRate == value, "the learning rate as a number (see Optimizer.Rate)");
            return value;
        }
        set
        {
            if (TraceInterpreter.Compiling is not null)
                throw new TraceException("Trace: the function sets a learning rate; set it before the call");
            _learningRate = value;
            RateChanged(value);
        }
    }

    /// <summary>The learning rate was set.</summary>
    internal virtual void RateChanged(double value)
    {
    }

    /// <summary>
    /// The momentum of the next step where the optimizer has one that may change, for schedules that cycle it: <see cref="SGD"/>'s and <see cref="RMSprop"/>'s momentum, the first decay
    /// rate of the Adam family. Null where it has none.
    /// </summary>
    /// <exception cref="HebbException">It is set where there is none, or to a number that is not from 0 to below 1.</exception>
    public double? Momentum
    {
        get
        {
            double? value = _momentum;
            TraceInterpreter.Compiling?.Guard(() => _momentum == value, "the momentum as a number");
            return value;
        }
        set
        {
            if (TraceInterpreter.Compiling is not null)
                throw new TraceException("Trace: the function sets a momentum; set it before the call");
            if (_momentum is null)
                throw new HebbException($"{GetType().Name}: has no momentum that can be set");
            if (value is not (>= 0 and < 1))
                throw new HebbException($"{GetType().Name}: a momentum of {value} is not from 0 to below 1");
            _momentum = value;
            MomentumChanged(value.Value);
        }
    }

    /// <summary>The momentum was set.</summary>
    internal virtual void MomentumChanged(double value)
    {
    }

    /// <summary>Lets <see cref="Momentum"/> be set.</summary>
    private protected void AllowMomentum(double value) => _momentum = value;

    /// <summary>Groups of parameters with own factors; what is in none has factors of 1.</summary>
    public IReadOnlyList<ParameterGroup> Groups { get; init; } = [];

    /// <summary>The parameters that it is bound to.</summary>
    public virtual IEnumerable<Parameter> Parameters => _states.Select(s => s.Parameter);

    /// <summary>Trains the parameters of a model. Binding again keeps the state of parameters that were bound before.</summary>
    public void Bind(Module model) => BindAll(model.NamedParameters().Select(p => (p.Name, p.Parameter)));

    /// <summary>Trains these parameters, under the names that the module tree gave them, or their numbers. Binding again keeps the state of those that were bound before.</summary>
    public void Bind(IReadOnlyList<Parameter> parameters) => BindAll(parameters.Select((p, i) => (p.Name ?? i.ToString(), p)));

    private void BindAll(IEnumerable<(string Name, Parameter Parameter)> parameters)
    {
        var names = new HashSet<string>();
        var unique = new OrderedDictionary<Parameter, string>();
        foreach (var (name, parameter) in parameters)
        {
            if (unique.ContainsKey(parameter))
                continue;
            // Parameters of two models may have one name.
            string own = name;
            for (int i = 2; !names.Add(own); i++)
                own = $"{name}#{i}";
            unique.Add(parameter, own);
        }
        BindPart([.. unique.Select(p => (p.Value, p.Key))]);
        _empty = unique.Count == 0;
    }

    /// <summary>Takes up parameters under names that differ.</summary>
    internal virtual void BindCore(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        var known = _states.ToDictionary(s => s.Parameter);
        _states = [.. parameters.Select(p => !known.TryGetValue(p.Parameter, out var state) ? new ParameterState(p.Name, p.Parameter) : state.Name == p.Name ? state : Renamed(state, p.Name))];
        _revision++;
    }

    /// <summary>Takes up parameters that are its own or that another optimizer gives it.</summary>
    internal void BindPart(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        BindCore(parameters);
        _bound = true;
    }

    /// <summary>The names of its parameters.</summary>
    internal virtual IEnumerable<string> Names => _states.Select(s => s.Name);

    private ParameterState Renamed(ParameterState state, string name)
    {
        var renamed = new ParameterState(name, state.Parameter) { Step = state.Step, Master = state.Master };
        foreach (var (entry, tensor) in state.Tensors)
            renamed.Set(entry, tensor);
        return renamed;
    }

    /// <summary>Changes every parameter that has a gradient, by one step.</summary>
    /// <exception cref="HebbException">The optimizer is not bound, or to a model without parameters, or it needs a closure.</exception>
    public void Step()
    {
        CheckStep();
        using var noGrad = GradMode.NoGrad();
        using var scope = TensorScope.Open();
        StepCore();
    }

    /// <summary>
    /// One step of an optimizer that may compute the loss several times. Most take the loss once and then step; <see cref="SAM"/> and <see cref="LBFGS"/> need this form.
    /// </summary>
    /// <param name="closure">Clears the gradients, computes the loss, calls <see cref="Tensor.Backward"/> on it, and gives it back.</param>
    /// <returns>The loss at the parameters before the step, [].</returns>
    /// <exception cref="HebbException">The optimizer is not bound.</exception>
    public Tensor Step(Func<Tensor> closure)
    {
        CheckStep();
        return StepCore(closure);
    }

    /// <summary>Whether a step computes the loss several times, so that <see cref="Step()"/> does not do: it needs <see cref="Step(Func{Tensor})"/>. A trainer gives it that.</summary>
    public virtual bool NeedsClosure => false;

    private protected virtual Tensor StepCore(Func<Tensor> closure)
    {
        var loss = closure().Detach();
        Step();
        return loss;
    }

    internal virtual void StepCore()
    {
        _last = null;
        int revision = _revision;
        if (TraceInterpreter.Compiling is { } trace)
        {
            trace.Guard(() => _revision == revision, "what the optimizer is bound to");
            if (_ahead++ == 0)
                trace.Undo(() => _ahead = 0);
            trace.AfterReplay(Advance);
        }
        else
        {
            Advance();
        }
        try
        {
            foreach (var state in _states)
            {
                if (state.Parameter.Grad is { } gradient)
                    Update(state, gradient);
            }
        }
        finally
        {
            RunBatch();
            if (After is { } after)
            {
                foreach (var (state, values) in _updated)
                    after.Update(values, state);
                after.Run();
            }
            foreach (var (state, values) in _updated)
                state.End(values);
            _updated.Clear();
        }
    }

    private void Update(ParameterState state, Tensor gradient)
    {
        if (!state.HasGroup)
            (state.Group, state.HasGroup) = (Groups.FirstOrDefault(g => g.Includes(state.Name, state.Parameter)), true);
        var values = state.Begin();
        if (gradient.DType != values.DType)
            gradient = gradient.To(values.DType);
        After?.Begin(values, state);
        state.Count();
        bool batched = gradient.Shape == values.Shape && BatchTakes(values) && BatchTakes(gradient) && TryBatch(values, gradient, state);
        if (!batched)
            Update(values, gradient, state);
        _updated.Add((state, values));
    }

    private protected void CheckBound(string what)
    {
        if (!_bound)
            throw new HebbException($"{GetType().Name}: {what}() before Bind(model): there is nothing to train");
    }

    private void CheckStep()
    {
        CheckBound("Step");
        if (_empty)
            throw new HebbException($"{GetType().Name}: Step() where Bind was given a model without parameters: there is nothing to train");
    }

    /// <summary>Whether a batch of updates takes a tensor: contiguous Float32, outside every transform.</summary>
    private protected static bool BatchTakes(Tensor x) => x.DType == DType.Float32 && x.IsContiguous && x.Tracer is null && TraceInterpreter.Compiling is null;

    /// <summary>Puts an update off, to run with others; false where it can't be.</summary>
    private protected virtual bool TryBatch(Tensor parameter, Tensor gradient, ParameterState state) => false;

    /// <summary>Runs what was put off.</summary>
    private protected virtual void RunBatch()
    {
    }

    /// <summary>What another optimizer does to parameters after this one's update.</summary>
    internal virtual IAfterUpdate? After { get; set; }

    /// <summary>What it remembers about each parameter.</summary>
    private protected IReadOnlyList<ParameterState> Slots => _states;

    /// <summary>The learning rate, also where a compiled function reads it anew in every call.</summary>
    private protected double CurrentRate => _learningRate;

    /// <summary>Counts a step in what the optimizer keeps beside the state of parameters. In a compiled function it is called after each replay.</summary>
    private protected virtual void Advance()
    {
    }

    /// <summary>
    /// Lets the parameters hold what is to be evaluated and used, where that is not what is trained (<see cref="ScheduleFreeAdamW"/>), until <see cref="Train"/>. A trainer calls both.
    /// </summary>
    public virtual void Eval()
    {
    }

    /// <summary>Lets the parameters hold what is trained again.</summary>
    public virtual void Train()
    {
    }

    /// <summary>Clears the gradients.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in Parameters)
            parameter.Grad = null;
    }

    /// <summary>Updates one parameter in place. Gradients are not recorded, and what is made on the way goes back after the step.</summary>
    /// <param name="parameter">Contiguous values, Float32 or Float64.</param>
    /// <param name="gradient">Of the same shape and type.</param>
    /// <param name="state">What is remembered about the parameter; <see cref="ParameterState.Step"/> counts this update.</param>
    protected abstract void Update(Tensor parameter, Tensor gradient, ParameterState state);

    /// <summary>
    /// The learning rate of a parameter: the optimizer's times its group's factor. A number on the host: a compiled function that used it would have to be compiled
    /// for every rate, so that it is rather run op by op; see <see cref="Rate"/>.
    /// </summary>
    protected double RateOf(ParameterState state) => LearningRate * (state.Group?.LearningRateFactor ?? 1);

    /// <summary>The learning rate of a parameter as a tensor [], of the parameter's type: in compiled functions that of each call.</summary>
    protected Tensor Rate(Tensor parameter, ParameterState state) => NumbersOf(state).Select(0, 0).To(parameter.DType);

    /// <summary>The number of the update, counted from 1, as a tensor [], of the parameter's type: in compiled functions that of each call.</summary>
    protected Tensor StepNumber(Tensor parameter, ParameterState state) => NumbersOf(state).Select(0, 1).To(parameter.DType);

    /// <summary>How many numbers a fused op reads: learning rate, count of steps, momentum, then what <see cref="WriteOwn"/> adds.</summary>
    private protected virtual int Numbers => 3;

    /// <summary>Writes the numbers of an optimizer's own, behind the first three. In a compiled function it is called before each replay.</summary>
    /// <param name="numbers">All of them; the first three are there.</param>
    /// <param name="ahead">How many steps of the same function come before and are not yet counted, this one included; 0 outside such a function.</param>
    private protected virtual void WriteOwn(Span<double> numbers, int ahead)
    {
    }

    /// <summary>The numbers of a step on the host, outside compiled functions.</summary>
    private protected void WriteNumbers(ParameterState state, Span<double> numbers)
    {
        (numbers[0], numbers[1], numbers[2]) = (RateOf(state), state.Step, _momentum ?? 0);
        WriteOwn(numbers, 0);
    }

    /// <summary>The numbers of a step as a tensor, Float64 [<see cref="Numbers"/>]: an input of the fused ops, so that one op serves all steps.</summary>
    private protected Tensor NumbersOf(ParameterState state)
    {
        if (TraceInterpreter.Compiling is { } trace)
        {
            var (steps, ahead) = (state.StepsTraced, _ahead);
            double factor = state.Group?.LearningRateFactor ?? 1;
            return trace.Host(new TensorSpec([Numbers], DType.Float64), into =>
            {
                var numbers = into.Elements<double>();
                (numbers[0], numbers[1], numbers[2]) = (_learningRate * factor, state.StepsDone + steps, _momentum ?? 0);
                WriteOwn(numbers, ahead);
            });
        }
        double rate = RateOf(state);
        if (_last is { } last && last.Rate == rate && last.Step == state.Step)
            return last.Tensor;
        var values = new double[Numbers];
        WriteNumbers(state, values);
        var tensor = Tensor.From(values);
        _last = (rate, state.Step, tensor);
        return tensor;
    }

    /// <summary>Learning rate, count of steps and momentum as tensors [], Float64: exact enough for what is 1 less a power near 1.</summary>
    private protected (Tensor Rate, Tensor Step, Tensor Momentum) Numbers64(ParameterState state)
    {
        var numbers = NumbersOf(state);
        return (numbers.Select(0, 0), numbers.Select(0, 1), numbers.Select(0, 2));
    }

    /// <summary>Zero for what is next to nothing: what only fades would end among the denormal numbers (<see cref="Optim.UpdateLoop"/>).</summary>
    private protected static Tensor WithoutTraces(Tensor x) => x.DType == DType.Float32 ? x.Hardshrink(Optim.UpdateLoop.Trace) : x;

    /// <summary>A weight decay times the factor of the parameter's group.</summary>
    private protected static double DecayOf(double weightDecay, ParameterState state) => weightDecay * (state.Group?.WeightDecayFactor ?? 1);

    /// <summary>Whether this update is one of every so many; null in a compiled function, where that differs from call to call.</summary>
    private protected static bool? IsEvery(int steps, ParameterState state) => TraceInterpreter.Compiling is null ? state.Step % steps == 0 : null;

    private protected void CheckBetas(double beta1, double beta2, double eps)
    {
        Check(nameof(beta1), beta1, beta1 is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(beta2), beta2, beta2 is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(eps), eps, eps >= 0, "0 or more");
    }

    private protected void Check(string name, double value, bool valid, string range)
    {
        if (!valid)
            throw new HebbException($"{GetType().Name}: {name} {value} is not {range}");
    }
}
