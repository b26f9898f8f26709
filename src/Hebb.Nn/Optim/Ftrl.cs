namespace Hebb;

/// <summary>
/// Follows the regularised leader (McMahan et al., "Ad click prediction", KDD 2013, algorithm 1): weights are a function of the sums of their gradients, and those whose sum stays below
/// <c>l1</c> are exactly 0. For linear models of many rare features: what weights start from is nearly forgotten in the first step. Learning rates must be above 0, from a schedule too.
/// </summary>
public sealed class Ftrl : Optimizer
{
    private const string Sum = "sum", Linear = "linear";

    private readonly double _initial, _l1, _l2, _beta;

    /// <param name="lr">The learning rate (the paper's alpha), above 0.</param>
    /// <param name="initialAccumulatorValue">What sums of squared gradients start from.</param>
    /// <param name="l1">Weights are 0 until their sum of gradients goes beyond it.</param>
    /// <param name="l2">The weight of half the squared weights, twice: as Keras counts it.</param>
    /// <param name="beta">Added to the roots that are divided by.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Ftrl(double lr = 1e-3, double initialAccumulatorValue = 0.1, double l1 = 0, double l2 = 0, double beta = 0) : base(lr)
    {
        Check(nameof(lr), lr, lr > 0, "above 0");
        Check(nameof(initialAccumulatorValue), initialAccumulatorValue, initialAccumulatorValue >= 0, "0 or more");
        Check(nameof(l1), l1, l1 >= 0, "0 or more");
        Check(nameof(l2), l2, l2 >= 0, "0 or more");
        Check(nameof(beta), beta, beta >= 0, "0 or more");
        (_initial, _l1, _l2, _beta) = (initialAccumulatorValue, l1, l2, beta);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Sum, Linear];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var rate = Rate(parameter, state);
        Tensor sum = state.GetOrZeros(Sum, parameter), linear = state.GetOrZeros(Linear, parameter);
        var before = (sum + _initial).Sqrt();
        sum.CopyFrom(WithoutTraces(sum + gradient.Square()));
        var root = (sum + _initial).Sqrt();
        linear.CopyFrom(WithoutTraces(linear + gradient - (root - before) / rate * parameter));
        // Where no gradient has come yet and nothing is added to its root, both are 0: the weight is.
        var divisor = root + _beta + rate * (2 * _l2);
        parameter.CopyFrom(Tensor.Where(divisor > 0.0, (linear.Clamp(-_l1, _l1) - linear) * rate / divisor, 0.0));
    }
}
