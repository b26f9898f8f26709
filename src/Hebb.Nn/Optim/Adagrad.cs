using Hebb.Optim;

namespace Hebb;

/// <summary>Steps divided by the root of the sum of all squared gradients (Duchi et al., 2011).</summary>
public sealed class Adagrad : FusedOptimizer
{
    private readonly double _lrDecay, _eps, _initialAccumulatorValue;

    /// <param name="lr">The learning rate.</param>
    /// <param name="lrDecay">Step t has the learning rate lr / (1 + (t - 1) lrDecay).</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <param name="initialAccumulatorValue">What the sum starts from.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Adagrad(double lr = 1e-2, double lrDecay = 0, double weightDecay = 0, double initialAccumulatorValue = 0, double eps = 1e-10) : base(lr, weightDecay, "sum")
    {
        Check(nameof(lrDecay), lrDecay, lrDecay >= 0, "0 or more");
        Check(nameof(initialAccumulatorValue), initialAccumulatorValue, initialAccumulatorValue >= 0, "0 or more");
        Check(nameof(eps), eps, eps >= 0, "0 or more");
        (_lrDecay, _eps, _initialAccumulatorValue) = (lrDecay, eps, initialAccumulatorValue);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new AdagradStepOp(_lrDecay, _eps, weightDecay);

    private protected override Tensor First(string entry, Tensor parameter) => Tensor.Full(parameter.Shape, _initialAccumulatorValue, parameter.DType);
}
