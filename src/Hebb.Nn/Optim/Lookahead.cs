using Hebb.Optim;

namespace Hebb;

/// <summary>
/// Any optimizer, with weights beside that follow slowly: each k steps they go a part of the way to the optimizer's, which then go back to them (Zhang et al., 2019, algorithm 1).
/// <code>new Lookahead(new AdamW(1e-3))</code>
/// </summary>
public sealed class Lookahead : CompositeOptimizer, IAfterUpdate
{
    private const string Slow = "slow";
    private static readonly string[] s_entries = [Slow];

    private readonly LookaheadStepOp _op;
    private readonly UpdateBatch _batch;

    /// <param name="inner">What steps.</param>
    /// <param name="k">Steps between meetings, 1 or more.</param>
    /// <param name="alpha">The part of the way that the slow weights go, above 0 to 1.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Lookahead(Optimizer inner, int k = 5, double alpha = 0.5) : base(nameof(Lookahead), [inner])
    {
        Check(nameof(k), k, k >= 1, "1 or more");
        Check(nameof(alpha), alpha, alpha is > 0 and <= 1, "above 0 to 1");
        _op = new LookaheadStepOp(k, alpha);
        _batch = _op.NewUpdates();
        inner.After = this;
    }

    IReadOnlyList<string> IAfterUpdate.Entries => s_entries;

    void IAfterUpdate.Begin(Tensor values, ParameterState state)
    {
        if (state.Find(Slow, values.DType) is null)
            state.Add(Slow, values.Clone);
    }

    void IAfterUpdate.Update(Tensor values, ParameterState state)
    {
        var slow = state.Find(Slow, values.DType)!;
        if (BatchTakes(values))
        {
            Span<double> numbers = stackalloc double[Numbers];
            WriteNumbers(state, numbers);
            if (_batch.TryAdd(_op, numbers, values, values, slow, null, null))
                return;
        }
        InPlace.Run(_op, [values, values, slow, NumbersOf(state)], [values, slow]);
    }

    void IAfterUpdate.Run() => _batch.Run();
}

/// <summary>What happens to a parameter after an optimizer's update, before a 16-bit parameter takes up the result.</summary>
internal interface IAfterUpdate
{
    /// <summary>The names of its tensors in <see cref="ParameterState"/>.</summary>
    IReadOnlyList<string> Entries { get; }

    /// <summary>Sees a parameter before its update.</summary>
    void Begin(Tensor values, ParameterState state);

    /// <summary>Changes a parameter after it, or puts that off until <see cref="Run"/>.</summary>
    void Update(Tensor values, ParameterState state);

    /// <summary>Does what was put off.</summary>
    void Run();
}
