using Hebb.Optim;

namespace Hebb;

/// <summary>
/// What optimizers share that treat every element by itself: a step is one vectorised pass over all parameters, whatever their number, in eager mode and in compiled functions
/// by the same arithmetic.
/// </summary>
public abstract class FusedOptimizer : Optimizer
{
    private readonly Dictionary<double, OptimizerPrimitive> _ops = [];
    private readonly string[] _entries;
    private readonly double _weightDecay;
    private UpdateBatch? _batch;

    private protected FusedOptimizer(double lr, double weightDecay, params string[] entries) : base(lr)
    {
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        (_weightDecay, _entries) = (weightDecay, entries);
    }

    protected override IReadOnlyList<string> Entries => _entries;

    /// <summary>The update with a weight decay. Its state is <see cref="Entries"/>, in that order.</summary>
    private protected abstract OptimizerPrimitive NewOp(double weightDecay);

    /// <summary>What an entry of the state is before the first step.</summary>
    private protected virtual Tensor First(string entry, Tensor parameter) => Tensor.ZerosLike(parameter);

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var entries = Array.ConvertAll(_entries, e => Entry(e, parameter, state));
        InPlace.Run(OpFor(state), [parameter, gradient, .. entries, NumbersOf(state)], [parameter, .. entries]);
    }

    private protected override bool TryBatch(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var op = OpFor(state);
        Span<double> numbers = stackalloc double[Numbers];
        WriteNumbers(state, numbers);
        _batch ??= op.NewUpdates();
        return _batch.TryAdd(op, numbers, parameter, gradient, At(0), At(1), At(2));

        Tensor? At(int i) => i < _entries.Length ? Entry(_entries[i], parameter, state) : null;
    }

    private protected override void RunBatch() => _batch?.Run();

    private Tensor Entry(string entry, Tensor parameter, ParameterState state) =>
        state.Find(entry, parameter.DType) ?? state.Add(entry, () => First(entry, parameter));

    private OptimizerPrimitive OpFor(ParameterState state)
    {
        double decay = _weightDecay * (state.Group?.WeightDecayFactor ?? 1);
        if (!_ops.TryGetValue(decay, out var op))
            _ops[decay] = op = NewOp(decay);
        return op;
    }
}
