namespace Hebb;

/// <summary>
/// Adam for parameters of which few rows get a gradient in a step, such as embeddings: only those rows move, and only their running means, as with PyTorch's optimizer of this name. Gradients are
/// dense here, so a row has none where all of its elements are 0.
/// </summary>
public sealed class SparseAdam : Optimizer
{
    private const string Mean = "exp_avg", Square = "exp_avg_sq";

    private readonly double _beta2, _eps;

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by, before it is corrected for the first steps.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public SparseAdam(double lr = 1e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8) : base(lr)
    {
        CheckBetas(beta1, beta2, eps);
        (_beta2, _eps) = (beta2, eps);
        AllowMomentum(beta1);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Mean, Square];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var (rate, step, beta1) = Numbers64(state);
        var kept = beta1.To(parameter.DType);
        var (mean, square) = (state.GetOrZeros(Mean, parameter), state.GetOrZeros(Square, parameter));
        int[] within = [.. Enumerable.Range(1, Math.Max(0, parameter.Rank - 1))];
        var there = gradient.NotEqual(0.0);
        if (within.Length > 0)
            there = there.Any(within, keepDim: true);
        mean.CopyFrom(Tensor.Where(there, WithoutTraces(mean * kept + gradient * (1.0 - kept)), mean));
        square.CopyFrom(Tensor.Where(there, WithoutTraces(square * _beta2 + gradient.Square() * (1 - _beta2)), square));
        var size = rate * (1.0 - Tensor.Pow(_beta2, step)).Sqrt() / (1.0 - beta1.Pow(step));
        parameter.CopyFrom(Tensor.Where(there, parameter - mean / (square.Sqrt() + _eps) * size.To(parameter.DType), parameter));
    }
}
