using Hebb.Optim;

namespace Hebb;

/// <summary>Adam with Nesterov's momentum, whose decay rate rises to <c>beta1</c> over the first steps (Dozat, 2016).</summary>
public sealed class NAdam : FusedOptimizer
{
    private readonly double _beta1, _beta2, _eps, _momentumDecay;
    private readonly bool _decoupled;
    private (long Step, double Product) _last = (0, 1);

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <param name="momentumDecay">How fast the decay rate rises: at step t it is beta1 (1 - 0.96^(t momentumDecay) / 2).</param>
    /// <param name="decoupledWeightDecay">Whether weight decay is apart from the gradient, as in <see cref="AdamW"/>.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public NAdam(double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0, double momentumDecay = 4e-3, bool decoupledWeightDecay = false)
        : base(lr, weightDecay, "exp_avg", "exp_avg_sq")
    {
        CheckBetas(beta1, beta2, eps);
        Check(nameof(momentumDecay), momentumDecay, momentumDecay >= 0, "0 or more");
        (_beta1, _beta2, _eps, _momentumDecay, _decoupled) = (beta1, beta2, eps, momentumDecay, decoupledWeightDecay);
    }

    private protected override int Numbers => 6;

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new NAdamStepOp(_beta1, _beta2, _eps, weightDecay, _decoupled);

    private protected override void WriteOwn(Span<double> numbers, int ahead)
    {
        long step = (long)numbers[1];
        (numbers[3], numbers[4], numbers[5]) = (DecayRate(step), DecayRate(step + 1), Product(step));
    }

    private double DecayRate(long step) => _beta1 * (1 - 0.5 * Math.Pow(0.96, step * _momentumDecay));

    /// <summary>The product of the rates of all steps up to one: always multiplied in the same order, so that it has the same bits wherever training began.</summary>
    private double Product(long step)
    {
        if (_last.Step > step)
            _last = (0, 1);
        while (_last.Step < step && _last.Product > 0)
            _last = (_last.Step + 1, _last.Product * DecayRate(_last.Step + 1));
        return _last.Product;
    }
}
