namespace Hebb;

/// <summary>
/// Adam with a step for each parameter as long as the parameter is (You et al., 2020, algorithm 2): for batches of many thousands of samples. Where a parameter or its step is 0 there is no
/// such scale.
/// </summary>
public sealed class LAMB : Optimizer
{
    private const string Mean = "exp_avg", Square = "exp_avg_sq";

    private readonly double _beta2, _eps, _weightDecay;
    private readonly bool _adaptVectors;

    /// <param name="lr">The learning rate: the part of its own length by which a parameter moves.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Times the parameter, added to the step before it is scaled.</param>
    /// <param name="adaptVectors">Whether biases and other parameters of fewer than two axes are scaled too.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public LAMB(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-6, double weightDecay = 0.01, bool adaptVectors = true) : base(lr)
    {
        CheckBetas(beta1, beta2, eps);
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        (_beta2, _eps, _weightDecay, _adaptVectors) = (beta2, eps, weightDecay, adaptVectors);
        AllowMomentum(beta1);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Mean, Square];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var numbers = NumbersOf(state);
        var (rate, step, beta1) = (numbers.Select(0, 0), numbers.Select(0, 1), numbers.Select(0, 2));
        var kept = beta1.To(parameter.DType);
        var mean = state.GetOrZeros(Mean, parameter);
        var square = state.GetOrZeros(Square, parameter);
        mean.CopyFrom(WithoutTraces(mean * kept + gradient * (1.0 - kept)));
        square.CopyFrom(WithoutTraces(square * _beta2 + gradient.Square() * (1 - _beta2)));
        var towards = mean / (1.0 - beta1.Pow(step)).To(parameter.DType) / ((square / (1.0 - Tensor.Pow(_beta2, step)).To(parameter.DType)).Sqrt() + _eps);
        if (DecayOf(_weightDecay, state) is not 0 and var decay)
            towards += parameter * decay;
        if (_adaptVectors || parameter.Rank >= 2)
            towards *= Trust(parameter.Norm(), towards.Norm());
        parameter.CopyFrom(parameter - towards * rate.To(parameter.DType));
    }

    /// <summary>The ratio of two lengths, 1 where one of them is 0.</summary>
    private static Tensor Trust(Tensor parameter, Tensor step) =>
        Tensor.Where((parameter > 0.0).LogicalAnd(step > 0.0), parameter / step, 1.0);
}
