using Hebb.Optim;

namespace Hebb;

/// <summary>Stochastic gradient descent, with momentum if asked for (Polyak, 1964; Nesterov, 1983), by PyTorch's rules.</summary>
public sealed class SGD : Optimizer
{
    private const string Buffer = "momentum_buffer";

    private readonly Dictionary<(double Decay, bool First), SgdStepOp> _ops = [];
    private readonly UpdateBatch<SgdStepOp.Rule<float>> _batch = new();
    private readonly double _momentum, _dampening, _weightDecay;
    private readonly bool _nesterov;

    /// <param name="lr">The learning rate: a parameter moves by it times the gradient.</param>
    /// <param name="momentum">The part of the last movement that is kept, 0 to below 1 as a rule.</param>
    /// <param name="dampening">The part of the gradient that does not enter the momentum.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient (L2 regularisation).</param>
    /// <param name="nesterov">Looks ahead along the momentum; needs momentum and no dampening.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public SGD(double lr, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false) : base(lr)
    {
        Check(nameof(momentum), momentum, momentum >= 0, "0 or more");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new HebbException("SGD: Nesterov's momentum needs a momentum above 0 and no dampening");
        (_momentum, _dampening, _weightDecay, _nesterov) = (momentum, dampening, weightDecay, nesterov);
    }

    protected override IReadOnlyList<string> Entries => _momentum != 0 ? [Buffer] : [];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var op = OpFor(state);
        if (_momentum == 0)
        {
            InPlace.Run(op, [parameter, gradient, RateAndStep(state)], [parameter]);
            return;
        }
        var buffer = state.GetOrZeros(Buffer, parameter);
        InPlace.Run(op, [parameter, gradient, buffer, RateAndStep(state)], [parameter, buffer]);
    }

    private protected override bool TryBatch(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var op = OpFor(state);
        var buffer = _momentum == 0 ? null : state.GetOrZeros(Buffer, parameter);
        return _batch.TryAdd(op, op.RuleOf<float>(RateOf(state)), parameter, gradient, buffer);
    }

    private protected override void RunBatch() => _batch.Run();

    private SgdStepOp OpFor(ParameterState state)
    {
        bool first = _momentum != 0 && state.Find(Buffer) is null;
        double decay = _weightDecay * (state.Group?.WeightDecayFactor ?? 1);
        if (!_ops.TryGetValue((decay, first), out var op))
            _ops[(decay, first)] = op = new SgdStepOp(_momentum, _dampening, decay, _nesterov, first);
        return op;
    }
}
