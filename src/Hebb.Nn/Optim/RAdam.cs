using Hebb.Optim;

namespace Hebb;

/// <summary>Adam whose first steps, in which the mean square tells little yet, are rectified, so that it needs no warm-up (Liu et al., 2020).</summary>
public sealed class RAdam : FusedOptimizer
{
    private readonly double _beta2, _eps;
    private readonly bool _decoupled;

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <param name="decoupledWeightDecay">Whether weight decay is apart from the gradient, as in <see cref="AdamW"/>.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public RAdam(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0, bool decoupledWeightDecay = false)
        : base(lr, weightDecay, "exp_avg", "exp_avg_sq")
    {
        CheckBetas(beta1, beta2, eps);
        (_beta2, _eps, _decoupled) = (beta2, eps, decoupledWeightDecay);
        AllowMomentum(beta1);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new RAdamStepOp(_beta2, _eps, weightDecay, _decoupled);
}
