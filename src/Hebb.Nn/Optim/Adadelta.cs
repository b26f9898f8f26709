using Hebb.Optim;

namespace Hebb;

/// <summary>Steps of the units of the parameter: by the ratio of the roots of running means of squared steps and squared gradients (Zeiler, 2012).</summary>
public sealed class Adadelta : FusedOptimizer
{
    private readonly double _rho, _eps;

    /// <param name="lr">A factor on the steps.</param>
    /// <param name="rho">How much of the running means is kept, 0 to below 1.</param>
    /// <param name="eps">Added under both roots.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Adadelta(double lr = 1.0, double rho = 0.9, double eps = 1e-6, double weightDecay = 0) : base(lr, weightDecay, "square_avg", "acc_delta")
    {
        Check(nameof(rho), rho, rho is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(eps), eps, eps >= 0, "0 or more");
        (_rho, _eps) = (rho, eps);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new AdadeltaStepOp(_rho, _eps, weightDecay);
}
