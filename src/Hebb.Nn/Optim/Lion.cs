using Hebb.Optim;

namespace Hebb;

/// <summary>
/// Steps of one size along the sign of an interpolation between momentum and gradient (Chen et al., 2023, algorithm 2). Learning rates are 3 to 10 times smaller than
/// <see cref="AdamW"/>'s, weight decay as many times larger.
/// </summary>
public sealed class Lion : FusedOptimizer
{
    private readonly double _beta2;

    /// <param name="lr">The learning rate: the distance that each element moves in a step.</param>
    /// <param name="beta1">How much of the momentum counts in the sign, 0 to below 1.</param>
    /// <param name="beta2">How much of the momentum is kept, 0 to below 1.</param>
    /// <param name="weightDecay">Apart from the gradient: parameters shrink by lr * weightDecay of themselves in each step.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Lion(double lr = 1e-4, double beta1 = 0.9, double beta2 = 0.99, double weightDecay = 0) : base(lr, weightDecay, "exp_avg")
    {
        CheckBetas(beta1, beta2, 0);
        _beta2 = beta2;
        AllowMomentum(beta1);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new LionStepOp(_beta2, weightDecay);
}
