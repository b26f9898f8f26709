using Hebb.Optim;

namespace Hebb;

/// <summary>
/// Averaged stochastic gradient descent (Polyak and Juditsky, 1992; Bottou, 2010): descent with a learning rate that falls, and in the state under <c>ax</c> the average of
/// the parameters, which is what to use in the end.
/// </summary>
public sealed class ASGD : FusedOptimizer
{
    private readonly double _lambd, _alpha, _t0;

    /// <param name="lr">The learning rate of the first step; step t has lr / (1 + lambd lr (t - 1))^alpha.</param>
    /// <param name="lambd">The decay term: parameters shrink by it times the learning rate.</param>
    /// <param name="alpha">The power of the learning rate's fall.</param>
    /// <param name="t0">The step after which averages are taken; before, the average is the parameter.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public ASGD(double lr = 1e-2, double lambd = 1e-4, double alpha = 0.75, double t0 = 1e6, double weightDecay = 0) : base(lr, weightDecay, "ax")
    {
        Check(nameof(lambd), lambd, lambd >= 0, "0 or more");
        (_lambd, _alpha, _t0) = (lambd, alpha, t0);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new ASGDStepOp(_lambd, _alpha, _t0, weightDecay);
}
