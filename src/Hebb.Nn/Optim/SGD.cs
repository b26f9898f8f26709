using Hebb.Optim;

namespace Hebb;

/// <summary>Stochastic gradient descent, with momentum if asked for (Polyak, 1964; Nesterov, 1983), by PyTorch's rules.</summary>
public sealed class SGD : FusedOptimizer
{
    private readonly double _dampening;
    private readonly bool _nesterov;

    /// <param name="lr">The learning rate: a parameter moves by it times the gradient.</param>
    /// <param name="momentum">The part of the last movement that is kept, 0 to below 1 as a rule.</param>
    /// <param name="dampening">The part of the gradient that does not enter the momentum.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient (L2 regularisation).</param>
    /// <param name="nesterov">Looks ahead along the momentum; needs momentum and no dampening.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public SGD(double lr, double momentum = 0, double dampening = 0, double weightDecay = 0, bool nesterov = false)
        : base(lr, weightDecay, momentum != 0 ? ["momentum_buffer"] : [])
    {
        Check(nameof(momentum), momentum, momentum >= 0, "0 or more");
        if (nesterov && (momentum == 0 || dampening != 0))
            throw new HebbException("SGD: Nesterov's momentum needs a momentum above 0 and no dampening");
        (_dampening, _nesterov) = (dampening, nesterov);
        if (momentum != 0)
            AllowMomentum(momentum);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new SgdStepOp(Momentum is not null, _dampening, weightDecay, _nesterov);
}
