using Hebb.Optim;

namespace Hebb;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: steps scaled, element by element, by running means of the gradient and of its square.</summary>
public abstract class AdamOptimizer : Optimizer
{
    private const string Mean = "exp_avg", Square = "exp_avg_sq", Largest = "max_exp_avg_sq";

    private readonly Dictionary<double, AdamStepOp> _ops = [];
    private readonly UpdateBatch<AdamStepOp.Rule<float>> _batch = new();
    private (AdamStepOp Op, double Rate, long Step, AdamStepOp.Rule<float> Rule)? _rule;
    private readonly double _beta1, _beta2, _eps, _weightDecay;
    private readonly bool _amsgrad, _decoupled;

    private protected AdamOptimizer(double lr, double beta1, double beta2, double eps, double weightDecay, bool amsgrad, bool decoupled) : base(lr)
    {
        Check(nameof(beta1), beta1, beta1 is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(beta2), beta2, beta2 is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(eps), eps, eps >= 0, "0 or more");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        (_beta1, _beta2, _eps, _weightDecay) = (beta1, beta2, eps, weightDecay);
        (_amsgrad, _decoupled) = (amsgrad, decoupled);
    }

    protected override IReadOnlyList<string> Entries => _amsgrad ? [Mean, Square, Largest] : [Mean, Square];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var op = OpFor(state);
        var (mean, square) = (state.GetOrZeros(Mean, parameter), state.GetOrZeros(Square, parameter));
        if (_amsgrad)
        {
            var largest = state.GetOrZeros(Largest, parameter);
            InPlace.Run(op, [parameter, gradient, mean, square, largest, RateAndStep(state)], [parameter, mean, square, largest]);
            return;
        }
        InPlace.Run(op, [parameter, gradient, mean, square, RateAndStep(state)], [parameter, mean, square]);
    }

    private protected override bool TryBatch(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var op = OpFor(state);
        double rate = RateOf(state);
        if (_rule is not { } last || last.Op != op || last.Rate != rate || last.Step != state.Step)
            _rule = last = (op, rate, state.Step, op.RuleOf<float>(rate, state.Step));
        var (mean, square) = (state.GetOrZeros(Mean, parameter), state.GetOrZeros(Square, parameter));
        var largest = _amsgrad ? state.GetOrZeros(Largest, parameter) : null;
        return _batch.TryAdd(op, last.Rule, parameter, gradient, mean, square, largest);
    }

    private protected override void RunBatch() => _batch.Run();

    private AdamStepOp OpFor(ParameterState state)
    {
        double decay = _weightDecay * (state.Group?.WeightDecayFactor ?? 1);
        if (!_ops.TryGetValue(decay, out var op))
            _ops[decay] = op = new AdamStepOp(_beta1, _beta2, _eps, decay, _amsgrad, _decoupled);
        return op;
    }
}

/// <summary>Adam (Kingma and Ba, 2015): weight decay, if any, is part of the gradient. With weight decay <see cref="AdamW"/> is mostly better.</summary>
/// <param name="lr">The learning rate: about the distance that each element moves in a step.</param>
/// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
/// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
/// <param name="eps">Added to the root that is divided by.</param>
/// <param name="weightDecay">Times the parameter, added to the gradient.</param>
/// <param name="amsgrad">Divides by the largest mean square so far (Reddi et al., 2018).</param>
/// <exception cref="HebbException">A number is out of its range.</exception>
public sealed class Adam(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0, bool amsgrad = false)
    : AdamOptimizer(lr, beta1, beta2, eps, weightDecay, amsgrad, decoupled: false);

/// <summary>Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019): parameters shrink by lr * weightDecay of themselves in each step.</summary>
/// <inheritdoc cref="Adam"/>
public sealed class AdamW(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0.01, bool amsgrad = false)
    : AdamOptimizer(lr, beta1, beta2, eps, weightDecay, amsgrad, decoupled: true);
