namespace Hebb;

/// <summary>
/// Descent with momentum and a learning rate for each parameter in proportion to its length over its gradient's (You et al., 2017, algorithm 1): for large batches of pictures. Where a
/// length is 0 there is no such rate.
/// </summary>
public sealed class LARS : Optimizer
{
    private const string Buffer = "momentum_buffer";

    private readonly double _weightDecay, _trust, _eps;
    private readonly bool _adaptVectors;

    /// <param name="lr">The learning rate, before the parameters' own.</param>
    /// <param name="momentum">The part of the last movement that is kept.</param>
    /// <param name="weightDecay">Times the parameter, added to the gradient.</param>
    /// <param name="trustCoefficient">The learning rates of parameters are this times |parameter| / (|gradient| + weightDecay |parameter|).</param>
    /// <param name="eps">Added to that which is divided by.</param>
    /// <param name="adaptVectors">Whether biases and other parameters of fewer than two axes have such rates too.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public LARS(double lr, double momentum = 0.9, double weightDecay = 5e-4, double trustCoefficient = 1e-3, double eps = 1e-8, bool adaptVectors = true) : base(lr)
    {
        Check(nameof(momentum), momentum, momentum is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        Check(nameof(trustCoefficient), trustCoefficient, trustCoefficient > 0, "above 0");
        (_weightDecay, _trust, _eps, _adaptVectors) = (weightDecay, trustCoefficient, eps, adaptVectors);
        AllowMomentum(momentum);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Buffer];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var numbers = NumbersOf(state).To(parameter.DType);
        double decay = DecayOf(_weightDecay, state);
        var step = decay == 0 ? gradient : gradient + parameter * decay;
        if (_adaptVectors || parameter.Rank >= 2)
        {
            var (own, slope) = (parameter.Norm(), gradient.Norm());
            step *= Tensor.Where((own > 0.0).LogicalAnd(slope > 0.0), own * _trust / (slope + own * decay + _eps), 1.0);
        }
        var buffer = state.GetOrZeros(Buffer, parameter);
        buffer.CopyFrom(WithoutTraces(buffer * numbers.Select(0, 2) + step * numbers.Select(0, 0)));
        parameter.CopyFrom(parameter - buffer);
    }
}
