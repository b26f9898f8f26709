using Hebb.Optim;

namespace Hebb;

/// <summary>How <see cref="LBFGS"/> finds the length of a step.</summary>
public enum LineSearch
{
    /// <summary>It is the learning rate.</summary>
    None,

    /// <summary>A length that satisfies the strong Wolfe conditions (Nocedal and Wright, 2006, algorithms 3.5 and 3.6).</summary>
    StrongWolfe,
}

/// <summary>
/// The quasi-Newton method of limited memory (Nocedal, 1980; Liu and Nocedal, 1989), by PyTorch's rules: for losses without noise, whole data sets and few parameters. A step takes a
/// closure, computes the loss several times, and decides by its values, so it can't be compiled; the closure may call a compiled function, as that of a trainer does. Where the closure throws,
/// parameters are as before the step.
/// <code>var loss = lbfgs.Step(() =>
/// {
///     lbfgs.ZeroGrad();
///     var loss = Losses.MeanSquaredError(model.Call(x), y);
///     loss.Backward();
///     return loss;
/// });</code>
/// </summary>
public sealed class LBFGS : Optimizer
{
    private readonly int _maxIter, _maxEval, _historySize;
    private readonly double _toleranceGrad, _toleranceChange;
    private readonly LineSearch _lineSearch;

    private List<(Tensor Change, Tensor Step, double Curvature)> _history = [];
    private Tensor? _direction, _previousGradient;
    private double _length, _scale = 1, _previousLoss;
    private long _iterations, _evaluations;

    /// <param name="lr">The length of a step; with a line search that of the first trial.</param>
    /// <param name="maxIter">Iterations in a call of <see cref="Optimizer.Step(Func{Tensor})"/>.</param>
    /// <param name="maxEval">Evaluations of the closure in a call; by default 5/4 of the iterations.</param>
    /// <param name="toleranceGrad">A call ends where no element of the gradient is larger.</param>
    /// <param name="toleranceChange">A call ends where neither loss nor any element changes by more.</param>
    /// <param name="historySize">How many of the last steps are remembered.</param>
    /// <param name="lineSearch">How the length of a step is found.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public LBFGS(double lr = 1, int maxIter = 20, int? maxEval = null, double toleranceGrad = 1e-7, double toleranceChange = 1e-9, int historySize = 100, LineSearch lineSearch = LineSearch.None) : base(lr)
    {
        Check(nameof(maxIter), maxIter, maxIter >= 1, "1 or more");
        Check(nameof(historySize), historySize, historySize >= 1, "1 or more");
        (_maxIter, _maxEval, _toleranceGrad, _toleranceChange, _historySize, _lineSearch) = (maxIter, maxEval ?? maxIter * 5 / 4, toleranceGrad, toleranceChange, historySize, lineSearch);
    }

    protected override IReadOnlyList<string> Entries => [];

    public override bool NeedsClosure => true;

    internal override void StepCore() => throw new HebbException("LBFGS: a step computes the loss several times: give Step a closure that clears the gradients, computes the loss, and calls Backward on it");

    /// <exception cref="InvalidOperationException">Always: parameters are updated together.</exception>
    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state) => throw new InvalidOperationException("LBFGS: parameters are updated together");

    /// <exception cref="HebbException">There are <see cref="Optimizer.Groups"/>: all parameters are one vector.</exception>
    internal override void BindCore(IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        if (Groups.Count > 0)
            throw new HebbException("LBFGS: it knows no Groups: all parameters are one vector");
        base.BindCore(parameters);
    }

    private protected override Tensor StepCore(Func<Tensor> closure)
    {
        if (Compile.TraceInterpreter.Compiling is not null)
            throw new Compile.TraceException("Trace: LBFGS decides by the values of losses, which a compiled function does not know; compile the closure's loss instead");
        var original = closure().Detach();
        _evaluations++;
        using var noGrad = GradMode.NoGrad();
        var before = Values();
        try
        {
            Iterate(closure, original.Item());
        }
        catch
        {
            Set(before);
            throw;
        }
        return original;
    }

    private void Iterate(Func<Tensor> closure, double loss)
    {
        var gradient = Gradient();
        int evaluations = 1;
        for (int iteration = 1; Largest(gradient) > _toleranceGrad; iteration++)
        {
            _iterations++;
            Direct(gradient);
            Keep(ref _previousGradient, gradient);
            _previousLoss = loss;
            _length = _iterations == 1 ? Math.Min(1, 1 / gradient.Abs().Sum().Item()) * LearningRate : LearningRate;
            double slope = Dot(gradient, _direction!);
            if (slope > -_toleranceChange)
                break;
            int calls = 0;
            if (_lineSearch == LineSearch.StrongWolfe)
            {
                var start = Values();
                var found = StrongWolfe.Search(Trial, _length, loss, gradient, slope, Largest(_direction!));
                (loss, gradient, _length, calls) = (found.Loss, found.Gradient, found.Length, found.Calls);
                Move(_length);

                (double, Tensor, double) Trial(double length)
                {
                    Move(length);
                    try
                    {
                        var (value, at) = Evaluate(closure);
                        return (value, at, Dot(at, _direction!));
                    }
                    catch (NotFiniteException)
                    {
                        // Too far: the search turns back.
                        return (double.PositiveInfinity, Tensor.FullLike(_direction!, double.NaN), double.NaN);
                    }
                    finally
                    {
                        Set(start);
                    }
                }
            }
            else
            {
                Move(_length);
                if (iteration < _maxIter)
                    ((loss, gradient), calls) = (Evaluate(closure), 1);
            }
            evaluations += calls;
            _evaluations += calls;
            if (iteration == _maxIter || evaluations >= _maxEval || Largest(_direction!) * Math.Abs(_length) <= _toleranceChange || Math.Abs(loss - _previousLoss) < _toleranceChange)
                break;
        }
    }

    /// <summary>The direction of the next step, by the two loops over the steps before (Nocedal and Wright, 2006, algorithm 7.4).</summary>
    private void Direct(Tensor gradient)
    {
        if (_iterations == 1)
        {
            (_history, _scale) = ([], 1);
            Keep(ref _direction, -gradient);
            return;
        }
        var (change, step) = (gradient - _previousGradient!, _direction! * _length);
        double curvature = Dot(change, step);
        if (curvature > 1e-10)
        {
            if (_history.Count == _historySize)
                _history.RemoveAt(0);
            _history.Add((TensorScope.Escape(change), TensorScope.Escape(step), curvature));
            _scale = curvature / Dot(change, change);
        }
        var q = -gradient;
        var parts = new double[_history.Count];
        for (int i = _history.Count - 1; i >= 0; i--)
        {
            parts[i] = Dot(_history[i].Step, q) / _history[i].Curvature;
            q -= _history[i].Change * parts[i];
        }
        q *= _scale;
        for (int i = 0; i < _history.Count; i++)
            q += _history[i].Step * (parts[i] - Dot(_history[i].Change, q) / _history[i].Curvature);
        Keep(ref _direction, q);
    }

    private (double Loss, Tensor Gradient) Evaluate(Func<Tensor> closure)
    {
        using var grad = GradMode.Enable();
        double loss = closure().Item();
        using var noGrad = GradMode.NoGrad();
        return (loss, Gradient());
    }

    private Tensor[] Values() => Array.ConvertAll(Trained, p => p.Value.Clone());

    private void Set(Tensor[] values)
    {
        for (int i = 0; i < values.Length; i++)
            Trained[i].Value.CopyFrom(values[i]);
    }

    private Parameter[] Trained => [.. Parameters.Where(p => p.RequiresGrad)];

    /// <summary>All gradients in a row, in the widest type among them, Float32 at least.</summary>
    private Tensor Gradient()
    {
        var dtype = Trained.Any(p => p.DType == DType.Float64) ? DType.Float64 : DType.Float32;
        return Tensor.Cat([.. Trained.Select(p => (p.Grad ?? Tensor.ZerosLike(p.Value)).Detach().To(dtype).Reshape(-1))]);
    }

    /// <summary>Moves all parameters along the direction.</summary>
    private void Move(double length)
    {
        int at = 0;
        foreach (var parameter in Trained)
        {
            int count = (int)parameter.Value.Count;
            parameter.Value.CopyFrom(parameter.Value + (_direction!.Slice(0, at, at + count) * length).Reshape(parameter.Shape));
            at += count;
        }
    }

    private static double Dot(Tensor a, Tensor b) => (a * b).Sum().Item();

    private static double Largest(Tensor x) => x.Count == 0 ? 0 : x.Abs().Amax([]).Item();

    private static void Keep(ref Tensor? field, Tensor value) => field = TensorScope.Escape(value);

    /// <inheritdoc/>
    public override IReadOnlyDictionary<string, Tensor> State()
    {
        var state = new OrderedDictionary<string, Tensor>();
        if (_iterations == 0)
            return state;
        state.Add(SharedPrefix + "numbers", Tensor.From([_iterations, _evaluations, _length, _scale, _previousLoss]));
        state.Add(SharedPrefix + "d", _direction!);
        state.Add(SharedPrefix + "prev_flat_grad", _previousGradient!);
        if (_history.Count > 0)
        {
            state.Add(SharedPrefix + "old_dirs", Tensor.Stack([.. _history.Select(h => h.Change)]));
            state.Add(SharedPrefix + "old_stps", Tensor.Stack([.. _history.Select(h => h.Step)]));
        }
        return state;
    }

    internal override Action PrepareLoad(IReadOnlyDictionary<string, Tensor> state)
    {
        if (state.Count == 0)
            return () => (_history, _direction, _previousGradient, _length, _scale, _previousLoss, _iterations, _evaluations) = ([], null, null, 0, 1, 0, 0, 0);
        string[] names = ["numbers", "d", "prev_flat_grad", .. state.ContainsKey(SharedPrefix + "old_dirs") ? (string[])["old_dirs", "old_stps"] : []];
        long count = Trained.Sum(p => p.Value.Count);
        string[] missing = [.. names.Where(n => !state.ContainsKey(SharedPrefix + n)).Select(n => SharedPrefix + n)];
        string[] unexpected = [.. state.Keys.Where(k => !names.Contains(k.StartsWith(SharedPrefix, StringComparison.Ordinal) ? k[SharedPrefix.Length..] : ""))];
        string[] misshapen = [.. names.Where(n => state.TryGetValue(SharedPrefix + n, out var t) && t.Shape[-1] != (n == "numbers" ? 5 : count)).Select(n => $"{SharedPrefix}{n} ({state[SharedPrefix + n].Shape} for {count} elements)")];
        if (missing.Length + unexpected.Length + misshapen.Length > 0)
            throw new CheckpointException($"the state does not fit this LBFGS and what it is bound to: {new LoadReport(missing, unexpected, misshapen)}");
        return () =>
        {
            double[] numbers = state[SharedPrefix + "numbers"].ToArray<double>();
            (_iterations, _evaluations, _length, _scale, _previousLoss) = ((long)numbers[0], (long)numbers[1], numbers[2], numbers[3], numbers[4]);
            Keep(ref _direction, state[SharedPrefix + "d"].Clone());
            Keep(ref _previousGradient, state[SharedPrefix + "prev_flat_grad"].Clone());
            _history = [];
            if (names.Length == 3)
                return;
            var (changes, steps) = (state[SharedPrefix + "old_dirs"], state[SharedPrefix + "old_stps"]);
            for (int i = 0; i < changes.Shape[0]; i++)
            {
                var (change, step) = (TensorScope.Escape(changes.Select(0, i).Clone()), TensorScope.Escape(steps.Select(0, i).Clone()));
                _history.Add((change, step, Dot(change, step)));
            }
        };
    }
}
