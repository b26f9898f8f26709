using Hebb.Optim;

namespace Hebb;

/// <summary>Steps divided by the root of a running mean of the squared gradient (Tieleman and Hinton, 2012; centred after Graves, 2013).</summary>
public sealed class RMSprop : FusedOptimizer
{
    private readonly double _alpha, _eps;
    private readonly bool _centered;

    /// <param name="lr">The learning rate.</param>
    /// <param name="alpha">How much of the running mean of the squared gradient is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <param name="momentum">The part of the last movement that is kept.</param>
    /// <param name="centered">Divides by an estimate of the gradient's standard deviation.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public RMSprop(double lr = 1e-2, double alpha = 0.99, double eps = 1e-8, double weightDecay = 0, double momentum = 0, bool centered = false)
        : base(lr, weightDecay, [.. (string[])["square_avg"], .. momentum != 0 ? (string[])["momentum_buffer"] : [], .. centered ? (string[])["grad_avg"] : []])
    {
        Check(nameof(alpha), alpha, alpha is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(eps), eps, eps >= 0, "0 or more");
        Check(nameof(momentum), momentum, momentum >= 0, "0 or more");
        (_alpha, _eps, _centered) = (alpha, eps, centered);
        if (momentum != 0)
            AllowMomentum(momentum);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new RMSpropStepOp(_alpha, _eps, weightDecay, Momentum is not null, _centered);
}
