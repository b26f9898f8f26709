using Hebb.Optim;

namespace Hebb;

/// <summary>What <see cref="Adam"/> and <see cref="AdamW"/> share: steps scaled, element by element, by running means of the gradient and of its square.</summary>
public abstract class AdamOptimizer : FusedOptimizer
{
    private readonly double _beta2, _eps;
    private readonly bool _amsgrad, _decoupled;

    private protected AdamOptimizer(double lr, double beta1, double beta2, double eps, double weightDecay, bool amsgrad, bool decoupled)
        : base(lr, weightDecay, amsgrad ? ["exp_avg", "exp_avg_sq", "max_exp_avg_sq"] : ["exp_avg", "exp_avg_sq"])
    {
        CheckBetas(beta1, beta2, eps);
        (_beta2, _eps, _amsgrad, _decoupled) = (beta2, eps, amsgrad, decoupled);
        AllowMomentum(beta1);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new AdamStepOp(_beta2, _eps, weightDecay, _amsgrad, _decoupled);
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
