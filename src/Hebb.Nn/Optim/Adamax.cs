using Hebb.Optim;

namespace Hebb;

/// <summary>Adam that divides by the largest gradient, which fades, in place of the root of a mean square (Kingma and Ba, 2015, section 7.1).</summary>
public sealed class Adamax : FusedOptimizer
{
    private readonly double _beta2, _eps;

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the largest gradient is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the magnitude of each gradient.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Adamax(double lr = 2e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0) : base(lr, weightDecay, "exp_avg", "exp_inf")
    {
        CheckBetas(beta1, beta2, eps);
        (_beta2, _eps) = (beta2, eps);
        AllowMomentum(beta1);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new AdamaxStepOp(_beta2, _eps, weightDecay);
}
