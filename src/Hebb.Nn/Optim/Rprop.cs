using Hebb.Optim;

namespace Hebb;

/// <summary>
/// Resilient propagation (Riedmiller and Braun, 1993), by PyTorch's rules: every element has a step of its own, which grows while the sign of its gradient stays and shrinks
/// when it changes. For gradients of all data, not of batches. The learning rate is the size of the first step; later changes of it do nothing.
/// </summary>
public sealed class Rprop : FusedOptimizer
{
    private readonly double _shrink, _grow, _smallest, _largest;

    /// <param name="lr">The first step of every element.</param>
    /// <param name="etaMinus">The factor on a step whose gradient changed its sign, between 0 and 1.</param>
    /// <param name="etaPlus">The factor on a step whose gradient kept it, above 1.</param>
    /// <param name="minStep">The smallest step.</param>
    /// <param name="maxStep">The largest step.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Rprop(double lr = 1e-2, double etaMinus = 0.5, double etaPlus = 1.2, double minStep = 1e-6, double maxStep = 50) : base(lr, 0, "prev", "step_size")
    {
        Check(nameof(etaMinus), etaMinus, etaMinus is > 0 and < 1, "between 0 and 1");
        Check(nameof(etaPlus), etaPlus, etaPlus > 1, "above 1");
        Check(nameof(minStep), minStep, minStep >= 0, "0 or more");
        Check(nameof(maxStep), maxStep, maxStep >= minStep, "at least minStep");
        (_shrink, _grow, _smallest, _largest) = (etaMinus, etaPlus, minStep, maxStep);
    }

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new RpropStepOp(_shrink, _grow, _smallest, _largest);

    private protected override Tensor First(string entry, Tensor parameter) =>
        entry == "step_size" ? Tensor.Full(parameter.Shape, LearningRate, parameter.DType) : base.First(entry, parameter);
}
